"""A request as it goes over the line. No address and no header makes a second line of it."""

import re
from collections.abc import Mapping
from string import punctuation
from urllib.parse import SplitResult, quote

from bot.http.proxy import credentials

FORM = "application/x-www-form-urlencoded"
ONE_LINE = re.compile(r"[\t -~]*")
NOTHING: Mapping[str, str] = {}

Body = tuple[str, bytes]
"""Of what kind it is, and what it says."""


def written(method: str, place: SplitResult, body: Body | None, headers: Mapping[str, str] = NOTHING) -> bytes:
    kind, content = body or (FORM, b"")
    target = quote(f"{place.path or '/'}{'?' if place.query else ''}{place.query}", punctuation)
    head = (
        f"{method} {target} HTTP/1.1\r\nHost: {_host(place)}\r\n{credentials(place, 'Authorization')}"
        f"User-Agent: Samenspraak\r\nAccept-Encoding: identity\r\n{''.join(map(_line, headers.items()))}"
        f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _line(header: tuple[str, str]) -> str:
    name, value = header
    if not ONE_LINE.fullmatch(value):
        raise ValueError(f"{name} cannot be said in a header")
    return f"{name}: {value}\r\n"


def _host(place: SplitResult) -> str:
    return place.netloc.rpartition("@")[2].encode("idna").decode()
