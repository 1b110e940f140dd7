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
    def __init__(self, secret: str) -> None:
        self._key = sha256(b"page:" + secret.encode()).digest()
        self._fresh = fresh()
        self._proof = lru_cache(REMEMBERED)(partial(self._derived, "proof"))  # asked twice at each tap

    def proof(self, token: str) -> str:
        """What a page of this visitor carries in its forms: no other site can know it."""
        return self._proof(token)

    def is_proof(self, token: str, given: str) -> bool:
        return hmac.compare_digest(self.proof(token).encode(), given.encode("utf-8", "replace"))

    def once(self) -> str:
        """What no other page carries."""
        return next(self._fresh)

    def update(self, token: str, once: str) -> str:
        """The id of what this visitor did on a page that carried `once`: nobody else can have the same."""
        return "web:" + self._derived("update", token, once)

    def renewed(self, fields: Mapping[str, str]) -> str:
        """The token of a visitor who joins with this form: however often it is sent, it is one person who joins."""
        digest = self._digest("renewed", fields.get("proof", ""), fields.get("once", ""))
        return urlsafe_b64encode(digest[:24]).decode()

    def _derived(self, *parts: str) -> str:
        return self._digest(*parts).hex()[:40]

    def _digest(self, *parts: str) -> bytes:
        # hmac.digest gives the interpreter away for it, and then waits for the thread that writes.
        return hmac.new(self._key, "\n".join(parts).encode("utf-8", "replace"), "sha256").digest()
