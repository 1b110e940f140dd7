"""Forms and cards on paper: everything is on them, large enough, apart from each other, and reads back."""

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from ctypes import c_float
from itertools import combinations

import pypdfium2
import pytest
import zxingcpp
from PIL import Image, ImageChops

from bot.rendering import attachments
from bot.rendering.cards import card_pdf
from bot.rendering.forms import form_pdf
from bot.survey.conversation.dialogue import GROUP_LABELS
from bot.survey.paper import consent
from bot.texts.texts import Texts
from tests.house import partnership
from tests.rendering.test_posters import A4, MARGIN, NASTY, apart

LINK = "https://samenspraak.schakel.example.nl/mine/Zk3l_9IxQ-pLw0aOb8fGhQZk3l_9IxQ-pLw0aOb8"
READ = 11  # points

Bounds = tuple[float, float, float, float]


class Page:
    """Bounds are left, bottom, right, top, in points."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        raw = pypdfium2.raw
        self.size: tuple[float, float] = page.get_size()
        with closing(page.get_textpage()) as words:
            self.words = " ".join(words.get_text_range().split())
        parts = [*page.get_objects()]
        self.texts: list[Bounds] = [one.get_bounds() for one in parts if one.type == raw.FPDF_PAGEOBJ_TEXT]
        self.shapes: list[Bounds] = [one.get_bounds() for one in parts if one.type == raw.FPDF_PAGEOBJ_PATH]
        self.picture: Image.Image = page.render(scale=3).to_pil().convert("RGB")

    @property
    def squares(self) -> Sequence[Bounds]:
        """The boxes to cross."""
        return [one for one in self.shapes if one[2] - one[0] < 20]


def pages(pdf: bytes) -> Iterator[Page]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        for number in range(len(document)):
            with closing(document[number]) as page:
                yield Page(page)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_form_says_everything_and_has_a_box_for_every_answer(texts: Texts, language: str) -> None:
    asked_by = partnership("De Verbinders in Moerwijk", language=language)
    found = [*pages(form_pdf(texts, asked_by, 3, language))]
    words = " ".join(page.words for page in found)
    assert len(found) == 4, "two sheets, on both sides"
    items, options = texts.checklist.items.values(), texts.checklist.options.values()
    for phrase in (
        *consent(asked_by),
        *GROUP_LABELS.values(),
        *(text for one in items for text in (one.statement, one.plain)),
    ):
        assert texts.word(phrase, language) in words
    for option in options:
        assert words.count(texts.word(option.label, language)) >= 26
    assert sum(len(page.squares) for page in found) == 26 * 7 + len(GROUP_LABELS)
    assert asked_by.contact in words
    for page in found:
        assert {"nl": "Formulier voor ronde 3", "en": "Form for round 3"}[language] in page.words
        assert {"nl": "Nummer (schrijft de helper)", "en": "Number (the helper writes it)"}[language] in page.words
        assert len(page.shapes) == len(page.squares) + 1, "and the place for the number"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_statement_stands_on_one_page_with_its_seven_boxes(texts: Texts, language: str) -> None:
    for page in pages(form_pdf(texts, partnership(), 1, language)):
        here = [item for item in texts.checklist.items.values() if texts.word(item.plain, language) in page.words]
        assert len(here) == sum(f"{item}." in page.words.split() for item in texts.checklist.items)
        assert len(page.squares) - 7 * len(here) in (0, len(GROUP_LABELS))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_one_answers_is_large_enough(texts: Texts, language: str) -> None:
    small = {texts.word(item.statement, language) for item in texts.checklist.items.values()}
    around = re.compile(r"De Verbinders|Form.* 1|(Nummer|Number) \(.*|bladzijde \d van 4|page \d of 4")
    with closing(pypdfium2.PdfDocument(form_pdf(texts, partnership(), 1, language))) as document:
        for page in document:
            for text, size in sized(page):
                assert size >= READ or around.fullmatch(text) or any(text in one for one in small), (text, size)
            page.close()


def sized(page: pypdfium2.PdfPage) -> Iterator[tuple[str, float]]:
    """Each line with the size of its letters."""
    raw = pypdfium2.raw
    with closing(page.get_textpage()) as words:
        for one in page.get_objects([raw.FPDF_PAGEOBJ_TEXT]):
            size = c_float()
            assert raw.FPDFTextObj_GetFontSize(one.raw, size)
            left, bottom, right, top = one.get_bounds()
            yield words.get_text_bounded(left, bottom, right, top).strip(), size.value


@pytest.mark.parametrize("nasty", NASTY)
def test_the_form_survives_names_of_every_kind(texts: Texts, nasty: str) -> None:
    name, organisation, contact = (text[:most] for text, most in zip(NASTY[nasty], (80, 80, 160), strict=True))
    found = [*pages(form_pdf(texts, partnership(name, organisation=organisation, contact=contact), 99, "nl"))]
    assert len(found) == 4
    for page in found:
        assert page.size == pytest.approx(A4, abs=0.1)
        for left, bottom, right, top in (*page.texts, *page.shapes):
            assert min(left, bottom) >= MARGIN
            assert (right, top) <= (A4[0] - MARGIN, A4[1] - MARGIN)
        assert all(apart(one, other) for one, other in combinations([*page.texts, *page.shapes], 2))


def test_the_form_is_black_and_white_and_the_same_bytes(texts: Texts) -> None:
    form = form_pdf(texts, partnership(), 1, "nl")
    assert form == form_pdf(texts, partnership(), 1, "nl")
    for page in pages(form):
        red, green, blue = page.picture.split()
        assert ImageChops.difference(red, green).getbbox() is ImageChops.difference(green, blue).getbbox() is None


@pytest.mark.parametrize("nasty", NASTY)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_card_is_as_large_as_a_bank_card_and_reads_back(texts: Texts, nasty: str, language: str) -> None:
    (card,) = pages(card_pdf(texts, partnership(NASTY[nasty][0][:80]), LINK, language))
    assert card.size == pytest.approx((240.94, 155.91), abs=0.1)
    assert [code.text for code in zxingcpp.read_barcodes(card.picture)] == [LINK]
    assert LINK in card.words.replace(" ", "").replace("\ufffe", "-")  # as it reads a hyphen at the end of a line
    assert {"nl": "Uw eigen link", "en": "Your own link"}[language] in card.words
    assert all(apart(one, other) for one, other in combinations([*card.texts, *card.shapes], 2))
    for left, bottom, right, top in (*card.texts, *card.shapes):
        assert min(left, bottom) >= 8
        assert right <= card.size[0] - 8
        assert top <= card.size[1] - 8


def test_both_are_drawn_when_they_are_sent(texts: Texts) -> None:
    form, card = attachments.form(partnership(), 2, "en"), attachments.card(partnership(), LINK, "en")
    assert attachments.content(form, texts) == form_pdf(texts, partnership(), 2, "en")
    assert attachments.content(card, texts) == card_pdf(texts, partnership(), LINK, "en")
    assert max(len(form.described), len(card.described)) < 1000
