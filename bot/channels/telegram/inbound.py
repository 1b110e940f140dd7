"""Telegram update -> our update, a pure translation that keeps nothing of what a person types.

It reads the update as Telegram's JSON: anything may be missing or of another kind than promised, and then it is not
for us. Only private chats speak with the survey; in a group only a link that is opened there is for us.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.commands import said
from bot.letters import Left, Opened, Returned, Update
from bot.survey.buttons import decode
from bot.survey.dialogue import Expired

CHANNEL = "telegram"
START = re.compile(r"/start(?:@(\w+))?\s", re.IGNORECASE)
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")


@dataclass(frozen=True, slots=True)
class Received:
    """An update, with the number of the press that waits for an acknowledgement."""

    update: Update
    press: str | None = None


def received(raw: Mapping[str, Any], name: str = "") -> Received | None:
    """What an update means to us, whose bot has this name; None when it is not for us."""
    try:
        number = _number(raw["update_id"])
        if "callback_query" in raw:
            return _press(number, raw["callback_query"])
        if "message" in raw:
            return _message(number, raw["message"], name)
        if "my_chat_member" in raw:
            return _membership(number, raw["my_chat_member"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return None


def _press(number: int, query: Mapping[str, Any]) -> Received | None:
    message = query.get("message") or {}
    if message and message["chat"]["type"] != "private":
        return None
    update = Update(
        id=f"{CHANNEL}:{number}",
        channel=CHANNEL,
        address=str(_number(query["from"]["id"])),
        event=decode(str(query.get("data", ""))) or Expired(),
        phone_language=_language(query),
        message=_number(message["message_id"]) if message else None,
    )
    return Received(update, str(query["id"]))


def _message(number: int, message: Mapping[str, Any], name: str) -> Received | None:
    text, in_group = message.get("text"), message["chat"]["type"] != "private"
    event = said(text)
    if in_group and not (isinstance(event, Opened) and event.code and _is_link_for(name, text, message["chat"])):
        return None  # in a group only a link that is opened is for us, and only by us
    return Received(
        Update(
            id=f"{CHANNEL}:{number}",
            channel=CHANNEL,
            address=str(_number(message["chat"]["id"])),
            event=event,
            phone_language=_language(message),
            in_group=in_group,
        )
    )


def _is_link_for(name: str, text: object, chat: Mapping[str, Any]) -> bool:
    """Whether it is /start, said to us by name or to no bot by name."""
    found = START.match(str(text))
    said_to = (found[1] or name) if found else None
    is_ours = said_to is not None and name.lower() in ("", said_to.lower())  # in the first second it is not known
    return chat["type"] in ("group", "supergroup") and is_ours


def _membership(number: int, change: Mapping[str, Any]) -> Received | None:
    """Blocked or thrown out of a group, and back."""
    event = Left() if change["new_chat_member"]["status"] in ("kicked", "left") else Returned()
    return Received(Update(f"{CHANNEL}:{number}", CHANNEL, str(_number(change["chat"]["id"])), event))


def _language(source: Mapping[str, Any]) -> str | None:
    code = (source.get("from") or {}).get("language_code")
    return code if isinstance(code, str) else None


def _number(value: object) -> int:
    """A number as Telegram gives it: 1.0 or true is not person 1, and "1" is not either."""
    if type(value) is not int or abs(value) >= 2**63:
        raise ValueError(type(value).__name__)
    return value
