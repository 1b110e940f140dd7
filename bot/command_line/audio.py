"""`samenspraak audio`: recordings of the statements: what is heard, what is missing, and what is wrong with a file."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bot.aloud import Aloud
from bot.command_line import audio_making
from bot.command_line.common import CommandError, add, transaction, wanted_partnership
from bot.recordings import loudness, script
from bot.recordings.folders import InFolder, Problem, Recording
from bot.recordings.recordings import Recordings
from bot.recordings.review import Review, review
from bot.runtime.settings import Settings
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts, load
from storage import partnerships, recordings, wordings
from storage.wordings import Wording

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
    in_folders = Recordings.load(texts, settings.audio_folder)
    whose = _of_partnership(asked, settings, texts, in_folders) if asked.partnership else Whose(in_folders)
    reviews = [whose.review(texts, one) for one in texts.languages if asked.language in (None, one)]
    told = [problem for problem in in_folders.problems if _is_about(problem, asked.language)]
    wrong = [str(problem) for problem in told if not problem.played]
    for one in (one for one in reviews if one.there or asked.language):
        wrong += [*_troubles(one), *_otherwise_opened(texts, one, whose.opened_with), *_too_loud_or_quiet(one, whose)]
    print("\n".join([*map(_in_short, reviews), *wrong, *(str(problem) for problem in told if problem.played)]))
    if not loudness.can_be_measured() and any(one.heard for one in reviews):
        print(NOT_MEASURED, file=sys.stderr)
    return 1 if wrong else 0


@dataclass(frozen=True, slots=True)
class Whose:
    """What one partnership hears, or one that recorded nothing itself; the words that its last round was opened with,
    and the bytes of what it recorded on the page."""

    recordings: Recordings
    partnership: Partnership | None = None
    opened_with: Wording = field(default_factory=dict)
    own: Mapping[str, bytes] = field(default_factory=dict)

    def review(self, texts: Texts, language: str) -> Review:
        if self.partnership is None:
            return review(texts, self.recordings, language)
        welcome = script.welcome_of(texts, language, self.partnership)
        return review(texts, self.recordings, language, self.partnership.id, (welcome,))

    def content(self, one: Recording) -> bytes:
        return one.path.read_bytes() if isinstance(one, InFolder) else self.own[one.digest]


def _of_partnership(asked: argparse.Namespace, settings: Settings, texts: Texts, in_folders: Recordings) -> Whose:
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        opened_with = wordings.wording(tx, partnership.id, partnerships.last_wave(tx, partnership.id).number)
        own = recordings.contents(tx, [one.digest for one in recordings.of_partnership(tx, partnership.id)])
        return Whose(Aloud(texts, in_folders).recordings(tx, partnership), partnership, opened_with, own)


def _is_about(problem: Problem, language: str | None) -> bool:
    return language is None or language in problem.file.parts


def _in_short(one: Review) -> str:
    if not one.there:
        return f"{one.language}: no recordings"
    return f"{one.language}: {len(one.heard)} of {one.parts} parts are heard"


def _troubles(one: Review) -> Iterator[str]:
    yield from (f"{one.language}: {name} is missing" for name in one.missing)
    for name, former in one.stale.items():
        yield f"{former.where}: {name} was spoken for other words than there are now"
    for name in one.does_not_fit:
        yield f"{one.heard[name].where}: {_kind(one.heard[name])}, and the answers are {_kind(one.heard['answers'])}"


def _kind(one: Recording) -> str:
    if one.kind is None:
        return "as it was recorded"
    rate, channels = one.kind
    return f"{rate / 1000:g} kHz {'mono' if channels == 1 else 'stereo'}"


def _otherwise_opened(texts: Texts, one: Review, opened_with: wordings.Wording) -> Iterator[str]:
    now, then = texts.wording()[one.language], opened_with.get(one.language, {})
    for item, words in now.items():
        if then.get(item, words) != words:
            yield f"{one.language}: statement {item} reads otherwise than when the round was opened: not heard in it"


def _too_loud_or_quiet(one: Review, whose: Whose) -> Iterator[str]:
    """Of those that are MP3s."""
    measured = one.heard.values() if loudness.can_be_measured() else ()
    for recording in (each for each in measured if each.kind):
        try:
            trouble = loudness.measure(whose.content(recording)).trouble
        except (OSError, ValueError) as error:
            trouble = str(error)
        if trouble:
            yield f"{recording.where}: {trouble}"
