"""Back-ups: whole and checked or not there, and put back only into an empty place."""

import asyncio
import os
import re
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.channels import TRAITS
from bot.command_line import doctor
from bot.letters import Upload
from bot.survey.sound import Sound
from storage import letters, recordings, state, voices
from storage.engine.database import Database, StorageError
from storage.upkeep import backups
from storage.upkeep.backups import BackupError
from storage.upkeep.migrate import HalfRestored, NewerDatabase, NotOurs, WrongSecret, current, head, migrate
from storage.upkeep.progress import untold
from tests.databases import Source, programs
from tests.house import MONDAY, ROOT, SECRET, read
from tests.storage.beginnings import ANNA, BEN, LETTER, add, join, load, only_postgresql, only_sqlite, rows
from tests.storage.upkeep.test_upgrades import RELEASED as RELEASED_ROWS
from tests.storage.upkeep.test_upgrades import found, in_days, prepare
from tests.unprivileged import unprivileged
from tests.variants import variants

TABLES = (
    *("partnerships", "contacts", "respondents", "responses", "letters", "waves", "invitations"),
    *("speakers", "recordings", "voice_files"),
)
VOICE = bytes(range(256)) * 600  # as large as one is at most


@pytest.fixture(autouse=True)
def _programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs, of the wheel that the tests have their server from."""
    monkeypatch.setenv("PATH", programs())


class Heard:
    """How far it was said to be."""

    def __init__(self) -> None:
        self.of: list[tuple[int, int]] = []

    def __call__(self, done: int, of: int, said: str = "", /) -> None:
        self.of.append((done, of))

    @property
    def rises_to_the_end(self) -> bool:
        return bool(self.of) and self.of == sorted(self.of) and self.of[-1][0] == self.of[-1][1] > 0


def test_what_is_put_back_is_what_was_there(database: Database, source: Source, tmp_path: Path) -> None:
    live_in(database)
    saved, put = Heard(), Heard()
    backups.save(database, tmp_path / "copy", MONDAY, progress=saved)
    before = {name: all_of(database, name) for name in TABLES}
    with source.new(migrated=False) as url, backups.restored(tmp_path / "copy", url, SECRET, (), put) as copy:
        assert (saved.rises_to_the_end, put.rises_to_the_end) == (True, True), (saved.of, put.of)
        assert {name: all_of(copy, name) for name in TABLES} == before
        assert (copy.url == url) == (not copy.is_sqlite)
        with copy.transaction() as tx:
            assert state.read_moment(tx, backups.MADE) == MONDAY
            assert load(tx, ANNA).dialogue.answers == {}
            (recorded,) = recordings.of_partnership(tx, 1)
            assert recorded.spoken_by == "Fatima"
            assert recordings.content(tx, recorded.digest) == (VOICE, "audio/mpeg")
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["copy"], "nothing is left beside it"


@only_sqlite
def test_a_copy_is_of_one_moment_while_others_write(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piece by piece, and between two somebody else writes: without that moment it would begin anew each time."""
    monkeypatch.setattr(backups, "AT_A_TIME", 5)
    live_in(database)
    heard = Heard()

    def write(done: int, of: int, said: str = "", /) -> None:
        heard(done, of)
        if len(heard.of) < 100:
            with database.transaction() as tx:
                state.write_moment(tx, f"between {len(heard.of)}", MONDAY)

    backups.save(database, tmp_path / "copy", MONDAY, progress=write)
    assert heard.rises_to_the_end
    assert len(heard.of) > 5
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*) FROM marks WHERE name LIKE 'between %'").fetchone() == (0,)


def test_it_is_in_place_afterwards_and_everything_is_in_one_file(
    database: Database, source: Source, tmp_path: Path
) -> None:
    live_in(database)
    backups.save(database, tmp_path / "copy", MONDAY)
    with source.new(migrated=False) as url:
        with backups.restored(tmp_path / "copy", url, SECRET, TRAITS) as copy, copy.transaction() as tx:
            assert tx.unable_to_ring == ["web"], "nobody is taken to be reminded on the page"
            state.write_moment(tx, "put back", MONDAY)
        with closing(Database(url, SECRET)) as again:
            migrate(again)
            assert rows(again, "SELECT 1 FROM marks WHERE name = 'put back'") == [(1,)]
            if again.is_sqlite:
                folder = Path(str(again.engine.url.database)).parent
                assert not list(folder.glob(".unfinished-*"))


def test_a_file_that_is_there_is_not_written_over_unless_asked(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "copy"
    path.write_text("precious")
    with pytest.raises(BackupError, match=r"There is a .*copy already\. .*--force"):
        backups.save(database, path, MONDAY)
    assert path.read_text() == "precious"
    backups.save(database, path, MONDAY, over=True)
    assert b"precious" not in path.read_bytes()


def test_when_it_fails_there_is_nothing_and_the_older_one_stays(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups.save(database, tmp_path / "copy", MONDAY)
    before = (tmp_path / "copy").read_bytes()
    with pytest.raises(BackupError, match="cannot be written: No such file"):
        backups.save(database, tmp_path / "no such folder" / "copy", MONDAY)
    if database.is_sqlite:
        with_an_answer_of_nobody(Path(str(database.engine.url.database)))
    else:
        monkeypatch.setenv("PATH", str(failing(tmp_path / "bin")))
    with pytest.raises(BackupError):
        backups.save(database, tmp_path / "copy", MONDAY, over=True)
    assert (tmp_path / "copy").read_bytes() == before
    assert not list(tmp_path.glob(".copy*"))


def test_nothing_cannot_be_backed_up(unmigrated: Database, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="There is nothing to back up in"):
        backups.save(unmigrated, tmp_path / "copy", MONDAY)
    if unmigrated.is_sqlite:
        assert not Path(str(unmigrated.engine.url.database)).exists(), "and it is not made by asking"


def test_nothing_is_put_back_over_something(database: Database, tmp_path: Path) -> None:
    live_in(database)
    backups.save(database, tmp_path / "copy", MONDAY)
    before = all_of(database, "responses")
    with pytest.raises(BackupError, match=r"already\. Restore into an empty place"):
        put_back(tmp_path / "copy", database.url)
    assert all_of(database, "responses") == before


def test_nothing_is_put_back_into_a_database_of_somebody_else(
    database: Database, unmigrated: Database, tmp_path: Path
) -> None:
    backups.save(database, tmp_path / "copy", MONDAY)
    with unmigrated.transaction() as tx:
        tx.connection.execute(text("CREATE TABLE invoices (id INTEGER)"))
    with pytest.raises((BackupError, NotOurs), match=r"empty (place|database)"):
        put_back(tmp_path / "copy", unmigrated.url)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", NewerDatabase),
        ("UPDATE marks SET value = 'abc' WHERE name = 'secret'", WrongSecret),
        ("DROP TABLE answers", StorageError),
    ],
)
def test_what_cannot_go_on_is_not_put_back(
    database: Database, source: Source, tmp_path: Path, spoil: str, told: type[StorageError]
) -> None:
    with database.transaction() as tx:
        tx.connection.execute(text(spoil))
    with suppress(StorageError):  # a whole back-up is made by other means, such as pg_dump alone
        backups.save(database, tmp_path / "copy", MONDAY)
    if not (tmp_path / "copy").exists():
        (backups._copy if database.is_sqlite else backups._dump)(database, tmp_path / "copy", MONDAY, untold)
    with source.new(migrated=False) as url:
        with pytest.raises(told):
            put_back(tmp_path / "copy", url)
        assert is_empty(url)


@only_sqlite
def test_a_database_that_may_only_be_read_is_backed_up(database: Database, tmp_path: Path) -> None:
    live_in(database)
    database.close()
    file = Path(str(database.engine.url.database))
    file.chmod(0o444)
    done = unprivileged("backup", str(tmp_path / "copy"), DATABASE_URL=database.url)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"Copying the database: (\d+) of \1 pages\n", done.stderr)
    with backups.restored(tmp_path / "copy", f"sqlite:///{tmp_path}/new.db", SECRET) as copy, copy.transaction() as tx:
        assert state.read_moment(tx, backups.MADE)
        assert load(tx, ANNA).dialogue.answers == {}


@only_postgresql
def test_a_server_that_may_only_be_read_is_backed_up(database: Database, source: Source, tmp_path: Path) -> None:
    live_in(database)
    with database.transaction() as tx:
        name = database.engine.url.database
        tx.connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    database.close()
    backups.save(database, tmp_path / "copy", MONDAY)
    with source.new(migrated=False) as url, backups.restored(tmp_path / "copy", url, SECRET) as copy:
        assert rows(copy, "SELECT count(*) FROM responses") == [(2,)]


@only_sqlite
def test_a_damaged_database_is_not_called_a_damaged_back_up(database: Database, tmp_path: Path) -> None:
    live_in(database)
    database.close()
    file = Path(str(database.engine.url.database))
    whole = file.read_bytes()
    for content in (b"x" * len(whole), whole[:8192] + b"x" * (len(whole) - 8192), with_an_answer_of_nobody(file)):
        file.write_bytes(content)
        with pytest.raises(
            BackupError, match=rf"^The database {file} itself is damaged: .* restore the newest back-up"
        ):
            backups.save(database, tmp_path / "copy", MONDAY)
        database.close()
        assert not list(tmp_path.glob("*copy*"))


@only_sqlite
@pytest.mark.parametrize("folder", ["/dev/null/data", "/proc/no such folder"])
def test_a_folder_that_cannot_be_made_is_told(database: Database, tmp_path: Path, folder: str) -> None:
    backups.save(database, tmp_path / "copy", MONDAY)
    with pytest.raises(BackupError, match=rf"^{folder}/x.db cannot be written: .* Is its folder there"):
        put_back(tmp_path / "copy", f"sqlite:///{folder}/x.db")


@only_sqlite
@pytest.mark.parametrize("room", [0, 10_000])
def test_a_full_disk_is_told_and_nothing_is_left(database: Database, tmp_path: Path, room: int) -> None:
    backups.save(database, tmp_path / "copy", MONDAY)
    (tmp_path / "new").mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(BackupError, match=r"x.db cannot be written: .* is there room on the disk\?"):
            put_back(tmp_path / "copy", f"sqlite:///{tmp_path}/new/x.db")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list((tmp_path / "new").iterdir())


def test_what_is_no_back_up_is_not_put_back(source: Source, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all, " * 1000)
    with source.new(migrated=False) as url:
        with pytest.raises(BackupError):
            put_back(tmp_path / "letter.txt", url)
        with pytest.raises(BackupError):
            put_back(tmp_path / "not there", url)
        assert is_empty(url)


def test_a_damaged_back_up_is_not_put_back(database: Database, source: Source, tmp_path: Path) -> None:
    live_in(database)
    backups.save(database, tmp_path / "copy", MONDAY)
    content = bytearray((tmp_path / "copy").read_bytes())
    half = len(content) // 2
    (tmp_path / "copy").write_bytes(content[:half])
    with source.new(migrated=False) as url:
        with pytest.raises(BackupError):
            put_back(tmp_path / "copy", url)
        assert is_empty(url)


@pytest.mark.parametrize("revision", variants(("0001", "0002", "0003")))
def test_an_old_back_up_is_upgraded_when_it_is_put_back(
    unmigrated: Database, source: Source, tmp_path: Path, revision: str
) -> None:
    prepare(unmigrated, revision)
    before = {name: found(unmigrated, name) for name in RELEASED_ROWS["0001"] if name not in ("marks", "updates")}
    backups.save(unmigrated, tmp_path / "copy", MONDAY)
    with source.new(migrated=False) as url:
        put_back(tmp_path / "copy", url)
        with closing(Database(url, SECRET)) as copy:
            assert current(copy) == head()
            for name, there in before.items():
                wanted = list(map(in_days, there))
                assert [{key: row[key] for key in wanted[0]} for row in found(copy, name)] == wanted


@only_postgresql
@pytest.mark.parametrize("dies", variants(("kill -9 $PPID", '"$real" "$@"; kill -9 $PPID')))
def test_where_a_restore_was_broken_off_nothing_starts(
    database: Database, unmigrated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies: str
) -> None:
    """All that waited in it would be sent, for nothing was taken for sent yet."""
    live_in(database)
    backups.save(database, tmp_path / "copy", MONDAY)
    real = shutil.which("pg_restore")
    script = f'#!/bin/sh\nreal={real}\ncase "$*" in *--dbname=*) {dies};; *) exec $real "$@";; esac\n'
    with monkeypatch.context() as spoiled:
        spoiled.setenv("PATH", f"{program(tmp_path / 'bin', 'pg_restore', script)}{os.pathsep}{programs()}")
        given = {**os.environ, "DATABASE_URL": unmigrated.url, "SAMENSPRAAK_SECRET": SECRET}
        command = [sys.executable, "-m", "bot", "restore", str(tmp_path / "copy")]
        assert subprocess.run(command, cwd=ROOT, env=given).returncode == -signal.SIGKILL
    for starts in (migrate, lambda there: put_back(tmp_path / "copy", there.url)):
        with pytest.raises(
            HalfRestored, match=r"broken off\.\nIf .* restore once more: DROP DATABASE \w+; CREATE DATABASE"
        ):
            starts(unmigrated)
    found = {one.name: one for one in asyncio.run(doctor.look(read(given, tmp_path), MONDAY))}["schema"]
    assert (found.ok, found.found, "DROP DATABASE" in found.advice) == (False, HalfRestored.__doc__, True)


@only_postgresql
def test_when_nothing_could_be_put_back_the_place_is_empty_again(
    database: Database, unmigrated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups.save(database, tmp_path / "copy", MONDAY)
    script = f'#!/bin/sh\ncase "$*" in *--dbname=*) exit 1;; *) exec {shutil.which("pg_restore")} "$@";; esac\n'
    monkeypatch.setenv("PATH", f"{program(tmp_path / 'bin', 'pg_restore', script)}{os.pathsep}{programs()}")
    with pytest.raises(BackupError, match="pg_restore failed"):
        put_back(tmp_path / "copy", unmigrated.url)
    assert current(unmigrated) is None


@only_postgresql
def test_when_what_belongs_to_a_restore_fails_nothing_starts_either(
    database: Database, unmigrated: Database, tmp_path: Path
) -> None:
    backups.save(database, tmp_path / "copy", MONDAY)
    with pytest.raises(ZeroDivisionError), backups.restored(tmp_path / "copy", unmigrated.url, SECRET):
        raise ZeroDivisionError
    with pytest.raises(HalfRestored):
        migrate(unmigrated)


@only_postgresql
def test_a_password_is_not_on_the_command_line(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(failing(tmp_path / "bin")))
    url = database.engine.url.set(username="postgres", password="hunter 2").render_as_string(hide_password=False)
    with closing(Database(url, SECRET)) as with_password, pytest.raises(BackupError) as told:
        backups._dump(with_password, tmp_path / "copy", MONDAY, untold)
    arguments, password = (tmp_path / "bin" / "told").read_text().split("\n")[:2]
    assert password == "hunter 2"
    assert "hunter" not in arguments
    assert "--format=custom" in arguments
    assert "hunter" not in str(told.value)


@only_postgresql
def test_without_pg_dump_the_command_is_told(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupError, match=r"Install PostgreSQL's client, or run where it is: pg_dump --format=custom"):
        backups.save(database, tmp_path / "copy", MONDAY)


def with_an_answer_of_nobody(file: Path) -> bytes:
    with closing(sqlite3.connect(file)) as raw:
        raw.execute("INSERT INTO answers VALUES (99, 1, 'yes', '2026-03-02', 'nl')")
        raw.commit()
    return file.read_bytes()


def live_in(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        join(tx, ANNA, number)
        join(tx, BEN, number)
        letters.reply(tx, load(tx, ANNA).contact, LETTER, MONDAY)
        fatima = recordings.agree(tx, number, "Fatima", "consent", MONDAY.date())
        recordings.keep(tx, number, fatima, ("nl", "answers", "words"), Sound(VOICE, "audio/mpeg"))
        voices.keep_file(tx, Upload(2**40, "voice", "a" * 64), "file")


def put_back(path: Path, url: str) -> None:
    with backups.restored(path, url, SECRET):
        pass


def is_empty(url: str) -> bool:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return not path.exists() and not list(path.parent.glob(".unfinished-*"))
    with closing(Database(url, SECRET)) as database:
        return current(database) is None


def all_of(database: Database, table: str) -> list[tuple[Any, ...]]:
    return sorted(rows(database, f"SELECT * FROM {table}"), key=repr)


def failing(folder: Path) -> Path:
    """A folder of programs with a pg_dump that writes down how it was called, and fails."""
    told = f'echo "$@" > {folder}/told\necho "$PGPASSWORD" >> {folder}/told'
    return program(folder, "pg_dump", f"#!/bin/sh\n{told}\nexit 1\n")


def program(folder: Path, name: str, script: str) -> Path:
    """A folder with this program in it."""
    folder.mkdir()
    (folder / name).write_text(script)
    (folder / name).chmod(0o755)
    return folder
