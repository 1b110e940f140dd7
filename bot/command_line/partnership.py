"""`samenspraak partnership`: make one with its first wave open, a new link for a coordinator, list them all."""

import argparse
import sys
from typing import Any

from bot.command_line.common import CommandError, add, as_json, entrances_of, transaction, wanted_partnership
from bot.letters import wall_clock
from bot.runtime.settings import Settings
from bot.survey.calendar import HOME, KEEP_ANSWERS, KEEP_CONTACTS, is_timezone
from bot.survey.conversation.dialogue import Partnership
from bot.survey.offered_languages import USUAL, codes_of
from bot.survey.reminders import REMIND_AFTER, REMIND_AGAIN, rhythm
from bot.survey.scores.disclosure import SMALLEST_K, USUAL_K
from bot.survey.short_codes import written
from bot.texts.texts import Texts, load
from storage import links, partnerships
from storage.engine.database import Tx
from storage.partnerships import LONGEST
from storage.turnout import turnout_of

MOST_DAYS, MOST_MONTHS = 1000, 120  # that anything is kept


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    about = "make a partnership with its first wave open, and print its links"
    adding = add(actions, "add", add_partnership, about, scripts=True)
    adding.add_argument("name", help="as people call it, such as 'De Verbinders in Moerwijk'")
    adding.add_argument("--organisation", default="", help="who asks")
    adding.add_argument("--contact", default="", help="who helps, such as 'Fatima: 06 12 34 56 78'")
    adding.add_argument("--language", default="nl", help="the language for phones in a language we do not speak")
    adding.add_argument(
        "--languages",
        default=USUAL.replace(" ", ","),
        help=f"those that people can choose, besides it (default {USUAL.replace(' ', ',')})",
    )
    adding.add_argument("--timezone", default=HOME, help=f"where the partnership is (default {HOME})")
    adding.add_argument(
        "--minimum-group", type=int, default=USUAL_K, help=f"the fewest people behind a score (default {USUAL_K})"
    )
    adding.add_argument(
        "--remind-after",
        default=f"{REMIND_AFTER},{REMIND_AGAIN}",
        help="days of silence before each of the two reminders",
    )
    adding.add_argument(
        "--keep-contacts", type=int, default=KEEP_CONTACTS, help=f"days after the last wave (default {KEEP_CONTACTS})"
    )
    adding.add_argument("--keep-answers", type=int, default=KEEP_ANSWERS, help=f"months (default {KEEP_ANSWERS})")
    add(actions, "link", new_link, "a new link for a coordinator, when the first is used, lost or too old", of_one=True)
    add(actions, "list", list_partnerships, "every partnership with its turnout", scripts=True)


def add_partnership(asked: argparse.Namespace, settings: Settings) -> None:
    texts = load()
    partnership = _described(asked, texts)
    with transaction(settings) as tx:
        if partnerships.find(tx, partnership.name):
            raise CommandError(f"There is a partnership with the name {partnership.name!r} already.")
        number, codes = partnerships.add(tx, partnership, texts.wording(), wall_clock())
    entrances = entrances_of(settings)
    made = {
        "partnership": number,
        "invitation_code": codes.invitation,
        "coordinator_code": codes.coordinator,
        "invitation_links": entrances.links(codes.invitation),
        "coordinator_links": entrances.links(codes.coordinator),
        "short_code": written(codes.short),
        "short_addresses": entrances.to_type(codes.short),
    }
    print(as_json(made) if asked.json else _in_words(partnership, made))


def _described(asked: argparse.Namespace, texts: Texts) -> Partnership:
    """The partnership that was asked for; raises CommandError with every mistake."""
    name, organisation, contact = (partnerships.tidy(text) for text in (asked.name, asked.organisation, asked.contact))
    days, chosen = rhythm(asked.remind_after), asked.languages.split(",")
    checks = (
        (name, "The name is empty."),
        (len(name) <= LONGEST["name"], f"The name has {len(name)} characters; {LONGEST['name']} is the most."),
        *(
            (len(text) <= LONGEST[fact], f"--{fact}: {LONGEST[fact]} characters is the most.")
            for fact, text in (("organisation", organisation), ("contact", contact))
        ),
        (not name.isdigit(), "The name must not be just a number: commands take a number or a name."),
        (asked.language in texts.languages, f"--language: one of {', '.join(texts.languages)}."),
        ({*chosen} <= {*texts.languages}, f"--languages: of {', '.join(texts.languages)}, with commas between."),
        (is_timezone(asked.timezone), "--timezone: a name such as Europe/Amsterdam."),
        (asked.minimum_group >= SMALLEST_K, f"--minimum-group: {SMALLEST_K} or more."),
        (days is not None, "--remind-after: two numbers of days, the second one greater, such as 2,5 (30 at most)."),
        (1 <= asked.keep_contacts <= MOST_DAYS, f"--keep-contacts: 1 to {MOST_DAYS} days."),
        (1 <= asked.keep_answers <= MOST_MONTHS, f"--keep-answers: 1 to {MOST_MONTHS} months."),
    )
    if mistakes := [mistake for fine, mistake in checks if not fine]:
        raise CommandError("\n".join(mistakes))
    kept = {
        fact: getattr(asked, fact)
        for fact in ("language", "timezone", "minimum_group", "keep_contacts", "keep_answers")
    }
    first, second = days or (0, 0)
    kept["languages"] = codes_of((asked.language, *chosen))
    return Partnership(0, name, organisation, contact, remind_after=first, remind_again=second, **kept)


def _in_words(partnership: Partnership, made: dict[str, Any]) -> str:
    lines = (
        f"{partnership.name} is number {made['partnership']}. Its first wave is open.\n",
        *(f"For everybody who takes part:  {link}" for link in made["invitation_links"]),
        *(f"The same, to type from paper:  {address}" for address in made["short_addresses"]),
        *(f"For the coordinator, once:     {link}" for link in made["coordinator_links"]),
    )
    return "\n".join(lines)


def new_link(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        code = links.make_link(tx, partnership.id, "coordinator", wall_clock())
    print("\n".join(entrances_of(settings).links(code)))


def list_partnerships(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        found = [_listed(tx, one) for one in partnerships.every(tx)]
    if asked.json:
        print(as_json(found))
        return
    for one in found:
        print(
            f"{one['partnership']:>4}  {one['name']}  wave {one['wave']} {one['state']}, "
            f"{one['started']} started, {one['completed']} completed, invitation {one['invitation_code']}"
        )
    if not found:
        print("There are no partnerships yet. Make one: samenspraak partnership add NAME", file=sys.stderr)


def _listed(tx: Tx, partnership: Partnership) -> dict[str, Any]:
    wave = partnerships.last_wave(tx, partnership.id)
    turnout = turnout_of(tx, wave.id)
    return {
        "partnership": partnership.id,
        "name": partnership.name,
        "wave": wave.number,
        "wave_name": wave.name,
        "state": "closed" if wave.closed_at else "open",
        "started": turnout.started,
        "completed": turnout.completed,
        "invitation_code": partnerships.invitation_of(tx, partnership.id),
    }
