"""What WhatsApp brings, as events of ours: somebody wrote, a message came to its end, somebody has another id.

Nothing of it is trusted but that Meta signed it. What we do not know, is for another number of ours, from a group or
older than Meta brings anything, is left out; a telephone number is never read.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.channels.port import Ended, Incoming, Renamed
from bot.letters import Delivered
from bot.notifiers.whatsapp.addresses import USER_ID, address_of
from bot.notifiers.whatsapp.answers import of_code
from bot.notifiers.whatsapp.contents import as_code, objects_in, read
from bot.notifiers.whatsapp.traits import TRAITS

log = logging.getLogger(__name__)

Event = Incoming | Ended | Renamed

MOST_TEXT = 4096  # signs
OLDEST = timedelta(days=7)  # that long Meta brings something again; what was taken is remembered for longer
SECONDS, IN_THOUSANDTHS = re.compile(r"\d{1,13}"), 10**11
CHANGED = re.compile(rf"\bfrom ({USER_ID.pattern}) to ({USER_ID.pattern})\W*$")  # behind a name, which anybody chooses
WORDS: Mapping[str, str] = {
    "text": "body",
    "button": "text",
    **dict.fromkeys(("image", "video", "document"), "caption"),
    **dict.fromkeys(("audio", "sticker", "location", "contacts", "interactive", "order"), ""),
}
"""What somebody can send us, and where the words stand in it. With anything else, such as a thumb under a message of
ours, nobody writes to us."""
CATEGORY = re.compile(r"[a-z_]{1,30}")
ARRIVED = ("delivered", "read")


def events(body: bytes, number_id: str, now: datetime) -> Iterator[Event]:
    """In the order in which they stand there; nothing of what cannot be read."""
    for entry in objects_in(read(body), "entry"):
        for change in objects_in(entry, "changes"):
            value = change.get("value")
            if change.get("field") == "messages" and _is_ours(value, number_id):
                yield from _in_value(value, now)


def _is_ours(value: Any, number_id: str) -> bool:
    return isinstance(value, dict) and _text(value.get("metadata"), "phone_number_id") == number_id


def _in_value(value: Any, now: datetime) -> Iterator[Event]:
    for name, event in (("messages", _message), ("statuses", _status)):
        for one in objects_in(value, name):
            if not _is_old(one, now) and (found := event(one)):
                yield found


def _is_old(one: dict[str, Any], now: datetime) -> bool:
    """Whether somebody shows again what Meta signed long ago."""
    signed = _signed_at(one)
    is_old = signed is not None and signed < now - OLDEST
    if is_old:
        log.warning("what WhatsApp signed on %s is not taken", f"{signed:%Y-%m-%d}")
    return is_old


def _signed_at(one: dict[str, Any]) -> datetime | None:
    written = str(one.get("timestamp", ""))
    moment = int(written) if SECONDS.fullmatch(written) else 0
    return datetime.fromtimestamp(moment / 1000 if moment > IN_THOUSANDTHS else moment, UTC) if moment else None


def _message(message: dict[str, Any]) -> Event | None:
    number, sender, kind = _text(message, "id"), address_of(_text(message, "from_user_id")), _text(message, "type")
    if not number or "group_id" in message:
        return None
    if kind == "system":
        return _system(number, message.get("system"))
    if kind not in WORDS:
        return None
    if not sender:
        log.warning("A message comes without the id of who sent it (from_user_id): nobody can be called by it.")
        return None
    return Incoming(number, TRAITS.name, sender, _text(message.get(kind), WORDS[kind])[:MOST_TEXT])


def _system(number: str, system: Any) -> Renamed | None:
    former, new = address_of(_text(system, "previous_user_id")), address_of(_text(system, "user_id"))
    if not former and (found := CHANGED.search(_text(system, "body"))) and found[2] == new:
        former = found[1]
    return Renamed(number, TRAITS.name, former, new) if former and new and former != new else None


def _status(status: dict[str, Any]) -> Ended | None:
    """None of what is no end, such as `sent`."""
    name, state = _text(status, "id"), _text(status, "status")
    if name and state in ARRIVED:
        return Ended(name, TRAITS.name, Delivered(), _billed(status.get("pricing")), _signed_at(status))
    if name and state == "failed":
        code = _first_code(status)
        return Ended(name, TRAITS.name, of_code(code), how=str(code))
    return None


def _first_code(status: dict[str, Any]) -> int:
    return next((code for one in objects_in(status, "errors") if (code := as_code(one.get("code"))) is not None), 0)


def _billed(pricing: Any) -> str:
    """The category in which it is paid for; nothing of what is not. `billable` is to go: then its type says it."""
    is_billed = isinstance(pricing, dict) and pricing.get("billable", pricing.get("type") == "regular") is True
    category = _text(pricing, "category").lower()
    return (category if CATEGORY.fullmatch(category) else "other") if is_billed else ""


def _text(found: Any, name: str) -> str:
    """As it can be kept: half a sign, which JSON can hold, is a question mark."""
    value = found.get(name) if isinstance(found, dict) else None
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
