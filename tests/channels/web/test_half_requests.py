"""Half requests: whoever says the half of something and waits holds nobody else up."""

import asyncio
import logging
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.channels.web import connections
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_first_start import samenspraak_run
from tests.house import House, free_port
from tests.patience import PATIENCE
from tests.visitor import Visitor

pytestmark = pytest.mark.long

FORM = b"POST /tap HTTP/1.1\r\nHost: x\r\nContent-Length: 16000\r\n\r\na"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
HALVES = {"nothing": b"", "a head": b"GET / HTTP/1.1\r\nHost: x\r\nX-More: ", "a body": FORM}


@asynccontextmanager
async def half(port: int, said: bytes) -> AsyncIterator[tuple[StreamReader, StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(said)
        yield reader, writer
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def drip(writer: StreamWriter) -> None:
    """A byte now and then, for as long as they are heard."""
    while not writer.is_closing():
        writer.write(b"a")
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("said", HALVES.values(), ids=HALVES.keys())
async def test_half_a_request_is_let_go_however_slowly_it_goes_on(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, said: bytes
) -> None:
    monkeypatch.setattr(connections, "SAY_WITHIN", 0.5)
    caplog.set_level(logging.WARNING)
    async with half(house.port, said) as (reader, writer), asyncio.timeout(PATIENCE):
        dripping = asyncio.create_task(drip(writer) if said else asyncio.sleep(0))
        with suppress(ConnectionError):
            while await reader.read():
                pass
        dripping.cancel()
    assert not caplog.records


async def test_who_keeps_a_connection_for_the_next_request_may_think(
    house: House, visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "SAY_WITHIN", 1.0)
    async with half(house.port, WHOLE) as (reader, writer):
        assert (await reader.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(1.5)
        writer.write(WHOLE)
        assert (await reader.readuntil(b"ok\n")).startswith(b"HTTP/1.1 200")


async def test_more_half_requests_than_there_is_room_for_shut_nobody_out(tmp_path: Path) -> None:
    port = free_port()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(samenspraak_run(tmp_path, port, files=400))
        for _ in range(600):
            await stack.enter_async_context(half(port, FORM))
        anna = await stack.enter_async_context(Visitor(f"http://127.0.0.1:{port}", "nl"))
        async with asyncio.timeout(PATIENCE), anna.session.get("/healthz") as response:
            assert response.status == 200
