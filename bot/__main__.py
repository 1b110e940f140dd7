"""The command line: `samenspraak run | partnership | wave | summary | export | rehearse`.

Every mistake ends in one clear sentence and exit code 2; what a script reads is on standard output, the rest is not.
"""

import argparse
import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import app, first_start, logs, rehearsal, research, results, steering
from bot.channels.telegram.channel import TelegramChannel, TokenRefused, link
from bot.channels.web.channel import CannotListen
from bot.letters import Doors
from bot.rehearsal import RehearsalGone, Rehearsed, Wanted
from bot.research import ExportError
from bot.settings import Settings, SettingsError, read
from bot.survey import summary as summaries
from bot.survey.calendar import decent, is_timezone, rhythm, zone
from bot.survey.checklist import ChecklistError
from bot.survey.comparison import Comparison, table
from bot.survey.dialogue import Partnership
from bot.survey.scoring import Score
from bot.survey.summary import Summary
from bot.survey.views import View
from bot.texts import Texts, TextsError, load, plain
from storage import coordinators, partnerships, rehearsals, waves
from storage.database import Database, StorageError, Tx
from storage.partnerships import LONGEST, Turnout, Wave

log = logging.getLogger(__name__)

SMALLEST_GROUP = 3
MOST_DAYS, MOST_MONTHS = 1000, 120  # that anything is kept
MOST_WEEKS = 52  # that a wave is open


class CommandError(Exception):
    """What was asked cannot be done; the message says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        settings = read()
        logs.set_up(settings.log_level, settings.log_format)
        return int(asked.command(asked, settings) or 0)
    except (
        CommandError,
        SettingsError,
        StorageError,
        TextsError,
        ChecklistError,
        TokenRefused,
        ExportError,
        CannotListen,
        RehearsalGone,
    ) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("samenspraak", description="A survey chat-bot for neighbourhood partnerships.")
    commands = parser.add_subparsers(required=True, metavar="command")
    commands.add_parser("run", help="answer people, until stopped").set_defaults(command=run)
    _partnership_commands(commands.add_parser("partnership", help="make or list partnerships"))
    _wave_commands(commands.add_parser("wave", help="open or close a round of asking"))
    summary = commands.add_parser("summary", help="the scores, as far as they may be shown now")
    summary.add_argument("partnership", help="its name or number")
    summary.add_argument("--json", action="store_true", help="for scripts")
    summary.set_defaults(command=summarise)
    exporting = commands.add_parser("export", help="pseudonymous answers of a wave, for research")
    exporting.add_argument("partnership", help="its name or number")
    exporting.add_argument("--wave", type=_wave_number, required=True, help="its number, or: all")
    exporting.add_argument("--format", choices=("csv", "xlsx", "sav"), default="csv")
    exporting.add_argument("--out", default=".", help="the folder to write in")
    exporting.add_argument("--language", default="en", help="the language of the labels")
    exporting.add_argument("--yes", action="store_true", help="do not ask for confirmation")
    exporting.set_defaults(command=export)
    _rehearsal_command(commands.add_parser("rehearse", help="let simulated people answer, to see a summary at once"))
    return parser


def _rehearsal_command(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=30, help="how many take part (default 30)")
    parser.add_argument("--weeks", type=int, default=6, help="how long ago it began (default 6)")
    parser.add_argument("--seed", type=int, default=2, help="the same number gives the same answers (default 2)")
    parser.add_argument("--language", default="nl", help="of the partnership and most of its people")
    parser.add_argument("--remove", action="store_true", help="delete every rehearsal, and nothing else")
    parser.set_defaults(command=rehearse)


def _wave_commands(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    for name, command, about in (
        ("open", open_wave, "open the next wave and invite everybody who took part before"),
        ("close", close_wave, "close the open wave and send the result"),
        ("reopen", reopen_wave, "open the last wave again, until the next one"),
    ):
        action = actions.add_parser(name, help=about)
        action.add_argument("partnership", help="its name or number")
        action.set_defaults(command=command)
        if name == "open":
            action.add_argument("--name", default="", help="such as 'after phase 1'")
            action.add_argument("--weeks", type=int, help="close by itself after so many weeks")


def _partnership_commands(parser: argparse.ArgumentParser) -> None:
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


def run(_asked: argparse.Namespace, settings: Settings) -> None:
    house = app.App(settings)
    links = (
        () if settings.telegram_token else first_start.links(house.database, house.texts, house.doors, house.clock())
    )

    def ready() -> None:
        print("Samenspraak is running. Ctrl+C stops it.", file=sys.stderr)
        first_start.show(links)

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_until_stopped(house, ready))


async def _until_stopped(house: app.App, ready: Callable[[], None]) -> None:
    running = asyncio.create_task(house.run(ready))
    for sign in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(sign, running.cancel)
    try:
        await running
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


def add_partnership(asked: argparse.Namespace, settings: Settings) -> None:
    texts = load()
    partnership = _described(asked, texts)
    with _transaction(settings) as tx:
        if partnerships.find(tx, partnership.name):
            raise CommandError(f"There is a partnership with the name {partnership.name!r} already.")
        number, codes = partnerships.add(tx, partnership, texts.wording(), app.wall_clock())
    doors = _doors(settings)
    made = {
        "partnership": number,
        "invitation_code": codes.invitation,
        "coordinator_code": codes.coordinator,
        "invitation_links": doors.every(codes.invitation),
        "coordinator_links": doors.every(codes.coordinator),
    }
    print(json.dumps(made, indent=2) if asked.json else _in_words(partnership, made))


def new_link(asked: argparse.Namespace, settings: Settings) -> None:
    with _transaction(settings) as tx:
        partnership = _wanted(tx, asked.partnership)
        code = coordinators.make_link(tx, partnership.id, "coordinator", app.wall_clock())
    print("\n".join(_doors(settings).every(code)))


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


def _doors(settings: Settings) -> Doors:
    bot = _bot_name(settings)
    return replace(app.page_door(settings), telegram=link(bot, "") if bot else "")


def _bot_name(settings: Settings) -> str | None:
    """The bot's name in Telegram, for links; None without a bot, or when it cannot be asked now."""
    if not settings.telegram_token:
        return None

    async def ask(token: str) -> str:
        channel = TelegramChannel(token, settings.telegram_api_url)
        try:
            return await channel.connect(patience=10)
        finally:
            await channel.close()

    try:
        return asyncio.run(ask(settings.telegram_token))
    except (TimeoutError, TokenRefused) as error:
        print(f"The links are missing, Telegram did not answer: {error or 'no answer'}", file=sys.stderr)
        return None


def _in_words(partnership: Partnership, made: dict[str, Any]) -> str:
    return "\n".join(
        (
            f"{partnership.name} is number {made['partnership']}. Its first wave is open.",
            "",
            *(f"For everybody who takes part:  {link}" for link in made["invitation_links"]),
            *(f"For the coordinator, once:     {link}" for link in made["coordinator_links"]),
        )
    )


def list_partnerships(asked: argparse.Namespace, settings: Settings) -> None:
    with _transaction(settings) as tx:
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


def open_wave(asked: argparse.Namespace, settings: Settings) -> None:
    """Open the next wave; a running bot then sends the invitations, at a decent hour."""
    texts, now, name = load(), app.wall_clock(), partnerships.tidy(asked.name)
    if len(name) > steering.LONGEST_NAME:
        raise CommandError(f"--name: {steering.LONGEST_NAME} characters is the most.")
    if asked.weeks is not None and not 1 <= asked.weeks <= MOST_WEEKS:
        raise CommandError(f"--weeks: 1 to {MOST_WEEKS}.")
    with _transaction(settings) as tx:
        partnership = _wanted(tx, asked.partnership)
        if partnerships.last_wave(tx, partnership.id).closed_at is None:
            raise CommandError(f"A wave of {partnership.name} is open. Close it first.")
        if waves.plan(tx, partnership.id).confirmed:
            raise CommandError(f"A next wave of {partnership.name} is planned. Cancel that first, in the chat: /open")
        waves.prepare(tx, partnership.id, name=name, weeks=asked.weeks, opens_at=None)
        wave = steering.open_wave(tx, texts, partnership, decent(now, partnership.timezone), now)
        reach = waves.reach(tx, partnership.id)
    if wave is None or wave.invite_at is None:
        raise CommandError(f"A wave of {partnership.name} is open. Close it first.")
    at = wave.invite_at.astimezone(zone(partnership.timezone))
    print(f"Wave {wave.number} of {partnership.name} is open.")
    print(f"It invites {reach.people} people from {at:%Y-%m-%d %H:%M} on.")


def reopen_wave(asked: argparse.Namespace, settings: Settings) -> None:
    with _transaction(settings) as tx:
        partnership = _wanted(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        if not waves.reopen(tx, wave.id, app.wall_clock()):
            raise CommandError(f"Wave {wave.number} of {partnership.name} is open already.")
        waves.drop_plan(tx, partnership.id)
    print(f"Wave {wave.number} of {partnership.name} is open again.")


def close_wave(asked: argparse.Namespace, settings: Settings) -> None:
    """Close the open wave; a running bot then sends the final summary."""
    texts, now = load(), app.wall_clock()
    with _transaction(settings) as tx:
        partnership = _wanted(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        if not steering.close_wave(tx, texts, partnership, wave, now, now):
            raise CommandError(f"Wave {wave.number} of {partnership.name} was closed before.")
        turnout = partnerships.turnout(tx, wave.id)
    print(f"Wave {wave.number} of {partnership.name} is closed: {turnout.completed} of {turnout.started} completed it.")


def summarise(asked: argparse.Namespace, settings: Settings) -> None:
    """Exactly what a coordinator may see now."""
    texts = load()
    with _transaction(settings) as tx:
        partnership = _wanted(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        found = results.read_summary(tx, texts, partnership, wave, app.wall_clock())
    if asked.json:
        print(json.dumps(_as_json(texts, found), indent=2, ensure_ascii=False))
    else:
        print(plain(texts.render(View(summaries.paragraphs(found)), partnership.language)))


def _as_json(texts: Texts, found: Summary) -> dict[str, Any]:
    scores, total = found.scores, found.scores.total
    return {
        "partnership": found.partnership.name,
        "wave": found.wave,
        "wave_name": found.name,
        "state": "open" if found.is_open else "closed",
        "started": found.started,
        "completed": found.completed,
        "minimum_group": found.partnership.minimum_group,
        "withheld": None if found.items else plain(texts.render(View((summaries.why_none(found),)), "en")),
        "dimensions": {key: _score(score) for key, score in scores.dimensions.items()},
        "total": _score(total) if total else None,
        "items": {str(number): _score(score) for number, score in sorted(scores.items.items())},
        "change": _change(texts, found.since) if found.since else None,
    }


def _change(texts: Texts, since: Comparison) -> dict[str, Any]:
    """Everyone and the same people, then and now; items that were worded anew are in neither."""
    everyone, same = since.dimensions(texts.checklist), since.same_dimensions(texts.checklist)
    return {
        "since_wave": since.wave,
        "reworded": list(since.reworded),
        "everyone": {key: {"then": _score(then), "now": _score(now)} for key, (then, now) in everyone.items()},
        "same_people": {key: {"then": _score(then), "now": _score(now)} for key, (then, now) in same.items()},
    }


def _score(score: Score) -> dict[str, int]:
    return {"score": score.shown, "n": score.n}


def export(asked: argparse.Namespace, settings: Settings) -> None:
    """Pseudonymous answers for research, after a confirmation; that it was done is logged."""
    texts = load()
    with _transaction(settings) as tx:
        partnership = _wanted(tx, asked.partnership)
        if partnership.id in rehearsals.numbers(tx):
            raise CommandError(f"{partnership.name} is a rehearsal: these answers are invented, and no research.")
        numbers = waves.numbers(tx, partnership.id) if asked.wave == "all" else [asked.wave]
        records = [research.Record(*row) for wave in numbers for row in partnerships.records(tx, partnership.id, wave)]
        change = _published_change(tx, texts, partnership, numbers[-1])
    if not records:
        raise CommandError(f"{partnership.name} has no answers in wave {asked.wave}.")
    people = len({record.person for record in records})
    question = f"This writes the answers of {people} people of {partnership.name}. Is that agreed? [y/N] "
    if not asked.yes and input(question).strip().lower() not in ("y", "yes", "j", "ja"):
        raise CommandError("Nothing was written.")
    name = f"partnership-{partnership.id}-wave-{asked.wave}"
    written = research.write(records, texts, asked.language, asked.format, Path(asked.out), name, change=change)
    log.warning(
        "export: partnership %d, wave %s, %d responses, %s", partnership.id, asked.wave, len(records), asked.format
    )
    print("\n".join(map(str, written)))


def rehearse(asked: argparse.Namespace, settings: Settings) -> int:
    """Make a partnership in which simulated people have answered, or delete every such partnership."""
    if asked.remove:
        return _remove_rehearsals(settings)
    texts, wanted = load(), Wanted(asked.people, asked.weeks, asked.seed, asked.language)
    if wrong := rehearsal.mistakes(wanted, texts):
        raise CommandError("\n".join(wrong))
    doors = _doors(settings)
    try:
        with _database(settings) as database:
            made = rehearsal.rehearse(database, texts, wanted, app.wall_clock(), _tell)
    except KeyboardInterrupt:
        _tell("Stopped half-way. Remove what was made: samenspraak rehearse --remove")
        return 130
    print(_rehearsed(made, wanted))
    print("\n".join(("", *(f"For the coordinator, once:     {link}" for link in doors.every(made.coordinator)))))
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _rehearsed(made: Rehearsed, wanted: Wanted) -> str:
    few = made.turnout.completed < made.partnership.minimum_group
    why = f" That is fewer than {made.partnership.minimum_group}, so there are no scores." if few else ""
    return (
        f"{made.partnership.name} is number {made.partnership.id}. Of {wanted.people} simulated people "
        f"{made.turnout.started} answered in the last round and {made.turnout.completed} finished it.{why} "
        "Remove it: samenspraak rehearse --remove"
    )


def _remove_rehearsals(settings: Settings) -> int:
    with _database(settings) as database:
        removed = rehearsal.remove(database)
    print(f"Rehearsals removed: {removed.rehearsals}, with {removed.people} simulated people.")
    return 0


def _wave_number(text: str) -> int | str:
    if text == "all":
        return text
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("a number, or: all")
    return int(text)


def _published_change(tx: Tx, texts: Texts, partnership: Partnership, number: int) -> list[list[str]]:
    """What was published of a closed wave beside the one before it; empty when nothing was."""
    wave = waves.numbered(tx, partnership.id, number)
    if wave is None or wave.closed_at is None:
        return []
    since = results.read_summary(tx, texts, partnership, wave, app.wall_clock()).since
    return table(texts.checklist, since) if since and since.everyone else []


def _wanted(tx: Tx, name: str) -> Partnership:
    if found := partnerships.find(tx, name):
        return found
    raise CommandError(f"There is no partnership {name!r}. See them all: samenspraak partnership list")


@contextlib.contextmanager
def _transaction(settings: Settings) -> Iterator[Tx]:
    with _database(settings) as database, database.transaction() as tx:
        yield tx


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    database: Database = app.open_database(settings)
    try:
        yield database
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())
