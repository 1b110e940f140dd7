"""What commands have in common: the database opened and closed again, a partnership by its name, the doors for links.

What cannot be done is a CommandError, in a sentence that says why and what to do.
"""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from bot import app
from bot.channels.telegram.channel import TelegramChannel, TokenRefused, link
from bot.letters import Doors
from bot.runtime.settings import Settings
from bot.survey.conversation.dialogue import Partnership
from storage import partnerships
from storage.engine.database import Database, Tx

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


class CommandError(Exception):
    """What was asked cannot be done; the message says why and what to do."""


@contextlib.contextmanager
def transaction(settings: Settings) -> Iterator[Tx]:
    with opened(settings) as database, database.transaction() as tx:
        yield tx


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    database: Database = app.open_database(settings)
    try:
        yield database
    finally:
        database.close()


def wanted_partnership(tx: Tx, name: str) -> Partnership:
    if found := partnerships.find(tx, name):
        return found
    raise CommandError(f"There is no partnership {name!r}. See them all: samenspraak partnership list")


def doors_of(settings: Settings) -> Doors:
    bot = _bot_name(settings)
    return replace(app.page_door(settings), telegram=link(bot, "") if bot else "")


def _bot_name(settings: Settings) -> str | None:
    """The bot's name in Telegram, for links; None without a bot, or when it cannot be asked now."""
    if not settings.telegram_token:
        return None

    async def ask(token: str) -> str:
        channel = TelegramChannel(token, settings.telegram_api_url)
        try:
            return await channel.connect(patience=10)
        finally:
            await channel.close()

    try:
        return asyncio.run(ask(settings.telegram_token))
    except (TimeoutError, TokenRefused) as error:
        print(f"The links are missing, Telegram did not answer: {error or 'no answer'}", file=sys.stderr)
        return None
