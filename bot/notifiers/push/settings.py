"""The settings of Web Push: none is needed, and browsers want a page that nobody on the way can read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bot.notifiers.push.subscription import is_safe, parted
from bot.runtime.settings import Settings, Variable


@dataclass(frozen=True, slots=True)
class PushSettings:
    """`services` are the origins of push services besides those of the browsers that everybody has; `page_url` is
    nothing where browsers would not subscribe."""

    services: frozenset[str]
    page_url: str

    @classmethod
    def read(cls, settings: Settings) -> Self:
        url = settings.public_url or ""
        return cls(frozenset(_origins(settings.taken["PUSH_SERVICES"])), url if _is_safe(url) else "")

    @property
    def contact(self) -> Mapping[str, str]:
        """Where a push service finds who is behind this. They take nothing but https."""
        return {"sub": self.page_url} if self.page_url.startswith("https:") else {}


def described(settings: Settings) -> str:
    return "push messages to browsers" if PushSettings.read(settings).page_url else ""


def _origins(text: str) -> list[str]:
    return [one.strip().rstrip("/") for one in text.split(",") if one.strip()]


def _is_safe(url: str) -> bool:
    parts = parted(url)
    return parts is not None and is_safe(parts)


def _is_origin(url: str) -> bool:
    parts = parted(url)
    return parts is not None and is_safe(parts) and url == f"{parts.scheme}://{parts.netloc}"


VARIABLES: Mapping[str, Variable] = {
    "PUSH_SERVICES": Variable(
        "",
        lambda text: all(map(_is_origin, _origins(text))),
        "web addresses like https://push.example.org, without a path, between commas",
    ),
}
