"""What came back, brought by a mail server on this machine: by LMTP, on loopback, one recipient at a time.

Whatever is no bounce of ours is taken and let go: a refusal would send the next bounce.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from bot.notifiers.email import bounces
from bot.notifiers.email.bounces import MOST, NOT_WANTED, Bounce
from bot.survey.errors import OperatorError

log = logging.getLogger(__name__)

PATIENCE = 60.0  # seconds of silence, after which a connection is closed
TAKEN, LATER, ONE_AT_A_TIME = "250 taken", "451 not now", "452 one recipient at a time"


class CannotListen(OperatorError):
    """There is no place for what comes back; the message says why and what to do."""


class Inlet:
    """`bounced` is told each tag of an address that does not work."""

    def __init__(self, at: tuple[str, int], name: str, bounced: Callable[[str], Awaitable[bool]]) -> None:
        self._host, self._port = at
        self._name, self._bounced = name, bounced
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Take the port. Raises CannotListen."""
        try:
            self._server = await asyncio.get_running_loop().create_server(self._connection, self._host, self._port)
        except OSError as error:
            reason = error.strerror or str(error)
            raise CannotListen(
                f"MAIL_BOUNCES: cannot listen on {self._host}:{self._port} ({reason}). Is another program there? "
                "Choose another port."
            ) from None

    async def close(self) -> None:
        if self._server:
            self._server.close()

    def _connection(self) -> LMTP:
        loop = asyncio.get_running_loop()
        return LMTP(self, hostname=self._name, ident="LMTP", data_size_limit=MOST, timeout=PATIENCE, loop=loop)

    async def handle_RCPT(self, _: LMTP, __: Session, envelope: Envelope, address: str, ___: list[str]) -> str:
        """The answer after DATA is one for each recipient, and the library gives one."""
        if envelope.rcpt_tos:
            return ONE_AT_A_TIME
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: LMTP, __: Session, envelope: Envelope) -> str:
        content = envelope.content or b""
        mail = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
        try:
            await self._take(await asyncio.to_thread(bounces.read, mail, envelope.rcpt_tos))
        except Exception as error:
            log.error("what came back cannot be taken now", exc_info=error)
            return LATER
        return TAKEN

    async def _take(self, bounce: Bounce | None) -> None:
        if bounce and bounce.is_not_wanted:
            log.error(NOT_WANTED, bounce.status)
        if bounce and bounce.is_hard and await self._bounced(bounce.tag):
            log.info("a mail came back, for its address does not work: %s", bounce.status)
