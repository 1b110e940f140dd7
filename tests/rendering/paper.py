"""Paper: a sheet as it comes out of the printer, read by a reader that did not write it: pdfium."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from ctypes import c_float, c_uint
from dataclasses import dataclass
from itertools import combinations
from typing import Any
from unicodedata import normalize

import pypdfium2
from PIL import Image

raw = pypdfium2.raw
A4, MARGIN = (595.28, 841.89), 20

EMOJI = "🏡👩‍👩‍👧❤️🇳🇱"
NASTY = {
    "wide": ("W" * 80, "M" * 80, "W" * 160),
    "words": ("De Verbinders " * 6, "Buurthuis " * 8, "Fatima, 06 12 34 56 78 of fatima@schakel.nl " * 4),
    "emoji": (f"Buurt {EMOJI} huis", EMOJI, EMOJI),
    "other scripts": ("邻里合作", "구로구", "ความร่วมมือ"),
    "leftward": ("مركز الحي للتعاون (موروايك) 2026", "בית השכונה 12", "فاطمة: 06 12 34 56 78"),
    "markup": ("<b>Buurt</b> & Co &amp; <para>", "%s {0} {x} \\n \\u0041", '"><script>x</script>'),
    "typst": ("#panic() *b* _i_ $x$ @a <b> `c` // d", "#let x = 1; #{x} [y] \\ = z", '"]; #read("/common.typ")'),
    "control": ("a\x00b\x1b[1m\u202eevil\u2066\ufeff\ufffc\ud800", "\n\t\r", "\u200b\u0301\u0301"),
    "stacked": ("Z\u0351\u036b\u0343a\u0321\u0337l\u0340g\u0315o" * 8, "Řeka ó â", "ﷺ" * 160),
    "endless": ("word " * 1000, "x" * 5000, "1 2 " * 1000),
}
"""What somebody may be called: a name, an organisation, a contact."""

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Part:
    """A text or a shape. Bounds are left, bottom, right, top, in points; `size` is that of letters."""

    bounds: Bounds
    colour: tuple[int, int, int]
    words: str = ""
    size: float = 0.0

    @property
    def width(self) -> float:
        return self.bounds[2] - self.bounds[0]

    @property
    def height(self) -> float:
        return self.bounds[3] - self.bounds[1]


@dataclass(frozen=True)
class Page:
    size: tuple[float, float]
    words: str
    texts: Sequence[Part]
    shapes: Sequence[Part]
    picture: Image.Image

    @property
    def code(self) -> Part:
        return max(self.shapes, key=lambda part: part.height)

    @property
    def squares(self) -> Sequence[Part]:
        """The boxes to cross."""
        return [one for one in self.shapes if 5 < one.width < 20]


def pages(pdf: bytes, scale: float = 3) -> Iterator[Page]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        for number in range(len(document)):
            with closing(document[number]) as page:
                yield _read(page, scale)


def _read(page: pypdfium2.PdfPage, scale: float) -> Page:
    with closing(page.get_textpage()) as words:
        every = [one for one in page.get_objects(max_depth=8) if one.get_bounds()[2] > one.get_bounds()[0]]
        texts = [_part(one, words) for one in every if one.type == raw.FPDF_PAGEOBJ_TEXT]
        shapes = [_part(one) for one in every if one.type == raw.FPDF_PAGEOBJ_PATH]
        assert {one.type for one in every} <= {raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_FORM}
        said = normalize("NFKC", " ".join(words.get_text_range().replace("\u200b", "").split()))
        return Page(page.get_size(), said, texts, shapes, page.render(scale=scale).to_pil().convert("RGB"))


def _part(one: Any, words: Any = None) -> Part:
    colour, size, bounds = [c_uint() for _ in range(4)], c_float(), one.get_bounds()
    raw.FPDFPageObj_GetFillColor(one.raw, *colour)
    red, green, blue = (channel.value for channel in colour[:3])
    if words is None:
        return Part(bounds, (red, green, blue))
    raw.FPDFTextObj_GetFontSize(one.raw, size)
    return Part(bounds, (red, green, blue), words.get_text_bounded(*bounds).strip(), size.value)


def apart(one: Part, other: Part) -> bool:
    (left, bottom, right, top), (west, south, east, north) = one.bounds, other.bounds
    return right <= west or east <= left or top <= south or north <= bottom


def in_line(one: Part, other: Part) -> bool:
    """On one line a mark may hang over the letter beside it."""
    return abs(one.bounds[1] - other.bounds[1]) < one.size / 2


def touching(parts: Sequence[Part]) -> list[tuple[Part, Part]]:
    return [(one, other) for one, other in combinations(parts, 2) if not apart(one, other)]
