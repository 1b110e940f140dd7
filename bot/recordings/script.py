"""A script: what there is to record, as numbered lines, and which line a file is of.

A number is that of its statement; what else is spoken comes behind the statements. So a file that is called by a number
is of the same line on paper, in a folder and in every language.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bot.recordings import parts
from bot.recordings.parts import A_PAGE, NOW, Part
from bot.survey.checklist import fingerprint
from bot.survey.conversation import welcome
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts

ANY_CODE = "any"  # the code behind which it stands is not spoken
NUMBERED = re.compile(r"0*(\d{1,3})(?!\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """A part to be spoken, in the order and under the number of the script."""

    number: int
    part: Part

    @property
    def file(self) -> str:
        """What its recording is called; any ending will do."""
        return f"{self.number:02}.mp3"


def lines(texts: Texts, language: str, partnership: Partnership | None = None) -> tuple[Line, ...]:
    """The statements, the answers, the screens; and of a partnership its own welcome."""
    there = {one.name: one for one in parts.every(texts, language)}
    first = [*map(parts.of_statement, texts.checklist.items), parts.ANSWERS]
    own = [welcome_of(texts, language, partnership)] if partnership else []
    ordered = [*(there.pop(name) for name in first), *there.values(), *own]
    return tuple(map(Line, count(1), ordered))


def sorted_out(files: Iterable[Path], script: Sequence[Line]) -> tuple[Mapping[Path, Line], Mapping[Path, str]]:
    """Which line each file is of; and of every other file, why it is of none."""
    of_line, strange = defaultdict[Line, list[Path]](list), dict[Path, str]()
    for file in files:
        if line := _line_of(file.stem.strip().lower(), script):
            of_line[line].append(file)
        else:
            strange[file] = "neither the number nor the name of a line in the script"
    for those in of_line.values():
        if len(those) > 1:
            strange |= dict.fromkeys(those, f"one line has several files: {', '.join(one.name for one in those)}")
    return {those[0]: line for line, those in of_line.items() if len(those) == 1}, strange


def _line_of(name: str, script: Sequence[Line]) -> Line | None:
    """Of `7`, `07` or `07 second time`, and of `statement-07`."""
    number = NUMBERED.match(name)
    return next((one for one in script if name == one.part.name or (number and int(number[1]) == one.number)), None)


def welcome_of(texts: Texts, language: str, partnership: Partnership) -> Part:
    """With its names: nobody else's says the same."""
    view = welcome.welcome(partnership, ANY_CODE, language, texts.languages, A_PAGE, NOW)
    words = parts.spoken(texts.letter(view, language))
    return Part(parts.WELCOME, words, fingerprint(*words))
