"""Connections to one place, or to many: kept open, at most so many, each lent to one exchange at a time.

Nothing is sent twice: nobody knows what was made of what went out, so whoever asked decides. Certificates and names are
checked as Python does by itself.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from aiohappyeyeballs import AddrInfoType, start_connection

from bot.http.connection import Answer, Connection, NoAnswer
from bot.http.proxy import pass_through, proxy_to
from bot.http.written import NOTHING, Body, written

AT_ONCE = 100
KEEP_ALIVE = 60.0  # seconds; a quiet bot should not shake hands anew for each press
CONNECTING = 10.0  # seconds, also where a poll may take longer
KNOWN = 10.0  # seconds that an address is good for: many connect at once, and each look-up takes a thread
NEXT_ADDRESS = 0.25  # seconds until another address is tried beside one that does not answer
MOST_PLACES = 20  # beside those where an answer is waited for
PORTS = {"http": 80, "https": 443}


@cache
def trusted() -> ssl.SSLContext:
    """Whom this machine trusts."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Connections:
    def __init__(self, place: SplitResult, trust: Callable[[], ssl.SSLContext] = trusted) -> None:
        if place.scheme not in PORTS:
            raise NoAnswer("that is no address of http or https")
        self._host, self._port = _host_of(place), place.port or PORTS[place.scheme]
        self._trust = trust if place.scheme == "https" else None
        self._proxy = proxy_to(self._host) if self._trust else None
        self._free = deque[tuple[float, Connection]]()
        self._all = set[Connection]()
        self._limit, self._looking_up = asyncio.Semaphore(AT_ONCE), asyncio.Lock()
        self._known: Sequence[AddrInfoType] = ()
        self._known_until, self._is_closed = 0.0, False
        self._asked = 0

    @property
    def is_busy(self) -> bool:
        """Whether somebody waits here for an answer."""
        return self._asked > 0

    async def exchange(self, request: bytes) -> Answer:
        """The answer; an OSError when there is none."""
        self._asked += 1
        try:
            async with self._limit:
                connection = self._kept() or await self._opened()
                try:
                    return await connection.exchange(request)
                finally:
                    self._take_back(connection)
        finally:
            self._asked -= 1

    async def close(self) -> None:
        """Whoever still waits for an answer gets none."""
        self._is_closed = True
        for connection in self._all:
            connection.abort()
        await asyncio.sleep(0)  # then they are gone

    def _kept(self) -> Connection | None:
        """The one used last, so that the others grow old and are let go."""
        now = _now()
        while self._free and self._free[0][0] < now - KEEP_ALIVE:
            self._let_go(self._free.popleft()[1])
        while self._free:
            connection = self._free.pop()[1]
            if connection.is_fit:
                return connection
            self._let_go(connection)
        return None

    def _take_back(self, connection: Connection) -> None:
        if connection.is_fit and not self._is_closed:
            self._free.append((_now(), connection))
        else:
            self._let_go(connection)

    def _let_go(self, connection: Connection) -> None:
        self._all.discard(connection)
        connection.abort()

    async def _opened(self) -> Connection:
        secured: dict[str, Any] = {"ssl": self._trust(), "server_hostname": self._host} if self._trust else {}
        async with asyncio.timeout(CONNECTING):
            line = await start_connection(await self._addresses(), happy_eyeballs_delay=NEXT_ADDRESS)
            if self._proxy:
                await pass_through(line, self._proxy, _in_address(self._host, self._port))
            loop = asyncio.get_running_loop()
            _, connection = await loop.create_connection(Connection, sock=line, **secured)
        self._all.add(connection)
        return connection

    async def _addresses(self) -> Sequence[AddrInfoType]:
        host, port = self._host, self._port
        if self._proxy:
            host, port = _host_of(self._proxy), self._proxy.port or PORTS["http"]
        async with self._looking_up:
            if _now() >= self._known_until:
                found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
                self._known, self._known_until = found, _now() + KNOWN
        return self._known


class Places:
    """Connections to whatever place is asked; nobody is followed elsewhere."""

    def __init__(self, trust: Callable[[], ssl.SSLContext] = trusted) -> None:
        self._trust = trust
        self._known: dict[tuple[str, str], Connections] = {}

    async def exchange(self, method: str, url: str, body: Body | None, headers: Mapping[str, str] = NOTHING) -> Answer:
        """The answer, whatever it is; an OSError or a ValueError when there is none."""
        place = urlsplit(url)
        return await (await self._at(place)).exchange(written(method, place, body, headers))

    async def close(self) -> None:
        while self._known:
            await self._known.popitem()[1].close()

    async def _at(self, place: SplitResult) -> Connections:
        key = place.scheme, place.netloc
        found = self._known.pop(key, None) or Connections(place, self._trust)
        self._known[key] = found  # behind those that were asked before
        if len(self._known) > MOST_PLACES:
            await self._forget_one()
        return found

    async def _forget_one(self) -> None:
        oldest = next((key for key, one in [*self._known.items()][:-1] if not one.is_busy), None)
        if oldest:
            await self._known.pop(oldest).close()


def _now() -> float:
    return asyncio.get_running_loop().time()


def _host_of(place: SplitResult) -> str:
    return (place.hostname or "").encode("idna").decode()


def _in_address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
