"""What is left of a run is ended by a process that outlives it: its pipe from the run closes, however the run ends.

All that belongs to a run bears its mark: a process in its environment, a folder in its name.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

MARK = "TEST_RUN"
MEMORY, ROOM = "/dev/shm", 2**30  # bytes
PLACES = (MEMORY, "/tmp", tempfile.gettempdir())
PATIENCE = 60  # seconds in which a PostgreSQL ends at once


def prefix(kind: str) -> str:
    """How the name of a folder of this run begins."""
    return f"{kind}{os.environ.get(MARK, '')}"


def memory() -> str | None:
    """Where files cost no disk, if there is room and programs may stand there: there a commit takes a fiftieth."""
    with suppress(OSError):
        may_run = not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC
        if may_run and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
            return MEMORY
    return None


@contextmanager
def swept() -> Iterator[None]:
    """Whatever bears the mark of this run is gone afterwards, also after kill -9; a run inside a run adds nothing."""
    if MARK in os.environ:
        yield
        return
    mark = uuid4().hex[:8]
    sweeper = subprocess.Popen((sys.executable, __file__, mark), stdin=subprocess.PIPE, start_new_session=True)
    os.environ[MARK] = mark
    try:
        yield
    finally:
        del os.environ[MARK]
        sweeper.communicate()


def sweep(mark: str) -> None:
    while found := list(processes(mark)):  # until whoever starts others is gone as well
        for pid in found:
            _signal(pid, signal.SIGKILL)
        time.sleep(0.05)
    for folder in folders(mark):
        for file in folder.rglob("postmaster.pid"):
            end(int(file.read_text().split()[0]))
        if folder.is_mount():
            subprocess.run(["umount", "-l", str(folder)])
        shutil.rmtree(folder, ignore_errors=True)


def processes(mark: str) -> Iterator[int]:
    """All but PostgreSQL, which is told to end instead: killed, it would leave its shared memory."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            marked = f"{MARK}={mark}".encode() in (process / "environ").read_bytes().split(b"\0")
            if marked and (process / "comm").read_text().strip() not in ("postgres", "pg_ctl", "initdb"):
                yield int(process.name)


def folders(mark: str) -> list[Path]:
    return [folder for place in {*PLACES} for folder in Path(place).glob(f"*{mark}*") if folder.is_dir()]


def end(pid: int) -> None:
    """End a PostgreSQL at once; it takes its shared memory along, as it would not after -9."""
    patience = time.monotonic() + PATIENCE
    while lives(pid) and _signal(pid, signal.SIGQUIT) and time.monotonic() < patience:
        time.sleep(0.05)


def lives(pid: int) -> bool:
    """Whether it does anything; not when it has ended and only its parent does not know yet."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _signal(pid: int, number: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
        return True
    return False


if __name__ == "__main__":
    sys.stdin.read()
    sweep(sys.argv[1])
