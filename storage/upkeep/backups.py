"""Back-ups: a whole copy of the database in one file, made while the bot runs, and put back into an empty place.

A back-up is complete and checked, or it is not there. The secret is never in it, and nothing is restored without it.
None is thrown away here: how many are kept is a line of the operator's crontab (docs/running.md).
"""

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from bot.survey.traits import Traits
from storage import state
from storage.engine.database import Database, DatabaseAway, StorageError
from storage.engine.in_force import SECRET
from storage.engine.urls import file_of, told
from storage.schema import metadata
from storage.upkeep import migrate
from storage.upkeep.migrate import NewerDatabase, WrongSecret
from storage.upkeep.progress import Progress, untold

MADE = "backed up"
"""The mark that says of which moment a back-up is."""

DUMP = ("pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password")
RESTORE = ("pg_restore", "--no-owner", "--no-privileges", "--no-password", "--exit-on-error", "--single-transaction")
WANTED = ("alembic_version", "marks", "contacts", "answers")
AT_A_TIME = 1000  # pages of SQLite, 4 MB
A_TABLE = re.compile(r"(?:dumping contents of|processing data for) table ")
PATIENCE = 60.0  # seconds for whoever has the whole file to themselves

INTO_EMPTY = "Restore into an empty place: move what is there away, or set DATABASE_URL to another one."

DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
FROM_DAMAGE = (
    "There is no back-up of it now. Stop the bot, move this file and those beside it away and keep them, "
    "and restore the newest back-up."
)

UNRECOGNISABLE = (
    "This back-up was made with another secret, so nobody in it could be recognised. Nothing was restored. First set "
    "SAMENSPRAAK_SECRET to that secret, or put back the file samenspraak.secret."
)


class BackupError(StorageError):
    """There is no back-up now, or it was not restored; the message says why and what to do."""


def save(database: Database, path: Path, now: datetime, *, over: bool = False, progress: Progress = untold) -> None:
    """Write the database, as it is now, to a file that only this account can read; a running bot is not held up."""
    if path.exists() and not over:
        raise BackupError(f"There is a {path} already. Give another name, or --force to write over it.")
    if _is_nothing(database):
        raise BackupError(f"There is nothing to back up in {told(database.url)}.")
    with _whole(path) as part:
        (_copy if database.is_sqlite else _dump)(database, part, now, progress)


def _is_nothing(database: Database) -> bool:
    file = file_of(database.url)
    if file and not file.is_file():
        return True
    try:
        return migrate.current(database) is None
    except DatabaseAway:
        if file is None:
            raise
        return False  # it cannot be written, or is damaged: the copy will tell


def restored(
    path: Path,
    url: str,
    secret: str,
    channels: Sequence[Traits] = (),
    progress: Progress = untold,
    former: str = "",
) -> AbstractContextManager[Database]:
    """A back-up, checked, put back where there was nothing, and upgraded; what is done with it until the end belongs to
    it: before that no bot starts there."""
    target = file_of(url)
    given = (secret, channels, progress, former)
    return _restored_file(path, target, *given) if target else _restored_on_server(path, url, *given)


@contextmanager
def _restored_file(
    path: Path, target: Path, secret: str, channels: Sequence[Traits], progress: Progress, former: str
) -> Iterator[Database]:
    """Under another name until this ends well."""
    for taken in (target, Path(f"{target}-wal"), Path(f"{target}-shm")):
        if taken.exists():
            raise BackupError(f"There is a {taken} already. {INTO_EMPTY}")
    _check_file(path)
    with _in_words(target):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _whole(target) as copy:
        _copy_file(path, copy, progress)
        with closing(Database(f"sqlite:///{copy}", secret, channels, former)) as database:
            migrate.upgrade(database, _check(database))
            yield database
        _make_one_file(copy)


@contextmanager
def _restored_on_server(
    path: Path, url: str, secret: str, channels: Sequence[Traits], progress: Progress, former: str
) -> Iterator[Database]:
    """Behind a guard until this ends well."""
    with closing(Database(url, secret, channels, former)) as database:
        if migrate.current(database) is not None:
            raise BackupError(f"There is something in {told(url)} already. {INTO_EMPTY}")
        listed = _run("pg_restore", "--list", str(path))
        if not all(f"TABLE DATA public {name} " in listed for name in WANTED):
            raise BackupError(f"{path} is a back-up of something else.")
        revision = _check_dump(database, path)
        migrate.guard(database)
        _put_back(database, path, listed.count(" TABLE DATA "), progress)
        migrate.upgrade(database, revision)
        yield database
        migrate.lift_guard(database)


def _put_back(database: Database, path: Path, tables: int, progress: Progress) -> None:
    """All or nothing; after nothing the place is empty again."""
    try:
        _run_on(database, tables, progress, *RESTORE, str(path))
    except BackupError:
        migrate.lift_guard(database, of_nothing=True)
        raise


def _check(database: Database) -> str:
    """The revision of what can go on here."""
    revision = migrate.current(database)
    if revision is None:
        raise BackupError("There is nothing in this back-up.")
    if revision > migrate.head():
        raise NewerDatabase
    if not migrate.secret_fits(database):
        raise WrongSecret(UNRECOGNISABLE)
    return revision


def _check_dump(database: Database, path: Path) -> str:
    """The same, of a file that only PostgreSQL's own program can read."""
    revision = re.search(r"FROM stdin;\n(\d{4})\n", _table(path, "alembic_version"))
    if revision is None:
        raise BackupError(f"{path} is a back-up of something else.")
    if revision[1] > migrate.head():
        raise NewerDatabase
    made_with = re.search(rf"^{SECRET}\t(\w+)$", _table(path, "marks"), re.MULTILINE)
    if made_with and made_with[1] not in database.secrets.marks:
        raise WrongSecret(UNRECOGNISABLE)
    return revision[1]


def _table(path: Path, name: str) -> str:
    return _run("pg_restore", "--data-only", f"--table={name}", "--file=-", str(path))


def _copy(database: Database, part: Path, now: datetime, progress: Progress) -> None:
    source = file_of(database.url)
    assert source  # noqa: S101 - as on every SQLite database that is not in memory
    try:
        _copy_file(source, part, progress)
        wrong = _wrong_in(part)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode not in DAMAGED:
            raise
        wrong = str(error)
    if wrong:
        raise BackupError(f"The database {source} itself is damaged: {wrong}. {FROM_DAMAGE}")
    # Dated in the copy alone: a database that is full or may only be read can be backed up too.
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        copy.execute("INSERT OR REPLACE INTO marks (name, value) VALUES (?, ?)", (MADE, now.isoformat()))


def _copy_file(source: Path, to: Path, progress: Progress) -> None:
    """Of one moment of the database, while others go on writing; one file, with no log beside it."""

    def copied(_: int, left: int, of: int) -> None:
        progress(of - left, of)

    with closing(_opened(source)) as there, closing(sqlite3.connect(to)) as made:
        there.execute("BEGIN")
        there.execute("SELECT count(*) FROM sqlite_master")  # from here on it is that moment
        there.backup(made, pages=AT_A_TIME, progress=copied)
    _make_one_file(to)


def _opened(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(_read_only(source), uri=True, isolation_level=None, timeout=PATIENCE)


def _make_one_file(path: Path) -> None:
    """Take in the log that may stand beside it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=DELETE")


def _dump(database: Database, part: Path, now: datetime, progress: Progress) -> None:
    with suppress(DatabaseAway, DBAPIError), database.transaction() as tx:  # a full one is backed up without
        state.write_moment(tx, MADE, now)
    _run_on(database, len(metadata.tables) + 1, progress, *DUMP, f"--file={part}")  # Alembic's own too
    _run("pg_restore", "--list", str(part))


def _check_file(path: Path) -> None:
    try:
        wrong = _wrong_in(path)
    except sqlite3.Error as error:
        raise BackupError(f"{path} cannot be used: {error}") from None
    if wrong:
        raise BackupError(f"{path} is damaged: {wrong}. Take an older back-up.")


def _wrong_in(path: Path) -> str:
    """The first thing that is wrong in a file; nothing when all is well."""
    with closing(sqlite3.connect(_read_only(path), uri=True)) as file:
        found = file.execute("PRAGMA integrity_check(3)").fetchall()
        found += file.execute("PRAGMA foreign_key_check").fetchall()
    return "" if found == [("ok",)] else str(next(one for one in found if one != ("ok",)))


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A file for our eyes only, which takes this place when all went well, and is gone when it did not."""
    folder = path.absolute().parent
    with _in_words(path), tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as room:
        part = Path(room) / path.name
        part.touch(0o600)
        yield part
        _flush(part)
        part.replace(path)
        _flush(folder)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Say why something cannot be written here."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        advice = "Is its folder there, may this account write in it, and is there room on the disk?"
        raise BackupError(f"{path} cannot be written: {reason}. {advice}") from None


def _flush(path: Path) -> None:
    """It is on disk, and not only on its way."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _run(*command: str) -> str:
    _look_for(*command)
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise BackupError(f"{command[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _run_on(database: Database, tables: int, progress: Progress, *command: str) -> None:
    """Told table by table. With the password in the environment: everybody on a machine can read a command line."""
    url = make_url(database.url)
    without = url._replace(drivername="postgresql", password=None).render_as_string()
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    _look_for(*command)
    with subprocess.Popen(  # noqa: S603
        (*command, "--verbose", f"--dbname={without}"),
        env={**os.environ, **password, "LC_ALL": "C"},  # in the words that we look for
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as running:
        said = _followed(running.stderr or (), tables, progress)
    if running.returncode:
        raise BackupError(f"{command[0]} failed: {_complaint(said)}")


def _followed(lines: Iterable[str], tables: int, progress: Progress) -> list[str]:
    """All that a program of PostgreSQL says, which `progress` is told of."""
    said, done = [], 0
    for line in lines:
        said.append(line)
        if A_TABLE.search(line):
            done += 1
            progress(min(done, tables), tables)
    return said


def _complaint(said: Sequence[str]) -> str:
    """From where it begins to complain, and not what it did before."""
    begin = next((number for number, line in enumerate(said) if "error: " in line), 0)
    return "".join(said[begin:]).strip()


def _look_for(*command: str) -> None:
    if not shutil.which(command[0]):
        shown = shlex.join(command)
        raise BackupError(f"{command[0]} is not here. Install PostgreSQL's client, or run where it is: {shown}")


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"
