"""What the storage tests share: one database each, on SQLite and on PostgreSQL in turn.

A test that is about one of the two says so with `only_sqlite` or `only_postgresql` of `tests.storage.beginnings`.
"""

from collections.abc import Iterator

import pytest

from bot.channels import TRAITS
from storage.engine.database import Database
from tests.databases import Source, SqliteFiles
from tests.house import SECRET


@pytest.fixture
def database(source: Source) -> Iterator[Database]:
    """A migrated database."""
    with source.new() as url:
        yield from _opened(url)


@pytest.fixture
def beside(database: Database) -> Iterator[Database]:
    """The same database, opened a second time, as another process would."""
    yield from _opened(database.url)


@pytest.fixture
def unmigrated(source: Source) -> Iterator[Database]:
    with source.new(migrated=False) as url:
        yield from _opened(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def source(request: pytest.FixtureRequest) -> Source:
    found: Source = request.getfixturevalue(f"_{request.param}")
    return found


@pytest.fixture(scope="session")
def _sqlite(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


def _opened(url: str) -> Iterator[Database]:
    database = Database(url, SECRET, TRAITS)
    try:
        yield database
    finally:
        database.close()
