"""Connections to the mail server: a few that are kept, and opened anew when they were closed.

Whoever waits for one while the server hangs is told so at once, and does not hang in turn.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiosmtplib import SMTP, SMTPException

from bot.notifiers.email.settings import MailSettings

AT_ONCE = 4  # connections; a relay allows some ten
ANSWERS_WITHIN = 6.0  # seconds, for all that one mail takes
KEPT_FOR = 30.0  # seconds without a mail; a relay closes after some minutes, a firewall forgets in silence


class Connections:
    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._free = asyncio.Semaphore(AT_ONCE)
        self._idle: list[tuple[SMTP, float]] = []
        self._hung_at = 0.0

    async def send(self, sender: str, recipient: str, mail: bytes) -> None:
        """Raises SMTPException, or TimeoutError."""
        asked = time.monotonic()
        async with self._free:
            if self._hung_at > asked:
                raise TimeoutError
            try:
                async with asyncio.timeout(ANSWERS_WITHIN), self._one() as server:
                    await server.sendmail(sender, recipient, mail)
            except TimeoutError:
                self._hung_at = time.monotonic()
                raise

    def close(self) -> None:
        while self._idle:
            self._idle.pop()[0].close()

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[SMTP]:
        """Kept when it is still whole afterwards: a refused recipient does not harm it."""
        server = await self._kept() or await opened(self._settings)
        try:
            yield server
        except (SMTPException, asyncio.CancelledError, OSError) as error:
            if not _is_whole(server, error):
                server.close()
            raise
        finally:
            if server.is_connected:
                self._idle.append((server, time.monotonic()))

    async def _kept(self) -> SMTP | None:
        while self._idle:
            server, since = self._idle.pop()
            if time.monotonic() - since < KEPT_FOR and server.is_connected and await _answers(server):
                return server
            server.close()
        return None


async def opened(settings: MailSettings) -> SMTP:
    """A connection, encrypted and logged in as the settings say. Raises SMTPException, or OSError."""
    server = SMTP(
        hostname=settings.host,
        port=settings.port,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        username=settings.name,
        password=settings.password,
        local_hostname=settings.sender.domain,
        timeout=ANSWERS_WITHIN,
    )
    try:
        await server.connect()
    except BaseException:
        server.close()
        raise
    return server


async def _answers(server: SMTP) -> bool:
    try:
        await server.rset()
    except SMTPException:
        server.close()
    except BaseException:
        server.close()
        raise
    return server.is_connected


def _is_whole(server: SMTP, error: BaseException) -> bool:
    """Whether nothing of a mail is half-way there."""
    code = getattr(error, "code", 0)
    is_answer = isinstance(error, SMTPException) and not isinstance(error, OSError)
    return server.is_connected and is_answer and code != 421
