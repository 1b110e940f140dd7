"""`samenspraak doctor`: looks at all that a running bot needs, and says of each whether it is well and what to do.

It changes nothing, waits seconds at most for what does not answer, and works beside a running bot or without one. But
when no bot is running, or its ticks fail, all is not well.
"""

import argparse
import asyncio
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot.channels import TRAITS
from bot.command_line.common import as_json, does
from bot.letters import wall_clock
from bot.notifiers import OUTLETS
from bot.recordings import review, script
from bot.recordings.recordings import Recordings
from bot.runtime.health import Finding
from bot.runtime.logs import lines_told, told
from bot.runtime.settings import Settings, SettingsError, kept_secret, secret_before
from bot.survey.conversation.dialogue import Partnership
from bot.texts import catalogues
from bot.texts.texts import LOCALES, Texts, TextsError, load
from storage import letters, partnerships, state
from storage import recordings as recorded
from storage.engine import urls
from storage.engine.database import Database, StorageError
from storage.upkeep import probe
from storage.upkeep.migrate import (
    SECRET_BEFORE,
    HalfMade,
    HalfRestored,
    NotOurs,
    current,
    head,
    marks_of_secrets,
    secret_fits,
)
from storage.upkeep.probe import CannotWrite

RECENT = timedelta(minutes=3)  # a beat is every 20 seconds, and is written down once a minute at most
LATE = timedelta(minutes=15)  # for a letter; 5,000 take three minutes
REFUSED_LATELY = timedelta(days=2)
ROOM = 200 * 2**20  # bytes
MEBIBYTE = 2**20
SAID = {True: "ok", False: "NOT OK", None: "-"}

NAMES = (
    *("settings", "languages", "audio", "disk", "database", "schema", "writing", "secret", "bot", "letters"),
    "recordings",
    *(name for outlet in OUTLETS for name in outlet.examined),
)
"""Of what is looked at, in this order; scripts rely on them."""


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, examine, scripts=True)
    parser.set_defaults(misconfigured=examine_settings)


def examine(asked: argparse.Namespace, settings: Settings) -> int:
    """Look at everything, beside a running bot or without one."""
    return _report(asked, asyncio.run(look(settings, wall_clock())))


def examine_settings(asked: argparse.Namespace, error: SettingsError) -> int:
    return _report(asked, wrong_settings(error))


def _report(asked: argparse.Namespace, findings: list[Finding]) -> int:
    found = as_figures(findings, wall_clock())
    print(as_json(found) if asked.json else "\n".join(map(_in_words, findings)))
    return 0 if is_well(findings) else 1


def _in_words(finding: Finding) -> str:
    first, *others = finding.found.splitlines() or [""]
    advice = [f"do: {finding.advice}"] if finding.advice else []
    head = f"{SAID[finding.ok]:7} {finding.name:10} {first}"
    return "\n".join((head, *(f"{'':19}{line}" for line in (*others, *advice))))


async def look(settings: Settings, now: datetime) -> list[Finding]:
    """All findings, always the same ones in the same order."""
    found = (
        _settings(settings),
        _languages(),
        _audio(settings),
        _disk(settings),
        *_database(settings, now),
        *await _outlets(settings, now),
    )
    return [*map(_told, found)]


def _told(finding: Finding) -> Finding:
    """As an operator may read it: a database and Telegram put their own words into it."""
    figures = {name: told(one) if isinstance(one, str) else one for name, one in finding.figures.items()}
    return replace(finding, found=lines_told(finding.found), advice=told(finding.advice), figures=figures)


def wrong_settings(error: SettingsError) -> list[Finding]:
    """What can be said when nothing else can be looked at."""
    settings = Finding("settings", False, str(error), "Correct these in the environment or in .env.")
    return [settings, *map(_unseen, NAMES[1:])]


def is_well(findings: list[Finding]) -> bool:
    return all(finding.ok is not False for finding in findings)


def as_figures(findings: list[Finding], now: datetime) -> dict[str, object]:
    shown = {
        one.name: {name: value for name, value in asdict(one).items() if name not in ("name", "figures")}
        | dict(one.figures)
        for one in findings
    }
    return {"well": is_well(findings), "at": now.isoformat(timespec="seconds"), "findings": shown}


def _settings(settings: Settings) -> Finding:
    channels = ", ".join(said for outlet in OUTLETS if (said := outlet.described(settings)))
    return Finding("settings", True, f"{channels}, database {urls.told(settings.database_url)}")


def _languages() -> Finding:
    problems = list(catalogues.check(LOCALES))
    if problems:
        return Finding("languages", False, "\n".join(problems[:5]), f"Complete the catalogues in {LOCALES}.")
    drafts = ", ".join(sorted(load().drafts))
    untried = f"; not yet tried by readers: {drafts}" if drafts else ""
    return Finding("languages", True, f"every text in every language{untried}")


def _audio(settings: Settings) -> Finding:
    """How much is read aloud by recordings; what was spoken for other words, or is wrong with a file, is not heard."""
    try:
        texts = load()
    except TextsError:
        return _unseen("audio")
    recordings = Recordings.load(texts, settings.audio_folder)
    those = [one for _, one in review.every(texts, recordings)]
    number = len({each.where for one in those for each in one.heard.values()})
    stale = len({each.where for one in those for each in one.stale.values()})
    wrong = sum(not problem.played for problem in recordings.problems)
    figures = {"recordings": number + stale, "stale": stale, "wrong": wrong}
    if not (stale or wrong):
        return Finding(
            "audio", True, f"{number} recordings in folders" if number else "no recordings in folders", figures=figures
        )
    found = f"{number} recordings are heard, {stale} were spoken for other words, {wrong} things are not right"
    return Finding("audio", False, found, "See which: samenspraak audio check", figures)


def _disk(settings: Settings) -> Finding:
    file = urls.file_of(settings.database_url)
    if file is None:
        return Finding("disk", None, "the database has a disk of its own, which cannot be seen from here")
    there = next((folder for folder in file.absolute().parents if folder.is_dir()), Path.cwd())
    free = shutil.disk_usage(there).free
    wanted = max(ROOM, 2 * file.stat().st_size if file.is_file() else 0)
    found, figures = f"{free // MEBIBYTE} MB free for {file}", {"free_bytes": free}
    if free < wanted:
        return Finding(
            "disk",
            False,
            found,
            f"Make room: {wanted // MEBIBYTE} MB or more. On a full disk nobody can answer.",
            figures,
        )
    return Finding("disk", True, found, figures=figures)


def _database(settings: Settings, now: datetime) -> Iterator[Finding]:
    """The database, and all that can only be known from it: what is in the way of one step is in that of the next."""
    steps: dict[str, Callable[[Database], Finding]] = {
        "database": _answers,
        "schema": _schema,
        "writing": _writing,
        "secret": partial(_secret, is_there=kept_secret(settings) is not None),
        "bot": partial(_bot, now=now),
        "letters": partial(_letters, now=now),
        "recordings": _recordings,
    }
    if absent := _absent(settings):
        yield from (absent, *(_unseen(name) for name in steps if name != absent.name))
        return
    at, former = probe.with_short_timeouts(settings.database_url), secret_before(settings)
    with closing(Database(at, kept_secret(settings) or "none", TRAITS, former)) as database:
        for name, step in steps.items():
            finding = _tried(name, step, database)
            yield finding
            if finding.ok is False and name in ("database", "schema"):
                yield from map(_unseen, list(steps)[list(steps).index(name) + 1 :])
                return


def _absent(settings: Settings) -> Finding | None:
    file = urls.file_of(settings.database_url)
    if file is None or file.is_file():
        return None
    return Finding("database", False, f"there is no {file} yet", "Start the bot, which makes it: samenspraak run")


def _unseen(name: str) -> Finding:
    return Finding(name, None, "cannot be looked at")


def _tried(name: str, step: Callable[[Database], Finding], database: Database) -> Finding:
    try:
        return step(database)
    except StorageError as error:
        found, _, advice = str(error).rpartition("\n")
        return Finding(name, False, found or advice, advice if found else "Look at the database.")


def _answers(database: Database) -> Finding:
    with suppress(NotOurs, HalfMade, HalfRestored):  # it does answer
        current(database)
    return Finding("database", True, f"{urls.told(database.url)} answers")


def _schema(database: Database) -> Finding:
    try:
        revision = current(database)
    except (NotOurs, HalfMade) as error:
        return Finding("schema", False, str(error), "Is DATABASE_URL the right one?")
    figures = {"revision": revision, "newest": head()}
    if revision == head():
        return Finding("schema", True, f"{revision}, the newest", figures=figures)
    if revision and revision > head():
        return Finding("schema", False, f"{revision}, of a newer version of Samenspraak", "Install that one.", figures)
    found = f"{revision or 'empty'}, and {head()} is the newest"
    return Finding("schema", False, found, "Start the bot, which upgrades it: samenspraak run", figures)


def _writing(database: Database) -> Finding:
    try:
        probe.try_to_write(database)
    except CannotWrite as error:
        return Finding("writing", False, str(error), "Let the role in DATABASE_URL own the database.")
    return Finding("writing", True, "the database can be written")


def _secret(database: Database, is_there: bool) -> Finding:
    advice = "Set SAMENSPRAAK_SECRET to the secret that it was made with, or put back the file samenspraak.secret."
    if not is_there:
        return Finding("secret", False, "not there: nobody in the database can be recognised", advice)
    if not secret_fits(database):
        found = "not that of this database: nobody in it can be recognised"
        return Finding("secret", False, found, advice)
    if database.secrets.changing:
        return Finding("secret", True, _changed(database))
    return Finding("secret", True, "that of this database")


def _changed(database: Database) -> str:
    if SECRET_BEFORE in marks_of_secrets(database):
        return "being changed: go on with samenspraak secret rotate"
    if database.seal.mark != database.secrets.marks[0]:
        return "that of this database; the new one waits for samenspraak secret rotate"
    return "that of this database, and the one before counts too"


def _bot(database: Database, now: datetime) -> Finding:
    with database.transaction() as tx:
        last = state.read_moment(tx, state.LAST_TICK)
    figures = {"last_tick": last.isoformat(timespec="seconds") if last else None}
    start = "Start it: samenspraak run. If it runs, its log says which tick fails."
    if last is None:
        return Finding("bot", False, "no bot is running; none ever kept time on this database", start, figures)
    if last > now + RECENT:
        found = f"the last tick was at {last:%Y-%m-%d %H:%M} UTC, which is in the future"
        return Finding("bot", False, found, "Set the clock of this machine right.", figures)
    if last < now - RECENT:
        found = f"the last round of ticks without a failure was at {last:%Y-%m-%d %H:%M} UTC"
        return Finding("bot", False, found, start, figures)
    found = f"running: the last round of ticks was {(now - last).total_seconds():.0f} s ago"
    return Finding("bot", True, found, figures=figures)


def _letters(database: Database, now: datetime) -> Finding:
    with database.transaction() as tx:
        lanes, refused = letters.waiting(tx, now), letters.refused_since(tx, now - REFUSED_LATELY)
    number = sum(lane.due for lane in lanes)
    seconds = round(max((now - lane.oldest).total_seconds() for lane in lanes if lane.oldest) if number else 0)
    figures = {"waiting": number, "oldest_seconds": seconds, "given_up": sum(refused.values())}
    found = f"{number} wait, the oldest for {seconds} s" if number else "none waits"
    if seconds > LATE.total_seconds():
        advice = "Is the bot running, and do its channels answer? Its log says why a letter is postponed."
        return Finding("letters", False, found, advice, figures)
    if refused:
        why = ", ".join(f"{count}: {reason}" for reason, count in refused.items())
        advice = (
            "Somebody, or a group chat, cannot be written to; their coordinator sees it under /team. See the log too."
        )
        return Finding("letters", False, f"{found}; given up in the last two days: {why}", advice, figures)
    return Finding("letters", True, found, figures=figures)


def _recordings(database: Database) -> Finding:
    """Those of the page. What was spoken for other words, a coordinator sees where it is recorded anew."""
    try:
        texts = load()
    except TextsError:
        return _unseen("recordings")
    with database.transaction() as tx:
        found, by_number = recorded.wordings(tx), {one.id: one for one in partnerships.every(tx)}
    number = sum(map(len, found.values()))
    stale = sum(_stale(texts, language, by_number[whose], those) for (whose, language), those in found.items())
    said = f"{number} made on the page; {stale} for words that have changed" if number else "none made on the page"
    return Finding("recordings", True, said, figures={"recordings": number, "stale": stale})


def _stale(texts: Texts, language: str, partnership: Partnership, wordings: Sequence[str]) -> int:
    """Also all that is in a language that went."""
    there = script.lines(texts, language, partnership) if language in texts.languages else ()
    now = {one.part.wording for one in there}
    return sum(one not in now for one in wordings)


async def _outlets(settings: Settings, now: datetime) -> list[Finding]:
    """What each of them finds; what it cannot look at, because of what it found before, is told as such."""
    found: list[Finding] = []
    for outlet in (one for one in OUTLETS if one.examined):
        built = outlet.built(settings)
        seen = await built.examine(now) if built else ()
        found += (*seen, *map(_unseen if built else _not_set_up, outlet.examined[len(seen) :]))
    return found


def _not_set_up(name: str) -> Finding:
    return Finding(name, None, "not set up")
