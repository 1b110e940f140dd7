"""Migrating: bring a database to the schema of this version, at start, or say exactly why not.

Alembic is only loaded when there is something to do. A database that is not ours, newer, half-made or made with another
secret is refused and left alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from storage.engine.database import Database, DatabaseAway, StorageError, away
from storage.engine.in_force import SECRET
from storage.engine.urls import told
from storage.schema import marks, metadata
from storage.upkeep.progress import Progress, untold

MIGRATIONS = Path(__file__).parents[1] / "migrations"
VERSIONS = "alembic_version"
SECRET_BEFORE = "secret before"  # noqa: S105 - the name of a mark
"""As long as something may be under that one still."""
GUARD = "being_restored"
NO_RIGHTS = "42501"  # PostgreSQL's number for it

ADVICE_SQLITE = "Is its folder there, may this account write in it and to the file, and is there room on the disk?"
ADVICE_POSTGRESQL = (
    "Is the server running, and are the host, the port, the name, the password and the options in DATABASE_URL right?"
)


class NewerDatabase(StorageError):
    """The database was made by a newer version of Samenspraak. Install that version, or restore a back-up."""


class NotOurs(StorageError):
    """There is something in this database that Samenspraak did not make. Give it an empty database in DATABASE_URL."""


class HalfMade(StorageError):
    """Parts of this database are missing. Restore a back-up into an empty one."""


class HalfRestored(StorageError):
    """A restore into this database is under way, or was broken off."""


class NotAllowed(StorageError):
    """The role in DATABASE_URL may not do what is needed."""


class WrongEncoding(StorageError):
    """The database does not keep text as UTF-8. Make another: CREATE DATABASE x ENCODING 'UTF8' TEMPLATE template0."""


class WrongSecret(StorageError):
    """The database was made with another secret."""


class HalfChanged(StorageError):
    """The secret of this database was changed, and not to the end. Set SAMENSPRAAK_SECRET to the new one and
    SAMENSPRAAK_OLD_SECRET to the one before it, and go on: samenspraak secret rotate"""


def head() -> str:
    """The newest revision that this version knows."""
    return max(_revisions())


def _revisions() -> list[str]:
    """They are numbered 0001, 0002, ..."""
    return [path.stem[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")]


def current(database: Database) -> str | None:
    """The revision of a database, None of an empty one; raises what is wrong with any other."""
    with _in_words(database), database.engine.connect() as connection:
        if not database.is_sqlite and connection.execute(text("SHOW server_encoding")).scalar() != "UTF8":
            raise WrongEncoding
        tables = set(inspect(connection).get_table_names())
        revision = _revision(connection) if VERSIONS in tables else None
    if GUARD in tables:
        raise HalfRestored(f"{HalfRestored.__doc__}\n{_anew(database)}")
    if tables and (revision is None or not revision.isdigit()):
        raise NotOurs(f"{NotOurs.__doc__} It has the tables: {_some(tables)}.")
    if revision == head() and (missing := set(metadata.tables) - tables):
        raise HalfMade(f"{HalfMade.__doc__} Missing: {_some(missing)}.")
    return revision


def migrate(database: Database, progress: Progress = untold) -> bool:
    """Bring the schema up to date and check the secret; raises StorageError with what to do. Whether it was behind."""
    revision = current(database)
    if revision is not None and revision > head():
        raise NewerDatabase
    upgrade(database, revision, progress)
    return revision != head()


def upgrade(database: Database, revision: str | None, progress: Progress = untold) -> None:
    """The same, of a database that is known to be at this revision; of an empty one there is nothing to wait for."""
    with _in_words(database):
        if revision is not None:
            _check_secret(database)
        if revision != head():
            with database.alone():  # not under the hands of a version that is still running
                _upgrade(database, partial(_applied, progress, revision) if revision else None)
        _check_secret(database)


def guard(database: Database) -> None:
    """From now on nothing starts on this empty database, until the guard is lifted."""
    with _in_words(database), database.engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE {GUARD} (nothing integer)"))


def lift_guard(database: Database, *, of_nothing: bool = False) -> None:
    """When it is a guard `of_nothing`, it stays if there is something after all."""
    with _in_words(database), database.engine.begin() as connection:
        if not of_nothing or inspect(connection).get_table_names() == [GUARD]:
            connection.execute(text(f"DROP TABLE {GUARD}"))


def _anew(database: Database) -> str:
    at = make_url(database.url)
    return (
        "If it was broken off, make the database anew, and restore once more: "
        f"DROP DATABASE {at.database}; CREATE DATABASE {at.database} OWNER {at.username};"
    )


def secret_fits(database: Database) -> bool:
    """Whether a migrated database was made with a secret at hand, which is in force from now on, or with none yet."""
    made_with = marks_of_secrets(database)
    if SECRET in made_with and not database.secrets.put_in_force(made_with[SECRET]):
        return False
    before, former = made_with.get(SECRET_BEFORE), database.seal.former
    if before and (former is None or former.mark != before):
        raise HalfChanged
    return True


def marks_of_secrets(database: Database) -> dict[str, str]:
    with database.transaction() as tx:
        found = select(marks).where(marks.c.name.in_((SECRET, SECRET_BEFORE)))
        return {row.name: row.value for row in tx.connection.execute(found)}


def _revision(connection: Connection) -> str | None:
    return connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar()  # noqa: S608 - a name of ours


def _some(tables: set[str], most: int = 5) -> str:
    named = sorted(tables)
    return ", ".join(named[:most]) + (f" and {len(named) - most} more" if len(named) > most else "")


@contextmanager
def _in_words(database: Database) -> Iterator[None]:
    """Say what is wrong with a database in words, with what to do about it."""
    try:
        with away():
            yield
    except DatabaseAway as error:
        advice = ADVICE_SQLITE if database.is_sqlite else ADVICE_POSTGRESQL
        raise DatabaseAway(
            f"The database {told(database.url)} cannot be used: {str(error).strip()}\n{advice}"
        ) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != NO_RIGHTS:
            raise
        reason = str(error.orig).strip()
        role = make_url(database.url).username
        raise NotAllowed(
            f"{NotAllowed.__doc__} PostgreSQL says: {reason}\n"
            f"Make it the owner of its database: ALTER DATABASE {make_url(database.url).database} OWNER TO {role}"
        ) from error


def _upgrade(database: Database, applied: Callable[..., None] | None) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes.update(engine=database.engine, seal=database.seal, applied=applied)
    command.upgrade(config, "head")


def _applied(progress: Progress, begun_at: str, /, step: Any, **_: object) -> None:
    """What Alembic calls after each revision."""
    wanted = sorted(one for one in _revisions() if one > begun_at)
    progress(wanted.index(step.up_revision_id) + 1, len(wanted))


def _check_secret(database: Database) -> None:
    mine = {"name": SECRET, "value": database.seal.mark}
    with database.transaction() as tx:
        tx.connection.execute(tx.insert(marks).values(mine).on_conflict_do_nothing())
    if not secret_fits(database):
        raise WrongSecret(
            "This database was made with another secret, so nobody in it can be recognised. "
            "Set SAMENSPRAAK_SECRET to that secret, or put back the file samenspraak.secret."
        )
    database.watches_secret = True
