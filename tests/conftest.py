"""What tests share: a clock, a Bot API on loopback, the house, a browser."""

import logging
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
from hypothesis import HealthCheck

from bot.delivery import rate_limit
from bot.runtime import logs
from bot.survey.checklist import Checklist
from bot.texts.texts import Texts, load
from tests.browser import Browser, chromium
from tests.databases import NoPostgres, PostgresServer, postgres
from tests.house import Clock, House
from tests.leftovers import memory, prefix, swept
from tests.patience import PATIENCE as PATIENCE  # measured here, once, before there are workers
from tests.telegram_server import TelegramServer

# How long an example takes says how busy the machine is; and making one may take long on a busy one, too.
hypothesis.settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.settings.load_profile("unhurried")

COSTLY = ("postgresql", "browser", "process", "long", "fire")
WITHOUT = "without what needs a PostgreSQL, a browser, processes of its own or seconds, and without the long proofs"
BEGINNERS = {"command", "migrated_by_processes", "samenspraak_run", "subprocess", "unprivileged"}
"""Names by which tests begin processes."""


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
def second() -> float:
    """How long bulk mail waits between two letters to one chat. That it is a second, is for tests about that alone:
    `parametrize("second", [rate_limit.SECOND])`."""
    return 0.01


@pytest.fixture
def installed(texts: Texts) -> Texts:
    """The languages of the house: ours, unless a test has other folders."""
    return texts


@pytest.fixture
async def house(
    tmp_path: Path,
    server: TelegramServer,
    clock: Clock,
    second: float,
    installed: Texts,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    monkeypatch.setattr(rate_limit, "SECOND", second)
    monkeypatch.setattr("bot.app.load", lambda: installed)
    async with House(tmp_path, server, clock) as running:
        yield running


@pytest.fixture(scope="session")
def _chromium() -> Iterator[str]:
    with chromium() as address:
        yield address


@pytest.fixture
async def browser(_chromium: str) -> AsyncIterator[Browser]:
    async with Browser(_chromium) as running:
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


@pytest.fixture(autouse=True)
def _logs_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What one test hides is a word like any other in the next, and nothing goes to where one test wrote its log."""
    monkeypatch.setattr(logs, "_secrets", set())
    root = logging.getLogger()
    before = set(root.handlers)
    yield
    root.handlers[:] = [handler for handler in root.handlers if handler in before]


def pytest_configure(config: pytest.Config) -> None:
    sweeping = ExitStack()
    sweeping.enter_context(swept())
    config.add_cleanup(sweeping.close)
    if config.option.basetemp is None and (place := memory()):
        config.option.basetemp = tempfile.mkdtemp(prefix=prefix("tests"), dir=place)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What a test needs is its mark; `--quick` leaves out what costs a server, a browser, a process or minutes."""
    for item in items:
        for mark in needs(item):
            item.add_marker(mark)
    if config.getoption("--quick"):
        left = [item for item in items if any(map(item.get_closest_marker, COSTLY))]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]


def needs(item: pytest.Item) -> Iterator[str]:
    asked = {*getattr(item, "fixturenames", ()), *item.name.rpartition("[")[2].rstrip("]").split("-")}
    if asked & {"_postgresql", "postgresql_url", "postgresql"}:
        yield "postgresql"
    if "browser" in asked:
        yield "browser"
    if BEGINNERS & names_in(item) or "backed_up" in asked:
        yield "process"
    if item.path.parent.name == "fire":
        yield "fire"


def names_in(item: pytest.Item) -> set[str]:
    """What its own lines call, but for what they have from the product."""
    if not isinstance(item, pytest.Function):
        return set()
    own = item.function.__code__.co_names
    return {name for name in own if not getattr(getattr(item.module, name, None), "__module__", "").startswith("bot.")}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help=WITHOUT)
    parser.addoption("--update", action="store_true", help="write the transcripts anew, as the chat is now")
