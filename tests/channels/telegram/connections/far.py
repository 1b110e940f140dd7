"""The far side of a line: it reads requests as they are, and says word for word what a test wants it to."""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

from bot.channels.telegram.http import HttpRequest
from tests.patience import PATIENCE

WORKED = b'{"ok":true,"result":1}'
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(WORKED), WORKED)
SECRET = "/bot1:secret/sendMessage"

Lines = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Says = bytes | Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


def and_hang_up(said: bytes) -> Says:
    async def say(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        writer.close()

    return say


class Far:
    """`says` is what it answers to one request after the other, and PLAIN when nothing is left of it; while there is
    `only`, it is all that is said."""

    def __init__(self, encrypt: ssl.SSLContext | None = None) -> None:
        self.says, self.requests = deque[Says](), list[bytes]()
        self.only: bytes | None = None
        self.connections = self.open = self.most_open = 0
        self._encrypt, self._writers = encrypt, list[asyncio.StreamWriter]()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._encrypt)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.hang_up()
        await self.until(lambda: not self.open)

    @property
    def url(self) -> str:
        return f"{'https' if self._encrypt else 'http'}://127.0.0.1:{self.port}{SECRET}"

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def say_goodbye(self) -> None:
        for writer in self._writers:
            writer.close()

    async def asked(self, times: int) -> None:
        await self.until(lambda: len(self.requests) >= times)

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not is_so():  # noqa: ASYNC110 - it is for all that may happen here
                await asyncio.sleep(0.001)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self.connections, self.open = self.connections + 1, self.open + 1
        self.most_open = max(self.most_open, self.open)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while not writer.is_closing():
                    await self._answer(reader, writer)
        finally:
            self.open -= 1
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        self.requests.append(head + await reader.readexactly(int(length[1]) if length else 0))
        says = self.only if self.only is not None else self.says.popleft() if self.says else PLAIN
        if isinstance(says, bytes):
            writer.write(says)
            await writer.drain()
        else:
            await says(reader, writer)


async def call(client: HttpRequest, url: str, seconds: float = PATIENCE) -> tuple[int, bytes]:
    return await client.do_request(url, "POST", read_timeout=seconds)
