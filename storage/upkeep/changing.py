"""Changing the secret: from one moment on the new one is in force, and then what is under the former one comes over.

It can be broken off and gone on with at any moment. It begins only when nobody is at work who knows the former alone.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, delete, text, update

from storage import resealing
from storage.engine.database import Database, StorageError, away, insert_of
from storage.engine.in_force import CHANGING, SECRET, lock_of
from storage.resealing import CONTACTS, SEALED, Row, Sealed
from storage.schema import marks
from storage.upkeep.migrate import SECRET_BEFORE, marks_of_secrets
from storage.upkeep.progress import Progress


class StillRunning(StorageError):
    """A bot is running that knows the former secret alone. Start each bot again with both, and then this."""


def begin(database: Database) -> bool:
    """Put the new secret in force, unless it is already; whether there is something to bring over."""
    new, former = database.secrets.marks
    found = marks_of_secrets(database)
    if found.get(SECRET) == new:
        return SECRET_BEFORE in found
    with away(), database.engine.begin() as connection:
        if not database.is_sqlite:
            _alone(connection, former)
        connection.execute(update(marks).where(marks.c.name == SECRET).values(value=new))
        before = insert_of(connection.dialect)(marks).values(name=SECRET_BEFORE, value=former)
        turned_back = before.on_conflict_do_update(index_elements=[marks.c.name], set_={"value": former})
        connection.execute(turned_back)
    return True


def _alone(connection: Connection, former: str) -> None:
    """Whoever knows the former secret alone holds a lock of it; who knows both, waits for us."""
    if not connection.execute(text(f"SELECT pg_try_advisory_xact_lock({lock_of(former)})")).scalar():
        raise StillRunning
    connection.execute(text(f"SELECT pg_advisory_xact_lock({CHANGING})"))


def go_on(database: Database, progress: Progress) -> int:
    """Bring over each contact that is behind, and then what belongs to nobody any more; how many contacts."""
    numbers = [number for (number,) in _behind(database, CONTACTS)]
    for done, number in enumerate(numbers, 1):
        with database.transaction() as tx:
            resealing.reseal(tx, number)
        progress(done, len(numbers))
    for one, row in _left(database):
        with database.transaction() as tx:
            resealing.reseal_row(tx, one, row)
    _end(database)
    return len(numbers)


def _left(database: Database) -> Iterator[tuple[Sealed, Row]]:
    for one in SEALED:
        yield from ((one, row) for row in _behind(database, one))


def _behind(database: Database, one: Sealed) -> list[Row]:
    with database.transaction() as tx:
        return resealing.behind(tx, one)


def _end(database: Database) -> None:
    with database.transaction() as tx:
        tx.connection.execute(delete(marks).where(marks.c.name == SECRET_BEFORE))
