"""Replicas: the application several times on one database, behind a door that gives each update to the next one."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from tests.house import Clock, House, free_port
from tests.telegram_server import TelegramServer


class Door:
    """A reverse proxy on the loopback: takes turns, and passes over whoever does not answer."""

    def __init__(self) -> None:
        self.port = free_port()
        self.behind: list[str] = []
        self._next = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        # Who hangs must not keep the door: the proxy that we recommend waits 5 s too.
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5), auto_decompress=False)
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
        body = await request.read()
        for place in self._turns():
            try:
                async with self._http.request(
                    request.method, place + request.path_qs, data=body, headers=request.headers
                ) as answer:
                    return web.Response(status=answer.status, body=await answer.read())
            except (aiohttp.ClientError, TimeoutError):
                continue
        return web.Response(status=HTTPStatus.BAD_GATEWAY)

    def _turns(self) -> Sequence[str]:
        """Everybody who is behind the door; another one first each time."""
        self._next += 1
        first = self._next % max(1, len(self.behind))
        return [*self.behind[first:], *self.behind[:first]]


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
