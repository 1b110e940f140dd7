"""A wire to PostgreSQL that counts what passes, whatever the driver calls it.

A statement is a message that has one run; a round trip is each time that somebody speaks after PostgreSQL did, so that
what is sent in one go counts once.
"""

import socket
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

from sqlalchemy import URL, make_url

from tests.leftovers import prefix

PORT = 5432
PIECE = 2**16
RUNS = b"QE"  # Query, Execute


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


@dataclass
class Wire:
    """`url` leads to the server over this wire."""

    url: str
    connections: list[Counter[str]] = field(default_factory=list)

    @property
    def passed(self) -> Counter[str]:
        """The statements and round trips until now; each connection is counted by a thread of its own."""
        return sum((one.copy() for one in tuple(self.connections)), Counter[str]())

    @property
    def round_trips(self) -> int:
        return self.passed["round trips"]

    def talk(self) -> Talk:
        self.connections.append(passed := Counter[str]())
        return Talk(passed)


@contextmanager
def wire_to(url: str) -> Iterator[Wire]:
    there = make_url(url)
    with tempfile.TemporaryDirectory(prefix=prefix("wire")) as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{folder}/.s.PGSQL.{PORT}")
        listening.listen()
        here = there.set(host=None, port=PORT, query={**there.query, "host": folder})
        wire = Wire(here.render_as_string(hide_password=False))
        threading.Thread(target=_serve, args=(wire, listening, there), daemon=True).start()
        try:
            yield wire
        finally:
            listening.shutdown(socket.SHUT_RDWR)


def _serve(wire: Wire, listening: socket.socket, there: URL) -> None:
    with suppress(OSError):
        while True:
            ours, _ = listening.accept()
            threading.Thread(target=_carry, args=(wire.talk(), ours, _connected(there)), daemon=True).start()


def _connected(there: URL) -> socket.socket:
    """To a folder with the server's socket, or to a host."""
    host, port = str(there.query.get("host") or there.host), there.port or PORT
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    connected = socket.socket(socket.AF_UNIX)
    connected.connect(str(Path(host, f".s.PGSQL.{port}")))
    return connected


def _carry(talk: Talk, ours: socket.socket, theirs: socket.socket) -> None:
    with ours, theirs, DefaultSelector() as ready, suppress(OSError):
        for one, other, heard in ((ours, theirs, talk.asked), (theirs, ours, talk.answered)):
            ready.register(one, EVENT_READ, (other, heard))
        while True:
            for key, _ in ready.select():
                (other, heard), source = key.data, key.fileobj
                assert isinstance(source, socket.socket)
                if not (said := source.recv(PIECE)):
                    return
                heard(said)
                other.sendall(said)
