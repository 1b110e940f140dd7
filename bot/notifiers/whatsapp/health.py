"""What WhatsApp says of our number and of our templates, asked from outside a running bot; nothing is sent."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.notifiers.whatsapp import templates
from bot.notifiers.whatsapp.api import Api, ApiError, account_in, entities
from bot.notifiers.whatsapp.contents import objects_in
from bot.notifiers.whatsapp.prices import Prices, PricesError
from bot.notifiers.whatsapp.settings import WhatsAppSettings
from bot.runtime.health import Finding
from bot.texts.texts import Texts, load

PATIENCE = 6.0  # seconds for each of the two
APPROVED = "APPROVED"
TOKEN = "Are WHATSAPP_TOKEN, WHATSAPP_NUMBER_ID and WHATSAPP_API_URL right, and has the token not ended?"  # noqa: S105
REACH = "Can this machine reach WHATSAPP_API_URL? Letters wait until it answers."
HTTPS = "Put the page behind a web server with https, and set PUBLIC_URL."
SAME = "Set WHATSAPP_NUMBER to that of WHATSAPP_NUMBER_ID: people are led to it, to send us their code."
MANAGER = "See WhatsApp Manager of Meta, under the account and its number."


async def examine(settings: WhatsAppSettings, api: Api) -> Sequence[Finding]:
    """The second is not looked at where the first is wrong."""
    try:
        async with asyncio.timeout(PATIENCE):
            number, limit = await api.number(), await api.limit()
    except ApiError as error:
        return (_wrong("whatsapp", str(error), TOKEN),)
    except OSError as error:
        return (_wrong("whatsapp", f"no answer: {type(error).__name__}", REACH),)
    first = _number(settings, number, limit)
    try:
        async with asyncio.timeout(PATIENCE):
            there = await api.templates(account_in(number))
    except (ApiError, OSError) as error:
        return first, _wrong("templates", f"cannot be looked at: {error or type(error).__name__}", MANAGER)
    return first, _templates(there, load(), settings.page_url)


def _number(settings: WhatsAppSettings, number: Mapping[str, Any], limit: str) -> Finding:
    quality, name = str(number.get("quality_rating", "")), str(number.get("name_status", ""))
    found = f"the number sends as {number.get('verified_name', '')!s}, quality {quality or 'unknown'}"
    found += f", to {limit.removeprefix('TIER_')} people a day" if limit else ""
    if trouble := [*_troubles(settings, number, quality, name)]:
        return _wrong("whatsapp", "\n".join((found, *(one for one, _ in trouble))), trouble[0][1])
    return Finding("whatsapp", True, found, figures={"quality": quality, "limit": limit})


def _troubles(
    settings: WhatsAppSettings, number: Mapping[str, Any], quality: str, name: str
) -> Iterator[tuple[str, str]]:
    """What is wrong, and what to do."""
    shown = str(number.get("display_phone_number", ""))
    if (digits := "".join(filter(str.isdigit, shown))) and digits != settings.number:
        yield f"the number is {shown}, and WHATSAPP_NUMBER is {settings.number}", SAME
    for one in entities(number):
        if one.get("can_send_message") == "BLOCKED":
            yield f"the {one.get('entity_type', '')!s} cannot send".lower(), MANAGER
    if quality == "RED":
        yield "people block our messages, or say that they are spam", "Send less, and only to who asked. " + MANAGER
    if name in ("DECLINED", "EXPIRED"):
        yield "the name that it sends as was not approved", MANAGER
    if not settings.page_url.startswith("https://"):
        yield "PUBLIC_URL is not an address with https", HTTPS
    try:
        Prices.read(settings.prices)
    except PricesError as error:
        yield str(error), "Correct the file of prices."


def _templates(there: Sequence[Mapping[str, Any]], texts: Texts, page_url: str) -> Finding:
    """Whether each can be sent in each language, also in those that nobody speaks here, and leads to our page."""
    every = compared(there, texts, page_url)
    unfit, elsewhere = sum(one.state != APPROVED for one in every), sum(one.leads_elsewhere for one in every)
    figures = {"approved": len(every) - unfit, "wanted": len(every)}
    if not (unfit or elsewhere):
        return Finding("templates", True, f"{len(every)} templates are approved", figures=figures)
    found = f"{len(every) - unfit} of {len(every)} templates are approved"
    found += "; the rest goes by another notifier" if unfit else ""
    found += f"; the button of {elsewhere} leads to another address than PUBLIC_URL" if elsewhere else ""
    return Finding("templates", False, found, "See which, and what to do: samenspraak whatsapp templates", figures)


class Compared:
    """One template in one language: what we want, and how it stands at Meta."""

    def __init__(self, wanted: Mapping[str, Any], there: Mapping[str, Any] | None) -> None:
        self.wanted, self._there = wanted, there or {}
        self.name, self.language = wanted["name"], wanted["language"]
        self.state = str(self._there.get("status", "missing"))
        self.category = str(self._there.get("category", ""))
        reason = str(self._there.get("rejected_reason") or "")
        self.reason = "" if reason == "NONE" else reason

    @property
    def leads_elsewhere(self) -> bool:
        """Whether its button opens another page than ours, such as one that has moved."""
        return bool(self._there) and [*_addresses(self.wanted)] != [*_addresses(self._there)]

    @property
    def has_other_words(self) -> bool:
        """Whether what Meta has says something else, such as before an upgrade."""
        return bool(self._there) and _words(self.wanted) != _words(self._there)


def compared(there: Sequence[Mapping[str, Any]], texts: Texts, page_url: str) -> list[Compared]:
    known = {(str(one.get("name")), str(one.get("language"))): one for one in there}
    return [Compared(one, known.get((one["name"], one["language"]))) for one in templates.to_create(texts, page_url)]


def _words(template: Mapping[str, Any]) -> list[list[str]]:
    return sorted([str(part.get("text", "")), *_labels(part)] for part in objects_in(template, "components"))


def _labels(part: Mapping[str, Any]) -> Iterator[str]:
    return (str(one.get("text", "")) for one in objects_in(part, "buttons"))


def _addresses(template: Mapping[str, Any]) -> Iterator[str]:
    return (
        str(one.get("url", "")) for part in objects_in(template, "components") for one in objects_in(part, "buttons")
    )


def _wrong(name: str, found: str, advice: str) -> Finding:
    return Finding(name, False, found, advice)
