"""Letter -> Bot API call -> receipt.

The order of the error table matters: in python-telegram-bot a BadRequest is a NetworkError too, and trying that again
would never end.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, InputFile
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.request import AiohttpRequest
from bot.letters import Attachment, Delivered, Letter, Moved, Postponed, Receipt, Refused, Unreachable

log = logging.getLogger(__name__)

MOST_NOTICE = 200  # characters on a pressed button
GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
NOBODY = ("chat not found", "user is deactivated", "can't initiate conversation", "peer_id_invalid")


class TelegramMessenger:
    """Sends letters, over `request` where no files go with them; `content` draws these."""

    reaches_out = True

    def __init__(self, bot: Bot, request: AiohttpRequest, content: Callable[[Attachment], bytes]) -> None:
        self._bot = bot
        self._request = request
        self._content = content

    async def deliver(self, address: str, letter: Letter) -> Receipt:
        try:
            await self._send(int(address), letter)
        except TelegramError as error:
            return receipt_from(error)
        return Delivered()

    async def acknowledge(self, press: str, notice: str | None) -> None:
        """Stop the spinner on a pressed button. It may be too late for that, and then it does not matter."""
        with suppress(TelegramError):
            said = {"text": notice[:MOST_NOTICE]} if notice else {}
            await self._call("answerCallbackQuery", callback_query_id=press, **said)

    async def _send(self, chat: int, letter: Letter) -> None:
        if letter.attachment:
            await self._send_with(letter.attachment, chat, letter)
        elif letter.replaces is None or not await self._edit(chat, letter.replaces, letter):
            await self._call("sendMessage", chat_id=chat, **_message(letter))

    async def _send_with(self, attachment: Attachment, chat: int, letter: Letter) -> None:
        content = InputFile(await asyncio.to_thread(self._content, attachment), filename=attachment.name)
        send = self._bot.send_photo if attachment.kind == "picture" else self._bot.send_document
        keyboard = InlineKeyboardMarkup.de_json(_keyboard(letter), self._bot) if letter.rows else None
        await send(chat, content, caption=letter.text, parse_mode=ParseMode.HTML, reply_markup=keyboard)

    async def _edit(self, chat: int, message: int, letter: Letter) -> bool:
        """Whether the message could take the letter; False when it is no longer there."""
        try:
            await self._call("editMessageText", chat_id=chat, message_id=message, **_message(letter))
        except BadRequest as error:
            if any(words in str(error).lower() for words in GONE):
                return False
            raise
        return True

    async def _call(self, method: str, **parameters: object) -> None:
        """Not by a method of Bot: that makes objects of all that is sent, and of the answer, which nobody reads."""
        await self._request.send(f"{self._bot.base_url}/{method}", parameters)


def receipt_from(error: TelegramError) -> Receipt:
    """What a failed call means for the letter."""
    words = str(error).lower()
    match error:
        case RetryAfter():
            return Postponed(seconds_of(error))
        case ChatMigrated():
            return Moved(str(error.new_chat_id))
        case Forbidden():
            return Unreachable()
        case BadRequest() if "message is not modified" in words:
            return Delivered()
        case BadRequest() if any(nobody in words for nobody in NOBODY):
            return Unreachable()
        case BadRequest():
            return Refused(str(error))
        case InvalidToken():
            log.error("Telegram refuses the token; letters wait")
            return Postponed()
        case _:
            return Postponed()


def seconds_of(error: RetryAfter) -> float:
    after = error.retry_after
    return float(after if isinstance(after, int) else after.total_seconds())


def _message(letter: Letter) -> dict[str, Any]:
    shown = {"text": letter.text, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    return {**shown, "reply_markup": _keyboard(letter)} if letter.rows else shown


def _keyboard(letter: Letter) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": label, "callback_data": data} for label, data in row] for row in letter.rows]}
