"""Health: how a database is doing. All is looked at and nothing is changed, beside a running bot or without."""

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from storage.engine.database import Database, StorageError, away
from storage.schema import marks

HURRY = {"connect_timeout": "3", "options": "-c statement_timeout=4000 -c lock_timeout=3000"}


class CannotWrite(StorageError):
    """The database can be read and not be written."""


def with_short_timeouts(url: str) -> str:
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
