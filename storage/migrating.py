"""Migrating: bring a database to the schema of this version, at start.

Alembic is only loaded when there is something to do. A database made with another secret is refused, not misread.
"""

from pathlib import Path

from sqlalchemy import inspect, select, text

from storage.database import Database, StorageError, away
from storage.schema import marks

MIGRATIONS = Path(__file__).parent / "migrations"
SECRET_MARK = "secret"  # noqa: S105 - the name of a mark


class NewerDatabase(StorageError):
    """The database was made by a newer version of Samenspraak. Install that version, or restore a back-up."""


class WrongSecret(StorageError):
    """The database was made with another secret."""


def head() -> str:
    """The newest revision that this version knows; revisions are numbered 0001, 0002, ..."""
    return max(path.stem[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def current(database: Database) -> str | None:
    with away(), database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(database: Database) -> None:
    """Bring the schema up to date and check the secret; raises StorageError with what to do."""
    revision = current(database)
    if revision is not None and revision > head():
        raise NewerDatabase(str(NewerDatabase.__doc__))
    if revision != head():
        with database.alone():  # not under the hands of a version that is still running
            _upgrade(database)
    _check_secret(database)


def _upgrade(database: Database) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = database.engine
    with away():
        command.upgrade(config, "head")


def _check_secret(database: Database) -> None:
    expected = database.seal.key("mark", SECRET_MARK).hex()
    with database.transaction() as tx:
        tx.connection.execute(tx.insert(marks).values(name=SECRET_MARK, value=expected).on_conflict_do_nothing())
        if tx.connection.execute(select(marks.c.value).where(marks.c.name == SECRET_MARK)).scalar() != expected:
            raise WrongSecret(
                "This database was made with another secret, so nobody in it can be recognised. "
                "Set SAMENSPRAAK_SECRET to that secret, or put back the file samenspraak.secret."
            )
