"""Telegram update -> our update, a pure translation that keeps nothing of what a person types.

It reads the update as Telegram's JSON: anything may be missing or of another kind than promised, and then it is not
for us. Only private chats speak with the survey; in a group only a link that is opened there is for us.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.port import Left, Opened, Returned, Update
from bot.channels.typed_text import said
from bot.survey.conversation.buttons import decode
from bot.survey.conversation.events import Expired

CHANNEL = "telegram"
START = re.compile(r"/start(?:@(\w+))?\s", re.IGNORECASE)
PASSED_ON = ("via_bot", "forward_origin", "forward_date", "is_automatic_forward")
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
    in_group = message["chat"]["type"] != "private"
    event = _said_in_group(message, name) if in_group else said(message.get("text"))
    if event is None:
        return None
    return Received(
        Update(
            id=f"{CHANNEL}:{number}",
            channel=CHANNEL,
            address=_address(message),
            event=event,
            phone_language=_language(message),
            in_group=in_group,
        )
    )


def _address(message: Mapping[str, Any]) -> str:
    """The chat, or the topic of it: `chat/topic`."""
    chat = str(_number(message["chat"]["id"]))
    return f"{chat}/{_number(message['message_thread_id'])}" if message.get("is_topic_message") else chat


def _said_in_group(message: Mapping[str, Any], name: str) -> Opened | Returned | None:
    """In a group only a link that is opened is for us, said to us by name or to no bot by name, by somebody in
    it: not by another bot, and not passed on from elsewhere. And that a topic can be written in again."""
    if "forum_topic_reopened" in message:
        return Returned()
    found, event = START.match(str(message.get("text"))), said(message.get("text"))
    is_for_us = found and name.lower() in ("", (found[1] or name).lower())  # in the first second no name is known
    is_theirs = not any(message.get(sign) for sign in PASSED_ON) and not _is_bot(message)
    is_group = message["chat"]["type"] in ("group", "supergroup")
    return event if isinstance(event, Opened) and event.code and is_for_us and is_theirs and is_group else None


def _is_bot(message: Mapping[str, Any]) -> bool:
    """An administrator who stays unnamed speaks as the group itself, by a bot of Telegram's."""
    as_group = (message.get("sender_chat") or {}).get("id") == message["chat"]["id"]
    return bool((message.get("from") or {}).get("is_bot")) and not as_group


def _membership(number: int, change: Mapping[str, Any]) -> Received | None:
    """Blocked or thrown out of a group, and back."""
    now, chat = change["new_chat_member"], change["chat"]
    is_out = now["status"] in ("kicked", "left") or now.get("can_send_messages") is False
    in_group = chat.get("type", "private") != "private"
    event = Left() if is_out else Returned()
    return Received(Update(f"{CHANNEL}:{number}", CHANNEL, str(_number(chat["id"])), event, in_group=in_group))


def _language(source: Mapping[str, Any]) -> str | None:
    code = (source.get("from") or {}).get("language_code")
    return code if isinstance(code, str) else None


def _number(value: object) -> int:
    """A number as Telegram gives it: 1.0 or true is not person 1, and "1" is not either."""
    if type(value) is not int or abs(value) >= 2**63:
        raise ValueError(type(value).__name__)
    return value
