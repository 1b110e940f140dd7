"""The driver: statements that are written out go to it past SQLAlchemy, on PostgreSQL many in one round trip.

What `later` is given waits there for the next statement with an answer, be it ours or SQLAlchemy's, or for the commit:
so nothing runs before what was asked first. The first that waits is BEGIN.
"""

import select
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, InvalidRequestError

WAITING = "waiting"
NEW = "new"
FAILED = 3  # what libpq says of a transaction in which something failed: its COMMIT does nothing, and is no error


class Statement(NamedTuple):
    sql: str
    values: Any = ()
    gives_rows: bool = False


BEGIN = Statement("BEGIN")
BEGIN_TO_WRITE = Statement("BEGIN IMMEDIATE")
"""A deferred BEGIN would let two writers read the same rows and then fail or lose one of them."""


def run(connection: Connection, *statements: Statement) -> list[list[Any]]:
    """Run these after what waits; the rows of each."""
    raw: Any = connection.connection.dbapi_connection
    waiting = connection.info.get(WAITING)
    try:
        if waiting is None:
            return [_rows(raw.execute(one.sql, one.values), one) for one in statements]
        every = (*waiting, *statements)
        waiting.clear()
        return _at_once(raw, every)[len(every) - len(statements) :]
    except connection.dialect.loaded_dbapi.Error as error:
        raise _as_elsewhere(connection, error, statements) from error


def later(connection: Connection, statement: Statement) -> None:
    """Run this at the latest with the commit, where there is a way to save; else now."""
    waiting = connection.info.get(WAITING)
    if waiting is None:
        run(connection, statement)
    else:
        waiting.append(statement)


def begin_to_write(engine: Engine) -> None:
    """For SQLite, whose connections do not begin by themselves."""

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        run(connection, BEGIN_TO_WRITE)


def in_few_round_trips(engine: Engine) -> None:
    """For PostgreSQL."""
    listeners: dict[str, Callable[..., None]] = {
        "connect": _begin_ourselves,
        "checkout": _look_at,
        "begin": _begin,
        "before_cursor_execute": _before,
        "commit": _commit,
        "rollback": _forget,
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)


def _begin_ourselves(raw: Any, record: Any) -> None:
    raw.autocommit = True
    record.info[NEW] = True


def _look_at(raw: Any, record: Any, _proxy: object) -> None:
    """A server says nothing unasked, unless it ends or cuts us off: to see that costs no round trip. A connection
    that is new is not looked at: of a second one that is cut off SQLAlchemy says that we asked wrongly."""
    if not record.info.pop(NEW, False) and (raw.closed or _has_news(raw)):
        raise InvalidatePoolError


def _has_news(raw: Any) -> bool:
    news = select.poll()
    news.register(raw.fileno(), select.POLLIN)
    return bool(news.poll(0))


def _begin(connection: Connection) -> None:
    connection.info[WAITING] = [BEGIN]


def _before(connection: Connection, *_: object) -> None:
    """SQLAlchemy is about to ask something."""
    if connection.info.get(WAITING):
        run(connection)


def _commit(connection: Connection) -> None:
    if connection.info.get(WAITING) not in ([], [BEGIN]):
        run(connection)
    raw: Any = connection.connection.dbapi_connection
    if raw.info.transaction_status == FAILED:
        raise InvalidRequestError("something failed in this transaction and was passed over: nothing of it is stored")
    _forget(connection)


def _forget(connection: Connection) -> None:
    if not connection.invalidated:  # else what waited is gone with it
        connection.info.pop(WAITING, None)


def _at_once(raw: Any, statements: Sequence[Statement]) -> list[list[Any]]:
    if len(statements) == 1:
        return [_rows(raw.execute(one.sql, one.values), one) for one in statements]
    with raw.pipeline():
        cursors = [raw.execute(one.sql, one.values) for one in statements]
    return [_rows(cursor, one) for cursor, one in zip(cursors, statements, strict=True)]


def _rows(cursor: Any, statement: Statement) -> list[Any]:
    return cursor.fetchall() if statement.gives_rows else []


def _as_elsewhere(connection: Connection, error: Any, statements: Sequence[Statement]) -> BaseException:
    """The error that SQLAlchemy makes of the driver's; it holds no values."""
    dialect, sql = connection.dialect, "; ".join(one.sql for one in statements)
    is_cut_off = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    more: Any = {"hide_parameters": True, "connection_invalidated": is_cut_off, "dialect": dialect}
    return DBAPIError.instance(sql, {}, error, dialect.loaded_dbapi.Error, **more)  # type: ignore[no-any-return]
