"""Connections: how many there can be at once, how long one may take to say what it wants, and to read what it gets.

A browser says it in one breath, waits for the answer and reads that. Whoever says half of it and waits, or asks and
does not read, is let go, and goes first when there is no more room: else a thousand of them would shut everybody out.
Whoever asks for more before the answer is there gets that one answer.
"""

import asyncio
import sys

from h11 import IDLE, SEND_BODY, SEND_RESPONSE, Data, EndOfMessage, Response
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from bot.channels.web.security_headers import HEADERS

if sys.platform != "win32":  # where there is no such limit
    import resource

SAY_WITHIN = 10.0  # seconds from the first byte of a request to its last
READ_WITHIN = 20.0  # seconds in which something at least is read of what waits to be
BACKLOG = 128  # connections that wait to be accepted
MOST_FILES, USUAL_FILES = 65_536, 1_024


def room() -> int:
    """How many connections we can hold, when we may open as many files as this machine allows; the other half of those
    is for the database, for Telegram and for what is being accepted."""
    if sys.platform == "win32":
        return USUAL_FILES // 2
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY:
        wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(MOST_FILES, hard)
        soft = max(soft, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return (MOST_FILES if soft == resource.RLIM_INFINITY else min(MOST_FILES, soft)) // 2


class Hall:
    """The connections that we wait for, oldest first: they have not said yet what they want, or do not read it. `most`
    are all there can be. Who says what is no HTTP is shown the page `no_http`."""

    def __init__(self, most: int, no_http: str) -> None:
        self.most, self.no_http = most, no_http.encode()
        self.waiting: dict[Connection, asyncio.TimerHandle] = {}

    def protocol(self, config: Config, server_state: ServerState, **more: object) -> "Connection":
        return Connection(self, config, server_state, **more)

    def make_room(self) -> None:
        if self.waiting:
            self._send_away(next(iter(self.waiting)))

    def wait_for(self, connection: "Connection") -> None:
        if connection not in self.waiting:
            loop = asyncio.get_running_loop()
            self.waiting[connection] = loop.call_later(SAY_WITHIN, self._send_away, connection)

    def wait_until_read(self, connection: "Connection") -> None:
        """A slow phone reads little by little, and gets the time for it."""
        self.forget(connection)
        loop, unread = asyncio.get_running_loop(), connection.unread
        self.waiting[connection] = loop.call_later(READ_WITHIN, self.look_again, connection, unread)

    def look_again(self, connection: "Connection", unread: int) -> None:
        if connection.unread < unread:
            self.wait_until_read(connection)
        else:
            self._send_away(connection)

    def forget(self, connection: "Connection") -> None:
        if bell := self.waiting.pop(connection, None):
            bell.cancel()

    def _send_away(self, connection: "Connection") -> None:
        self.forget(connection)
        connection.transport.abort()


class Connection(H11Protocol):
    """One connection: it waits in the hall from its first byte on until its request is there."""

    def __init__(self, hall: Hall, config: Config, server_state: ServerState, **more: object) -> None:
        super().__init__(config, server_state, **more)  # type: ignore[arg-type]
        self._hall = hall

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # what the other side does not take is known at once
        if len(self.connections) > self._hall.most:
            self._hall.make_room()
        self._hall.wait_for(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.is_ahead:
            self.cycle.keep_alive = False
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._hall.wait_until_read(self)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._hall.forget(self)
        self._look()

    @property
    def unread(self) -> int:
        """Bytes of answers that the other side has not taken yet."""
        return self.transport.get_write_buffer_size()

    @property
    def is_ahead(self) -> bool:
        """Whether there is more than the request that is being answered."""
        is_under_way = self.cycle is not None and not self.cycle.response_complete
        return is_under_way and self.conn.their_state is not SEND_BODY and bool(self.conn.trailing_data[0])

    def connection_lost(self, exc: Exception | None) -> None:
        self._hall.forget(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP. When an answer to something before it is under way, that one was the last."""
        if self.conn.our_state in (IDLE, SEND_RESPONSE):
            self._answer_no_http()
        self.transport.close()

    def _answer_no_http(self) -> None:
        page = self._hall.no_http
        kind = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page)), "Connection": "close"}
        headers = [(name.encode(), value.encode()) for name, value in {**HEADERS, **kind}.items()]
        for event in (
            Response(status_code=400, reason=b"Bad Request", headers=headers),
            Data(data=page),
            EndOfMessage(),
        ):
            self.transport.write(self.conn.send(event) or b"")

    def _look(self) -> None:
        if self.flow.write_paused:
            return
        theirs = self.conn.their_state
        if theirs is SEND_BODY or (theirs is IDLE and (self.cycle is None or self.conn.trailing_data[0])):
            self._hall.wait_for(self)
        else:
            self._hall.forget(self)
