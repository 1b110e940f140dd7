"""What tests of Telegram share."""

from collections.abc import AsyncIterator

import pytest

from bot.channels.telegram.http import HttpRequest


@pytest.fixture
async def client() -> AsyncIterator[HttpRequest]:
    ours = HttpRequest()
    await ours.initialize()
    yield ours
    await ours.shutdown()
