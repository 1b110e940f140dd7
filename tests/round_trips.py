"""A wire to PostgreSQL that counts how often we wait for it: whenever something goes there after something came."""

import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

from sqlalchemy import URL, make_url

from tests.leftovers import prefix

PORT = 5432


@dataclass
class Wire:
    """`url` leads to the server over this wire."""

    url: str
    round_trips: int = 0


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
            threading.Thread(target=_carry, args=(wire, ours, _connected(there)), daemon=True).start()


def _connected(there: URL) -> socket.socket:
    """To a folder with the server's socket, or to a host."""
    host, port = str(there.query.get("host") or there.host), there.port or PORT
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    connected = socket.socket(socket.AF_UNIX)
    connected.connect(str(Path(host, f".s.PGSQL.{port}")))
    return connected


def _carry(wire: Wire, ours: socket.socket, theirs: socket.socket) -> None:
    last = theirs
    with ours, theirs, DefaultSelector() as ready, suppress(OSError):
        for one, other in ((ours, theirs), (theirs, ours)):
            ready.register(one, EVENT_READ, other)
        while True:
            for key, _ in ready.select():
                source: socket.socket = key.fileobj  # type: ignore[assignment]
                if not (said := source.recv(65536)):
                    return
                wire.round_trips += source is ours and last is theirs
                last = source
                key.data.sendall(said)
