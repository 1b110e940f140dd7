"""Charts: what is drawn, and that it can be read - measured by another reader of the same fonts, and in the pixels."""

import io
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFont

from bot.rendering import charts
from bot.rendering.charts import BOLD, FONTS, REGULAR, Bar, FontError, Picture, png, svg

TEXT, BOX = "{http://www.w3.org/2000/svg}text", "{http://www.w3.org/2000/svg}rect"
Edges = tuple[float, float, float, float]

FIRST_WAVE = Picture(
    title="De Verbinders in Moerwijk",
    subtitle="Ronde 1 · 12 van de 15 mensen",
    bars=(
        Bar("De samenwerking als geheel", 95),
        Bar("De mensen die meedoen", 81),
        Bar("Het werk", 56),
        Bar("Hoe we met elkaar omgaan", 57),
        Bar("Groeien", 81),
        Bar("Hoe anderen ons zien", 59),
    ),
    total=Bar("Gemiddelde van alle zinnen", 69),
    legend_now="Ronde 1",
    legend_before="(…) de ronde ervoor",
    no_score="Nog niet te tonen",
    source="Coordinated Action Checklist",
)
SECOND_WAVE = Picture(
    title="De Verbinders in Moerwijk",
    subtitle="Round 2 “after phase 1” · 12 of 15 people",
    bars=(
        Bar("The partnership as a whole", 95, 90),
        Bar("The people who take part", 81, 80),
        Bar("The work", 56, 48),
        Bar("How we treat each other", 57, 61),
        Bar("Growing", 81, 81),
        Bar("How others see us", 59, 52),
    ),
    total=Bar("Mean of all statements", 69, 66),
    legend_now="Round 2",
    legend_before="(…) Round 1",
    no_score="Cannot be shown yet",
    source="Coordinated Action Checklist · March 2026",
)
NASTY = Picture(
    title='Buurtcoöperatie <b>De Verbinders</b> & "Vrienden" 🌳👩‍🌾 van Moerwijk, Escamp, Laak en heel Zuidwest ' * 2,
    subtitle="Z̵̢̛̤̩̲̠̈́̃a̸̡l̷̡̛g̴ó \x00\x07\ud83d سلام שלום 中文 " + "Onafgebrokenverenigingsnaam" * 200,
    bars=(
        Bar("Hoe de verschillende mensen en organisaties met elkaar omgaan", 0, 100),
        Bar("Verantwoordelijkheidsverdelingsvraagstukkenoverlegstructuren", 100, 0),
        Bar("", None, 48),
        Bar("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW", None),
        Bar("gelijk", 50, 50),
        Bar("bijna gelijk", 86, 85),
    ),
    total=Bar("Gemiddelde van alle zinnen die door vijf of meer mensen zijn beantwoord", 86, 50),
    legend_now="Ronde 12 " * 20,
    legend_before="Ronde 11 " * 20,
    no_score="Te weinig antwoorden om te laten zien, het mag pas als er minstens vijf mensen zijn",
    source="Bron " * 60,
)
PICTURES = pytest.mark.parametrize("picture", [FIRST_WAVE, SECOND_WAVE, NASTY], ids=["first", "second", "nasty"])


@PICTURES
def test_each_bar_is_as_long_as_its_score_in_the_order_given(picture: Picture) -> None:
    scores = [bar.score for bar in all_bars(picture) if bar.score is not None]
    assert [width for _, _, width, _ in boxes(picture, charts.FILL)] == [score * 8 for score in scores]


@PICTURES
def test_each_number_is_printed_in_that_order(picture: Picture) -> None:
    printed = [text for text in texts(picture) if re.fullmatch(r"\d+|–|\(\d+\)", text)]
    expected = []
    for bar in all_bars(picture):
        expected.append("–" if bar.score is None else str(bar.score))
        expected += [] if bar.previous is None else [f"({bar.previous})"]
    assert printed == [*expected, "0", "50", "100"]


def test_the_labels_stand_above_their_bars() -> None:
    labels = [element for element in drawn(FIRST_WAVE, TEXT) if element.get("font-size") == "42"]
    assert [element.text for element in labels] == [bar.label for bar in all_bars(FIRST_WAVE)]
    tops = [top for _, top, _, _ in boxes(FIRST_WAVE, charts.FILL)]
    assert all(0 < top - float(label.attrib["y"]) < 30 for label, top in zip(labels, tops, strict=True))


def test_the_wave_before_is_a_mark_where_its_score_was() -> None:
    marks = [left + width / 2 for left, _, width, height in boxes(SECOND_WAVE, charts.INK) if height > width]
    legend, *of_bars = marks
    assert of_bars == [56 + (bar.previous or 0) * 8 for bar in all_bars(SECOND_WAVE)]
    assert legend < 56 + 68


@pytest.mark.parametrize(
    ("bars", "total", "has_legend"),
    [
        ((Bar("A", 1), Bar("B", None)), Bar("T", 1), False),
        ((Bar("A", 1), Bar("B", None)), None, False),
        ((Bar("A", 1), Bar("B", None, 0)), None, True),
        ((), Bar("T", 1, 1), True),
    ],
)
def test_the_legend_is_there_when_there_is_something_to_explain(
    bars: tuple[Bar, ...], total: Bar | None, has_legend: bool
) -> None:
    found = texts(Picture("Title", "", bars, total, "now", "before", "no score", ""))
    assert [text in found for text in ("now", "before")] == [has_legend] * 2


def test_a_score_that_may_not_be_shown_is_said_in_words_and_not_drawn() -> None:
    picture = Picture("Own view", "", (Bar("A", None), Bar("B", 0)), None, "", "", "Nothing to show here", "")
    assert texts(picture) == ["Own view", "A", "Nothing to show here", "–", "B", "0", "0", "50", "100"]
    assert [width for _, _, width, _ in boxes(picture, charts.FILL)] == [0]


def test_markup_is_text() -> None:
    markup = "<b>A & B</b> ]]> \"'&amp;"
    assert markup in texts(Picture(markup, "", (), None, "", "", "", ""))


def test_what_the_font_cannot_draw_is_left_out_but_a_letter_keeps_its_place() -> None:
    title = "🌳 De\x00\x1b Bru\u0308g\ud83d 👩‍🌾\ufe0f\u202e 中!"
    assert texts(Picture(title, "", (), None, "", "", "", ""))[0] == "De Brüg 中!"


@given(st.text() | st.text("abW -é"), st.integers(1, 3), st.floats(4, 30))
def test_lines_fit(text: str, at_most: int, room: float) -> None:
    advances = read(BOLD)
    found = charts.lines(text, advances, room, at_most)
    assert len(found) <= at_most
    assert all(sum(advances.get(sign, 1.0) for sign in line) <= room for line in found)


def test_lines_break_between_words_and_end_in_an_ellipsis_when_there_is_more() -> None:
    def broken(text: str, at_most: int = 2) -> list[str]:
        return charts.lines(text, dict.fromkeys("abcde -…", 1.0), 5, at_most)

    assert broken("") == broken(" \n ") == []
    assert broken("abcde") == ["abcde"]
    assert broken("ab cd e") == ["ab cd", "e"]
    assert broken("abcdeabcde") == ["abcd-", "eabc…"]
    assert broken("ab cd ab cd ab") == ["ab cd", "ab…"]
    assert broken("abcdeabc", 1) == ["abcd…"]


@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_widths_are_those_of_the_font(font: str) -> None:
    """Against FreeType, at the size of the font's own grid, so that nothing is rounded."""
    face = ImageFont.truetype(FONTS / font, 2048, layout_engine=ImageFont.Layout.BASIC)
    advances = read(font)
    assert len(advances) > 5_000
    sample = [sign for sign in advances if ord(sign) < 0x600 or ord(sign) % 7 == 0]
    assert [sign for sign in sample if face.getlength(sign) != advances[sign] * 2048] == []


@PICTURES
def test_no_text_touches_another_text_or_a_bar_or_the_margin(picture: Picture) -> None:
    inks = [(element.text, ink(element)) for element in drawn(picture, TEXT)]
    bars = [edges(box) for fill in (charts.FILL, charts.EMPTY, charts.INK) for box in boxes(picture, fill)]
    for (text, one), (other, two) in combinations(inks, 2):
        assert not overlap(one, two), (text, other)
    for text, one in inks:
        assert not any(overlap(one, bar) for bar in bars), text
        assert one[0] >= 50, text
        assert one[2] <= 1030, text


@PICTURES
def test_everything_is_large_and_dark_enough(picture: Picture) -> None:
    for element in drawn(picture, TEXT):
        assert int(element.attrib["font-size"]) >= 33  # 11 pixels where a phone shows the picture 360 pixels wide
        assert contrast(element.attrib["fill"], charts.PAPER) >= 7
    assert contrast(charts.FILL, charts.EMPTY) >= 3
    assert contrast(charts.FILL, charts.PAPER) >= 3
    assert contrast(charts.INK, charts.PAPER) >= 3  # the mark has an edge of paper, also on a bar


@PICTURES
def test_the_png_shows_every_text_and_keeps_its_edges_free(picture: Picture) -> None:
    image = picture_of(png(picture))
    height = int(root(picture).attrib["height"])
    assert image.size == (1080, height)
    left, top, right, bottom = bounds(image, Image.new("RGB", image.size, charts.PAPER))
    assert min(left, top, 1080 - right, height - bottom) > 40
    without = textless(picture)
    for element in drawn(picture, TEXT):
        west, north, east, south = map(round, ink(element))
        area = (west - 2, north - 2, east + 2, south + 2)
        assert bounds(image.crop(area), without.crop(area)) != (0, 0, 0, 0), element.text


def test_the_same_picture_is_drawn_the_same() -> None:
    assert svg(NASTY) == svg(NASTY)
    small = Picture("Title", "", (Bar("A", 48, 50),), None, "now", "before", "", "")
    assert png(small) == png(small)


@pytest.mark.parametrize("missing", [REGULAR, BOLD])
def test_a_missing_font_is_not_drawn_around(missing: str, tmp_path: Path) -> None:
    for name in {REGULAR, BOLD} - {missing}:
        (tmp_path / name).symlink_to(FONTS / name)
    with pytest.raises(FontError, match=missing):
        png(FIRST_WAVE, tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a font at all", (FONTS / BOLD).read_bytes()[:50_000]])
def test_a_broken_font_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / REGULAR).write_bytes(content)
    with pytest.raises(FontError, match=REGULAR):
        png(FIRST_WAVE, tmp_path)


def all_bars(picture: Picture) -> tuple[Bar, ...]:
    assert picture.total
    return (*picture.bars, picture.total)


@cache
def read(font: str) -> charts.Advances:
    return charts.read_advances(FONTS / font)


@cache
def root(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(svg(picture))


def drawn(picture: Picture, tag: str) -> Iterator[ElementTree.Element]:
    return root(picture).iter(tag)


def texts(picture: Picture) -> list[str]:
    return [element.text or "" for element in drawn(picture, TEXT)]


def boxes(picture: Picture, fill: str) -> list[Edges]:
    """Left, top, width and height of the boxes of a colour; not the swatch in the legend, which is less high."""
    found = (box for box in drawn(picture, BOX) if box.get("fill") == fill and box.get("height") != "30")
    return [tuple(float(box.get(name, 0)) for name in ("x", "y", "width", "height")) for box in found]  # type: ignore[misc]


def edges(box: Edges) -> Edges:
    left, top, width, height = box
    return left, top, left + width, top + height


@cache
def face_of(weight: str | None, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / (BOLD if weight else REGULAR), size)


def ink(element: ElementTree.Element) -> Edges:
    """Where the letters of a text are, measured by Pillow."""
    face = face_of(element.get("font-weight"), int(element.attrib["font-size"]))
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[element.attrib["text-anchor"]]
    left, top, right, bottom = face.getbbox(element.text or "", anchor=anchor)
    x, y = float(element.attrib["x"]), float(element.attrib["y"])
    return x + left, y + top, x + right, y + bottom


def overlap(one: Edges, two: Edges) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]


def contrast(one: str, two: str) -> float:
    """As in WCAG 2.2: 1 to 21."""
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def picture_of(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def bounds(image: Image.Image, other: Image.Image) -> tuple[int, int, int, int]:
    """Of what differs; all zero when nothing does."""
    return ImageChops.difference(image, other).getbbox() or (0, 0, 0, 0)


def textless(picture: Picture) -> Image.Image:
    import resvg_py

    drawing = re.sub(r"<text.*</text>", "", svg(picture))
    return picture_of(resvg_py.svg_to_bytes(svg_string=drawing, skip_system_fonts=True))
