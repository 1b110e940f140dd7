"""The browser channel as one piece: listens, gives pages out, takes presses in.

Its letters go to a mailbox and count as delivered there; whoever is not looking reads them when they come back.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from typing import cast

import uvicorn

from bot.channels.web.connections import BACKLOG, Hall, room
from bot.channels.web.mailbox import Mailboxes
from bot.channels.web.pages import Pages
from bot.channels.web.site import Core, site
from bot.letters import Delivered, Letter, Receipt

log = logging.getLogger(__name__)

PATIENCE = 3  # seconds that requests in hand get at the end


class CannotListen(Exception):
    """The page has no place to be; the message says why and what to do."""


class WebMessenger:
    """Puts letters on the page. Nothing rings: it cannot reach out to anybody."""

    reaches_out = False

    def __init__(self, mailboxes: Mailboxes) -> None:
        self._mailboxes = mailboxes

    async def deliver(self, address: str, letter: Letter) -> Receipt:
        self._mailboxes.of(address).put(letter)
        return Delivered()


class WebChannel:
    def __init__(self, host: str, port: int, public_url: str, secret: str, core: Core, proxies: str) -> None:
        self._host, self._port, self._proxies = host, port, proxies
        self._mailboxes = Mailboxes()
        self._closing = asyncio.Event()
        pages = Pages(core.texts)
        self.hall = Hall(room(), pages.for_anybody("not_understood"))
        most_streams = self.hall.most // 2
        self._app = site(core, self._mailboxes, pages, public_url, secret, self._closing, most_streams)
        self.messenger = WebMessenger(self._mailboxes)

    def listen(self) -> None:
        """Take the port; from here on nobody who comes is turned away. Raises CannotListen."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        try:
            self.listening = socket.create_server((self._host, self._port), family=family, backlog=BACKLOG)
            # Else the body of each answer waits 40 ms for the browser to say that it has the head.
            self.listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CannotListen(
                f"HOST and PORT: the page cannot be served on {self._host}:{self._port} ({reason}). "
                "Is another program there? Choose another PORT, such as PORT=8001."
            ) from None

    def close(self) -> None:
        """Give the port back, also when a stop came before anybody was served."""
        if hasattr(self, "listening"):
            self.listening.close()

    async def run(self) -> None:
        """Serve until cancelled; then let the requests in hand finish."""
        logging.getLogger("uvicorn.access").disabled = True  # it would write down codes and personal links
        server = _Server(
            uvicorn.Config(
                self._app,
                lifespan="off",
                ws="none",
                http=cast(type[asyncio.Protocol], self.hall.protocol),
                backlog=BACKLOG,
                log_config=None,
                access_log=False,
                server_header=False,
                forwarded_allow_ips=self._proxies,
                timeout_keep_alive=20,
                timeout_graceful_shutdown=PATIENCE,
            )
        )
        serving = asyncio.create_task(server.serve([self.listening]))
        try:
            await asyncio.shield(serving)
        finally:
            self._closing.set()
            self._mailboxes.close()
            await server.stop(serving)


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
