"""After migrating, a database is as the tables say; what cannot be migrated is refused in words and left alone."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url, text

from storage.engine.database import AlreadyRunning, Database, DatabaseAway
from storage.indexes import metadata
from storage.upkeep import migrate as migrating
from storage.upkeep.migrate import NewerDatabase, WrongEncoding, WrongSecret, current, head, migrate
from tests.databases import PostgresServer
from tests.house import ROOT, SECRET
from tests.patience import PATIENCE
from tests.storage.beginnings import add, only_postgresql, only_sqlite, rows

MIGRATE = """
import sys
from storage.engine.database import AlreadyRunning, Database
from storage.upkeep.migrate import migrate
import alembic.command  # before the start, so that they do start together
database = Database(sys.argv[1], sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
try:
    migrate(database)
    print("migrated")
except AlreadyRunning:
    print("busy")
database.close()
"""
TABLE_THEN_MISTAKE = {
    "9001_fine.py": 'op.create_table("fine", sa.Column("id", sa.Integer(), primary_key=True))',
    "9002_wrong.py": 'op.execute("SELECT mistake")',
}

# Not the text of each CREATE TABLE: a column that was added later stands elsewhere in it.
WHOLE_SQLITE = (
    """SELECT m.name || '.' || c.name, json_array(c.type, c."notnull", c.dflt_value, c.pk)
       FROM sqlite_master m, pragma_table_xinfo(m.name) c WHERE m.type = 'table'""",
    """SELECT m.name || '.' || f."from", json_array(f."table", f."to", f.on_update, f.on_delete)
       FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'""",
    """SELECT m.name, json_array(i."unique", i.origin, i.partial,
           (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)))
       FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table'""",
    "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    "SELECT name, 'never gives a number out again' FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'",
    "SELECT name, 'without rowid' FROM sqlite_master WHERE sql LIKE '%WITHOUT ROWID%'",
)
WHOLE_POSTGRESQL = (
    "SELECT table_name || '.' || column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable,"
    " column_default) FROM information_schema.columns WHERE table_schema = 'public'",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
)


def test_alembic_finds_no_difference_with_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_a_migrated_database_equals_one_made_from_the_tables(database: Database, unmigrated: Database) -> None:
    """Also in what Alembic does not compare: partial indexes, what a delete takes along, numbers given out once."""
    metadata.create_all(unmigrated.engine)
    assert described(database) == described(unmigrated)


def test_migrating_twice_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
    before = described(database), rows(database, "SELECT * FROM marks")
    migrate(database)
    assert before == (described(database), rows(database, "SELECT * FROM marks"))
    assert rows(database, "SELECT id FROM partnerships") == [(number,)]
    assert current(database) == head()


def test_an_empty_database_has_no_revision_and_then_the_newest(unmigrated: Database) -> None:
    assert current(unmigrated) is None
    migrate(unmigrated)
    assert current(unmigrated) == head() == max(revisions())


def test_revisions_follow_each_other_in_the_order_of_their_numbers() -> None:
    walked = [script.revision for script in ScriptDirectory(str(migrating.MIGRATIONS)).walk_revisions()]
    assert walked == sorted(revisions(), reverse=True)


def test_processes_that_migrate_at_once_do_it_once(unmigrated: Database) -> None:
    said = migrated_by_processes(unmigrated, 3)
    assert set(said) <= ({"migrated", "busy"} if unmigrated.is_sqlite else {"migrated"})
    assert "migrated" in said
    migrate(unmigrated)
    assert rows(unmigrated, "SELECT version_num FROM alembic_version") == [(head(),)]
    assert len(rows(unmigrated, "SELECT value FROM marks WHERE name = 'secret'")) == 1


@only_sqlite
def test_nobody_migrates_a_file_that_another_version_is_running_on(unmigrated: Database) -> None:
    with closing(Database(unmigrated.url, SECRET)) as other, other.alone(), pytest.raises(AlreadyRunning):
        migrate(unmigrated)
    assert described(unmigrated) == set()


def test_a_migrated_database_can_be_opened_beside_a_running_bot(database: Database, beside: Database) -> None:
    with database.alone():
        migrate(beside)


def test_a_newer_database_is_refused_and_left_alone(database: Database) -> None:
    with database.transaction() as tx:
        tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = described(database)
    with pytest.raises(NewerDatabase, match=r"made by a newer version of Samenspraak\. Install that version"):
        migrate(database)
    assert described(database) == before
    assert current(database) == "9999"


def test_another_secret_is_refused(database: Database) -> None:
    refused = pytest.raises(WrongSecret, match=r"another secret.*SAMENSPRAAK_SECRET.*samenspraak\.secret")
    with closing(Database(database.url, f"{SECRET}.")) as stranger, refused:
        migrate(stranger)
    migrate(database)


def test_the_mark_of_the_secret_does_not_give_it_away(database: Database) -> None:
    ((value,),) = rows(database, "SELECT value FROM marks WHERE name = 'secret'")
    assert len(value) == 64
    assert SECRET not in bytes.fromhex(value).decode("latin-1")


def test_migrations_that_fail_change_nothing(
    unmigrated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_more_migrations(tmp_path, monkeypatch)
    with pytest.raises(Exception, match="mistake"):
        migrate(unmigrated)
    assert described(unmigrated) == set()
    assert current(unmigrated) is None
    if unmigrated.is_sqlite:
        assert pragma(unmigrated, "foreign_keys") == {1}, "off only where a table is rebuilt"
    monkeypatch.undo()
    migrate(unmigrated)
    assert current(unmigrated) == head()


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////dev/null/data.db",
        "postgresql://nobody@127.0.0.1:1/nothing",
        "postgresql://nobody@127.0.0.1:1/nothing?optoin=1",
        "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=soon",
    ],
)
def test_a_database_that_cannot_be_reached_is_away(url: str) -> None:
    with closing(Database(url, SECRET)) as database, pytest.raises(DatabaseAway):
        migrate(database)


@only_sqlite
def test_every_connection_keeps_the_rules(unmigrated: Database) -> None:
    migrate(unmigrated)
    wanted = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "busy_timeout": 5000}
    assert {name: pragma(unmigrated, name) for name in wanted} == {name: {value} for name, value in wanted.items()}


@only_postgresql
def test_no_column_is_without_a_time_zone(database: Database) -> None:
    assert not [column for column, kind in described(database) if "without time zone" in kind]


def described(database: Database) -> set[tuple[str, str]]:
    """Everything that the database says of its own shape, but for Alembic's table."""
    queries = WHOLE_SQLITE if database.is_sqlite else WHOLE_POSTGRESQL
    found = {(name, said) for query in queries for name, said in rows(database, query)}
    return {(name, said) for name, said in found if not name.startswith(("alembic_version", "sqlite_"))}


def pragma(database: Database, name: str) -> set[object]:
    """What each of several connections answers."""
    with ExitStack() as open_ones:
        connections = [open_ones.enter_context(closing(database.engine.raw_connection())) for _ in range(3)]
        return {connection.cursor().execute(f"PRAGMA {name}").fetchone()[0] for connection in connections}


def revisions() -> list[str]:
    return [path.stem.partition("_")[0] for path in (migrating.MIGRATIONS / "versions").glob("*.py")]


def with_more_migrations(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two more migrations after those that there are: one that works, and one that does not."""
    copied = shutil.copytree(migrating.MIGRATIONS, folder / "migrations")
    before = head()
    for name, work in TABLE_THEN_MISTAKE.items():
        script = (
            f'import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = "{name[:4]}", "{before}"\n'
        )
        (copied / "versions" / name).write_text(f"{script}\ndef upgrade() -> None:\n    {work}\n")
        before = name[:4]
    monkeypatch.setattr(migrating, "MIGRATIONS", copied)


def migrated_by_processes(database: Database, number: int) -> list[str]:
    command = [sys.executable, "-c", MIGRATE, database.url, SECRET]
    with ExitStack() as running:
        processes = [
            running.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
            for _ in range(number)
        ]
        return list(_let_go(processes))


def _let_go(processes: list[subprocess.Popen[str]]) -> Iterator[str]:
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        said, _ = process.communicate(timeout=PATIENCE)
        yield said.strip() if process.returncode == 0 else f"failed with {process.returncode}"


def test_a_database_that_is_not_utf8_is_refused(_postgresql: PostgresServer) -> None:  # noqa: PT019 - it is used
    with _postgresql.new(migrated=False) as url:
        name = f"{make_url(url).database}_ascii"
        _postgresql.do(f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        try:
            other = make_url(url).set(database=name).render_as_string(hide_password=False)
            with closing(Database(other, SECRET)) as database, pytest.raises(WrongEncoding, match="ENCODING 'UTF8'"):
                migrate(database)
        finally:
            _postgresql.do(f"DROP DATABASE {name} WITH (FORCE)")
