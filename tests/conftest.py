"""What tests share: a clock, a Bot API on loopback, the house."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.survey.checklist import Checklist
from bot.texts import Texts, load
from tests.databases import NoPostgres, PostgresServer, postgres
from tests.house import Clock, House
from tests.patience import PATIENCE as PATIENCE  # measured here, once, before there are workers
from tests.telegram_server import TelegramServer


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def texts() -> Texts:
    return load()


@pytest.fixture(scope="session")
def checklist(texts: Texts) -> Checklist:
    return texts.checklist


@pytest.fixture
async def server(clock: Clock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock=clock.timestamp) as running:
        yield running


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock) -> AsyncIterator[House]:
    async with House(tmp_path, server, clock) as running:
        yield running


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[PostgresServer]:
    try:
        with postgres() as running:
            yield running
    except NoPostgres as reason:
        pytest.skip(str(reason))


@pytest.fixture
def postgresql_url(_postgresql: PostgresServer) -> Iterator[str]:
    """A migrated database of its own."""
    with _postgresql.new() as url:
        yield url


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the transcripts anew, as the chat is now")
