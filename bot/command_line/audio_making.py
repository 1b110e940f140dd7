"""`samenspraak audio script`, `import` and `synthesise`: recordings made by people, or by a computer until they are.

Each file is told as it comes; what is wrong with one leaves the others as they are.
"""

import argparse
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from bot.command_line.common import CommandError, Commands, add, put, transaction, wanted_partnership
from bot.command_line.progress import shown
from bot.recordings import keeping, script, synthesis
from bot.recordings.keeping import Row, Speaker
from bot.recordings.parts import Part
from bot.recordings.script import Line
from bot.runtime.settings import Settings
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts, load

LICENCE = "only for this survey"
CONSENT = "signed on the script"
COMPUTER = Speaker(synthesis.PROGRAM, "none: made by a program", "none: nobody speaks", computer=True)
MOST_SAID = 200  # characters of a name, a licence or a consent


@dataclass(frozen=True)
class Asked:
    """For which language it is, where its recordings are kept, and what there is to record."""

    texts: Texts
    language: str
    partnership: Partnership | None
    folder: Path
    script: tuple[Line, ...]


@dataclass
class Outcome:
    """What becomes of the files, one after the other."""

    speaker: Speaker
    replace: bool
    there: list[dict[str, object]]
    tell: Callable[[str], None]
    new: dict[Part, bytes] = field(default_factory=dict)
    replaced: list[Row] = field(default_factory=list)
    refused: int = 0

    def refuse(self, name: str, why: str) -> None:
        self.refused += 1
        self.tell(f"{name}: REFUSED, {why}")


def add_to(actions: Commands) -> None:
    printing = add(actions, "script", print_script, "what is to be read aloud, on paper, with a place to sign")
    taking = add(actions, "import", take_in, "recordings that somebody made, by the numbers of the script")
    speaking = add(actions, "synthesise", synthesise, "a computer's voice, for what nobody has recorded yet")
    taking.add_argument("from_folder", metavar="folder", type=Path, help="with the files: 07.m4a and so on")
    for parser in (printing, taking, speaking):
        parser.add_argument("language", help="the folder of its texts, such as nl")
        parser.add_argument("--partnership", help="its name or number: for this one alone")
    printing.add_argument("file", nargs="?", type=Path, help="the PDF to write; without it audio-LANGUAGE.pdf")
    taking.add_argument("--spoken-by", required=True, type=_said, help="who speaks, as people may read it")
    taking.add_argument("--licence", default=LICENCE, type=_said, help=f"such as CC BY 4.0; else: {LICENCE}")
    taking.add_argument("--consent", default=CONSENT, type=_said, help=f"how they agreed; else: {CONSENT}")
    for parser in (taking, speaking):
        parser.add_argument("--replace", action="store_true", help="also what is there for these words already")


def print_script(asked: argparse.Namespace, settings: Settings) -> None:
    """A file that is there already is replaced."""
    from bot.rendering import scripts  # who makes recordings draws nothing

    this = _asked(asked, settings)
    file = asked.file or Path(f"audio-{this.language}.pdf")
    whose = this.partnership.name if this.partnership else ""
    put(scripts.script_pdf(this.texts, this.language, this.script, whose), file, "The script")
    print(file)


def take_in(asked: argparse.Namespace, settings: Settings) -> int:
    this = _asked(asked, settings)
    files = _files(asked.from_folder)
    if not files:
        raise CommandError(f"{asked.from_folder} holds no files.")
    of_line, strange = script.sorted_out(files, this.script)
    with shown("Taking in", "files") as far:
        speaker = Speaker(asked.spoken_by, asked.licence, asked.consent)
        outcome = _begun(this, speaker, far.aside, replace=asked.replace)
        for done, file in enumerate(files, 1):
            if file in strange:
                outcome.refuse(file.name, strange[file])
            else:
                _take(file.name, file, of_line[file].part, outcome)
            far(done, len(files))
    return _end(this, outcome)


def synthesise(asked: argparse.Namespace, settings: Settings) -> int:
    this = _asked(asked, settings)
    if not synthesis.has_voice(this.language):
        raise CommandError(f"{synthesis.PROGRAM} has no voice for {this.language!r}. See: {synthesis.PROGRAM} --voices")
    with TemporaryDirectory() as kept, shown("Speaking", "recordings") as far:
        outcome = _begun(this, COMPUTER, far.aside, replace=asked.replace)
        parts = [line.part for line in this.script if not _is_left(line.part, outcome)]
        for done, part in enumerate(parts, 1):
            file = Path(kept, f"{part.name}.wav")
            synthesis.speak(part.words, this.language, file)
            _take(part.name, file, part, outcome)
            far(done, len(parts))
    return _end(this, outcome)


def _asked(asked: argparse.Namespace, settings: Settings) -> Asked:
    texts, partnership, folder = load(), None, settings.audio_folder
    if asked.language not in texts.languages:
        raise CommandError(f"There is no language {asked.language!r}. There are: {', '.join(texts.languages)}.")
    if asked.partnership is not None:
        with transaction(settings) as tx:
            partnership = wanted_partnership(tx, asked.partnership)
        folder = folder / str(partnership.id)
    lines = script.lines(texts, asked.language, partnership)
    return Asked(texts, asked.language, partnership, folder / asked.language, lines)


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(one for one in folder.iterdir() if not one.name.startswith(".") and not one.is_dir())
    except OSError as error:
        raise CommandError(f"{folder} cannot be read: {error.strerror}.") from None


def _begun(this: Asked, speaker: Speaker, tell: Callable[[str], None], *, replace: bool) -> Outcome:
    _finishing()  # to say that it is missing before anything is done
    return Outcome(speaker, replace, keeping.rows(this.folder), tell)


def _is_left(part: Part, outcome: Outcome) -> bool:
    """A computer never takes the place of somebody; and its own is made again only when that is asked."""
    return any(not row.get("computer") or not outcome.replace for row in _same(part, outcome.there))


def _take(name: str, file: Path, part: Part, outcome: Outcome) -> None:
    """One file: finished, and to be kept; or refused."""
    there = _same(part, outcome.there)
    if not outcome.replace and any(not row.get("computer") for row in there):
        return outcome.refuse(name, f"{part.name} is there already; to take this one instead: --replace")
    try:
        finished = _finishing().of_file(file)
    except (OSError, ValueError) as error:
        return outcome.refuse(name, str(getattr(error, "strerror", None) or error))
    outcome.new[part] = finished.content
    outcome.replaced += there
    told = (
        f"{name}: {part.name}, {finished.seconds:.1f} s ({finished.cut:.1f} s of silence cut), "
        f"{finished.was:.0f} -> {finished.loudness:.0f} LUFS"
    )
    outcome.tell(". BUT ".join((told, *finished.warnings)))
    return None


def _end(this: Asked, outcome: Outcome) -> int:
    if outcome.new:
        keeping.keep(this.folder, outcome.new, outcome.speaker, outcome.replaced)
        print(f"{len(outcome.new)} recordings are kept in {this.folder}. The bot plays them from its next start on.")
    else:
        print("Nothing was changed.")
    if missing := [one.file for one in this.script if not _is_there(one.part, outcome)]:
        print(f"Nobody has spoken yet: {', '.join(missing)}")
    return 1 if outcome.refused else 0


def _is_there(part: Part, outcome: Outcome) -> bool:
    return part in outcome.new or bool(_same(part, outcome.there))


def _same(part: Part, rows: Iterable[Mapping[str, object]]) -> list[Mapping[str, object]]:
    """Those for exactly the words that the part has now. What was spoken for other words stays as it is."""
    return [row for row in rows if (row["part"], row["wording"]) == (part.name, part.wording)]


def _finishing() -> ModuleType:
    try:
        from bot.recordings import finishing
    except ImportError as error:
        raise CommandError(f"This needs {error.name}: pip install 'samenspraak[audio]'") from None
    return finishing


def _said(text: str) -> str:
    said = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    if not 0 < len(said) <= MOST_SAID:
        raise argparse.ArgumentTypeError(f"1 to {MOST_SAID} characters")
    return said
