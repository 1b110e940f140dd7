"""Typesetting: texts, codes and boxes on a page that is printed.

A text wraps, and shrinks until it fits in its box: nothing overlaps and nothing runs off, whatever somebody is called.
"""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate, count, groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import bidirectional, category, decomposition, normalize

if TYPE_CHECKING:
    from segno import QRCode

FONTS = Path(__file__).parent / "fonts"
REGULAR, BOLD = "DejaVuSans", "DejaVuSans-Bold"
MOST = 600  # characters of one text; no name, link or small print has more
LEADING, BASE = 1.22, 0.25  # the height of a line, and how far up it the letters stand, in times their size
SHRINK, WHOLE_WORD = 0.97, 0.7
AIR = 9  # the most that is added between two blocks when a box has room to spare
TIED = "\N{NO-BREAK SPACE}"
QUIET = 4  # modules of white around a code (ISO 18004)


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the page."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A text that begins on a new line; `above` is the space before it, in times its size."""

    text: str
    size: float
    font: str = REGULAR
    above: float = 0.0


def write(page: Any, box: Box, blocks: Sequence[TextBlock]) -> None:
    """Write the blocks into the box from its top down, as large as all of them fit."""
    written, below = fitted(blocks, box), box.top
    air = min(AIR, (box.height - sum(height(block, box.width) for block in written)) / (len(written) or 1))
    for place, block in enumerate(written):
        below = write_block(page, box, below - (air if place else 0), block)


def write_block(page: Any, box: Box, top: float, block: TextBlock) -> float:
    """Write it as it is, between the sides of the box and from here down; gives where it ends."""
    page.setFont(block.font, block.size)
    leftward = _runs_leftward(block.text)
    draw, edge = (page.drawRightString, box.right) if leftward else (page.drawString, box.left)
    below = top - block.above * block.size
    for line in _balanced(block, box.width):
        below -= LEADING * block.size
        draw(edge, below + BASE * block.size, drawn(line.replace(TIED, " "), leftward))
    return below


def draw_code(page: Any, code: "QRCode", square: Box) -> float:
    """Draw it with the white around it, that on its left before the square; gives a module's size. Its dark modules are
    one shape, so that no seams show."""
    module = square.width / (len(code.matrix) + 2 * QUIET)
    top, shape = square.top - QUIET * module, page.beginPath()
    for row, modules in enumerate(code.matrix):
        for column, dark in enumerate(modules):
            if dark:
                shape.rect(square.left + column * module, top - (row + 1) * module, module, module)
    page.drawPath(shape, stroke=0, fill=1)
    return module


def fitted(blocks: Sequence[TextBlock], box: Box) -> list[TextBlock]:
    """The blocks, as far as the font goes, in the largest sizes in which they fit; all keep the same part of what they
    ask."""
    asked = [replace(block, text=text) for block in blocks if (text := printable(block.text, block.font))]
    sizes = (SHRINK**step for step in count())
    tries = ([_sized(block, size, box.width) for block in asked] for size in sizes)
    return next(sized for sized in tries if sum(height(block, box.width) for block in sized) <= box.height)


def _sized(block: TextBlock, part: float, width: float) -> TextBlock:
    """One long word may make its block smaller; a far too long one will be broken, or nobody could read it."""
    size, whole = block.size * part, width / _longest_word(block)
    return replace(block, size=min(size, whole) if whole >= WHOLE_WORD * size else size)


def height(block: TextBlock, width: float) -> float:
    return block.size * (block.above + LEADING * len(list(_lines(block, width))))


def _balanced(block: TextBlock, width: float) -> list[str]:
    """The lines of a block, about as long as each other where that takes no more of them."""
    lines, narrower, least = list(_lines(block, width)), width, block.size * _longest_word(block)
    while (narrower := narrower * 0.98) >= least and len(closer := list(_lines(block, narrower))) == len(lines):
        lines = closer
    return lines


def _lines(block: TextBlock, width: float) -> Iterator[str]:
    most, line = width / block.size, ""
    for word in block.text.split(" "):
        if line and width_of(f"{line} {word}", block.font) > most:
            yield line
            line = ""
        line = f"{line} {word}".lstrip()
        while width_of(line, block.font) > most:
            ends = accumulate(width_of(sign, block.font) for sign in line)
            fits = max(1, sum(end <= most for end in ends))
            yield line[:fits]
            line = line[fits:]
    if line:
        yield line


def _longest_word(block: TextBlock) -> float:
    """In times the size of the block."""
    return max(width_of(word, block.font) for word in block.text.split(" "))


def width_of(text: str, font: str) -> float:
    """In times the size."""
    widths = _widths(font)
    return sum(widths[ord(sign)] for sign in text)


@cache
def _widths(font: str) -> Mapping[int, float]:
    """Code point -> width in times the size, for each of which the font has a picture that stands by itself.

    The font is registered on the way.
    """
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    read = TTFont(font, FONTS / f"{font}.ttf")
    registerFont(read)
    widths = read.face.charWidths.items()
    return {code: width / 1000 for code, width in widths if width > 0 and category(chr(code))[0] not in "CM"}


def printable(text: str, font: str) -> str:
    """The text on one line, as far as the font goes: a sign it lacks is put plainer or else left out."""
    known = _widths(font)
    composed = normalize("NFC", " ".join(text.split())[:MOST])
    # A mark that is not one with its letter by now would not stand over it: reportlab places none.
    letters = joined_up("".join(sign for sign in composed if not category(sign).startswith("M")))
    printed = " ".join("".join(_plainer(sign, known) for sign in letters).split())
    return re.sub(r"(?<=\d) (?=\d)", TIED, printed)  # a telephone number stays on one line


def _plainer(sign: str, known: Container[int]) -> str:
    return next((form for form in (sign, normalize("NFKC", sign)) if all(ord(part) in known for part in form)), "")


# Scripts that run from right to left. PDF draws signs from left to right and does not join letters, so both are done
# here: enough of the Unicode bidirectional algorithm (UAX 9) for names and sentences.

MIRRORED = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))
DIRECTIONS = {"L": "L", "R": "R", "AL": "R", "EN": "N", "AN": "N"}
LEVELS = {False: {"L": 0, "R": 1, "N": 2}, True: {"L": 2, "R": 1, "N": 2}}
FORMS = {(False, False): "isolated", (True, False): "final", (False, True): "initial", (True, True): "medial"}


def drawn(line: str, leftward: bool) -> str:
    """The line in the order in which its signs stand on paper from left to right."""
    levels = _levels(line, leftward)
    signs = [
        (level, MIRRORED.get(sign, sign) if level == 1 else sign) for sign, level in zip(line, levels, strict=True)
    ]
    for turned in (2, 1):
        runs = [(high, list(run)) for high, run in groupby(signs, key=lambda sign: sign[0] >= turned)]
        signs = [sign for high, run in runs for sign in (reversed(run) if high else run)]
    return "".join(sign for _, sign in signs)


def _levels(line: str, leftward: bool) -> list[int]:
    """How deep each sign stands in turns of direction; an even level runs rightward."""
    strong, kinds = "R" if leftward else "L", []
    for sign in line:
        kind = DIRECTIONS.get(bidirectional(sign), "")
        strong = kind if kind in ("L", "R") else strong
        kinds.append(strong if (kind, strong) == ("N", "L") else kind)
    return [LEVELS[leftward][_kind(kinds, place, leftward)] for place in range(len(kinds))]


def _kind(kinds: Sequence[str], place: int, leftward: bool) -> str:
    """A sign without direction goes with its neighbours when they agree, so a telephone number stays as it is."""
    line = "R" if leftward else "L"
    before = next((kind for kind in reversed(kinds[: place + 1]) if kind), line)
    after = next((kind for kind in kinds[place:] if kind), line)
    if before == after:
        return before
    return "R" if {before, after} == {"R", "N"} else line


def _runs_leftward(text: str) -> bool:
    return next((way for sign in text if (way := DIRECTIONS.get(bidirectional(sign))) in ("L", "R")), "L") == "R"


def joined_up(text: str) -> str:
    """Arabic letters in the forms they take beside their neighbours."""
    letters, forms = re.findall("ل[آأإا]|.", text), _arabic_forms()
    written = []
    for before, letter, after in zip(["", *letters], letters, [*letters[1:], ""], strict=False):
        joins_before = (before, "initial") in forms and (letter, "final") in forms
        joins_after = (letter, "initial") in forms and (after, "final") in forms
        written.append(forms.get((letter, FORMS[joins_before, joins_after]), letter))
    return "".join(written)


@cache
def _arabic_forms() -> dict[tuple[str, str], str]:
    """(letters, form) -> the one sign that shows them in that form, as Unicode lists them."""
    forms = {}
    for sign in map(chr, (*range(0xFB50, 0xFC00), *range(0xFE70, 0xFEFD))):
        form, *letters = decomposition(sign).split() or [""]
        forms["".join(chr(int(letter, 16)) for letter in letters), form.strip("<>")] = sign
    return forms


def lost(text: str, font: str) -> Iterator[str]:
    if text.isascii():
        return  # as most names are: no font has to be read for them
    for letter in _letters(normalize("NFC", text)):
        if category(letter[0])[0] not in "CMZ" and (len(letter) > 1 or not printable(letter, font)):
            yield letter


def _letters(text: str) -> Iterator[str]:
    """Each sign with the marks upon it, other than those that only choose between black and white and in colour."""
    letter = ""
    for sign in text.replace("\N{VARIATION SELECTOR-16}", ""):
        if letter and not category(sign).startswith("M"):
            yield letter
            letter = ""
        letter += sign
    if letter:
        yield letter


def code_of(link: str) -> "QRCode":
    import segno

    return segno.make(link, error="m", micro=False, boost_error=False)
