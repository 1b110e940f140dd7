"""Replicas: the application several times on one database, behind a door that gives each update to the next one."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from bot.channels.telegram import webhook
from tests.house import Clock, House, free_port
from tests.telegram_server import TelegramServer

# As in the Caddyfile, in seconds.
UPDATE_WITHIN, PAGE_WITHIN, CONNECTED_WITHIN = 25.0, 15.0, 2.0
TRY_FOR, TRY_EVERY = 30.0, 0.25  # after that nobody else is asked
REMEMBERED = 10.0  # whoever failed is passed over for so long


class Door:
    """A reverse proxy on the loopback: takes turns, and passes over whoever does not answer, as Caddy does for us."""

    def __init__(self) -> None:
        self.port = free_port()
        self.behind: list[str] = []
        self._next = 0
        self._failed: dict[str, float] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(auto_decompress=False)
        app = web.Application(client_max_size=2**21)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        await self._http.close()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body, end = await request.read(), time.monotonic() + TRY_FOR
        while time.monotonic() < end:
            for place in self._turns():
                try:
                    return await self._ask(place, request, body)
                except (aiohttp.ClientError, TimeoutError):
                    self._failed[place] = time.monotonic()
                    break
            await asyncio.sleep(TRY_EVERY)
        return web.Response(status=HTTPStatus.BAD_GATEWAY)

    async def _ask(self, place: str, request: web.Request, body: bytes) -> web.Response:
        within = UPDATE_WITHIN if request.path == webhook.PATH else PAGE_WITHIN
        patience = aiohttp.ClientTimeout(sock_connect=CONNECTED_WITHIN, sock_read=within)
        async with self._http.request(
            request.method, place + request.path_qs, data=body, headers=request.headers, timeout=patience
        ) as answer:
            return web.Response(status=answer.status, body=await answer.read())

    def _turns(self) -> Sequence[str]:
        """Everybody who is behind the door and did not fail just now; another one first each time."""
        self._next += 1
        first = self._next % max(1, len(self.behind))
        since = time.monotonic() - REMEMBERED
        return [one for one in (*self.behind[first:], *self.behind[:first]) if self._failed.get(one, since) <= since]


@asynccontextmanager
async def replicas(
    count: int, url: str, folder: Path, server: TelegramServer, clock: Clock
) -> AsyncIterator[tuple[House, ...]]:
    """So many houses on one PostgreSQL, all in this process, with webhooks."""
    async with AsyncExitStack() as stack:
        door = await stack.enter_async_context(Door())
        houses = []
        for _ in range(count):
            port = str(free_port())
            door.behind.append(f"http://127.0.0.1:{port}")
            settings = {"PORT": port, "PUBLIC_URL": door.url, "TELEGRAM_UPDATES": "webhook", "DATABASE_URL": url}
            houses.append(await stack.enter_async_context(House(folder, server, clock, **settings)))
        yield tuple(houses)


async def settled(houses: Sequence[House]) -> None:
    """Return when all that was said is taken, by whichever house, and everything to say is delivered."""
    await houses[0].server.confirmed()
    await asyncio.gather(*(house.app.delivery.idle() for house in houses))
