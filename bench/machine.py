"""What the machine says: cores, CPU time, memory, how long a sync takes. On Linux only.

A figure comes from the kernel, never from the bot that it is about.
"""

import os
import platform
import sqlite3
import statistics
import sysconfig
import time
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile

TICK = os.sysconf("SC_CLK_TCK")
SHOWN = ("python-telegram-bot", "httpx", "aiohttp", "uvloop", "SQLAlchemy")


def two_cores() -> tuple[int, int] | None:
    """The core for the bot and the core for everything else; None when we may use only one."""
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else None


def cpu_seconds(process: int) -> float:
    """User and system time of all threads of a process, to the nanosecond; /proc/<pid>/stat counts in 10 ms."""
    return time.clock_gettime((~process << 3) | 2)  # the clock that clock_getcpuclockid(3) gives


def busy_seconds() -> float:
    """What all cores together have worked since the machine started, for everybody."""
    user, nice, system, _idle, _waiting, *more = map(int, Path("/proc/stat").read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + sum(more)) / TICK


def memory(process: int) -> float:
    """The resident memory of a process, in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def sync_milliseconds(folder: Path, times: int = 200) -> float:
    """The median time to write 4 KiB in this folder and have it on disk."""
    taken = []
    with TemporaryFile(dir=folder, buffering=0) as file:
        for _ in range(times):
            file.write(bytes(4096))
            started = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - started)
    return 1000 * statistics.median(taken)


def described(folder: Path) -> str:
    """The machine in one line."""
    name = next((line.split(": ")[1] for line in _cpu_facts() if line.startswith("model name")), platform.machine())
    libraries = ", ".join(f"{library} {version(library)}" for library in SHOWN)
    python = f"Python {platform.python_version()} ({_build()})"
    return (
        f"{os.cpu_count()} cores ({name}), {platform.system()}, {python}, {libraries}, "
        f"SQLite {sqlite3.sqlite_version}; writing 4 KiB and a sync take {sync_milliseconds(folder):.2f} ms"
    )


def _build() -> str:
    """One that is not optimised is a quarter to a third slower."""
    how = str(sysconfig.get_config_var("CONFIG_ARGS"))
    return "optimised" if "--enable-optimizations" in how else "not an optimised build"


def _cpu_facts() -> list[str]:
    return Path("/proc/cpuinfo").read_text().splitlines()
