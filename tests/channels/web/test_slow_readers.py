"""Slow readers: whoever asks and does not read, or asks for more before the answer is there, holds nobody else up."""

import asyncio
import socket
from contextlib import AsyncExitStack, suppress

import pytest

from bot.channels.web import connections
from bot.channels.web.assets import Assets
from bot.channels.web.connections import Connection
from tests.actors import answer, item_on
from tests.channels.web.conftest import Visitors
from tests.channels.web.test_half_requests import half
from tests.house import House, agree
from tests.patience import PATIENCE

MANY = 150
LOOK = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def test_people_go_on_while_many_ask_ahead_and_never_read(house: House, visitors: Visitors) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    async with AsyncExitStack() as stack:
        asking = [await stack.enter_async_context(half(house.port, LOOK * 200)) for _ in range(MANY)]
        for item in range(1, 6):
            await answer(house, anna, "yes")
            assert item_on(anna) == item + 1
        for reader, _ in asking:
            async with asyncio.timeout(PATIENCE):
                try:
                    answered = (await reader.read()).count(b"HTTP/1.1 200")
                except ConnectionResetError:
                    continue
            assert answered <= 1, "who asks ahead gets one answer"


async def slow(house: House) -> socket.socket:
    """A connection through which little fits at once."""
    loop, made = asyncio.get_running_loop(), socket.socket()
    house.web.listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.setblocking(False)
    await loop.sock_connect(made, ("127.0.0.1", house.port))
    return made


async def stalled(house: House, reader: socket.socket) -> Connection:
    """It asks, one after the other, until what it does not read fills all there is room for."""
    ask = f"GET {Assets().root}page.js HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    async with asyncio.timeout(PATIENCE):
        while not (found := [one for one in house.web.hall.waiting if one.unread]):
            await asyncio.get_running_loop().sock_sendall(reader, ask)
            for _ in range(100):  # turns of the loop that we share with the server: it has answered by then
                await asyncio.sleep(0.001)
    return found[0]


async def asks_on(reader: socket.socket) -> None:
    """The first may still be taken: nobody has told them yet."""
    while True:
        await asyncio.get_running_loop().sock_sendall(reader, LOOK)
        await asyncio.sleep(0.01)


async def test_who_never_reads_is_let_go(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "READ_WITHIN", 0.1)
    deaf = await slow(house)
    with suppress(ConnectionError):
        await stalled(house, deaf)
    async with asyncio.timeout(PATIENCE):
        while house.web.hall.waiting:  # noqa: ASYNC110 - it can only be looked at
            await asyncio.sleep(0.01)
        with pytest.raises(ConnectionError):
            await asks_on(deaf)
    deaf.close()


async def test_who_reads_little_by_little_is_waited_for(house: House) -> None:
    slowly, hall = await slow(house), house.web.hall
    connection = await stalled(house, slowly)
    before = connection.unread
    async with asyncio.timeout(PATIENCE):
        while connection.unread == before:
            await asyncio.get_running_loop().sock_recv(slowly, 1024)
            await asyncio.sleep(0)
    hall.look_again(connection, before)
    assert not connection.transport.is_closing(), "something was read"
    hall.look_again(connection, connection.unread)
    assert connection.transport.is_closing(), "and nothing since"
    slowly.close()
