"""The Telegram channel as one piece: connects, takes updates in, sends letters out.

Telegram either brings updates to our webhook or has them fetched, never both: whoever starts last says which.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Self, TypeVar

from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.port import Channel, Entrance, Hook, House
from bot.channels.telegram import health, profile
from bot.channels.telegram.http import UNREADABLE, HttpRequest, name_of
from bot.channels.telegram.inbound import ALLOWED_UPDATES
from bot.channels.telegram.outbound import Outbound
from bot.channels.telegram.polling import Polling
from bot.channels.telegram.settings import VARIABLES, TelegramSettings, described, do_not_fit
from bot.channels.telegram.traits import EXAMINED, TRAITS
from bot.channels.telegram.webhook import Webhook
from bot.letters import Envelope, Postponed, Receipt
from bot.runtime.health import Finding
from bot.runtime.settings import Settings
from bot.survey.errors import OperatorError

log = logging.getLogger(__name__)

T = TypeVar("T")

MOST_AT_ONCE = 100  # updates that Telegram brings side by side
WATCH_EVERY = 30.0  # seconds between looks how Telegram fares with our webhook
AT_FIRST = 1.0  # seconds, until what waited there is brought
TROUBLE_LASTS = timedelta(seconds=150)  # Telegram tries again sooner than that


class TokenRefused(OperatorError):
    """Telegram refuses TELEGRAM_TOKEN. Ask BotFather for the right one: /mybots, your bot, API Token."""


class TelegramChannel(Channel):
    traits = TRAITS
    variables = VARIABLES
    examined = EXAMINED

    def __init__(self, settings: TelegramSettings) -> None:
        self.errors, self._name = Counter[str](), ""
        self._settings = settings
        self._polls, self._calls = HttpRequest(self.errors), HttpRequest(self.errors)
        base, files = f"{settings.api_url}/bot", f"{settings.api_url}/file/bot"
        self._bot = Bot(settings.token, base, files, request=self._calls, get_updates_request=self._polls)
        self._webhook: Webhook | None = None
        self._out: Outbound | None = None

    @classmethod
    def do_not_fit(cls, taken: Mapping[str, str]) -> Iterator[str]:
        return do_not_fit(taken)

    @classmethod
    def built(cls, settings: Settings) -> Self | None:
        own = TelegramSettings.read(settings)
        return cls(own) if own.token else None

    @classmethod
    def described(cls, settings: Settings) -> str:
        return described(settings)

    @property
    def hooks(self) -> Sequence[Hook]:
        return (self._webhook.hook,) if self._webhook else ()

    async def introduce(self) -> None:
        await self._calls.initialize()
        self._name = name = await _at_last(lambda: name_of(self._bot))
        self.entrance = Entrance(TRAITS, f"https://t.me/{name}?start=", in_group=f"/start@{name} ")

    async def open(self, house: House) -> None:
        """From here on a letter waits for Telegram, and is not lost, when it cannot be reached."""
        self._house = house
        await self._polls.initialize()
        await self._calls.initialize()
        self._out = Outbound(self._bot, self._calls, house)
        if self._settings.is_webhook and self._settings.public_url:
            self._webhook = Webhook(self._settings.public_url, self._settings.token, house.secrets, house.receive)

    async def run(self) -> None:
        await self.introduce()
        log.info("running as @%s", self._name)
        async with self._profile():
            await (self._watch(self._webhook) if self._webhook else self._poll())

    async def deliver(self, envelope: Envelope) -> Receipt:
        return await self._out.deliver(envelope.address, envelope.letter) if self._out else Postponed()

    async def close(self) -> None:
        await self._polls.shutdown()
        await self._calls.shutdown()

    async def examine(self, now: datetime) -> Sequence[Finding]:
        return await health.examine(self._settings, now)

    async def _answered(self) -> None:
        await self._house.caught_up(TRAITS.name)

    async def _poll(self) -> None:
        """Fetch updates and have them taken, for ever."""
        if (await _at_last(self._bot.get_webhook_info)).url:
            log.warning("a webhook was set for this bot; it is taken off, for updates are fetched here")
            await _at_last(self._bot.delete_webhook)
        assert self._out  # noqa: S101 - it is open
        acknowledge = self._out.acknowledge
        await Polling(self._bot, self._name, self._polls, self._house.receive, acknowledge, self._answered).run()

    async def _watch(self, webhook: Webhook) -> None:
        """Have updates brought to the webhook, for ever."""
        webhook.name = self._name
        await self._hang_up(webhook)
        wait = AT_FIRST
        while True:
            found = await _at_last(self._bot.get_webhook_info)
            if found.url != webhook.url:
                log.warning("another program took our webhook off; it is set again")
                await self._hang_up(webhook)
            elif _gets_through(found, self._house.clock()):
                await self._answered()
                wait = WATCH_EVERY
            await asyncio.sleep(wait)

    async def _hang_up(self, webhook: Webhook) -> None:
        await _at_last(
            lambda: self._bot.set_webhook(
                webhook.url,
                secret_token=webhook.token,
                allowed_updates=ALLOWED_UPDATES,
                max_connections=MOST_AT_ONCE,
            )
        )

    @contextlib.asynccontextmanager
    async def _profile(self) -> AsyncIterator[None]:
        putting_up = asyncio.create_task(profile.put_up(self._bot, self._house.texts))
        try:
            yield
        finally:
            putting_up.cancel()


async def _at_last(call: Callable[[], Awaitable[T]]) -> T:
    """What Telegram answers, however long it takes until it does; raises TokenRefused."""
    wait = 0.5
    while True:
        try:
            return await call()
        except InvalidToken:
            raise TokenRefused from None
        except (TelegramError, *UNREADABLE) as error:
            trouble = "refuses" if isinstance(error, BadRequest) else "cannot be reached"
            log.warning("Telegram %s: %s; next try in %.1f s", trouble, error, wait)
        await asyncio.sleep(wait)
        wait = min(30.0, wait * 2)


def _gets_through(found: WebhookInfo, now: datetime) -> bool:
    """Whether Telegram can bring what it has: nothing waits, or what does has not failed lately."""
    if found.last_error_date is None or not found.pending_update_count:
        return True
    return now - found.last_error_date > TROUBLE_LASTS
