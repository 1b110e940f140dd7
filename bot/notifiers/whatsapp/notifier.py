"""WhatsApp as one piece: writes each letter as a template with its values, and hears what came of it.

What is answered within a day to somebody who wrote is free text; nothing else may be. Above the ceiling of a month
nothing is sent, and another notifier carries it, or none.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from urllib.parse import quote

from bot.channels.port import Hook, House, Outlet
from bot.letters import Elsewhere, Envelope, Postponed, Receipt, Unreachable
from bot.notifiers.tags import Tags
from bot.notifiers.whatsapp import answers, health, templates
from bot.notifiers.whatsapp.addresses import address_of
from bot.notifiers.whatsapp.api import Api
from bot.notifiers.whatsapp.prices import UTILITY, Prices
from bot.notifiers.whatsapp.settings import VARIABLES, WhatsAppSettings, described, do_not_fit
from bot.notifiers.whatsapp.traits import EXAMINED, TRAITS
from bot.notifiers.whatsapp.webhook import Webhook
from bot.runtime.health import Finding
from bot.runtime.settings import Settings
from bot.texts.direction import bare
from bot.texts.texts import plain

log = logging.getLogger(__name__)

MOST_TEXT = 4096  # signs of a message
WITHIN = 8.0  # seconds, for which whoever hands over waits
OF_STRANGERS = 0.5  # of the ceiling, for answers to who is called nowhere: they may not cost anybody their reminder
CEILING = "the ceiling of this month is reached"


class WhatsAppNotifier(Outlet):
    traits = TRAITS
    variables = VARIABLES
    examined = EXAMINED

    def __init__(self, settings: WhatsAppSettings) -> None:
        self.errors = Counter[str]()
        self._settings = settings
        self._api: Api | None = None
        self._webhook: Webhook | None = None
        self._under_way = 0

    @classmethod
    def do_not_fit(cls, taken: Mapping[str, str]) -> Iterator[str]:
        return do_not_fit(taken)

    @classmethod
    def built(cls, settings: Settings) -> Self | None:
        own = WhatsAppSettings.read(settings)
        return cls(own) if own else None

    @classmethod
    def described(cls, settings: Settings) -> str:
        return described(settings)

    async def open(self, house: House) -> None:
        """Raises PricesError."""
        self._house, self._tags, self.prices = house, Tags(house.secrets), Prices.read(self._settings.prices)
        self._api, self._webhook = Api(self._settings), Webhook(self._settings, house, self.errors)

    async def close(self) -> None:
        if api := self._api:
            self._api = None
            await api.close()

    @property
    def hooks(self) -> Sequence[Hook]:
        return (self._webhook.hook,) if self._webhook else ()

    def to_write(self, code: str) -> str:
        """Where somebody sends us this code; it stands ready in the app, and they only send it."""
        return f"https://wa.me/{self._settings.number}?text={quote(f'Samenspraak {code}')}"

    async def deliver(self, envelope: Envelope) -> Receipt:
        if self._api is None:
            return Postponed()
        if not address_of(envelope.address):
            return Unreachable("no id of WhatsApp")
        try:
            async with asyncio.timeout(WITHIN):  # with what is asked of the database before: it may be away
                return await self._send(self._api, envelope)
        except OSError as error:
            self.errors[type(error).__name__] += 1
            log.warning("WhatsApp cannot be reached: %s", type(error).__name__)
            return Postponed()

    async def _send(self, api: Api, envelope: Envelope) -> Receipt:
        if await self._is_spent(OF_STRANGERS if not envelope.notified else 1.0):
            return Elsewhere(CEILING)
        self._under_way += 1
        try:
            answer = await api.send({"recipient": envelope.address, **self._message(envelope)})
        finally:
            self._under_way -= 1
        if how := answers.how(answer):
            self.errors[how] += 1
        return answers.receipt(answer)

    async def _is_spent(self, share: float) -> bool:
        """Whether the month has cost this share of its ceiling; what is on its way, to WhatsApp or from there, counts
        as what we mean it to be."""
        if self._settings.ceiling is None:
            return False
        billed, on_their_way = await self._house.billed(TRAITS.name)
        ahead = on_their_way + self._under_way
        return self.prices.cost(billed) + self.prices.cost({UTILITY: ahead + 1}) > self._settings.ceiling * share

    def _message(self, envelope: Envelope) -> Mapping[str, Any]:
        if envelope.kind:
            tag = self._tags.door(envelope.notified, self._house.clock())
            return {"type": "template", "template": templates.filled(self._house.texts, envelope, tag)}
        return {"type": "text", "text": {"body": bare(plain(envelope.letter.text))[:MOST_TEXT], "preview_url": False}}

    async def examine(self, now: datetime) -> Sequence[Finding]:
        api = Api(self._settings)
        try:
            return await health.examine(self._settings, api)
        finally:
            await api.close()
