"""The bare bots: python-telegram-bot as everybody knows it, handlers that show the next screen.

Nothing is stored, nothing is checked, nothing is drawn: what is left is what the framework costs. It runs in a process
of its own.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes

Screen = tuple[str, Sequence[Sequence[tuple[str, str]]]]


def main(client: str, url: str, token: str, folder: str) -> None:
    screens = json.loads(Path(folder, "screens.json").read_text("utf-8"))
    Echo(screens, Path(folder, "picture.png").read_bytes()).run(client, url, token)


class Echo:
    """The last screen comes with a picture."""

    def __init__(self, screens: list[Screen], picture: bytes) -> None:
        self._screens, self._picture = screens, picture
        self.after = {data: place for place, (_, rows) in enumerate(screens, 1) for row in rows for _, data in row}

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

    async def press(self, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        if (query := update.callback_query) is None or query.data is None:
            return
        place = self.after[query.data]
        text, rows = self._screens[place]
        await query.answer()
        if place == len(self._screens) - 1:
            await context.bot.send_photo(query.from_user.id, self._picture, caption=text, parse_mode="HTML")
        await query.edit_message_text(text, parse_mode="HTML", reply_markup=_keyboard(rows))


def _over_aiohttp(builder: Any) -> None:
    from bench.over_aiohttp import OverAiohttp

    builder.request(OverAiohttp()).get_updates_request(OverAiohttp()).concurrent_updates(True)


def _keyboard(rows: Sequence[Sequence[tuple[str, str]]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
