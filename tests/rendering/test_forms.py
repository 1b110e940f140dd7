"""Forms and cards on paper: everything is on them, large enough, apart from each other, and reads back."""

import re

import pytest
import zxingcpp
from PIL import ImageChops

from bot.rendering import attachments
from bot.rendering.cards import card_pdf
from bot.rendering.forms import form_pdf
from bot.survey.conversation.dialogue import GROUP_LABELS
from bot.survey.paper import consent
from bot.texts.texts import Texts
from tests.house import partnership
from tests.rendering.paper import A4, MARGIN, NASTY, in_line, pages, touching

LINK = "https://samenspraak.schakel.example.nl/mine/Zk3l_9IxQ-pLw0aOb8fGhQZk3l_9IxQ-pLw0aOb8"
READ = 11  # points


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
    for page in pages(form_pdf(texts, partnership(), 1, language)):
        for one in page.texts:
            is_small = around.fullmatch(one.words) or any(one.words in text for text in small)
            assert one.size >= READ or is_small, one


@pytest.mark.parametrize("nasty", NASTY)
def test_the_form_survives_names_of_every_kind(texts: Texts, nasty: str) -> None:
    name, organisation, contact = (text[:most] for text, most in zip(NASTY[nasty], (80, 80, 160), strict=True))
    found = [*pages(form_pdf(texts, partnership(name, organisation=organisation, contact=contact), 99, "nl"))]
    assert len(found) == 4
    for page in found:
        assert page.size == pytest.approx(A4, abs=0.1)
        for one in (*page.texts, *page.shapes):
            left, bottom, right, top = one.bounds
            assert min(left, bottom) >= MARGIN
            assert (right, top) <= (A4[0] - MARGIN, A4[1] - MARGIN)
        assert [pair for pair in touching([*page.texts, *page.shapes]) if not in_line(*pair)] == []


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
    assert [pair for pair in touching([*card.texts, *card.shapes]) if not in_line(*pair)] == []
    for one in (*card.texts, *card.shapes):
        left, bottom, right, top = one.bounds
        assert min(left, bottom) >= 8
        assert right <= card.size[0] - 8
        assert top <= card.size[1] - 8


def test_both_are_drawn_when_they_are_sent(texts: Texts) -> None:
    form, card = attachments.form(partnership(), 2, "en"), attachments.card(partnership(), LINK, "en")
    assert attachments.content(form, texts) == form_pdf(texts, partnership(), 2, "en")
    assert attachments.content(card, texts) == card_pdf(texts, partnership(), LINK, "en")
    assert max(len(form.described), len(card.described)) < 1000
