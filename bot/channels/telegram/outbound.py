"""Letter -> Bot API call -> receipt."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.port import House
from bot.channels.telegram.errors import NO_TOPIC, NOT_MODIFIED, receipt_from
from bot.channels.telegram.http import HttpRequest
from bot.channels.telegram.voices import Voices
from bot.letters import NOT_RECORDED, Attachment, Delivered, Letter, Receipt
from bot.texts.direction import direction_in
from bot.texts.texts import plain

MOST_NOTICE = 200  # characters on a pressed button


class Outbound:
    """Sends letters, over `request` where no files go with them."""

    def __init__(self, bot: Bot, request: HttpRequest, house: House) -> None:
        self._bot, self._request = bot, request
        self._content, self._voices = house.content, Voices(bot, house)

    async def deliver(self, address: str, letter: Letter) -> Receipt:
        """To a chat, or a topic of one: `chat/topic`. When that is gone, to the chat itself."""
        chat, _, topic = address.partition("/")
        try:
            to = {"chat_id": int(chat), **({"message_thread_id": int(topic)} if topic else {})}
            voice = await self._send(to, letter)
        except TelegramError as error:
            is_topic_gone = topic and any(words in str(error).lower() for words in NO_TOPIC)
            return await self.deliver(chat, letter) if is_topic_gone else receipt_from(error)
        except LookupError:
            return NOT_RECORDED
        return Delivered(voice)

    async def acknowledge(self, press: str, notice: str | None) -> None:
        """Stop the spinner on a pressed button. It may be too late for that, and then it does not matter."""
        with suppress(TelegramError):
            said = {"text": notice[:MOST_NOTICE]} if notice else {}
            await self._call("answerCallbackQuery", callback_query_id=press, **said)

    async def _send(self, to: Mapping[str, int], letter: Letter) -> int:
        """The number of a voice message that was sent, or 0. What is over goes first: then a letter that is tried again
        takes nothing away that it brought."""
        for message in letter.removes:
            await self._remove(to["chat_id"], message)
        if not (letter.text or letter.attachment):
            return 0  # it only took something away
        is_file = letter.attachment is not None and letter.attachment.kind != "voice"
        if not is_file and letter.replaces is not None and await self._edit(to["chat_id"], letter.replaces, letter):
            return 0
        if letter.attachment:
            return await self._send_with(letter.attachment, to, letter)
        await self._call("sendMessage", **to, **_message(letter))
        return 0

    async def _remove(self, chat: int, message: int) -> None:
        """What they took away themselves, or what is too old to be, stays as it is."""
        with suppress(BadRequest):
            await self._call("deleteMessage", chat_id=chat, message_id=message)

    async def _send_with(self, attachment: Attachment, to: Mapping[str, int], letter: Letter) -> int:
        keyboard = InlineKeyboardMarkup.de_json(_keyboard(letter), self._bot) if letter.rows else None
        if attachment.kind == "voice":
            return await self._voices.send(attachment, to, letter.text, keyboard)
        content = InputFile(await asyncio.to_thread(self._content, attachment), filename=attachment.name)
        kind = "photo" if attachment.kind == "picture" else "document"
        send: Any = getattr(self._bot, f"send_{kind}")
        more = {kind: content, "caption": letter.text, "parse_mode": ParseMode.HTML, "reply_markup": keyboard}
        await send(**to, **more)
        return 0

    async def _edit(self, chat: int, message: int, letter: Letter) -> bool:
        """Whether the message holds the letter now; where it cannot, for whatever reason, a new one is sent."""
        edit, shown = (
            ("editMessageCaption", _caption(letter)) if letter.attachment else ("editMessageText", _message(letter))
        )
        try:
            await self._call(edit, chat_id=chat, message_id=message, **shown)
        except BadRequest as error:
            return NOT_MODIFIED in str(error).lower()
        return True

    async def _call(self, method: str, **parameters: object) -> None:
        """Not by a method of Bot: that makes objects of all that is sent, and of the answer, which nobody reads."""
        await self._request.send(f"{self._bot.base_url}/{method}", parameters)


def _message(letter: Letter) -> dict[str, Any]:
    shown = {"text": letter.text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return {**shown, "reply_markup": _keyboard(letter)} if letter.rows else shown


def _caption(letter: Letter) -> dict[str, Any]:
    shown = {"caption": letter.text, "parse_mode": "HTML"}
    return {**shown, "reply_markup": _keyboard(letter)} if letter.rows else shown


def _keyboard(letter: Letter) -> dict[str, Any]:
    """Telegram lays every row out from the left: what is read first stands where its text begins."""
    order = slice(None, None, -1 if direction_in(plain(letter.text)) == "rtl" else 1)
    rows = (row[order] for row in letter.rows)
    return {"inline_keyboard": [[{"text": label, "callback_data": data} for label, data in row] for row in rows]}
