"""Telegram update -> our update, a pure translation that keeps nothing of what a person types.

It reads the update as Telegram's JSON: anything may be missing or of another kind than promised, and then it is not
for us. Only private chats speak with the survey; in a group only a link that is opened there is for us.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.letters import Left, Opened, Returned, Update
from bot.survey.buttons import decode
from bot.survey.dialogue import Commanded, Expired, Wrote

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "callback_query", "my_chat_member")
MOST_WORDS = 2000  # characters behind a command
LONGEST_CODE = 64  # characters, as Telegram allows behind /start


@dataclass(frozen=True, slots=True)
class Received:
    """An update, with the number of the press that waits for an acknowledgement."""

    update: Update
    press: str | None = None


def received(raw: Mapping[str, Any], door: str = "") -> Received | None:
    """What an update means to us; None when it is not for us. `door` is the link of this bot, without a code."""
    try:
        number = int(raw["update_id"])
        if "callback_query" in raw:
            return _press(number, raw["callback_query"], door)
        if "message" in raw:
            return _message(number, raw["message"], door)
        if "my_chat_member" in raw:
            return _membership(number, raw["my_chat_member"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    return None


def _press(number: int, query: Mapping[str, Any], door: str) -> Received | None:
    message = query.get("message") or {}
    if message and message["chat"]["type"] != "private":
        return None
    update = Update(
        id=f"{CHANNEL}:{number}",
        channel=CHANNEL,
        address=str(int(query["from"]["id"])),
        event=decode(str(query.get("data", ""))) or Expired(),
        phone_language=_language(query),
        message=int(message["message_id"]) if message else None,
        door=door,
    )
    return Received(update, str(query["id"]))


def _message(number: int, message: Mapping[str, Any], door: str) -> Received | None:
    event, in_group = _said(message.get("text")), message["chat"]["type"] != "private"
    if in_group and not (isinstance(event, Opened) and message["chat"]["type"] in ("group", "supergroup")):
        return None  # in a group only a link is for us
    return Received(
        Update(
            id=f"{CHANNEL}:{number}",
            channel=CHANNEL,
            address=str(int(message["chat"]["id"])),
            event=event,
            phone_language=_language(message),
            door=door,
            in_group=in_group,
        )
    )


def _said(text: object) -> Opened | Commanded | Wrote:
    if not isinstance(text, str) or not text.startswith("/"):
        return Wrote()
    name, _, more = text[1:].partition(" ")
    name, code = name.split("@")[0].lower(), more.strip()
    if name == "start" and code:
        return Opened(code[:LONGEST_CODE] if code.isascii() and code.isprintable() else "")
    return Commanded(name, more[:MOST_WORDS]) if name.isascii() and name.isidentifier() else Wrote()


def _membership(number: int, change: Mapping[str, Any]) -> Received | None:
    """Blocked or thrown out of a group, and back."""
    event = Left() if change["new_chat_member"]["status"] in ("kicked", "left") else Returned()
    return Received(Update(f"{CHANNEL}:{number}", CHANNEL, str(int(change["chat"]["id"])), event))


def _language(source: Mapping[str, Any]) -> str | None:
    code = (source.get("from") or {}).get("language_code")
    return code if isinstance(code, str) else None
