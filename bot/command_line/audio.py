"""`samenspraak audio`: recordings of the statements: what is heard, what is missing, and what is wrong with a file."""

import argparse
import sys
from collections.abc import Iterator

from bot.command_line import audio_making
from bot.command_line.common import CommandError, add, transaction, wanted_partnership
from bot.recordings import loudness
from bot.recordings.folders import EVERYBODY, Problem, Recording
from bot.recordings.recordings import Recordings
from bot.recordings.review import Review, review
from bot.runtime.settings import Settings
from bot.texts.texts import Texts, load
from storage import partnerships, wordings
from storage.engine.database import Tx

NOT_MEASURED = "How loud they are was not looked at. For that: pip install 'samenspraak[audio]'"


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    checking = add(actions, "check", check, "what is missing, spoken for other words, or not right; exit code 1")
    checking.add_argument("language", nargs="?", help="the folder of its texts, such as nl; without it every one")
    checking.add_argument("--partnership", help="its name or number: with its own recordings, and its round")
    audio_making.add_to(actions)


def check(asked: argparse.Namespace, settings: Settings) -> int:
    texts = load()
    if asked.language not in (None, *texts.languages):
        raise CommandError(f"There is no language {asked.language!r}. There are: {', '.join(texts.languages)}.")
    recordings = Recordings.load(texts, settings.audio_folder)
    partnership, opened_with = _of_partnership(asked, settings)
    reviews = [review(texts, recordings, one, partnership) for one in texts.languages if asked.language in (None, one)]
    told = [problem for problem in recordings.problems if _is_about(problem, asked.language)]
    wrong = [str(problem) for problem in told if not problem.played]
    for one in (one for one in reviews if one.there or asked.language):
        wrong += [*_troubles(one), *_otherwise_opened(texts, one, opened_with), *_too_loud_or_quiet(one)]
    print("\n".join([*map(_in_short, reviews), *wrong, *(str(problem) for problem in told if problem.played)]))
    if not loudness.can_be_measured() and any(one.heard for one in reviews):
        print(NOT_MEASURED, file=sys.stderr)
    return 1 if wrong else 0


def _of_partnership(asked: argparse.Namespace, settings: Settings) -> tuple[int, wordings.Wording]:
    """Its number, and the words that its last round was opened with."""
    if asked.partnership is None:
        return EVERYBODY, {}
    with transaction(settings) as tx:
        return _found(tx, asked.partnership)


def _found(tx: Tx, name: str) -> tuple[int, wordings.Wording]:
    partnership = wanted_partnership(tx, name)
    wave = partnerships.last_wave(tx, partnership.id)
    return partnership.id, wordings.wording(tx, partnership.id, wave.number)


def _is_about(problem: Problem, language: str | None) -> bool:
    return language is None or language in problem.file.parts


def _in_short(one: Review) -> str:
    if not one.there:
        return f"{one.language}: no recordings"
    return f"{one.language}: {len(one.heard)} of {one.parts} parts are heard"


def _troubles(one: Review) -> Iterator[str]:
    yield from (f"{one.language}: {name} is missing" for name in one.missing)
    for name, former in one.stale.items():
        yield f"{former.path}: {name} was spoken for other words than there are now"
    for name in one.does_not_fit:
        yield f"{one.heard[name].path}: {_kind(one.heard[name])}, and the answers are {_kind(one.heard['answers'])}"


def _kind(one: Recording) -> str:
    rate, channels = one.kind
    return f"{rate / 1000:g} kHz {'mono' if channels == 1 else 'stereo'}"


def _otherwise_opened(texts: Texts, one: Review, opened_with: wordings.Wording) -> Iterator[str]:
    now, then = texts.wording()[one.language], opened_with.get(one.language, {})
    for item, words in now.items():
        if then.get(item, words) != words:
            yield f"{one.language}: statement {item} reads otherwise than when the round was opened: not heard in it"


def _too_loud_or_quiet(one: Review) -> Iterator[str]:
    if not loudness.can_be_measured():
        return
    for recording in one.heard.values():
        try:
            trouble = loudness.measure(recording.path.read_bytes()).trouble
        except (OSError, ValueError) as error:
            trouble = str(error)
        if trouble:
            yield f"{recording.path}: {trouble}"
