"""What these tests share: every event loop, a far side, a client that trusts its certificate."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest
import uvloop

from bot.channels.telegram.http import HttpRequest
from tests.channels.telegram.connections.far import Far
from tests.notifiers.email.certificates import of_this_machine

Tls = tuple[ssl.SSLContext, ssl.SSLContext]


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def far() -> AsyncIterator[Far]:
    async with Far() as running:
        yield running


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """What the far side encrypts with, and what knows its certificate."""
    ours, certificate = of_this_machine(Path(tmp_path_factory.mktemp("tls")))
    return ours, ssl.create_default_context(cafile=str(certificate))


@pytest.fixture
async def trusting(tls: Tls) -> AsyncIterator[HttpRequest]:
    ours = HttpRequest(trust=lambda: tls[1])
    await ours.initialize()
    yield ours
    await ours.shutdown()


@pytest.fixture
async def encrypted(tls: Tls) -> AsyncIterator[Far]:
    async with Far(tls[0]) as running:
        yield running
