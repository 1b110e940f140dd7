"""The settings of WhatsApp: what Meta, or a provider in between, gives whoever has a number there.

The secrets go to the address of the API alone, and that over https, or to this machine.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from bot.runtime.settings import Settings, Variable

API = "https://graph.facebook.com/v25.0"
NEEDED = ("WHATSAPP_TOKEN", "WHATSAPP_NUMBER_ID", "WHATSAPP_NUMBER", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")
MORE = ("WHATSAPP_CEILING", "WHATSAPP_PRICES")
SHORTEST = 8  # signs of what somebody makes up
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class WhatsAppSettings:
    """`number` is written in digits, with its country; `ceiling` is for a month, in the currency of the prices; None is
    no end. `prices` is the file of an operator's own."""

    token: str
    number_id: str
    number: str
    app_secret: str
    verify_token: str
    api_url: str
    ceiling: float | None
    prices: str
    page_url: str

    @classmethod
    def read(cls, settings: Settings) -> Self | None:
        """None when WhatsApp is not set up."""
        taken = settings.taken
        if not (all(taken.get(name) for name in NEEDED) and settings.public_url):
            return None
        return cls(
            token=taken["WHATSAPP_TOKEN"],
            number_id=taken["WHATSAPP_NUMBER_ID"],
            number=taken["WHATSAPP_NUMBER"],
            app_secret=taken["WHATSAPP_APP_SECRET"],
            verify_token=taken["WHATSAPP_VERIFY_TOKEN"],
            api_url=taken["WHATSAPP_API_URL"].rstrip("/"),
            ceiling=float(taken["WHATSAPP_CEILING"]) if taken["WHATSAPP_CEILING"] else None,
            prices=taken["WHATSAPP_PRICES"],
            page_url=settings.public_url,
        )


def described(settings: Settings) -> str:
    return "messages in WhatsApp" if WhatsAppSettings.read(settings) else ""


def do_not_fit(taken: Mapping[str, str]) -> Iterator[str]:
    """Some of what WhatsApp needs, or all of it and no page for Meta to find."""
    missing = [name for name in NEEDED if not taken[name]]
    if 0 < len(missing) < len(NEEDED):
        yield from (
            f"{name}: WhatsApp needs all of {', '.join(NEEDED)}; set this one too, or none." for name in missing
        )
    elif missing:
        yield from (f"{name}: is for WhatsApp, which is not set up." for name in MORE if taken[name])
    elif not taken["PUBLIC_URL"]:
        yield "PUBLIC_URL: WhatsApp brings what people write there, and leads to the page; set it too."


def _is_api(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment or parts.username)
    except ValueError:
        return False
    return is_whole and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _is_token(text: str) -> bool:
    return SHORTEST <= len(text) <= 1000 and text.isascii() and text.isprintable() and " " not in text


def _is_amount(text: str) -> bool:
    whole, _, cents = text.partition(".")
    return whole.isascii() and whole.isdigit() and (not cents or (cents.isascii() and cents.isdigit()))


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 25


def _is_number(text: str) -> bool:
    return _is_digits(text) and 7 <= len(text) <= 15  # as ITU-T E.164 has it


def _all_of_it(value: str) -> Iterable[str]:
    return (value,)


SECRET = f"what Meta or your provider gave you, of {SHORTEST} signs or more"
VARIABLES: Mapping[str, Variable] = {
    "WHATSAPP_TOKEN": Variable("", _is_token, SECRET, _all_of_it),
    "WHATSAPP_NUMBER_ID": Variable("", _is_digits, "the id of the number at Meta, in digits"),
    "WHATSAPP_NUMBER": Variable("", _is_number, "the number itself, in digits and with its country: 31201234567"),
    "WHATSAPP_APP_SECRET": Variable("", _is_token, SECRET, _all_of_it),
    "WHATSAPP_VERIFY_TOKEN": Variable("", _is_token, f"{SHORTEST} signs or more that you make up", _all_of_it),
    "WHATSAPP_API_URL": Variable(API, _is_api, f"an address like {API}"),
    "WHATSAPP_CEILING": Variable("", _is_amount, "an amount for a month, such as 25 or 12.50"),
    "WHATSAPP_PRICES": Variable("", lambda _: True, "a file"),
}
