"""The Telegram channel as one piece: connects, takes updates in, sends letters out."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram import menu
from bot.channels.telegram.intake import Intake, Take
from bot.channels.telegram.outbound import TelegramMessenger
from bot.channels.telegram.request import AiohttpRequest
from bot.letters import Attachment
from bot.texts import Texts

log = logging.getLogger(__name__)


class TokenRefused(Exception):
    """Telegram refuses TELEGRAM_TOKEN. Ask BotFather for the right one: /mybots, your bot, API Token."""


def _no_content(attachment: Attachment) -> bytes:
    raise NotImplementedError(attachment.name)


class TelegramChannel:
    def __init__(self, token: str, api_url: str, content: Callable[[Attachment], bytes] = _no_content) -> None:
        self._polls, self._calls = AiohttpRequest(), AiohttpRequest()
        base, files = f"{api_url}/bot", f"{api_url}/file/bot"
        self._bot = Bot(token, base, files, request=self._calls, get_updates_request=self._polls)
        self.messenger = TelegramMessenger(self._bot, self._calls, content)

    async def connect(self, patience: float | None = None) -> str:
        """Make contact and give the bot's name. Without `patience` (seconds) it waits for Telegram however long."""
        await self.open()
        async with asyncio.timeout(patience):
            return await self._introduce()

    async def open(self) -> None:
        """Be ready to send: from here on a letter waits for Telegram, and is not lost, when it cannot be reached."""
        await self._polls.initialize()
        await self._calls.initialize()

    async def run(self, take: Take, on_poll: Callable[[], Awaitable[None]], texts: Texts) -> None:
        """Take updates for ever."""
        putting_up = asyncio.create_task(menu.put_up(self._bot, texts))
        try:
            await Intake(self._bot, self._polls, take, self.messenger.acknowledge, on_poll).run()
        finally:
            putting_up.cancel()

    async def close(self) -> None:
        await self._polls.shutdown()
        await self._calls.shutdown()

    async def _introduce(self) -> str:
        wait = 0.5
        while True:
            try:
                return str((await self._bot.get_me()).username)
            except InvalidToken:
                raise TokenRefused(str(TokenRefused.__doc__)) from None
            except TelegramError as error:
                log.warning("Telegram cannot be reached: %s; next try in %.1f s", error, wait)
            await asyncio.sleep(wait)
            wait = min(30.0, wait * 2)


def link(username: str, code: str) -> str:
    """Where a phone with Telegram goes with a code."""
    return f"https://t.me/{username}?start={code}"
