"""Connections: how many there can be at once, how long one may take to say what it wants, and to read what it gets.

A browser says it in one breath, waits for the answer and reads that. Whoever says half of it and waits, or asks and
does not read, is let go, and goes first when there is no more room: else a thousand of them would shut everybody out.
Whoever asks for more before the answer is there gets that one answer. What two programs could read in two ways is
refused, so that behind a web server nobody's request is another's: llhttp is strict, and `_is_sound` is what it leaves.
"""

import asyncio
import sys

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from bot.channels.web.security_headers import HEADERS

if sys.platform != "win32":  # where there is no such limit
    import resource

SAY_WITHIN = 10.0  # seconds from the first byte of a request to its last
EARNS = 32_768  # bytes of a body that earn as long again: a recording from a phone comes slowly
READ_WITHIN = 20.0  # seconds in which something at least is read of what waits to be
MOST_BESIDE = 16_384  # bytes of a request beside its body, of which not all is there yet
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
        self.most, self.no_http = most, _no_http(no_http.encode())
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


def _no_http(page: bytes) -> bytes:
    kind = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(page)), "Connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in {**HEADERS, **kind}.items())
    return f"HTTP/1.1 400 Bad Request\r\n{head}\r\n".encode() + page


class Refused(Exception):
    """It ends the parser, which then says that this is no HTTP."""


class Connection(HttpToolsProtocol):
    """One connection: it waits in the hall from the first byte of a request until all of it is there."""

    def __init__(self, hall: Hall, config: Config, server_state: ServerState, **more: object) -> None:
        super().__init__(config, server_state, **more)  # type: ignore[arg-type]
        self._hall = hall
        self._is_saying, self._is_in_body, self._beside, self._brought = True, False, 0, 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(0)  # what the other side does not take is known at once
        if len(self.connections) > self._hall.most:
            self._hall.make_room()
        self._hall.wait_for(self)

    def data_received(self, data: bytes) -> None:
        if self.is_answering:
            self._hear_no_more()
            return
        self._is_saying = True
        self._beside += len(data)
        super().data_received(data)
        if self._beside > MOST_BESIDE:
            self.send_400_response("")
        self._look()

    def on_message_begin(self) -> None:
        if self.is_answering:
            raise Refused
        self._is_saying = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._is_in_body:  # behind a body they come too late: who asks is known
            super().on_header(name, value.rstrip(b" \t"))

    def on_headers_complete(self) -> None:
        if not self._is_sound():
            raise Refused
        self.expect_100_continue &= self.parser.get_http_version() != "1.0"
        super().on_headers_complete()
        self.cycle.keep_alive &= not self.parser.should_upgrade()  # llhttp reads no further
        self._is_in_body = True

    def on_body(self, body: bytes) -> None:
        self._beside -= len(body)
        self._brought += len(body)
        if self._brought >= EARNS:
            self._brought = 0
            self._hall.forget(self)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_in_body, self._beside, self._brought = False, 0, 0
        self._is_saying = self.cycle.response_complete  # answered before: then nothing else watches over what comes

    def _is_sound(self) -> bool:
        """Whether the head can be read in one way only: which host, and where the body ends."""
        version, names = self.parser.get_http_version(), [name for name, _ in self.headers]
        codings = [value.lower() for name, value in self.headers if name == b"transfer-encoding"]
        has_body = bool(codings) or any(name == b"content-length" and int(value) for name, value in self.headers)
        return (
            version in ("1.0", "1.1")
            and names.count(b"host") in ((1,) if version == "1.1" else (0, 1))
            and codings in ([], [b"chunked"] if version == "1.1" else [])
            and not (has_body and self.parser.should_upgrade())  # llhttp would take the body for what follows
        )

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
    def is_answering(self) -> bool:
        """Whether a request is all there, and its answer is not."""
        return self.cycle is not None and not self.cycle.response_complete and not self._is_saying

    def connection_lost(self, exc: Exception | None) -> None:
        self._hall.forget(self)
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP. When an answer to something before it is under way, that one was the last."""
        if self.is_answering:
            self._hear_no_more()
        elif not self.transport.is_closing():
            self._answer_no_http()
            self.transport.close()

    def _answer_no_http(self) -> None:
        if not (self._is_in_body and self.cycle.response_started):
            self.transport.write(self._hall.no_http)
        if self._is_in_body:  # somebody still waits for the rest of it
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _hear_no_more(self) -> None:
        self.cycle.keep_alive = False
        self.flow.pause_reading()

    def _look(self) -> None:
        if self.flow.write_paused:
            return
        if self._is_saying:
            self._hall.wait_for(self)
        else:
            self._hall.forget(self)
