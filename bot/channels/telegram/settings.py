"""The settings of the Telegram channel."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from bot.runtime.settings import Settings, Variable, is_url

TELEGRAMS_OWN = "https://api.telegram.org"
NO_WAY_FOR_A_WEBHOOK = (
    "TELEGRAM_UPDATES: webhook needs a PUBLIC_URL where Telegram reaches us: https, on port 443, 80, 88 or 8443."
)


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    token: str
    api_url: str
    is_webhook: bool
    public_url: str | None

    @classmethod
    def read(cls, settings: Settings) -> Self:
        taken = settings.taken
        return cls(
            token=taken["TELEGRAM_TOKEN"],
            api_url=taken["TELEGRAM_API_URL"].rstrip("/"),
            is_webhook=taken["TELEGRAM_UPDATES"] == "webhook",
            public_url=settings.public_url,
        )


def described(settings: Settings) -> str:
    own = TelegramSettings.read(settings)
    return f"Telegram by {'webhook' if own.is_webhook else 'polling'}" if own.token else ""


def do_not_fit(taken: Mapping[str, str]) -> Iterator[str]:
    """A webhook, where Telegram does not come."""
    if taken["TELEGRAM_UPDATES"] == "webhook" and not _can_be_brought_to(
        taken["PUBLIC_URL"], taken["TELEGRAM_API_URL"]
    ):
        yield NO_WAY_FOR_A_WEBHOOK


def _can_be_brought_to(public: str, api: str) -> bool:
    """Telegram itself is particular; a Bot API server of one's own brings updates anywhere."""
    if not is_url(public):
        return False
    parts = urlsplit(public)
    return api != TELEGRAMS_OWN or (parts.scheme == "https" and parts.port in (None, 443, 80, 88, 8443))


def _is_token(text: str) -> bool:
    return re.fullmatch(r"\d+:[A-Za-z0-9_-]+", text) is not None


def _hidden(token: str) -> Iterable[str]:
    """All of it, and the part that is secret alone."""
    return token, token.partition(":")[2]


VARIABLES: Mapping[str, Variable] = {
    "TELEGRAM_TOKEN": Variable("", _is_token, "the token that BotFather gave, like 123456789:AAE-x_...", _hidden),
    "TELEGRAM_API_URL": Variable(TELEGRAMS_OWN, is_url, "a web address like https://api.telegram.org"),
    "TELEGRAM_UPDATES": Variable("polling", ("polling", "webhook").__contains__, "polling or webhook"),
}
