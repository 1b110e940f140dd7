"""`samenspraak report`: what came out of a wave, as a file to print or to send on."""

import argparse
from pathlib import Path

from bot.command_line.common import CommandError, does, put, transaction, wanted_partnership, wanted_wave, wave_number
from bot.letters import wall_clock
from bot.rendering import drawing
from bot.results.reports import as_said, read_report
from bot.runtime.settings import Settings
from bot.texts.texts import load


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, write, of_one=True)
    parser.add_argument("file", type=Path, help="the file to write")
    parser.add_argument("--wave", type=wave_number, help="its number; without it the last one")
    parser.add_argument("--language", help="the folder of its texts, such as nl; without it the partnership's own")
    parser.add_argument("--sheet", action="store_true", help="only the sheet for a conversation about it")


def write(asked: argparse.Namespace, settings: Settings) -> None:
    """From what may be published now; a file that is there already is replaced."""
    texts = load()
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        wave = wanted_wave(tx, partnership, asked.wave)
        report = read_report(tx, texts, partnership, wave, wall_clock())
    language = asked.language or partnership.language
    if language not in texts.languages:
        raise CommandError(f"There is no language {language!r}. There are: {', '.join(texts.languages)}.")
    if report is None:
        why = f"samenspraak summary {partnership.id} --wave {wave.number}"
        raise CommandError(f"No scores of wave {wave.number} may be shown. Why: {why}")
    put(drawing.pdf("report", as_said(texts, report, language, sheet_only=asked.sheet)), asked.file, "The report")
    print(asked.file)
