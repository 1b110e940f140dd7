"""The Telegram channel as one piece: connects, takes updates in, sends letters out.

Telegram either brings updates to our webhook or has them fetched, never both: whoever starts last says which.
"""

import asyncio
import contextlib
import logging
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from telegram import Bot, WebhookInfo
from telegram.error import BadRequest, InvalidToken, TelegramError

from bot.channels.telegram import profile
from bot.channels.telegram.http import AiohttpRequest
from bot.channels.telegram.inbound import ALLOWED_UPDATES
from bot.channels.telegram.outbound import TelegramMessenger
from bot.channels.telegram.polling import Polling, Take
from bot.channels.telegram.webhook import Webhook
from bot.letters import Attachment, Clock
from bot.texts.texts import Texts

log = logging.getLogger(__name__)

T = TypeVar("T")
OnPoll = Callable[[], Awaitable[None]]

MOST_AT_ONCE = 100  # updates that Telegram brings side by side
WATCH_EVERY = 30.0  # seconds between looks how Telegram fares with our webhook
AT_FIRST = 1.0  # seconds, until what waited there is brought
TROUBLE_LASTS = timedelta(seconds=150)  # Telegram tries again sooner than that


UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What the library meets in an answer that is right by its first words and holds something else than promised."""


class TokenRefused(Exception):
    """Telegram refuses TELEGRAM_TOKEN. Ask BotFather for the right one: /mybots, your bot, API Token."""


def _no_content(attachment: Attachment) -> bytes:
    raise NotImplementedError(attachment.name)


class TelegramChannel:
    def __init__(self, token: str, api_url: str, content: Callable[[Attachment], bytes] = _no_content) -> None:
        self.errors, self._name = Counter[str](), ""
        self._polls, self._calls = AiohttpRequest(self.errors), AiohttpRequest(self.errors)
        base, files = f"{api_url}/bot", f"{api_url}/file/bot"
        self._bot = Bot(token, base, files, request=self._calls, get_updates_request=self._polls)
        self.messenger = TelegramMessenger(self._bot, self._calls, content)

    async def connect(self, patience: float | None = None) -> str:
        """Make contact and give the bot's name. Without `patience` (seconds) it waits for Telegram however long."""
        await self.open()
        async with asyncio.timeout(patience):
            self._name = await _at_last(lambda: name_of(self._bot))
        return self._name

    async def open(self) -> None:
        """Be ready to send: from here on a letter waits for Telegram, and is not lost, when it cannot be reached."""
        await self._polls.initialize()
        await self._calls.initialize()

    async def run(self, take: Take, on_poll: OnPoll, texts: Texts) -> None:
        """Fetch updates and have them taken, for ever; `on_poll` hears whenever all that waited is taken."""
        if (await _at_last(self._bot.get_webhook_info)).url:
            log.warning("a webhook was set for this bot; it is taken off, for updates are fetched here")
            await _at_last(self._bot.delete_webhook)
        async with self._menu(texts):
            await Polling(self._bot, self._name, self._polls, take, self.messenger.acknowledge, on_poll).run()

    async def watch(self, webhook: Webhook, on_poll: OnPoll, texts: Texts, clock: Clock) -> None:
        """Have updates brought to the webhook, for ever; `on_poll` hears that nothing waits for us there."""
        webhook.name = self._name
        await self._hang_up(webhook)
        wait = AT_FIRST
        async with self._menu(texts):
            while True:
                found = await _at_last(self._bot.get_webhook_info)
                if found.url != webhook.url:
                    log.warning("another program took our webhook off; it is set again")
                    await self._hang_up(webhook)
                elif _gets_through(found, clock()):
                    await on_poll()
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
    async def _menu(self, texts: Texts) -> AsyncIterator[None]:
        putting_up = asyncio.create_task(profile.put_up(self._bot, texts))
        try:
            yield
        finally:
            putting_up.cancel()

    async def close(self) -> None:
        await self._polls.shutdown()
        await self._calls.shutdown()


async def _at_last(call: Callable[[], Awaitable[T]]) -> T:
    """What Telegram answers, however long it takes until it does; raises TokenRefused."""
    wait = 0.5
    while True:
        try:
            return await call()
        except InvalidToken:
            raise TokenRefused(str(TokenRefused.__doc__)) from None
        except (TelegramError, *UNREADABLE) as error:
            trouble = "refuses" if isinstance(error, BadRequest) else "cannot be reached"
            log.warning("Telegram %s: %s; next try in %.1f s", trouble, error, wait)
        await asyncio.sleep(wait)
        wait = min(30.0, wait * 2)


async def name_of(bot: Bot) -> str:
    """The bot's name, for links; a ValueError when whoever answers gives none."""
    name = str((await bot.get_me()).username)
    if not re.fullmatch(r"\w{3,64}", name, re.ASCII):
        raise ValueError("getMe gives no name of a bot")
    return name


def _gets_through(found: WebhookInfo, now: datetime) -> bool:
    """Whether Telegram can bring what it has: nothing waits, or what does has not failed lately."""
    if found.last_error_date is None or not found.pending_update_count:
        return True
    return now - found.last_error_date > TROUBLE_LASTS


def link(username: str, code: str) -> str:
    """Where a phone with Telegram goes with a code."""
    return f"https://t.me/{username}?start={code}"
