"""`samenspraak partnership`: make one with its first wave open, a new link for a coordinator, list them all."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from bot import app
from bot.command_line.common import CommandError, entrances_of, transaction, wanted_partnership
from bot.runtime.settings import Settings
from bot.survey.calendar import is_timezone, rhythm
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts, load
from storage import coordinators, partnerships, rehearsals
from storage.engine.database import Tx
from storage.partnerships import LONGEST, Turnout, Wave

if TYPE_CHECKING:
    from bot.command_line.common import Commands

SMALLEST_GROUP = 3
MOST_DAYS, MOST_MONTHS = 1000, 120  # that anything is kept


def add_to(commands: "Commands") -> None:
    parser = commands.add_parser("partnership", help="make or list partnerships")
    actions = parser.add_subparsers(required=True, metavar="action")
    adding = actions.add_parser("add", help="make a partnership with its first wave open, and print its links")
    adding.add_argument("name", help="as people call it, such as 'De Verbinders in Moerwijk'")
    adding.add_argument("--organisation", default="", help="who asks")
    adding.add_argument("--contact", default="", help="who helps, such as 'Fatima: 06 12 34 56 78'")
    adding.add_argument("--language", default="nl", help="the language for phones in a language we do not speak")
    adding.add_argument(
        "--timezone", default="Europe/Amsterdam", help="where the partnership is (default Europe/Amsterdam)"
    )
    adding.add_argument("--minimum-group", type=int, default=5, help="the fewest people behind a score (default 5)")
    adding.add_argument("--remind-after", default="2,5", help="days of silence before each of the two reminders")
    adding.add_argument("--keep-contacts", type=int, default=90, help="days after the last wave (default 90)")
    adding.add_argument("--keep-answers", type=int, default=24, help="months (default 24)")
    adding.add_argument("--json", action="store_true", help="for scripts")
    adding.set_defaults(command=add_partnership)
    linking = actions.add_parser("link", help="a new link for a coordinator, when the first is used, lost or too old")
    linking.add_argument("partnership", help="its name or number")
    linking.set_defaults(command=new_link)
    listing = actions.add_parser("list", help="every partnership with its turnout")
    listing.add_argument("--json", action="store_true", help="for scripts")
    listing.set_defaults(command=list_partnerships)


def add_partnership(asked: argparse.Namespace, settings: Settings) -> None:
    texts = load()
    partnership = _described(asked, texts)
    with transaction(settings) as tx:
        if partnerships.find(tx, partnership.name):
            raise CommandError(f"There is a partnership with the name {partnership.name!r} already.")
        number, codes = partnerships.add(tx, partnership, texts.wording(), app.wall_clock())
    entrances = entrances_of(settings)
    made = {
        "partnership": number,
        "invitation_code": codes.invitation,
        "coordinator_code": codes.coordinator,
        "invitation_links": entrances.links(codes.invitation),
        "coordinator_links": entrances.links(codes.coordinator),
    }
    print(json.dumps(made, indent=2) if asked.json else _in_words(partnership, made))


def _described(asked: argparse.Namespace, texts: Texts) -> Partnership:
    """The partnership that was asked for; raises CommandError with every mistake."""
    name, organisation, contact = (partnerships.tidy(text) for text in (asked.name, asked.organisation, asked.contact))
    days = rhythm(asked.remind_after)
    checks = (
        (name, "The name is empty."),
        (len(name) <= LONGEST["name"], f"The name has {len(name)} characters; {LONGEST['name']} is the most."),
        (
            len(organisation) <= LONGEST["organisation"],
            f"--organisation: {LONGEST['organisation']} characters is the most.",
        ),
        (len(contact) <= LONGEST["contact"], f"--contact: {LONGEST['contact']} characters is the most."),
        (not name.isdigit(), "The name must not be just a number: commands take a number or a name."),
        (asked.language in texts.languages, f"--language: one of {', '.join(texts.languages)}."),
        (is_timezone(asked.timezone), "--timezone: a name such as Europe/Amsterdam."),
        (asked.minimum_group >= SMALLEST_GROUP, f"--minimum-group: {SMALLEST_GROUP} or more."),
        (days is not None, "--remind-after: two numbers of days, the second one greater, such as 2,5 (30 at most)."),
        (1 <= asked.keep_contacts <= MOST_DAYS, f"--keep-contacts: 1 to {MOST_DAYS} days."),
        (1 <= asked.keep_answers <= MOST_MONTHS, f"--keep-answers: 1 to {MOST_MONTHS} months."),
    )
    if mistakes := [mistake for fine, mistake in checks if not fine]:
        raise CommandError("\n".join(mistakes))
    remind_after, remind_again = days or (0, 0)
    return Partnership(
        0,
        name,
        organisation,
        contact,
        asked.language,
        asked.timezone,
        minimum_group=asked.minimum_group,
        remind_after=remind_after,
        remind_again=remind_again,
        keep_contacts=asked.keep_contacts,
        keep_answers=asked.keep_answers,
    )


def _in_words(partnership: Partnership, made: dict[str, Any]) -> str:
    return "\n".join(
        (
            f"{partnership.name} is number {made['partnership']}. Its first wave is open.",
            "",
            *(f"For everybody who takes part:  {link}" for link in made["invitation_links"]),
            *(f"For the coordinator, once:     {link}" for link in made["coordinator_links"]),
        )
    )


def new_link(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        code = coordinators.make_link(tx, partnership.id, "coordinator", app.wall_clock())
    print("\n".join(entrances_of(settings).links(code)))


def list_partnerships(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        invented = rehearsals.numbers(tx)
        found = [_listed(tx, one, is_rehearsal=one.id in invented) for one in partnerships.every(tx)]
    if asked.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for one in found:
        print(
            f"{one['partnership']:>4}  {one['name']}  wave {one['wave']} {one['state']}, "
            f"{one['started']} started, {one['completed']} completed, invitation {one['invitation_code']}"
            f"{'  (a rehearsal: invented answers)' if one['rehearsal'] else ''}"
        )
    if not found:
        print("There are no partnerships yet. Make one: samenspraak partnership add NAME", file=sys.stderr)


def _listed(tx: Tx, partnership: Partnership, *, is_rehearsal: bool) -> dict[str, Any]:
    wave = partnerships.last_wave(tx, partnership.id)
    turnout = partnerships.turnout(tx, wave.id)
    return {
        "partnership": partnership.id,
        "name": partnership.name,
        "rehearsal": is_rehearsal,
        **_standing(wave, turnout),
        "invitation_code": partnerships.invitation_of(tx, partnership.id),
    }


def _standing(wave: Wave, turnout: Turnout) -> dict[str, Any]:
    return {
        "wave": wave.number,
        "wave_name": wave.name,
        "state": "closed" if wave.closed_at else "open",
        "started": turnout.started,
        "completed": turnout.completed,
    }
