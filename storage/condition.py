"""Condition: how a database is doing. All is looked at and nothing is changed, beside a running bot or without."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, make_url, select
from sqlalchemy.exc import DBAPIError

from bot.survey.dialogue import SILENT
from storage.database import Database, StorageError, Tx, away
from storage.schema import contacts, letters, marks

HURRY = {"connect_timeout": "3", "options": "-c statement_timeout=4000 -c lock_timeout=3000"}


class CannotWrite(StorageError):
    """The database can be read and not be written."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Letters that fell due and did not go yet, and since when the oldest waits."""

    letters: int
    since: datetime | None


def hurried(url: str) -> str:
    """The same database, for somebody who wants to know within seconds that it does not answer."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return url
    missing = {name: value for name, value in HURRY.items() if name not in parsed.query}
    return parsed.update_query_dict(missing).render_as_string(hide_password=False)


def try_to_write(database: Database) -> None:
    """Write something and take it back; raises StorageError when that cannot be."""
    try:
        with away(), database.engine.connect() as connection:
            connection.execute(marks.insert().values(name="can write", value=""))
            connection.rollback()
    except DBAPIError as error:
        raise CannotWrite(str(error.orig).strip()) from error


def waiting(tx: Tx, now: datetime) -> Waiting:
    """What waits for delivery; what waits for somebody to come back to the page does not count."""
    due = letters.c.settled_at.is_(None) & (letters.c.due_at <= now) & contacts.c.channel.not_in(SILENT)
    number, since = tx.connection.execute(
        select(func.count(), func.min(letters.c.due_at)).select_from(letters.join(contacts)).where(due)
    ).one()
    return Waiting(number, since)
