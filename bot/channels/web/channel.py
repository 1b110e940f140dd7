"""The browser channel as one piece: listens, gives pages out, takes presses in.

It is a view: what somebody sees is read anew at each look, and nothing of it is kept here or sent there.
"""

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from collections.abc import Iterator
from typing import Self, cast

import uvicorn

from bot.channels.port import Channel, Entrance, House
from bot.channels.web.connections import BACKLOG, Hall, room
from bot.channels.web.pages import Pages
from bot.channels.web.routes import site
from bot.channels.web.security_headers import SecurityHeaders
from bot.channels.web.settings import VARIABLES, WebSettings, described
from bot.channels.web.traits import TRAITS
from bot.letters import Envelope, Receipt, Refused
from bot.runtime.settings import Settings
from bot.survey.errors import OperatorError

log = logging.getLogger(__name__)

PATIENCE = 3  # seconds that requests in hand get at the end


class CannotListen(OperatorError):
    """The page has no place to be; the message says why and what to do."""


class WebChannel(Channel):
    traits = TRAITS
    variables = VARIABLES

    def __init__(self, settings: WebSettings) -> None:
        self.errors = Counter[str]()
        self._settings = settings
        url = settings.page_url
        typed = f"{url.partition('://')[2]}/"
        self.entrance = Entrance(TRAITS, f"{url}/i/", settings.is_public, typed=typed, home=url)

    @classmethod
    def built(cls, settings: Settings) -> Self:
        return cls(WebSettings.read(settings))

    @classmethod
    def described(cls, settings: Settings) -> str:
        return described(settings)

    async def introduce(self) -> None:
        """Its address is a setting."""

    async def open(self, house: House) -> None:
        """Take the port. Raises CannotListen."""
        self._house, host, port = house, self._settings.host, self._settings.port
        self._pages = Pages(
            house.texts,
            calls=bool(house.notifiers),
            public_key=lambda: house.public_key,
            accessibility_url=self._settings.accessibility_url,
        )
        self.hall = Hall(room(), self._pages.for_anybody("not_understood"))
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            self.listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
            # Else the body of each answer waits 40 ms for the browser to say that it has the head.
            self.listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CannotListen(
                f"HOST and PORT: the page cannot be served on {host}:{port} ({reason}). "
                "Is another program there? Choose another PORT, such as PORT=8001."
            ) from None

    async def deliver(self, envelope: Envelope) -> Receipt:
        return Refused("a page is looked at, and nothing is sent to it")

    async def close(self) -> None:
        """Give the port back, also when a stop came before anybody was served."""
        if hasattr(self, "listening"):
            self.listening.close()

    async def run(self) -> None:
        """Serve until cancelled; then let the requests in hand finish."""
        logging.getLogger("uvicorn.access").disabled = True  # it would write down codes and personal links
        log.info("the page is at %s", self._settings.page_url)
        await self._house.caught_up(TRAITS.name)  # nothing waits anywhere else
        server = _Server(
            uvicorn.Config(
                self._site(),
                lifespan="off",
                ws="none",
                http=cast(type[asyncio.Protocol], self.hall.protocol),
                backlog=BACKLOG,
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=self._settings.proxies,
                timeout_keep_alive=20,
                timeout_graceful_shutdown=PATIENCE,
            )
        )
        serving = asyncio.create_task(server.serve([self.listening]))
        try:
            await asyncio.shield(serving)
        finally:
            await server.stop(serving)

    def _site(self) -> SecurityHeaders:
        return site(self._house, self._pages, self._settings.page_url)


class _Server(uvicorn.Server):
    async def stop(self, serving: "asyncio.Task[None]") -> None:
        """Let the requests in hand finish; when there are none, there is nothing to wait for."""
        self.should_exit = True
        if not self.server_state.tasks:
            serving.cancel()
            for listening in getattr(self, "servers", ()):
                listening.close()
            for connection in list(self.server_state.connections):
                connection.shutdown()
        await asyncio.gather(serving, return_exceptions=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the program's, not the server's."""
        yield
