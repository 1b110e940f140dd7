"""The command line: `samenspraak run | partnership | wave | summary`.

Every mistake ends in one clear sentence and exit code 2; what a script reads is on standard output, the rest is not.
"""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from bot import app, logs
from bot.channels.telegram.channel import TelegramChannel, TokenRefused, link
from bot.settings import Settings, SettingsError, read
from bot.survey import scoring
from bot.survey.checklist import ChecklistError
from bot.survey.dialogue import Partnership
from bot.survey.scoring import Score, Scores
from bot.texts import Texts, TextsError, load, plain
from storage import partnerships
from storage.database import Database, StorageError, Tx
from storage.partnerships import Turnout, Wave

LONGEST_NAME, LONGEST_CONTACT = 80, 160
SMALLEST_GROUP = 3
NOTHING_TO_RUN = (
    "TELEGRAM_TOKEN is not set, so there is nothing to run yet. Ask @BotFather in Telegram for a token (/newbot) "
    "and put TELEGRAM_TOKEN=... in the environment or in a file named .env."
)


class CommandError(Exception):
    """What was asked cannot be done; the message says why and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        settings = read()
        logs.set_up(settings.log_level, settings.log_format)
        return int(asked.command(asked, settings) or 0)
    except (CommandError, SettingsError, StorageError, TextsError, ChecklistError, TokenRefused) as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("samenspraak", description="A survey chat-bot for neighbourhood partnerships.")
    commands = parser.add_subparsers(required=True, metavar="command")
    commands.add_parser("run", help="answer people, until stopped").set_defaults(command=run)
    _partnership_commands(commands.add_parser("partnership", help="make or list partnerships"))
    wave = commands.add_parser("wave", help="close a round of asking").add_subparsers(required=True, metavar="action")
    closing = wave.add_parser("close", help="close the open wave of a partnership")
    closing.add_argument("partnership", help="its name or number")
    closing.set_defaults(command=close_wave)
    summary = commands.add_parser("summary", help="the scores of a closed wave")
    summary.add_argument("partnership", help="its name or number")
    summary.add_argument("--json", action="store_true", help="for scripts")
    summary.set_defaults(command=summarise)
    return parser


def _partnership_commands(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    adding = actions.add_parser("add", help="make a partnership with its first wave open, and print its links")
    adding.add_argument("name", help="as people call it, such as 'De Verbinders in Moerwijk'")
    adding.add_argument("--organisation", default="", help="who asks")
    adding.add_argument("--contact", default="", help="who helps, such as 'Fatima: 06 12 34 56 78'")
    adding.add_argument("--language", default="nl", help="the language for phones in a language we do not speak")
    adding.add_argument("--timezone", default="Europe/Amsterdam")
    adding.add_argument("--minimum-group", type=int, default=5, help="the fewest people behind a score (default 5)")
    adding.add_argument("--json", action="store_true", help="for scripts")
    adding.set_defaults(command=add_partnership)
    listing = actions.add_parser("list", help="every partnership with its turnout")
    listing.add_argument("--json", action="store_true", help="for scripts")
    listing.set_defaults(command=list_partnerships)


def run(_asked: argparse.Namespace, settings: Settings) -> None:
    if not settings.telegram_token:
        raise CommandError(NOTHING_TO_RUN)
    house = app.App(settings)
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_until_stopped(house))


async def _until_stopped(house: app.App) -> None:
    running = asyncio.create_task(house.run(lambda: print("Samenspraak is running. Ctrl+C stops it.", file=sys.stderr)))
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
    bot = _bot_name(settings)
    made = {
        "partnership": number,
        "invitation_code": codes.invitation,
        "coordinator_code": codes.coordinator,
        "invitation_links": [link(bot, codes.invitation)] if bot else [],
        "coordinator_links": [link(bot, codes.coordinator)] if bot else [],
    }
    print(json.dumps(made, indent=2) if asked.json else _in_words(partnership, made))


def _described(asked: argparse.Namespace, texts: Texts) -> Partnership:
    """The partnership that was asked for; raises CommandError with every mistake."""
    name, organisation, contact = (_tidy(text) for text in (asked.name, asked.organisation, asked.contact))
    checks = (
        (name, "The name is empty."),
        (len(name) <= LONGEST_NAME, f"The name has {len(name)} characters; {LONGEST_NAME} is the most."),
        (len(organisation) <= LONGEST_NAME, f"--organisation: {LONGEST_NAME} characters is the most."),
        (len(contact) <= LONGEST_CONTACT, f"--contact: {LONGEST_CONTACT} characters is the most."),
        (not name.isdigit(), "The name must not be just a number: commands take a number or a name."),
        (asked.language in texts.languages, f"--language: one of {', '.join(texts.languages)}."),
        (_is_timezone(asked.timezone), "--timezone: a name such as Europe/Amsterdam."),
        (asked.minimum_group >= SMALLEST_GROUP, f"--minimum-group: {SMALLEST_GROUP} or more."),
    )
    if mistakes := [mistake for fine, mistake in checks if not fine]:
        raise CommandError("\n".join(mistakes))
    return Partnership(
        0, name, organisation, contact, asked.language, asked.timezone, minimum_group=asked.minimum_group
    )


def _tidy(text: str) -> str:
    """One line, without control characters and half characters."""
    shown = "".join(sign if sign.isprintable() or sign in "\u200d\ufe0f" else " " for sign in text)
    return " ".join(shown.split())


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


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
    invite = made["invitation_links"] or [f"/start {made['invitation_code']}"]
    coordinate = made["coordinator_links"] or [f"/start {made['coordinator_code']}"]
    return "\n".join(
        (
            f"{partnership.name} is number {made['partnership']}. Its first wave is open.",
            "",
            f"For everybody who takes part:  {invite[0]}",
            f"For the coordinator, once:     {coordinate[0]}",
        )
    )


def list_partnerships(asked: argparse.Namespace, settings: Settings) -> None:
    with _transaction(settings) as tx:
        found = [_listed(tx, partnership) for partnership in partnerships.every(tx)]
    if asked.json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
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
    turnout = partnerships.turnout(tx, wave.id)
    return {
        "partnership": partnership.id,
        "name": partnership.name,
        **_standing(wave, turnout),
        "invitation_code": partnerships.invitation_of(tx, partnership.id),
    }


def _standing(wave: Wave, turnout: Turnout) -> dict[str, Any]:
    return {
        "wave": wave.number,
        "state": "closed" if wave.closed_at else "open",
        "started": turnout.started,
        "completed": turnout.completed,
    }


def close_wave(asked: argparse.Namespace, settings: Settings) -> None:
    with _transaction(settings) as tx:
        partnership = _wanted(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        if not partnerships.close_wave(tx, wave.id, app.wall_clock()):
            raise CommandError(f"Wave {wave.number} of {partnership.name} was closed before.")
        turnout = partnerships.turnout(tx, wave.id)
    print(f"Wave {wave.number} of {partnership.name} is closed: {turnout.completed} of {turnout.started} completed it.")


def summarise(asked: argparse.Namespace, settings: Settings) -> None:
    texts = load()
    with _transaction(settings) as tx:
        partnership = _wanted(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        turnout = partnerships.turnout(tx, wave.id)
        why_not = _why_no_scores(partnership, wave, turnout)
        tally = {} if why_not else partnerships.tally(tx, wave.id)
    scores = scoring.scores(texts.checklist, tally, partnership.minimum_group)
    if asked.json:
        print(json.dumps(_as_json(partnership, wave, turnout, scores, why_not), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_as_lines(texts, partnership, wave, turnout, scores, why_not)))


def _why_no_scores(partnership: Partnership, wave: Wave, turnout: Turnout) -> str | None:
    """Until the release rule is built, scores are shown once: for a closed wave with enough completed responses."""
    if not wave.closed_at:
        return "The wave is open. Scores are shown when it is closed."
    if turnout.completed < partnership.minimum_group:
        return f"Fewer than {partnership.minimum_group} people completed the wave, so no score is shown."
    return None


def _as_json(
    partnership: Partnership, wave: Wave, turnout: Turnout, scores: Scores, why_not: str | None
) -> dict[str, Any]:
    return {
        "partnership": partnership.name,
        **_standing(wave, turnout),
        "minimum_group": partnership.minimum_group,
        "withheld": why_not,
        "dimensions": {key: _score(score) for key, score in scores.dimensions.items()},
        "total": _score(scores.total) if scores.total else None,
        "items": {str(number): _score(score) for number, score in scores.items.items()},
    }


def _score(score: Score) -> dict[str, int]:
    return {"score": score.shown, "n": score.n}


def _as_lines(
    texts: Texts, partnership: Partnership, wave: Wave, turnout: Turnout, scores: Scores, why_not: str | None
) -> Iterator[str]:
    state = "closed" if wave.closed_at else "open"
    yield f"{partnership.name}, wave {wave.number} ({state}): {turnout.completed} of {turnout.started} completed it."
    if why_not:
        yield why_not
    for dimension in texts.checklist.dimensions:
        if score := scores.dimensions.get(dimension.key):
            yield f"{plain(texts.say(dimension.name, 'en')):32} {score.shown:>3}  n = {score.n}"
    if scores.total:
        yield f"{'Mean of all statements':32} {scores.total.shown:>3}  n = {scores.total.n}"


def _wanted(tx: Tx, name: str) -> Partnership:
    if found := partnerships.find(tx, name):
        return found
    raise CommandError(f"There is no partnership {name!r}. See them all: samenspraak partnership list")


@contextlib.contextmanager
def _transaction(settings: Settings) -> Iterator[Tx]:
    database: Database = app.open_database(settings)
    try:
        with database.transaction() as tx:
            yield tx
    finally:
        database.close()


if __name__ == "__main__":
    sys.exit(main())
