"""What WhatsApp brings, as events of ours: somebody wrote, a message came to its end, somebody has another id.

Nothing of it is trusted but that Meta signed it. What we do not know, is for another number of ours or from a group, is
left out; a telephone number is never read.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.channels.port import Ended, Incoming, Renamed
from bot.letters import Delivered
from bot.notifiers.whatsapp.addresses import address_of
from bot.notifiers.whatsapp.answers import of_code
from bot.notifiers.whatsapp.traits import TRAITS

Event = Incoming | Ended | Renamed

MOST_TEXT = 4096  # signs
CHANGED = re.compile(r"\bfrom ([A-Z]{2}\.[A-Za-z0-9]{1,128}) to ")
CATEGORY = re.compile(r"[a-z_]{1,30}")
ARRIVED = ("delivered", "read")


def events(body: bytes, number_id: str) -> Iterator[Event]:
    """In the order in which they stand there; nothing of what cannot be read."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return
    for entry in _objects(whole, "entry"):
        for change in _objects(entry, "changes"):
            value = change.get("value")
            if change.get("field") == "messages" and _is_ours(value, number_id):
                yield from _in_value(value)


def _is_ours(value: Any, number_id: str) -> bool:
    return isinstance(value, dict) and _text(value.get("metadata"), "phone_number_id") == number_id


def _in_value(value: Any) -> Iterator[Event]:
    for message in _objects(value, "messages"):
        if found := _message(message):
            yield found
    for status in _objects(value, "statuses"):
        if found := _status(status):
            yield found


def _message(message: dict[str, Any]) -> Event | None:
    number, sender = _text(message, "id"), address_of(_text(message, "from_user_id"))
    if not number or "group_id" in message:
        return None
    if message.get("type") == "system":
        return _system(number, message.get("system"))
    return Incoming(number, TRAITS.name, sender, _said(message)[:MOST_TEXT]) if sender else None


def _system(number: str, system: Any) -> Renamed | None:
    former = _text(system, "previous_user_id")
    if not former and (found := CHANGED.search(_text(system, "body"))):
        former = found[1]
    former, new = address_of(former), address_of(_text(system, "user_id"))
    return Renamed(number, TRAITS.name, former, new) if former and new and former != new else None


def _said(message: dict[str, Any]) -> str:
    """The words, of a message or of a button; nothing of a picture, a voice or what else one can send."""
    return _text(message.get("text"), "body") or _text(message.get("button"), "text")


def _status(status: dict[str, Any]) -> Ended | None:
    """None of what is no end, such as `sent`."""
    name, state = _text(status, "id"), _text(status, "status")
    if name and state in ARRIVED:
        return Ended(name, TRAITS.name, Delivered(), _billed(status.get("pricing")))
    if name and state == "failed":
        return Ended(name, TRAITS.name, of_code(_first_code(status)))
    return None


def _first_code(status: dict[str, Any]) -> int:
    codes = [found for one in _objects(status, "errors") if isinstance(found := one.get("code"), int)]
    return codes[0] if codes else 0


def _billed(pricing: Any) -> str:
    """The category in which it is paid for; nothing of what is not."""
    is_billed = isinstance(pricing, dict) and pricing.get("billable") is True
    category = _text(pricing, "category").lower()
    return (category if CATEGORY.fullmatch(category) else "other") if is_billed else ""


def _text(found: Any, name: str) -> str:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, str) else ""


def _objects(found: Any, name: str) -> Iterator[dict[str, Any]]:
    many = found.get(name) if isinstance(found, dict) else None
    return (one for one in (many if isinstance(many, list) else ()) if isinstance(one, dict))
