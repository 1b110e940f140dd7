"""What tests of WhatsApp share: a house whose page is on loopback, the API of Meta, and somebody with a phone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.notifiers import NOTIFIERS
from bot.texts.texts import load
from tests.house import Clock, House, free_port
from tests.notifiers.slips.notifier import SlipsNotifier, Street
from tests.telegram_server import TelegramServer
from tests.whatsapp_server import Person, WhatsAppServer


@pytest.fixture
async def meta(clock: Clock) -> AsyncIterator[WhatsAppServer]:
    async with WhatsAppServer(clock) as running:
        yield running


@pytest.fixture
async def house(
    tmp_path: Path, server: TelegramServer, clock: Clock, meta: WhatsAppServer, street: Street
) -> AsyncIterator[House]:
    """With slips of paper behind WhatsApp."""
    port = str(free_port())
    page = f"http://127.0.0.1:{port}"
    meta.webhook = f"{page}/whatsapp"
    meta.templates_of(load(), page)
    own = {"PORT": port, "PUBLIC_URL": page, "STREET": str(street.folder), **meta.environment}
    made = House(tmp_path, server, clock, **own)
    made.notifiers = (*NOTIFIERS, SlipsNotifier)
    async with made as running:
        yield running


@pytest.fixture
def phone(meta: WhatsAppServer) -> Person:
    """Of Wes, who has a username."""
    return meta.person(has_username=True)
