"""Charts: the one picture of the scores, as an SVG drawing and as the PNG that a channel can send.

Every word comes in and nothing is told by colour alone: a score is a length and a number, the wave before a thin mark
and a number in brackets, a score that may not be shown a sentence.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from unicodedata import category, normalize

FONTS = Path(__file__).parent / "fonts"
FAMILY, REGULAR, BOLD = "DejaVu Sans", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"

WIDTH, MARGIN = 1080, 56
ROOM = WIDTH - 2 * MARGIN
POINT = 8  # pixels on the track for one point of score: a bar is exactly as long as its score
TRACK, THICK = 100 * POINT, 48

# On paper, in pixels of 1080: a phone shows a third of that, so nothing is smaller than 33. Text has a contrast of 7 or
# more with what it stands on, the bar 4.5 or more with its track, and both come out as different greys.
PAPER, INK, SOFT, FILL, EMPTY = "#ffffff", "#14181d", "#444b54", "#2b66a8", "#e6eaee"


class FontError(Exception):
    """A font cannot be read; the message names the file. Without it resvg draws no text, and does not say so."""


Advances = Mapping[str, float]
"""Sign -> the width it takes, in em; of the signs that a font has."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Scores are whole numbers from 0 to 100; a `score` of None may not be shown, a `previous` of None is not there."""

    label: str
    score: int | None
    previous: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars in the order in which they are drawn. The legend is drawn where some bar has a previous score."""

    title: str
    subtitle: str
    bars: tuple[Bar, ...]
    total: Bar | None
    legend_now: str
    legend_before: str
    no_score: str
    source: str

    @property
    def looks_back(self) -> bool:
        return any(bar.previous is not None for bar in (*self.bars, *([self.total] if self.total else [])))


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks; `size` is that of the letters, in pixels."""

    size: int
    bold: bool = False
    ink: str = INK

    @property
    def leading(self) -> int:
        return self.size * 5 // 4


TITLE, SUBTITLE = Style(52, bold=True), Style(38, ink=SOFT)
LABEL, TOTAL, NUMBER = Style(42), Style(42, bold=True), Style(64, bold=True)
SMALL, NOTE = Style(34), Style(33, ink=SOFT)


def png(picture: Picture, fonts: Path = FONTS) -> bytes:
    """The drawing as a PNG, 1080 pixels wide; raises FontError. Holds the GIL for 0.1 s: not for the event loop."""
    return drawn(svg(picture, fonts), fonts)


def drawn(drawing: str, fonts: Path = FONTS) -> bytes:
    import resvg_py  # whoever sends no picture does not load it

    return resvg_py.svg_to_bytes(
        svg_string=drawing,
        skip_system_fonts=True,
        font_files=[str(fonts / REGULAR), str(fonts / BOLD)],
    )


def svg(picture: Picture, fonts: Path = FONTS) -> str:
    """The drawing: the same picture gives the same text, 1080 wide and as high as it needs. Raises FontError."""
    sheet = Sheet(fonts)
    sheet.write(picture.title, TITLE, at_most=3)
    sheet.move(8)
    sheet.write(picture.subtitle, SUBTITLE)
    if picture.looks_back:
        _legend(sheet, picture)
    for bar in picture.bars:
        _row(sheet, bar, LABEL, picture)
    if picture.total:
        _rule(sheet)
        _row(sheet, picture.total, TOTAL, picture)
    _axis(sheet)
    sheet.write(picture.source, NOTE)
    return sheet.drawing()


def _legend(sheet: "Sheet", picture: Picture) -> None:
    indent = 68
    sheet.move(20)
    sheet.box(MARGIN, sheet.y + 6, indent - 20, 30, FILL)
    sheet.write(picture.legend_now, SMALL, indent)
    sheet.move(6)
    _mark(sheet, MARGIN + (indent - 20) // 2, sheet.y, 42)
    sheet.write(picture.legend_before, SMALL, indent)


def _row(sheet: "Sheet", bar: Bar, label: Style, picture: Picture) -> None:
    sheet.move(34)
    sheet.write(bar.label, label)
    if bar.score is None:
        sheet.write(picture.no_score, SMALL)
    sheet.move(8)
    _bar(sheet, bar.score)
    if bar.previous is not None:
        _before(sheet, bar.previous)
    sheet.move(THICK + (28 if picture.looks_back else 0))


def _bar(sheet: "Sheet", score: int | None) -> None:
    """The track with a gap at 50, the part of it that the score fills, and the number at the end."""
    if score is None:
        sheet.outline(MARGIN, sheet.y, TRACK, THICK)
    else:
        sheet.box(MARGIN, sheet.y, TRACK, THICK, EMPTY)
        sheet.box(MARGIN + TRACK // 2 - 1, sheet.y, 3, THICK, PAPER)
        sheet.box(MARGIN, sheet.y, score * POINT, THICK, FILL)
    number = "–" if score is None else str(score)
    sheet.place(number, NUMBER, WIDTH - MARGIN, sheet.y + THICK - NUMBER.size, "end")


def _before(sheet: "Sheet", previous: int) -> None:
    """A mark across the bar that sticks out below it, with its number beside it."""
    x = MARGIN + previous * POINT
    _mark(sheet, x, sheet.y, THICK + 38)
    sheet.place(f"({previous})", SMALL, x + 12, sheet.y + THICK + 2)


def _mark(sheet: "Sheet", x: int, y: int, height: int) -> None:
    sheet.box(x - 6, y, 12, height, PAPER)  # an edge of paper, so that it also stands out on a bar
    sheet.box(x - 3, y, 6, height, INK)


def _rule(sheet: "Sheet") -> None:
    sheet.move(36)
    sheet.box(MARGIN, sheet.y, ROOM, 4, INK)


def _axis(sheet: "Sheet") -> None:
    sheet.move(20)
    for score, anchor, x in ((0, "start", 0), (50, "middle", TRACK // 2 - 1), (100, "end", TRACK - 3)):
        sheet.box(MARGIN + x, sheet.y, 3, 10, SOFT)
        sheet.place(str(score), NOTE, MARGIN + score * POINT, sheet.y + 10, anchor)
    sheet.move(NOTE.leading + 34)


class Sheet:
    """Paper that is written from top to bottom; `y` is how far we are."""

    def __init__(self, fonts: Path) -> None:
        self.y = MARGIN
        self._regular, self._bold = read_advances(fonts / REGULAR), read_advances(fonts / BOLD)
        self._parts: list[str] = []

    def move(self, pixels: int) -> None:
        self.y += pixels

    def write(self, text: str, style: Style, indent: int = 0, at_most: int = 2) -> None:
        """Lines under each other, and on to below them; what does not fit in `at_most` lines ends in an ellipsis."""
        advances = self._bold if style.bold else self._regular
        for line in lines(text, advances, (ROOM - indent) / style.size, at_most):
            self.place(line, style, MARGIN + indent, self.y)
            self.move(style.leading)

    def place(self, line: str, style: Style, x: int, y: int, anchor: str = "start") -> None:
        """One line whose top is at `y`."""
        weight = ' font-weight="bold"' if style.bold else ""
        self._parts.append(
            f'<text x="{x}" y="{y + style.size}" font-size="{style.size}"{weight} text-anchor="{anchor}"'
            f' fill="{style.ink}">{escape(line)}</text>'
        )

    def box(self, x: int, y: int, width: int, height: int, fill: str) -> None:
        self._parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"/>')

    def outline(self, x: int, y: int, width: int, height: int) -> None:
        self._parts.append(
            f'<rect x="{x + 1}" y="{y + 1}" width="{width - 2}" height="{height - 2}" fill="none"'
            f' stroke="{SOFT}" stroke-width="2" stroke-dasharray="10 8"/>'
        )

    def drawing(self) -> str:
        height = self.y + MARGIN
        return "\n".join(
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}"'
                f' viewBox="0 0 {WIDTH} {height}" font-family="{FAMILY}">',
                f'<rect width="{WIDTH}" height="{height}" fill="{PAPER}"/>',
                *self._parts,
                "</svg>",
            )
        )


def lines(text: str, advances: Advances, room: float, at_most: int) -> list[str]:
    """The text in lines of at most `room` em, broken between words, and inside a word that is longer than a line."""
    found: list[str] = []
    for word in _drawable(text, advances).split():
        if found and _width(f"{found[-1]} {word}", advances) <= room:
            found[-1] += f" {word}"
        elif _width(word, advances) <= room:
            found.append(word)
        else:
            found += _pieces(word, advances, room)
    return found if len(found) <= at_most else [*found[: at_most - 1], _cut_off(found[at_most - 1], advances, room)]


def read_advances(path: Path) -> Advances:
    """From the tables head, hhea, hmtx and cmap (OpenType specification). Read anew for every picture: a font that is
    gone has to be noticed each time."""
    try:
        return _advances(path.read_bytes())
    except (OSError, struct.error, LookupError) as error:
        raise FontError(f"{path}: cannot be read as a font: {error}") from error


def _drawable(text: str, advances: Advances) -> str:
    """Without what would come out as a box (most emoji), as nothing (controls), or as a pile (marks upon marks).

    A letter that the font lacks stays, as a box: a name with a hole in it is another name.
    """
    composed = normalize("NFC", " ".join(text.split()))
    return "".join(
        sign for sign in composed if sign.isalpha() or (sign in advances and category(sign) not in ("Mn", "Me", "Cf"))
    )


def _width(text: str, advances: Advances) -> float:
    return sum(advances.get(sign, 1.0) for sign in text)


def _pieces(word: str, advances: Advances, room: float) -> Iterator[str]:
    piece = ""
    for sign in word:
        if piece and _width(f"{piece}{sign}-", advances) > room:
            yield f"{piece}-"
            piece = ""
        piece += sign
    yield piece


def _cut_off(line: str, advances: Advances, room: float) -> str:
    """The line with an ellipsis: after a whole word where there is one."""
    line = line.rstrip("-")
    while line and _width(f"{line}…", advances) > room:
        line = line.rpartition(" ")[0] or line[:-1]
    return f"{line}…"


def _advances(font: bytes) -> dict[str, float]:
    (tables,) = struct.unpack_from(">H", font, 4)
    at = {tag: offset for tag, _, offset, _ in struct.iter_unpack(">4sLLL", font[12 : 12 + 16 * tables])}
    (em,) = struct.unpack_from(">H", font, at[b"head"] + 18)
    (metrics,) = struct.unpack_from(">H", font, at[b"hhea"] + 34)
    widths = struct.unpack_from(">" + "Hh" * metrics, font, at[b"hmtx"])[::2]
    # the glyphs behind the last metric are as wide as that one
    return {chr(sign): widths[min(glyph, metrics - 1)] / em for sign, glyph in _glyphs(font, at[b"cmap"])}


def _glyphs(font: bytes, cmap: int) -> Iterator[tuple[int, int]]:
    """Sign and glyph, from the subtable that has all of Unicode: platform 3, encoding 10, format 12."""
    (subtables,) = struct.unpack_from(">H", font, cmap + 2)
    kinds = {
        (platform, kind): offset
        for platform, kind, offset in struct.iter_unpack(">HHL", font[cmap + 4 : cmap + 4 + 8 * subtables])
    }
    start = cmap + kinds[3, 10]
    (groups,) = struct.unpack_from(">L", font, start + 12)
    for first, last, glyph in struct.iter_unpack(">LLL", font[start + 16 : start + 16 + 12 * groups]):
        yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)
