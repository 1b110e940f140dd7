"""Round trips: a wire to PostgreSQL that counts what passes, whatever the driver calls it.

A statement is a message that has one run; a round trip is each time that somebody speaks after PostgreSQL did, so that
what is sent in one go counts once.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from sqlalchemy import make_url

RUNS = b"QE"  # Query, Execute
PIECE = 2**16


class Wire:
    """`async with Wire(url) as wire`: who connects to `wire.url` is connected to `url`; `wire.passed` counts."""

    def __init__(self, url: str) -> None:
        self._url, self.passed = make_url(url), Counter[str]()
        self._tasks = set[asyncio.Task[None]]()

    @property
    def url(self) -> str:
        host, port = self._server.sockets[0].getsockname()
        plain = {"sslmode": "disable", "gssencmode": "disable"}  # else nobody can read along
        there = self._url.set(host=host, port=port, query=plain)
        return there.render_as_string(hide_password=False)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, asking: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        answering, there = await self._reach()
        talk = Talk(self.passed)
        for reader, writer, heard in ((asking, there, talk.asked), (answering, back, talk.answered)):
            task = asyncio.create_task(pass_on(reader, writer, heard))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, port = self._url.host or str(self._url.query["host"]), self._url.port or 5432
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)


class Talk:
    """One connection, from its start."""

    def __init__(self, passed: Counter[str]) -> None:
        self._passed, self._waiting = passed, b""
        self._is_greeted, self._is_answered = False, True

    def asked(self, piece: bytes) -> None:
        self._passed["round trips"] += self._is_answered
        self._is_answered = False
        self._waiting += piece
        while message := self._next():
            self._passed["statements"] += message in RUNS

    def answered(self, _piece: bytes) -> None:
        self._is_answered = True

    def _next(self) -> bytes:
        """The kind of the next message that is here in full, and that message gone; the first one has no kind."""
        kind = 1 if self._is_greeted else 0
        length = kind + int.from_bytes(self._waiting[kind : kind + 4], "big")
        if len(self._waiting) < kind + 4 or len(self._waiting) < length:
            return b""
        found, self._waiting = self._waiting[:1] if kind else b"-", self._waiting[length:]
        self._is_greeted = True
        return found


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, heard: Callable[[bytes], None]) -> None:
    with suppress(ConnectionError):
        while piece := await reader.read(PIECE):
            heard(piece)
            writer.write(piece)
            await writer.drain()
    writer.close()
