"""The bare bots: python-telegram-bot as everybody knows it, one handler that shows the next screen.

Nothing is stored, nothing is checked: what is left is what the framework costs. It runs in a process of its own.
"""

import json
import sys
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

Screen = tuple[str, list[list[tuple[str, str]]]]


def main(client: str, url: str, token: str, screens: str) -> None:
    Echo(json.loads(Path(screens).read_text("utf-8"))).run(client, url, token)


class Echo:
    def __init__(self, screens: list[Screen]) -> None:
        self._screens = screens

    def run(self, client: str, url: str, token: str) -> None:
        builder = Application.builder().token(token).base_url(f"{url}/bot")
        if client == "aiohttp":
            _over_aiohttp(builder)
        application = builder.build()
        application.add_handler(CommandHandler("start", self.start))
        application.add_handler(CallbackQueryHandler(self.press))
        application.run_polling()

    async def start(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        text, rows = self._screens[0]
        if update.message:
            await update.message.reply_text(text, parse_mode="HTML", reply_markup=_keyboard(rows))

    async def press(self, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if (query := update.callback_query) is None or query.data is None:
            return
        text, rows = self._screens[_item(query.data)]
        await query.answer()
        await query.edit_message_text(text, parse_mode="HTML", reply_markup=_keyboard(rows))


def _over_aiohttp(builder: Any) -> None:
    from bench.over_aiohttp import OverAiohttp

    builder.request(OverAiohttp()).get_updates_request(OverAiohttp()).concurrent_updates(True)


def _item(data: str) -> int:
    """The number of the statement that was answered, which is the place in the list of the next one."""
    return int(data.split(":")[2])


def _keyboard(rows: list[list[tuple[str, str]]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
