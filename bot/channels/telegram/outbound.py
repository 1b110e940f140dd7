"""Letter -> Bot API call -> receipt."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.errors import NO_TOPIC, NOT_MODIFIED, receipt_from
from bot.channels.telegram.http import HttpRequest
from bot.letters import Attachment, Delivered, Letter, Receipt

MOST_NOTICE = 200  # characters on a pressed button


class Outbound:
    """Sends letters, over `request` where no files go with them; `content` draws these."""

    def __init__(self, bot: Bot, request: HttpRequest, content: Callable[[Attachment], bytes]) -> None:
        self._bot = bot
        self._request = request
        self._content = content

    async def deliver(self, address: str, letter: Letter) -> Receipt:
        """To a chat, or a topic of one: `chat/topic`. When that is gone, to the chat itself."""
        chat, _, topic = address.partition("/")
        try:
            await self._send({"chat_id": int(chat), **({"message_thread_id": int(topic)} if topic else {})}, letter)
        except TelegramError as error:
            is_topic_gone = topic and any(words in str(error).lower() for words in NO_TOPIC)
            return await self.deliver(chat, letter) if is_topic_gone else receipt_from(error)
        return Delivered()

    async def acknowledge(self, press: str, notice: str | None) -> None:
        """Stop the spinner on a pressed button. It may be too late for that, and then it does not matter."""
        with suppress(TelegramError):
            said = {"text": notice[:MOST_NOTICE]} if notice else {}
            await self._call("answerCallbackQuery", callback_query_id=press, **said)

    async def _send(self, to: Mapping[str, int], letter: Letter) -> None:
        if letter.attachment:
            await self._send_with(letter.attachment, to, letter)
        elif letter.replaces is None or not await self._edit(to["chat_id"], letter.replaces, letter):
            await self._call("sendMessage", **to, **_message(letter))

    async def _send_with(self, attachment: Attachment, to: Mapping[str, int], letter: Letter) -> None:
        content = InputFile(await asyncio.to_thread(self._content, attachment), filename=attachment.name)
        kind = "photo" if attachment.kind == "picture" else "document"
        send: Any = getattr(self._bot, f"send_{kind}")
        keyboard = InlineKeyboardMarkup.de_json(_keyboard(letter), self._bot) if letter.rows else None
        more = {kind: content, "caption": letter.text, "parse_mode": ParseMode.HTML, "reply_markup": keyboard}
        await send(**to, **more)

    async def _edit(self, chat: int, message: int, letter: Letter) -> bool:
        """Whether the message holds the letter now; where it cannot, for whatever reason, a new one is sent."""
        try:
            await self._call("editMessageText", chat_id=chat, message_id=message, **_message(letter))
        except BadRequest as error:
            return NOT_MODIFIED in str(error).lower()
        return True

    async def _call(self, method: str, **parameters: object) -> None:
        """Not by a method of Bot: that makes objects of all that is sent, and of the answer, which nobody reads."""
        await self._request.send(f"{self._bot.base_url}/{method}", parameters)


def _message(letter: Letter) -> dict[str, Any]:
    shown = {"text": letter.text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return {**shown, "reply_markup": _keyboard(letter)} if letter.rows else shown


def _keyboard(letter: Letter) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": data} for label, data in row] for row in letter.rows]}
