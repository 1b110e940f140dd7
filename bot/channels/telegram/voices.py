"""Voices: recordings on their way: the bytes once, and from then on the number that Telegram gave them.

Who lets nobody send them voice messages, gets the same as a piece of music.
"""

import json
from collections.abc import Mapping
from typing import Any

from telegram import Bot, InlineKeyboardMarkup, InputFile, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.port import House
from bot.letters import Attachment, Upload

FORBIDDEN = ("voice_messages_forbidden", "receiving of voice messages")
NO_SUCH_FILE = "file"  # in every way in which Telegram says that it knows no such one
VOICE, AUDIO = "voice", "audio"


class Voices:
    def __init__(self, bot: Bot, house: House) -> None:
        self._bot, self._house = bot, house
        self._bot_id = int(bot.token.partition(":")[0])

    async def send(
        self, attachment: Attachment, to: Mapping[str, int], caption: str, keyboard: InlineKeyboardMarkup | None
    ) -> int:
        """The number of the message; raises LookupError where the recording is there no more."""
        more = {**to, "caption": caption, "parse_mode": ParseMode.HTML, "reply_markup": keyboard}
        try:
            sent = await self._as(VOICE, attachment, more)
        except BadRequest as error:
            if not any(words in str(error).lower() for words in FORBIDDEN):
                raise
            sent = await self._as(AUDIO, attachment, more)
        return sent.message_id

    async def _as(self, kind: str, attachment: Attachment, more: Mapping[str, Any]) -> Message:
        upload = Upload(self._bot_id, kind, attachment.name.removesuffix(".mp3"))
        if known := await self._house.file_of(upload, attachment):
            try:
                return await self._call(kind, attachment, known, more)
            except BadRequest as error:
                if NO_SUCH_FILE not in str(error).lower():
                    raise
                await self._house.keep_file(upload, None)
        content = await self._house.voice(attachment)
        sent = await self._call(kind, attachment, InputFile(content, filename=attachment.name), more)
        await self._house.keep_file(upload, _number_of(sent))
        return sent

    async def _call(
        self, kind: str, attachment: Attachment, content: str | InputFile, more: Mapping[str, Any]
    ) -> Message:
        send: Any = getattr(self._bot, f"send_{kind}")
        sent: Message = await send(**{kind: content}, duration=json.loads(attachment.described)["seconds"], **more)
        return sent


def _number_of(sent: Message) -> str | None:
    """Telegram may take it for another kind of file than we said."""
    found = sent.voice or sent.audio or sent.document
    return found.file_id if found else None
