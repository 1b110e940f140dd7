"""Tags: what stands in a link or an address of a notice, and says for which notification address it was made.

All are derived from the secret, so that nothing is stored and nobody can make one. They are in small letters and
digits: whatever carries mail may change the case of a name.
"""

import hmac
from base64 import b32decode, b32encode
from binascii import Error
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from bot.channels.port import Secrets

DOOR_LASTS = timedelta(days=30)
SIGNED = 10  # bytes
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
LONGEST = 26  # signs
LEAVE_LASTS = timedelta(minutes=20)
LONGEST_LEAVE = 29  # signs


class Tags:
    """A tag is 26 signs: the number of a notification address, a day, and what proves it. One to `leave` by is 29, with
    the number of a contact and a minute."""

    def __init__(self, ours: Secrets) -> None:
        self._ours = ours

    def door(self, address: int, now: datetime) -> str:
        """Leads in, as often as needed, for 30 days."""
        return self._made("door", address, (now + DOOR_LASTS - EPOCH).days)

    def behind_door(self, tag: str, now: datetime) -> int | None:
        """The number of the notification address; None of a tag that is not ours, or too old."""
        found = self._read("door", tag)
        return found[0] if found and found[1] >= (now - EPOCH).days else None

    def stop(self, address: int) -> str:
        """Stops what comes to this address, for ever."""
        return self._made("stop", address)

    def to_stop(self, tag: str) -> int | None:
        found = self._read("stop", tag)
        return found[0] if found else None

    def leave(self, contact: int, now: datetime) -> str:
        """Says who wants to be called where this is sent from; it works for twenty minutes."""
        until = int((now + LEAVE_LASTS - EPOCH).total_seconds() // 60)
        return self._written_with("leave", contact.to_bytes(4, "big") + until.to_bytes(4, "big"))

    def who_leaves(self, tag: str, now: datetime) -> int | None:
        """The number of the contact; None of a tag that is not ours, or too old."""
        said = self._proved("leave", tag.lower(), LONGEST_LEAVE)
        if said is None or int.from_bytes(said[4:], "big") < (now - EPOCH).total_seconds() // 60:
            return None
        return int.from_bytes(said[:4], "big")

    def bounce(self, address: int) -> str:
        """Stands in the sender of a mail: what comes back to it could not be delivered."""
        return self._made("bounce", address)

    def bounced(self, tag: str) -> int | None:
        found = self._read("bounce", tag)
        return found[0] if found else None

    def named(self, *parts: object) -> str:
        """Always the same for the same things: a name for a letter or for what it belongs to."""
        return _written(_signed(self._ours.in_force, "named", "\n".join(map(str, parts)).encode()))

    def _made(self, kind: str, address: int, day: int = 0) -> str:
        return self._written_with(kind, address.to_bytes(4, "big") + day.to_bytes(2, "big"))

    def _read(self, kind: str, tag: str) -> tuple[int, int] | None:
        said = self._proved(kind, tag, LONGEST)
        return (int.from_bytes(said[:4], "big"), int.from_bytes(said[4:], "big")) if said else None

    def _written_with(self, kind: str, said: bytes) -> str:
        return _written(said + _signed(self._ours.in_force, kind, said))

    def _proved(self, kind: str, tag: str, length: int) -> bytes | None:
        """What it says, if we said so, in these signs: others mean the same bytes, and by them a tag that works once
        would work again."""
        if len(tag) != length:
            return None
        try:
            given = b32decode(tag.upper() + "=" * (-len(tag) % 8))
        except (Error, ValueError):
            return None
        if _written(given) != tag.lower():
            return None
        said, signed = given[:-SIGNED], given[-SIGNED:]
        is_ours = any(hmac.compare_digest(signed, _signed(secret, kind, said)) for secret in self._ours.known)
        return said if is_ours else None


def _signed(secret: str, kind: str, said: bytes) -> bytes:
    key = sha256(b"notifiers:" + secret.encode()).digest()
    return hmac.digest(key, kind.encode() + b"\n" + said, "sha256")[:SIGNED]


def _written(said: bytes) -> str:
    return b32encode(said).decode().rstrip("=").lower()
