"""What tests of notifiers share: a street, a house that puts slips in its letterboxes, and somebody on a page."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.delivery import rate_limit
from tests.house import Clock, House
from tests.notifiers.slips.notifier import SlipsNotifier, Street
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor


@pytest.fixture(autouse=True)
def _pace(monkeypatch: pytest.MonkeyPatch) -> None:
    """How long bulk mail waits between two letters to one, in whatever house a test makes."""
    monkeypatch.setattr(rate_limit, "SECOND", 0.01)


@pytest.fixture
def street(tmp_path: Path) -> Street:
    found = Street(tmp_path / "street")
    found.build("5", "7")
    return found


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock, street: Street) -> AsyncIterator[House]:
    made = House(tmp_path, server, clock, STREET=str(street.folder))
    made.notifiers = (SlipsNotifier,)
    async with made as running:
        yield running


@pytest.fixture
async def wes(house: House) -> AsyncIterator[Visitor]:
    async with Visitor(house.page, "en") as visitor:
        yield visitor
