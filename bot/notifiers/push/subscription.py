"""Subscriptions: what a browser gives whoever may call it. What we are sent as one is read strictly: it says where we
send to."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Self
from urllib.parse import SplitResult, urlsplit

from storage.engine import web_push

LONGEST = 2048  # signs of an endpoint; the longest known have some 500
AUTH = 16  # bytes
LOOPBACK = ("127.0.0.1", "::1", "localhost")
SERVICES = re.compile(
    r"https://(fcm\.googleapis\.com|web\.push\.apple\.com|([a-z0-9-]+\.)+(push\.services\.mozilla|notify\.windows)\.com)"
)
"""The push services of all browsers with a name. We send nowhere else: who fills in a form does not say where to."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """`p256dh` and `auth` are in base64url: what it takes to write what this browser can read."""

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What `JSON.stringify` makes of one in a browser, or `written`; None of anything else."""
        try:
            given = json.loads(text)
            endpoint, keys = given["endpoint"], given.get("keys", given)
            p256dh, auth = (web_push.read(keys[name]) for name in ("p256dh", "auth"))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        is_whole = _may_be(endpoint) and web_push.is_public_key(p256dh) and len(auth) == AUTH
        return cls(endpoint, web_push.written(p256dh), web_push.written(auth)) if is_whole else None

    @property
    def written(self) -> str:
        """Always the same of the same subscription."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @property
    def service(self) -> str:
        """The origin of the push service."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"

    def is_known(self, own: Iterable[str]) -> bool:
        return self.service in own or SERVICES.fullmatch(self.service) is not None


def address_of(text: str) -> str:
    """What is kept of a subscription that a browser sent; nothing of what is none."""
    found = Subscription.read(text)
    return found.written if found else ""


def parted(url: str) -> SplitResult | None:
    """The parts of an address that can be asked; None of what is none."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 and "@" not in parts.netloc else None
    except ValueError:
        return None


def is_safe(parts: SplitResult) -> bool:
    """Whether nobody on the way can read it."""
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _may_be(endpoint: object) -> bool:
    if not isinstance(endpoint, str) or len(endpoint) > LONGEST or not re.fullmatch(r"[!-~]+", endpoint):
        return False
    parts = parted(endpoint)
    return parts is not None and is_safe(parts)
