"""`samenspraak whatsapp`: which templates Meta approved, and what messages there cost, by which prices.

Nothing is sent to anybody. Of what was billed only numbers of everybody together are known.
"""

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence

from bot.command_line.common import CommandError, add, as_json, transaction
from bot.notifiers.whatsapp.api import Api, ApiError, account_in
from bot.notifiers.whatsapp.health import APPROVED, Compared, compared
from bot.notifiers.whatsapp.prices import MARKETING, OURS, SERVICE, UTILITY, Prices
from bot.notifiers.whatsapp.settings import NEEDED, WhatsAppSettings
from bot.notifiers.whatsapp.traits import TRAITS
from bot.runtime.settings import Settings
from bot.survey.reminders import MOST_REMINDERS
from bot.survey.whole_numbers import as_number
from bot.texts.texts import load
from storage import taken_messages

NOT_SET_UP = f"WhatsApp is not set up. It needs {', '.join(NEEDED)}, and PUBLIC_URL."
MOST_PEOPLE = 100_000
MISSING, WAITS = "missing", ("PENDING", "IN_APPEAL")
NEXT: Sequence[tuple[Callable[[Compared], bool], str]] = (
    (lambda one: one.state == APPROVED, "approved."),
    (lambda one: one.state == MISSING, "missing. Ask for them: samenspraak whatsapp templates --create"),
    (lambda one: one.state in WAITS, "Meta looks at them. Ask again in some hours."),
    (lambda one: one.state not in (APPROVED, MISSING, *WAITS), "not sent as they are. See WhatsApp Manager."),
    (lambda one: one.leads_elsewhere or one.has_other_words, "not as ours are. Change them in WhatsApp Manager."),
    (lambda one: one.category == "MARKETING", "marketing to Meta, which costs more: samenspraak whatsapp costs"),
)
OF_A_ROUND: Sequence[tuple[str, int, str]] = (
    ("answers to a code, the first time", 1, SERVICE),
    ("invitations", 1, UTILITY),
    ("reminders", MOST_REMINDERS, UTILITY),
    ("results", 1, UTILITY),
)
"""What somebody gets at most in a round: what it is, how many, and in which category."""


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    asked = add(actions, "templates", templates, "which may be sent, and why not", scripts=True)
    asked.add_argument("--create", action="store_true", help="ask Meta to approve those that are missing")
    costs_of = add(actions, "costs", costs, "what a round costs, and what was billed", scripts=True)
    add(actions, "prices", prices_as_given, "our file of prices, to correct and to name in WHATSAPP_PRICES")
    costs_of.add_argument("--people", type=_people, default=100, help="of how many people, in WhatsApp all of them")


def _people(text: str) -> int:
    if not (found := as_number(text, MOST_PEOPLE)):
        raise argparse.ArgumentTypeError("a number")
    return found


def templates(asked: argparse.Namespace, settings: Settings) -> int:
    """Exit code 1 when one can never be sent as it is."""
    own = WhatsAppSettings.read(settings)
    if own is None:
        raise CommandError(NOT_SET_UP)
    try:
        found = asyncio.run(_found(own, create=asked.create))
    except (ApiError, OSError) as error:
        said = str(error) if isinstance(error, ApiError) else f"no answer ({type(error).__name__})"
        raise CommandError(f"WhatsApp: {said}. See samenspraak doctor.") from None
    print(as_json([*map(_figures, found)]) if asked.json else "\n".join((*map(_line, found), "", *_next(found))))
    return int(any(one.leads_elsewhere or one.state not in (APPROVED, *WAITS) for one in found))


async def _found(own: WhatsAppSettings, *, create: bool) -> list[Compared]:
    """How each stands, those that were just asked for included."""
    api, texts = Api(own), load()
    try:
        account = account_in(await api.number())
        if not account:
            raise CommandError("WhatsApp does not say to which account WHATSAPP_NUMBER_ID belongs. Is it right?")
        found = compared(await api.templates(account), texts, own.page_url)
        missing = [one for one in found if one.state == MISSING] if create else []
        for one in missing:
            await _create(api, account, one)
        return compared(await api.templates(account), texts, own.page_url) if missing else found
    finally:
        await api.close()


async def _create(api: Api, account: str, one: Compared) -> None:
    """One that is refused at once keeps no other from being asked for."""
    try:
        await api.create(account, one.wanted)
    except ApiError as error:
        print(f"{one.name} in {one.language}: {error}", file=sys.stderr)


def _figures(one: Compared) -> Mapping[str, object]:
    named = {"name": one.name, "language": one.language, "state": one.state, "category": one.category}
    return {**named, "reason": one.reason, "other_words": one.has_other_words, "other_address": one.leads_elsewhere}


def _line(one: Compared) -> str:
    more = [one.reason] if one.reason else []
    more += ["its button leads to another address than PUBLIC_URL"] if one.leads_elsewhere else []
    more += ["it has other words than ours"] if one.has_other_words else []
    return "  ".join((f"{one.state:10}{one.category:11}{one.language:6}{one.name}", *more))


def _next(found: Sequence[Compared]) -> Iterator[str]:
    """What there is to do, each with for how many."""
    for is_one, said in NEXT:
        if count := sum(map(is_one, found)):
            yield f"{count} of {len(found)}: {said}"


def prices_as_given(_asked: argparse.Namespace, _settings: Settings) -> None:
    print(OURS.read_text("utf-8"), end="")


def costs(asked: argparse.Namespace, settings: Settings) -> None:
    own = WhatsAppSettings.read(settings)
    prices = Prices.read(settings.taken.get("WHATSAPP_PRICES", ""))
    with transaction(settings) as tx:
        billed = taken_messages.months(tx, TRAITS.name)
    ceiling = own.ceiling if own else None
    if asked.json:
        print(as_json(_as_figures(asked.people, prices, billed, ceiling)))
    else:
        print("\n".join((*_round(asked.people, prices), "", *_prices(prices), "", *_billed(prices, billed, ceiling))))


def _round(people: int, prices: Prices) -> Iterator[str]:
    yield f"A round of {people} people, all of them called in WhatsApp, at most:"
    yield f"{'number':>8} {'of what':36}{'category':10}{'each':>8}{'together':>10}"
    for about, each, category in OF_A_ROUND:
        count, price = each * people, prices.of[category].amount
        yield f"{count:8} {about:36}{category:10}{price:8.4f}{count * price:10.2f}"
    yield f"{'':9}{'together':36}{'':18}{_at_most(people, prices):10.2f} {prices.currency}"
    dearest = _at_most(people, prices, MARKETING)
    yield f"{'':9}{'the same, if Meta calls it marketing':36}{'':18}{dearest:10.2f} {prices.currency}"


def _at_most(people: int, prices: Prices, instead: str = UTILITY) -> float:
    """What a round costs, where what is utility to us is this to Meta."""
    categories = ((each * people, instead if category == UTILITY else category) for _, each, category in OF_A_ROUND)
    return sum(prices.cost({category: count}) for count, category in categories)


def _prices(prices: Prices) -> Iterator[str]:
    yield "By these prices, each of one message that was delivered (WHATSAPP_PRICES):"
    for name, price in prices.of.items():
        yield f"{name:10}{price.amount:8.4f} {prices.currency}  {price.date}  {price.source}"


def _billed(prices: Prices, billed: Mapping[str, Mapping[str, int]], ceiling: float | None) -> Iterator[str]:
    yield "Billed:" if billed else "Nothing was billed yet."
    for month, messages in billed.items():
        counts = ", ".join(f"{count} {category}" for category, count in messages.items())
        yield f"{month}  {prices.cost(messages):10.2f} {prices.currency}  {counts}"
    if ceiling is not None:
        yield f"No more than {ceiling:.2f} {prices.currency} in a month (WHATSAPP_CEILING)."
        yield from _enough(prices, ceiling)


def _enough(prices: Prices, ceiling: float) -> Iterator[str]:
    """For how many a month has room; nothing where they cost nothing."""
    usual, marketing = (_at_most(1, prices, category) for category in (UTILITY, MARKETING))
    if usual and marketing:
        people, fewer = (int(ceiling / each + 1e-6) for each in (usual, marketing))
        yield f"That is enough for a round of {people} people, or of {fewer} if Meta calls it marketing."


def _as_figures(
    people: int, prices: Prices, billed: Mapping[str, Mapping[str, int]], ceiling: float | None
) -> Mapping[str, object]:
    known = {
        name: {"price": price.amount, "date": str(price.date), "source": price.source}
        for name, price in prices.of.items()
    }
    figures = {"people": people, "at_most": round(_at_most(people, prices), 2), "currency": prices.currency}
    months = {month: {**messages, "cost": round(prices.cost(messages), 2)} for month, messages in billed.items()}
    marketing = round(_at_most(people, prices, MARKETING), 2)
    return {**figures, "at_most_as_marketing": marketing, "prices": known, "billed": months, "ceiling": ceiling}
