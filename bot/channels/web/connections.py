"""Connections: how many there can be at once, and how long one may take to say what it wants.

A browser says it in one breath. Whoever says half of it and waits is let go, and goes first when there is no more room:
else a thousand of them would shut everybody out.
"""

import asyncio
import sys

from h11 import IDLE, SEND_BODY, SEND_RESPONSE, Data, EndOfMessage, Response
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from bot.channels.web.guard import HEADERS

if sys.platform != "win32":  # where there is no such limit
    import resource

SAY_WITHIN = 10.0  # seconds from the first byte of a request to its last
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
    """The connections that have not said yet what they want, oldest first; `most` are all there can be. Who
    says what is no HTTP is shown the page `no_http`."""

    def __init__(self, most: int, no_http: str) -> None:
        self.most, self.no_http = most, no_http.encode()
        self._waiting: dict[Connection, asyncio.TimerHandle] = {}

    def protocol(self, config: Config, server_state: ServerState, **more: object) -> "Connection":
        return Connection(self, config, server_state, **more)

    def make_room(self) -> None:
        if self._waiting:
            self._send_away(next(iter(self._waiting)))

    def wait_for(self, connection: "Connection") -> None:
        if connection not in self._waiting:
            loop = asyncio.get_running_loop()
            self._waiting[connection] = loop.call_later(SAY_WITHIN, self._send_away, connection)

    def forget(self, connection: "Connection") -> None:
        if bell := self._waiting.pop(connection, None):
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
        if len(self.connections) > self._hall.most:
            self._hall.make_room()
        self._hall.wait_for(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._look()

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
        theirs = self.conn.their_state
        if theirs is SEND_BODY or (theirs is IDLE and (self.cycle is None or self.conn.trailing_data[0])):
            self._hall.wait_for(self)
        else:
            self._hall.forget(self)
