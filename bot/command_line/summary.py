"""`samenspraak summary` and `export`: what may be published now, and pseudonymous answers for research."""

import argparse
import logging
from pathlib import Path
from typing import Any

from bot import app
from bot.command_line.common import CommandError, Commands, add, as_json, transaction, wanted_partnership
from bot.export import dataset
from bot.export.shapes import Record
from bot.results.summaries import read_summary
from bot.results.tables import read_table
from bot.runtime.settings import Settings
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import View
from bot.survey.scores import comparison, table
from bot.survey.scores.comparison import Comparison
from bot.survey.scores.scoring import Score
from bot.survey.scores.summary import Summary, paragraphs, why_none
from bot.survey.scores.table import TOTAL, Column, Table
from bot.survey.whole_numbers import as_number
from bot.texts.texts import Texts, load, plain
from storage import partnerships, waves
from storage.engine.database import Tx
from storage.partnerships import Wave

MOST_WAVES = 9_999

log = logging.getLogger(__name__)


def add_to(commands: Commands) -> None:
    told = add(commands, "summary", summarise, "the scores, as far as they may be shown now", of_one=True, scripts=True)
    told.add_argument("--wave", type=_one_wave, help="its number; without it the last one")
    exporting = add(commands, "export", export, "pseudonymous answers of a wave, for research", of_one=True)
    exporting.add_argument("--wave", type=_wave_number, required=True, help="its number, or: all")
    exporting.add_argument("--format", choices=("csv", "xlsx", "sav"), default="csv")
    exporting.add_argument("--out", default=".", help="the folder to write in")
    exporting.add_argument("--language", default="en", help="the language of the labels")
    exporting.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def summarise(asked: argparse.Namespace, settings: Settings) -> None:
    """Exactly what a coordinator may see now."""
    texts = load()
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        wave = _wanted_wave(tx, partnership, asked.wave)
        found, shown = read_table(tx, texts, partnership, wave, app.wall_clock())
    every = (*paragraphs(found), *(table.statements(shown) if found.items else ()), table.left_out(shown))
    in_words = plain(texts.render(View(every), partnership.language))
    print(as_json(_as_data(texts, found, shown)) if asked.json else in_words)


def _wanted_wave(tx: Tx, partnership: Partnership, number: int | None) -> Wave:
    if number is None:
        return partnerships.last_wave(tx, partnership.id)
    if found := waves.numbered(tx, partnership.id, number):
        return found
    known = ", ".join(map(str, waves.numbers(tx, partnership.id)))
    raise CommandError(f"{partnership.name} has no wave {number}. It has: {known}.")


def _as_data(texts: Texts, found: Summary, shown: Table) -> dict[str, Any]:
    return {
        "partnership": found.partnership.name,
        "wave": found.wave,
        "wave_name": found.name,
        "state": "open" if found.is_open else "closed",
        "started": found.started,
        "completed": found.completed,
        "minimum_group": found.partnership.minimum_group,
        "withheld": None if found.items else plain(texts.render(View((why_none(found),)), "en")),
        **_column(shown, shown.now),
        "change": _change(texts, found.since) if found.since else None,
        "groups": {column.group: _column(shown, column) for column in shown.groups},
        "waves_before": [
            {"wave": column.wave, "wave_name": column.name, **_column(shown, column), "reworded": [*column.reworded]}
            for column in shown.waves[:-1]
        ],
    }


def _column(shown: Table, column: Column) -> dict[str, Any]:
    scores = {what: _score(score) for what, score in shown.scores(column).items()}
    parts = [one.key for one in shown.checklist.dimensions]
    return {
        "dimensions": {key: scores[key] for key in parts if key in scores},
        "total": scores.get(TOTAL),
        "items": {str(number): scores[number] for number in shown.checklist.items if number in scores},
    }


def _change(texts: Texts, since: Comparison) -> dict[str, Any]:
    """Everyone and the same people, then and now; items that were worded anew are in neither."""
    both = {"everyone": since.everyone, "same_people": since.same_people}
    scores = {
        who: {key: {"then": _score(then), "now": _score(now)} for key, (then, now) in pairs.items()}
        for who, pairs in ((who, comparison.dimensions(texts.checklist, items)) for who, items in both.items())
    }
    return {"since_wave": since.wave, "reworded": list(since.reworded), **scores}


def _score(score: Score) -> dict[str, int | None]:
    """`n` is null where one would see how few gave no scored answer."""
    return {"score": score.shown, **({"n": None, "fewer_than": score.n} if score.fewer else {"n": score.n})}


def export(asked: argparse.Namespace, settings: Settings) -> None:
    """Pseudonymous answers for research, after a confirmation; that it was done is logged."""
    texts = load()
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        numbers = waves.numbers(tx, partnership.id) if asked.wave == "all" else [asked.wave]
        records = [Record(*row) for wave in numbers for row in partnerships.records(tx, partnership.id, wave)]
        change = _published_change(tx, texts, partnership, numbers[-1])
    if not records:
        raise CommandError(f"{partnership.name} has no answers in wave {asked.wave}.")
    people = len({record.person for record in records})
    question = f"This writes the answers of {people} people of {partnership.name}. Is that agreed? [y/N] "
    if not asked.yes and input(question).strip().lower() not in ("y", "yes", "j", "ja"):
        raise CommandError("Nothing was written.")
    name = f"partnership-{partnership.id}-wave-{asked.wave}"
    written = dataset.write(records, texts, asked.language, asked.format, Path(asked.out), name, change=change)
    log.warning(
        "export: partnership %d, wave %s, %d responses, %s", partnership.id, asked.wave, len(records), asked.format
    )
    print("\n".join(map(str, written)))


def _one_wave(text: str) -> int:
    if (found := as_number(text, MOST_WAVES)) is None:
        raise argparse.ArgumentTypeError("a number")
    return found


def _wave_number(text: str) -> int | str:
    found = text if text == "all" else as_number(text, MOST_WAVES)
    if found is None:
        raise argparse.ArgumentTypeError("a number, or: all")
    return found


def _published_change(tx: Tx, texts: Texts, partnership: Partnership, number: int) -> list[list[str]]:
    """What was published of a closed wave beside the one before it; empty when nothing was."""
    wave = waves.numbered(tx, partnership.id, number)
    if wave is None or wave.closed_at is None:
        return []
    since = read_summary(tx, texts, partnership, wave, app.wall_clock()).since
    return comparison.table(texts.checklist, since) if since and since.everyone else []
