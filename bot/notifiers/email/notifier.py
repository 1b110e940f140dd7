"""E-mail as one piece: writes each letter as a mail, has the mail server take it, and hears what came back."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.errors import MessageError
from typing import Self

from aiosmtplib import SMTPException

from bot.channels.port import House, Outlet
from bot.letters import Delivered, Envelope, Receipt, Refused
from bot.notifiers.email import health, message
from bot.notifiers.email.answers import Receipts
from bot.notifiers.email.connections import Connections
from bot.notifiers.email.lmtp import Inlet
from bot.notifiers.email.message import Sending
from bot.notifiers.email.settings import VARIABLES, MailSettings, described, do_not_fit
from bot.notifiers.email.traits import EXAMINED, TRAITS
from bot.notifiers.tags import Tags
from bot.runtime.health import Finding
from bot.runtime.settings import Settings

DELIVERS_WITHIN = 8.0  # seconds; who hands over waits for ten


class EmailNotifier(Outlet):
    traits = TRAITS
    variables = VARIABLES
    examined = EXAMINED

    def __init__(self, settings: MailSettings) -> None:
        self.errors = Counter[str]()
        self._settings = settings
        self._connections, self._receipts = Connections(settings), Receipts(self.errors)
        self._house: House | None = None
        self._inlet: Inlet | None = None

    @classmethod
    def do_not_fit(cls, taken: Mapping[str, str]) -> Iterator[str]:
        return do_not_fit(taken)

    @classmethod
    def built(cls, settings: Settings) -> Self | None:
        own = MailSettings.read(settings)
        return cls(own) if own else None

    @classmethod
    def described(cls, settings: Settings) -> str:
        return described(settings)

    async def open(self, house: House) -> None:
        """Hear what comes back, where a mail server brings it. Raises CannotListen."""
        self._house, self._tags = house, Tags(house.secrets)
        if self._settings.bounces:
            self._inlet = Inlet(self._settings.bounces, self._settings.sender.domain, house.bounced)
            await self._inlet.open()

    async def deliver(self, envelope: Envelope) -> Receipt:
        letter, is_code = envelope.number or 0, not envelope.kind
        try:
            async with asyncio.timeout(DELIVERS_WITHIN):
                await self._send(envelope)
        except SMTPException as error:
            return self._receipts.of(error, letter, is_code=is_code)
        except OSError as error:  # a timeout too
            return self._receipts.away(error)
        except (ValueError, IndexError, MessageError):  # what the header of an address may end in
            return Refused("it cannot be written as a mail")
        self._receipts.taken(letter)
        return Delivered()

    async def _send(self, envelope: Envelope) -> None:
        assert self._house  # noqa: S101 - it is open
        sending = Sending(self._settings.sender, self._house.entrances.home, self._tags, self._house.texts)
        mail = await asyncio.to_thread(self._written, self._house, sending, envelope)
        await self._connections.send(sending.returns_to(envelope.notified), envelope.address, mail)

    @staticmethod
    def _written(house: House, sending: Sending, envelope: Envelope) -> bytes:
        attachment = envelope.letter.attachment
        return message.written(sending, envelope, house.content(attachment) if attachment else b"", house.clock())

    async def close(self) -> None:
        self._connections.close()
        if self._inlet:
            await self._inlet.close()

    async def examine(self, now: datetime) -> Sequence[Finding]:
        return await health.examine(self._settings)
