"""What tests of Web Push share: a house whose page is on loopback, and the push service that it may send to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.notifiers.push.notifier import PushNotifier
from tests.house import Clock, House, free_port
from tests.notifiers.push.push_service import PushService
from tests.telegram_server import TelegramServer


@pytest.fixture
async def service(clock: Clock) -> AsyncIterator[PushService]:
    async with PushService(clock) as running:
        yield running


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock, service: PushService) -> AsyncIterator[House]:
    port = str(free_port())
    own = {"PORT": port, "PUBLIC_URL": f"http://127.0.0.1:{port}", "PUSH_SERVICES": service.url}
    async with House(tmp_path, server, clock, **own) as running:
        yield running


@pytest.fixture
def notifier(house: House) -> PushNotifier:
    found = house.app.callers["push"]
    assert isinstance(found, PushNotifier)
    return found
