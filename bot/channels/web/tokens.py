"""Tokens: what page and server know each other by, all derived, so that nothing is stored about a mere visitor.

Somebody's token is the address that the core knows them by. It lives in a cookie that no script can read, and in the
personal link that they may keep. It is made when they join: whoever saw what this browser had before, or put it there,
has nothing.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from hashlib import sha256

from bot.channels.port import Secrets

REMEMBERED = 1_000  # visitors
ONCE, MOST_AT_A_TIME = 12, 64  # bytes for a page, and pages
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")  # 192 bits


def new_token() -> str:
    return secrets.token_urlsafe(24)


def fresh() -> Iterator[str]:
    """What pages carry once, without end: 96 bits each, as the system gives them, of many pages at a time. Each time
    that we ask it, the thread that writes takes the interpreter."""
    while True:
        some = secrets.token_hex(ONCE * MOST_AT_A_TIME)
        yield from (some[at : at + 2 * ONCE] for at in range(0, len(some), 2 * ONCE))


class Tokens:
    def __init__(self, ours: Secrets) -> None:
        self._ours = ours
        self._fresh = fresh()
        self._proof = lru_cache(REMEMBERED)(partial(_derived, "proof"))  # asked twice at each tap

    def proof(self, token: str) -> str:
        """What a page of this visitor carries in its forms: no other site can know it."""
        return self._proof(self._ours.in_force, token)

    def is_proof(self, token: str, given: str) -> bool:
        return any(self._is_made(secret, token, given) for secret in self._ours.known)

    def once(self) -> str:
        """What no other page carries."""
        return next(self._fresh)

    def update(self, token: str, once: str) -> str:
        """The id of what this visitor did on a page that carried `once`: nobody else can have the same. It is the same
        under every secret, so that what comes twice acts once also while that is changed."""
        return "web:" + sha256(_joined("update", token, once)).hexdigest()[:40]

    def renewed(self, token: str, fields: Mapping[str, str]) -> str:
        """The token of a visitor who joins with this form: however often it is sent, it is one person who joins."""
        return _renewed(self._with_which_it_was_made(token, fields), fields)

    def is_renewed(self, token: str, fields: Mapping[str, str]) -> bool:
        """Whether this form gave them their token."""
        return any(_renewed(secret, fields) == token for secret in self._ours.known)

    def _with_which_it_was_made(self, token: str, fields: Mapping[str, str]) -> str:
        given, known = fields.get("proof", ""), self._ours.known
        its = (one for one in known if self._is_made(one, token, given) or _renewed(one, fields) == token)
        return next(its, self._ours.in_force)

    def _is_made(self, secret: str, token: str, given: str) -> bool:
        return hmac.compare_digest(self._proof(secret, token).encode(), given.encode("utf-8", "replace"))


def _renewed(secret: str, fields: Mapping[str, str]) -> str:
    digest = _digest("renewed", secret, fields.get("proof", ""), fields.get("once", ""))
    return urlsafe_b64encode(digest[:24]).decode()


def _derived(purpose: str, secret: str, token: str) -> str:
    return _digest(purpose, secret, token).hex()[:40]


def _digest(purpose: str, secret: str, *parts: str) -> bytes:
    # hmac.digest gives the interpreter away for it, and then waits for the thread that writes.
    key = sha256(b"page:" + secret.encode()).digest()
    return hmac.new(key, _joined(purpose, *parts), "sha256").digest()


def _joined(*parts: str) -> bytes:
    return "\n".join(parts).encode("utf-8", "replace")
