"""The settings of the browser channel."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Self

from bot.runtime.settings import Settings, Variable, is_url


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`page_url` is where the page is, for people; unless it `is_public`, this machine alone can reach it. The
    organisation's accessibility statement is at `accessibility_url`, where it published one."""

    host: str
    port: int
    proxies: str
    page_url: str
    is_public: bool
    accessibility_url: str

    @classmethod
    def read(cls, settings: Settings) -> Self:
        taken = settings.taken
        return cls(
            host=taken["HOST"],
            port=int(taken["PORT"]),
            proxies=taken["FORWARDED_ALLOW_IPS"],
            page_url=settings.public_url or _here(taken["HOST"], taken["PORT"]),
            is_public=settings.public_url is not None,
            accessibility_url=taken["ACCESSIBILITY_URL"],
        )


def described(settings: Settings) -> str:
    return f"page at {WebSettings.read(settings).page_url}"


def _here(host: str, port: str) -> str:
    """The page on this machine."""
    host = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= 65535


def _are_proxies(text: str) -> bool:
    with suppress(ValueError):
        return text == "*" or all(ip_network(one.strip()) for one in text.split(","))
    return False


VARIABLES: Mapping[str, Variable] = {
    "HOST": Variable("127.0.0.1", lambda text: not re.search(r"\s", text), "the name or number of an interface"),
    "PORT": Variable("8000", _is_port, "a number from 1 to 65535"),
    "FORWARDED_ALLOW_IPS": Variable("127.0.0.1,::1", _are_proxies, "*, or addresses and networks between commas"),
    "ACCESSIBILITY_URL": Variable("", is_url, "a web address like https://www.example.org/accessibility"),
}
