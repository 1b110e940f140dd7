"""The database: transactions, one at a time or many in one commit, over whichever kind there is.

What `run` has given back is on disk. On SQLite one thread writes, and commits together what arrives together, each
piece of work in a savepoint of its own; what gives way is committed apart, after the others. On PostgreSQL each piece
has its own connection.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Dialect, Table, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError, ProgrammingError

from bot.survey.errors import OperatorError
from bot.survey.traits import Traits
from storage.engine import connecting, driver, in_force
from storage.engine.connecting import CONNECTIONS
from storage.engine.driver import Statement
from storage.engine.sealing import Seal, Secrets

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_TOGETHER = 256  # pieces of work in one commit
LONGEST_WAIT = 10.0  # seconds between two tries

SAVEPOINT, ROLLBACK, RELEASE = map(Statement, ("SAVEPOINT piece", "ROLLBACK TO piece", "RELEASE piece"))


class StorageError(OperatorError):
    """The base of what goes wrong with the database; messages are for operators."""


class DatabaseAway(StorageError):
    """The database cannot be used just now: nothing was stored, the same work may be tried again."""


class SecretChanged(DatabaseAway):
    """The secret of this database was changed. Give this bot the new one too, and start it again; answers wait."""


class AlreadyRunning(StorageError):
    """Another `run` has this SQLite file open."""


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction, with the seal for addresses, what channels can do, and what was erased in it."""

    connection: Connection
    seal: Seal
    channels: Mapping[str, Traits] = field(default_factory=dict)
    erased: list[int] = field(default_factory=list)

    def channel(self, name: str) -> Traits:
        """Of one that there is no more, letters wait until it is back."""
        return self.channels.get(name) or Traits(name, reaches_out=True)

    @property
    def unable_to_ring(self) -> list[str]:
        """The channels in which nothing reaches somebody who is not looking."""
        return [name for name, traits in self.channels.items() if not traits.reaches_out]

    @property
    def notifiers(self) -> tuple[str, ...]:
        """Those that are set up, the first to try first."""
        return tuple(dict.fromkeys(one.name for traits in self.channels.values() for one in traits.notifiers))

    @property
    def is_shared(self) -> bool:
        """Whether other processes may be at work here too."""
        return self.connection.dialect.name == "postgresql"

    def insert(self, table: Table) -> Any:
        """An insert that knows `on_conflict_do_nothing` and `on_conflict_do_update`, for the dialect at hand."""
        return insert_of(self.connection.dialect)(table)


class Database:
    def __init__(self, url: str, secret: str, channels: Iterable[Traits] = (), former: str = "") -> None:
        self.url = url
        self.channels = {one.name: one for one in channels}
        self.secrets = Secrets(secret, former)
        self.watches_secret = False  # as long as there may be no mark of one
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = connecting.to_sqlite(url) if self.is_sqlite else connecting.to_postgresql(url)
        self._worker: _Writer | _Pool | None = None

    @property
    def seal(self) -> Seal:
        return self.secrets.seal

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """A transaction of its own, for the command line and tests."""
        with away(), self.engine.connect() as connection, self.begun(connection) as tx:
            yield tx

    @contextmanager
    def begun(self, connection: Connection) -> Iterator[Tx]:
        """A transaction on a connection that somebody keeps."""
        with away(), connection.begin():
            tx = Tx(connection, self._seal_in_force(connection), self.channels)
            yield tx
        if tx.erased and self.is_sqlite:
            self._empty_log()

    def _seal_in_force(self, connection: Connection) -> Seal:
        if self.watches_secret and not in_force.is_known(connection, self.secrets):
            raise SecretChanged
        return self.seal

    def _empty_log(self) -> None:
        """What was erased still stands in the write-ahead log, until that is taken in and cut off."""
        with suppress(DBAPIError, sqlite3.Error):
            raw = self.engine.raw_connection()
            try:
                raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()

    async def run(self, work: Callable[[Tx], T], *, gives_way: bool = False) -> T:
        """Do the work in a transaction and give its result once it is committed; DatabaseAway if it cannot be. What
        nobody waits for `gives_way`."""
        if self._worker is None:
            self._worker = _Writer(self) if self.is_sqlite else _Pool(self)
        return await self._worker.run(work, gives_way=gives_way)

    async def run_when_there(self, work: Callable[[Tx], T], *, gives_way: bool = False) -> T:
        """The same; while the database is away, wait and try again."""
        wait = 0.1
        while True:
            try:
                return await self.run(work, gives_way=gives_way)
            except DatabaseAway as error:
                log.error("the database cannot be used, answers wait: %s; next try in %.1f s", error, wait)
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT, wait * 2)

    def close(self) -> None:
        if self._worker:
            self._worker.close()
            self._worker = None
        self.engine.dispose()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold an SQLite file for one `run`; the hold ends with the process, however it ends."""
        path = make_url(self.url).database
        if not self.is_sqlite or not path:
            yield
            return
        hold = sqlite3.connect(f"{path}-running", timeout=0, isolation_level=None)
        try:
            hold.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise AlreadyRunning(f"Another samenspraak is already running on {path}. Stop that one first.") from None
        else:
            yield
        finally:
            hold.close()


def insert_of(dialect: Dialect) -> Callable[[Table], Any]:
    """The engine has loaded its own dialect; the other one, with its drivers, nobody needs."""
    return cast(Callable[[Table], Any], import_module(f"sqlalchemy.dialects.{dialect.name}").insert)


@contextmanager
def away() -> Iterator[None]:
    """Turn the ways in which a database can be gone into DatabaseAway."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise DatabaseAway(str(error.orig)) from error
    except DBAPIError as error:
        not_even_connected = isinstance(error, ProgrammingError) and error.statement is None  # as for an unknown option
        if error.connection_invalidated or not_even_connected or type(error) is DatabaseError:  # as of no database file
            raise DatabaseAway(str(error.orig)) from error
        raise


class _Writer:
    """The one thread that writes to SQLite. It keeps its connection until something goes wrong with it.

    What gives way is one piece in a commit, and of that at most one piece comes between two commits of the rest: so
    whoever waits does so for one, and what gives way is not put off for ever.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._waiting: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._urgent, self._giving_way = deque[_Work](), deque[_Work]()
        self._gave_way = self._is_closing = False
        self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Tx], T], *, gives_way: bool) -> T:
        loop = asyncio.get_running_loop()
        piece = _Work(work, loop, loop.create_future(), gives_way)
        self._waiting.put(piece)
        value: T = await piece.future
        return value

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _write(self) -> None:
        while together := self._next():
            outcomes = self._commit(together)
            _hand_back(together, outcomes)
        self._disconnect()

    def _next(self) -> "list[_Work]":
        """What is committed together now; nothing when all is done and no more will come."""
        self._take_in()
        if self._giving_way and (self._gave_way or not self._urgent):
            self._gave_way = False
            return [self._giving_way.popleft()]
        self._gave_way = bool(self._giving_way)
        return [self._urgent.popleft() for _ in range(min(MOST_TOGETHER, len(self._urgent)))]

    def _take_in(self) -> None:
        """All that came meanwhile; where there is nothing to do, wait for something."""
        with suppress(queue.Empty):
            while not self._is_closing:
                piece = self._waiting.get(block=not (self._urgent or self._giving_way))
                if piece is None:
                    self._is_closing = True
                else:
                    (self._giving_way if piece.gives_way else self._urgent).append(piece)

    def _commit(self, together: "list[_Work]") -> "list[_Outcome]":
        try:
            with self._database.begun(self._connected()) as tx:
                if len(together) == 1:
                    return [_Outcome(value=together[0].work(tx))]
                return [_in_savepoint(tx, piece) for piece in together]
        except Exception as error:  # whatever it is, whoever waits must hear of it
            self._disconnect()
            return [_Outcome(error=error)] * len(together)

    def _connected(self) -> Connection:
        if self._connection is None:
            with away():
                self._connection = self._database.engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection:
            with suppress(DBAPIError):
                self._connection.close()
            self._connection = None


class _Pool:
    """Threads that each take a pooled connection to PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._threads = ThreadPoolExecutor(CONNECTIONS, "database")

    async def run(self, work: Callable[[Tx], T], *, gives_way: bool) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._do, work)

    def close(self) -> None:
        self._threads.shutdown()

    def _do(self, work: Callable[[Tx], T]) -> T:
        with self._database.transaction() as tx:
            return work(tx)


@dataclass(frozen=True, slots=True)
class _Work:
    work: Callable[[Tx], Any]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Any]"
    gives_way: bool


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


def _in_savepoint(tx: Tx, piece: _Work) -> _Outcome:
    """One of many in a commit: when it fails, only it is undone."""
    driver.run(tx.connection, SAVEPOINT)
    try:
        value = piece.work(tx)
    except (OperationalError, InterfaceError):
        raise  # the database itself: nobody's work will be stored
    except Exception as error:
        driver.run(tx.connection, ROLLBACK)
        return _Outcome(error=error)
    driver.run(tx.connection, RELEASE)
    return _Outcome(value=value)


def _hand_back(together: list[_Work], outcomes: list[_Outcome]) -> None:
    loops = {piece.loop for piece in together}
    for loop in loops:
        settled = [(p.future, o) for p, o in zip(together, outcomes, strict=True) if p.loop is loop]
        with suppress(RuntimeError):  # the loop closed while we wrote: nobody waits any more
            loop.call_soon_threadsafe(_settle, settled)


def _settle(settled: "list[tuple[asyncio.Future[Any], _Outcome]]") -> None:
    for future, outcome in settled:
        if future.done():
            continue
        if outcome.error:
            future.set_exception(outcome.error)
            future.exception()  # whoever was called off meanwhile does not hear of it, and nobody else should
        else:
            future.set_result(outcome.value)
