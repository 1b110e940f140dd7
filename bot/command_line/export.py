"""`samenspraak export`: pseudonymous answers for research, as files in a folder.

It asks first and leaves a line in the log. What is taken out of a rehearsal says so on every file.
"""

import argparse
import logging
from datetime import datetime
from pathlib import Path

from bot.command_line.common import CommandError, does, transaction, wanted_partnership, wave_number
from bot.command_line.progress import shown
from bot.export import dataset
from bot.export.shapes import Origin
from bot.export.writers import WRITERS
from bot.letters import wall_clock
from bot.results.summaries import read_summary
from bot.runtime.settings import Settings
from bot.survey.calendar import zone
from bot.survey.conversation.dialogue import Partnership
from bot.survey.scores.comparison import table
from bot.texts.texts import Texts, load
from storage import records, state, waves
from storage.engine.database import Tx

ALL = "all"

log = logging.getLogger(__name__)


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, export, of_one=True)
    parser.add_argument("--wave", type=_which_waves, required=True, help="its number, or: all")
    parser.add_argument("--format", choices=tuple(WRITERS), default="csv")
    parser.add_argument("--out", default=".", help="the folder to write in")
    parser.add_argument("--language", default="en", help="the language of the labels")
    parser.add_argument("--yes", action="store_true", help="do not ask for confirmation")


def export(asked: argparse.Namespace, settings: Settings) -> None:
    """Pseudonymous answers for research, after a confirmation; that it was done is logged."""
    texts, now = load(), wall_clock()
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        numbers = waves.numbers(tx, partnership.id) if asked.wave == ALL else [asked.wave]
        found = [record for number in numbers for record in records.records(tx, partnership.id, number)]
        change, origin = _published_change(tx, texts, partnership, numbers[-1], now), _origin(tx, partnership, now)
    if not found:
        raise CommandError(f"{partnership.name} has no answers in wave {asked.wave}.")
    if not asked.yes:
        _ask(f"This writes the answers of {len({one.person for one in found})} people of {partnership.name}.")
    name = f"partnership-{partnership.id}-wave-{asked.wave}"
    with shown("Writing the answers", "responses") as far:
        written = dataset.write(
            found, texts, asked.language, asked.format, Path(asked.out), name, origin, change=change, progress=far
        )
    log.warning(
        "export: partnership %d, wave %s, %d responses, %s", partnership.id, asked.wave, len(found), asked.format
    )
    print("\n".join(map(str, written)))


def _ask(what: str) -> None:
    try:
        answer = input(f"{what} Is that agreed? [y/N] ")
    except EOFError:
        answer = ""  # nobody there to agree
    if answer.strip().lower() not in ("y", "yes", "j", "ja"):
        raise CommandError("Nothing was written.")


def _origin(tx: Tx, partnership: Partnership, now: datetime) -> Origin:
    today = now.astimezone(zone(partnership.timezone)).date()
    is_synthetic = state.read_moment(tx, state.REHEARSED) is not None
    wordings = records.wordings(tx, partnership.id)
    return Origin(partnership.id, partnership.minimum_group, today, wordings, is_synthetic)


def _which_waves(text: str) -> int | str:
    return text if text == ALL else wave_number(text)


def _published_change(tx: Tx, texts: Texts, partnership: Partnership, number: int, now: datetime) -> list[list[str]]:
    """What was published of a closed wave beside the one before it; empty when nothing was."""
    wave = waves.numbered(tx, partnership.id, number)
    if wave is None or wave.closed_at is None:
        return []
    since = read_summary(tx, texts, partnership, wave, now).since
    return table(texts.checklist, since) if since and since.everyone else []
