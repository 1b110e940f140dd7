"""One connection of HTTP/1.1, for one exchange after the other; llhttp (by httptools) makes out what comes.

An answer is whole, or it is none. After anything else than the one answer that was asked for, nothing goes over this
connection again: what is left of one exchange must never be read as the answer to the next.
"""

import asyncio
from http import HTTPStatus
from typing import NamedTuple, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

MOST_HEAD, MOST = 2**16, 2**24  # bytes, until the head is there and in all; a hundred updates are a tenth of it


class Answer(NamedTuple):
    """`wait` is what it says in Retry-After."""

    status: int
    body: bytes
    wait: bytes = b""


class NoAnswer(ConnectionError):
    """Why there is none, in words without an address."""


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self._is_fit = True
        self._answer: asyncio.Future[Answer] | None = None
        self._parser = HttpResponseParser(self)

    @property
    def is_fit(self) -> bool:
        """Whether another exchange may go over it."""
        return self._is_fit and not self._transport.is_closing()

    async def exchange(self, request: bytes) -> Answer:
        """The answer, or NoAnswer. Whoever is cancelled here leaves a connection that is not fit."""
        if self._transport.is_closing():
            raise NoAnswer("the connection was lost")
        self._is_fit, self._size, self._parts = False, 0, list[bytes]()
        self._has_head = self._has_end = False
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def abort(self) -> None:
        self._transport.abort()

    # What asyncio says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            return self._break_off("something came that was not asked for")
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            return self._break_off("what came is not HTTP")
        if self._size > (MOST if self._has_head else MOST_HEAD):
            self._break_off("what came is too long")
        return None

    def connection_lost(self, error: Exception | None) -> None:
        self._is_fit = False
        if self._answer and not self._answer.done():
            if error is None and self._has_head and not self._has_end:
                self._answer.set_result(self._whole())
            else:
                self._answer.set_exception(NoAnswer("the connection was lost"))

    # What llhttp says

    def on_message_begin(self) -> None:
        if self._answer is None or self._answer.done():
            self._break_off("a second answer came")
        self._has_end, self._wait = False, b""

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"content-length" | b"transfer-encoding":
                self._has_end = True  # else the answer ends where the connection does
            case b"retry-after":
                self._wait = value

    def on_headers_complete(self) -> None:
        self._has_head = self._is_final

    def on_body(self, part: bytes) -> None:
        self._parts.append(part)

    def on_message_complete(self) -> None:
        if self._is_final and self._answer and not self._answer.done():
            self._is_fit = self._parser.should_keep_alive()
            self._answer.set_result(self._whole())

    @property
    def _is_final(self) -> bool:
        return self._parser.get_status_code() >= HTTPStatus.OK  # what comes before is only a word in between

    def _whole(self) -> Answer:
        return Answer(self._parser.get_status_code(), b"".join(self._parts), self._wait)

    def _break_off(self, why: str) -> None:
        self._is_fit = False
        if self._answer and not self._answer.done():
            self._answer.set_exception(NoAnswer(why))
        self._transport.abort()
