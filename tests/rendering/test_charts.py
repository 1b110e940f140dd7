"""Charts: what is drawn, and that it can be read - from the same drawing as a PDF, and in the pixels."""

import io
import re
from dataclasses import asdict, replace
from functools import cache
from itertools import groupby

import pytest
from PIL import Image, ImageChops

from bot.rendering import drawing
from bot.rendering.charts import Bar, Picture, png
from tests.rendering.paper import Page, Part, in_line, pages, touching

FILLED, EMPTY, WHITE = (0x2B, 0x66, 0xA8), (0xE6, 0xEA, 0xEE), (255, 255, 255)
LEFT, POINT, HIGH = 56, 8, 48

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
PARTS = ("general", "suitability", "task", "relation", "growth", "visibility")


def with_pictograms(picture: Picture) -> Picture:
    bars = (replace(bar, pictogram=key) for bar, key in zip(picture.bars, PARTS, strict=True))
    return replace(picture, bars=tuple(bars))


DRAWN = {
    "first": FIRST_WAVE,
    "second": SECOND_WAVE,
    "nasty": NASTY,
    "first, pictograms": with_pictograms(FIRST_WAVE),
    "nasty, pictograms": with_pictograms(NASTY),
}
PICTURES = pytest.mark.parametrize("picture", DRAWN.values(), ids=DRAWN)


@PICTURES
def test_each_bar_is_as_long_as_its_score_in_the_order_given(picture: Picture) -> None:
    scores = [bar.score for bar in all_bars(picture) if bar.score]
    assert [round(one.width / POINT) for one in of_colour(picture, FILLED)] == scores
    assert [one.width for one in of_colour(picture, FILLED)] == pytest.approx(
        [score * POINT for score in scores], abs=1
    )


@PICTURES
def test_each_number_is_printed_in_that_order(picture: Picture) -> None:
    numbers = [one.words for one in sheet(picture).texts if one.size != 34 and re.fullmatch(r"\d+|–", one.words)]
    earlier = [one.words for one in sheet(picture).texts if re.fullmatch(r"\(\d+\)", one.words)]
    scores = ["–" if bar.score is None else str(bar.score) for bar in all_bars(picture)]
    assert numbers == [*scores, "0", "50", "100"]
    assert earlier == [f"({bar.previous})" for bar in all_bars(picture) if bar.previous is not None]


def test_the_labels_stand_above_their_bars() -> None:
    labels = [one for one in sheet(FIRST_WAVE).texts if one.size == 42]
    assert [one.words for one in labels] == [bar.label for bar in all_bars(FIRST_WAVE)]
    tops = [one.bounds[3] for one in of_colour(FIRST_WAVE, FILLED)]
    assert all(0 < label.bounds[1] - top < 30 for label, top in zip(labels, tops, strict=True))


def test_the_wave_before_is_a_mark_where_its_score_was() -> None:
    marks = [one for one in sheet(SECOND_WAVE).shapes if one.height > 30 and 5 <= one.width < 9]
    _, *of_bars = [one.bounds[0] + one.width / 2 for one in marks]
    assert of_bars == pytest.approx([LEFT + (bar.previous or 0) * POINT for bar in all_bars(SECOND_WAVE)], abs=1)


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
    words = sheet(Picture("Title", "", bars, total, "now", "before", "no score", "")).words
    assert [text in words for text in ("now", "before")] == [has_legend] * 2


def test_a_score_that_may_not_be_shown_is_said_in_words_and_not_drawn() -> None:
    picture = Picture("Own view", "", (Bar("A", None), Bar("B", 0)), None, "", "", "Nothing to show here", "")
    assert sheet(picture).words == "Own view A Nothing to show here – B 0 0 50 100"
    assert of_colour(picture, FILLED) == []


def test_markup_is_text() -> None:
    markup = "<b>A & B</b> ]]> \"'&amp; #panic() *b* $x$ @a // c"
    assert markup in sheet(Picture(markup, markup, (Bar(markup, 1),), None, "", "", "", markup)).words


@PICTURES
def test_no_text_touches_another_text_or_a_bar_or_the_margin(picture: Picture) -> None:
    texts = sheet(picture).texts
    bars = [one for colour in (FILLED, EMPTY) for one in of_colour(picture, colour)]
    assert [(one, other) for one, other in touching(texts) if not in_line(one, other)] == []
    assert [(one, bar) for one, bar in touching([*texts, *bars]) if bool(one.words) != bool(bar.words)] == []
    assert all(one.bounds[0] >= 50 and one.bounds[2] <= 1030 for one in texts)


@PICTURES
def test_everything_is_large_and_dark_enough(picture: Picture) -> None:
    for one in sheet(picture).texts:
        assert one.size >= 33  # 11 pixels where a phone shows the picture 360 pixels wide
        assert contrast(one.colour, WHITE) >= 7
    assert min(contrast(FILLED, EMPTY), contrast(FILLED, WHITE)) >= 3


@PICTURES
def test_the_png_shows_it_all_and_keeps_its_edges_free(picture: Picture) -> None:
    image, drawn = picture_of(png(picture)), sheet(picture)
    assert (image.width, abs(image.height - drawn.size[1]) <= 1) == (1080, True)
    left, top, right, bottom = ImageChops.difference(image, Image.new("RGB", image.size, WHITE)).getbbox() or (0,) * 4
    assert min(left, top, 1080 - right, image.height - bottom) > 40
    for one in drawn.texts:
        west, south, east, north = one.bounds
        area = image.crop((round(west), round(image.height - north), round(east), round(image.height - south)))
        assert len(area.getcolors(1_000_000) or ()) > 1, one.words


def test_the_same_picture_is_drawn_the_same() -> None:
    assert png(NASTY) == png(NASTY)


@pytest.mark.parametrize("picture", [FIRST_WAVE, SECOND_WAVE], ids=["first", "second"])
def test_each_part_has_its_pictogram_before_its_words_and_the_total_has_none(picture: Picture) -> None:
    shown = with_pictograms(picture)
    assert sheet(shown).words == sheet(picture).words
    labels = [next(one for one in sheet(shown).texts if one.words == bar.label) for bar in all_bars(shown)]
    *of_parts, of_total = labels
    assert of_total.bounds[0] == pytest.approx(LEFT, abs=6)
    seen = [drawn_before(picture_of(png(shown)), label) for label in of_parts]
    assert len({image.tobytes() for image in seen}) == len(PARTS), "each has one of its own"
    assert all(min(image.convert("L").tobytes()) < 100 for image in seen)


def drawn_before(image: Image.Image, label: Part) -> Image.Image:
    """What stands on the line of this label, left of it."""
    middle = image.height - (label.bounds[1] + label.bounds[3]) / 2
    return image.crop((LEFT, round(middle) - 30, round(label.bounds[0]) - 2, round(middle) + 30))


def all_bars(picture: Picture) -> tuple[Bar, ...]:
    assert picture.total
    return (*picture.bars, picture.total)


@cache
def sheet(picture: Picture) -> Page:
    (page,) = pages(drawing.pdf("chart", asdict(picture)), scale=0.2)
    return page


def of_colour(picture: Picture, colour: tuple[int, int, int]) -> list[Part]:
    """The bars of a colour, without the piece of it in the legend."""
    return [one for one in sheet(picture).shapes if one.colour == colour and one.height > 40]


def picture_of(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content)).convert("RGB")


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """As WCAG 2 has it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_bars_of_a_language_from_the_right_begin_there() -> None:
    """As long as they were, and mirrored; a name keeps its own order: pdfium reads the words of a line in such a file
    from the right."""
    turned = replace(FIRST_WAVE, language="ar")
    lefts, rights = of_colour(FIRST_WAVE, FILLED), of_colour(turned, FILLED)
    assert [round(one.width) for one in rights] == [round(one.width) for one in lefts]
    assert {round(one.bounds[0]) for one in lefts} == {LEFT}
    assert {round(one.bounds[2]) for one in rights} == {1080 - LEFT}
    assert "Moerwijk in Verbinders De" in sheet(turned).words
    beside = [one for one in sheet(with_pictograms(turned)).texts if one.size == 42]
    ends = {label: max(one.bounds[2] for one in line) for label, line in groupby(beside, key=lambda one: one.bounds[1])}
    assert len(ends) == len(all_bars(turned))
    assert all(end > 1080 - LEFT - 3 * 42 for end in ends.values()), "a label stands by its pictogram"
