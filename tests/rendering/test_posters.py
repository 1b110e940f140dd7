"""Posters, held up to a reader that did not write them: zxing reads the code, pdfium reads the page."""

import shutil
from contextlib import closing
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image, ImageChops

from bot.channels.telegram.traits import TRAITS
from bot.rendering.codes import qr_png
from bot.rendering.posters import poster_pdf, unprintable
from bot.texts.texts import LOCALES, Texts, load
from tests.house import House, partnership
from tests.rendering.paper import A4, EMOJI, MARGIN, NASTY, Page, apart, in_line, pages, touching
from tests.telegram_server import TelegramServer

TELEGRAM = "https://t.me/samenspraak_bot?start=Zk3l_9IxQ-pLw0aOb8fGhQ"
WEB = f"https://samenspraak.schakel.example.nl/meedoen/{'x9-_Il0O' * 10}"[:120]
CENTIMETRE = 72 / 2.54


def printed(pdf: bytes) -> Page:
    (page,) = pages(pdf, scale=1.5)
    return page


def read(picture: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("link", ["https://t.me/b", TELEGRAM, WEB, WEB * 5])
def test_the_picture_reads_back(link: str) -> None:
    picture = Image.open(BytesIO(qr_png(link)))
    (code,) = zxingcpp.read_barcodes(picture)
    quiet = 4 * picture.width // (segno.make(link, error="m", boost_error=False, micro=False).symbol_size()[0])
    dark = ImageChops.invert(picture.convert("L")).getbbox()
    assert (code.text, code.ec_level) == (link, "M")
    assert 600 <= picture.width == picture.height <= 800
    assert dark == (quiet, quiet, picture.width - quiet, picture.height - quiet)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_poster_says_everything_in_both_languages(texts: Texts, language: str) -> None:
    asked_by = partnership("De Verbinders in Moerwijk", language=language)
    paper = printed(poster_pdf(texts, asked_by, TELEGRAM, "Bibliotheek, balie", TRAITS.about.on_paper))
    dutch, english = (
        paper.words.index("Hoe goed werken we samen?"),
        paper.words.index("How well do we work together?"),
    )
    assert (dutch < english) == (language == "nl")
    for said in (
        *(asked_by.name, asked_by.organisation, TELEGRAM, "Bibliotheek, balie"),
        *("Scan de code met de camera van uw telefoon.", "Scan the code with the camera of your phone."),
        *("U leest 26 zinnen en kiest steeds een antwoord.", "You read 26 statements"),
        *("Vragen? Fatima: 06 12 34 56 78", "Questions? Fatima: 06 12 34 56 78"),
        *("Het duurt 10 tot 15 minuten.", "It takes 10 to 15 minutes."),
        *("De code opent Telegram.", "The code opens Telegram."),
    ):
        assert said in paper.words


def test_with_more_than_three_languages_the_others_are_named_and_nothing_becomes_smaller(texts: Texts) -> None:
    three, six = (
        poster_pdf(texts, partnership(languages=languages), TELEGRAM) for languages in ("nl en tr", "nl en tr pl ar uk")
    )
    said = "Scan the code"
    assert height_of(six, said) >= 0.95 * height_of(three, said)
    words = printed(six).words
    assert "Birlikte ne kadar iyi" in printed(three).words
    assert "Birlikte ne kadar iyi" not in words
    assert "Ook in: Polski · Türkçe · Українська" in words
    assert "Ook in" not in printed(three).words
    assert words.index("Hoe goed werken") < words.index("How well do we") < words.index("Ook in")


@pytest.mark.parametrize("host", ["samenspraak.example.nl", "samenspraak.voorbeeldgemeente.example"])
def test_a_short_address_is_what_stands_on_paper_and_can_be_read_from_a_metre(texts: Texts, host: str) -> None:
    typed = f"{host}/KR7N-5XT2"
    pdf = poster_pdf(texts, partnership(), WEB, typed=typed)
    paper = printed(pdf)
    assert typed in paper.words
    assert WEB not in paper.words
    assert read(paper.picture) == [WEB], "who scans types nothing"
    assert height_of(pdf, typed) >= 0.3 * CENTIMETRE


def height_of(pdf: bytes, wanted: str) -> float:
    """How high the small letter is that a text begins with, in points."""
    with closing(pypdfium2.PdfDocument(pdf)) as document, closing(document[0].get_textpage()) as words:
        left, bottom, right, top = words.get_charbox(words.get_text_range().index(wanted))
        assert right > left
        return float(top - bottom)


@pytest.mark.long
@pytest.mark.parametrize("typed", ["", "samenspraak.example.nl/KR7N-5XT2", f"{'w' * 44}.example/WWWW-WWWW"])
@pytest.mark.parametrize("nasty", NASTY)
def test_the_poster_survives(texts: Texts, nasty: str, typed: str) -> None:
    (name, organisation, contact), link = NASTY[nasty], WEB if typed else TELEGRAM
    asked_by = partnership(name, organisation=organisation, contact=contact)
    paper = printed(poster_pdf(texts, asked_by, link, label=name, typed=typed))
    assert read(paper.picture) == [link]
    assert paper.size == pytest.approx(A4, abs=0.1)
    assert paper.code.width >= 8 * CENTIMETRE
    for part in (*paper.texts, *paper.shapes):
        left, bottom, right, top = part.bounds
        assert min(left, bottom) >= MARGIN, "inside what a printer can print"
        assert (right, top) <= (A4[0] - MARGIN, A4[1] - MARGIN)
    assert not any(one.words and other.words and not in_line(one, other) for one, other in touching(paper.texts))
    assert [one for one in paper.texts if not apart(one, paper.code)] == []
    assert (typed or link) in paper.words.replace(" ", "")


def test_black_and_white_will_do(texts: Texts) -> None:
    red, green, blue = printed(poster_pdf(texts, partnership(), TELEGRAM)).picture.split()
    assert ImageChops.difference(red, green).getbbox() is ImageChops.difference(green, blue).getbbox() is None


def test_what_the_font_lacks_is_put_plainer_or_left_out(texts: Texts) -> None:
    asked_by = partnership(f"Buurt {EMOJI} huis 邻里 𝓕𝓪𝓷𝓬𝔂", organisation="e\u0301e\u0301n Řeka", contact="🏡")
    paper = printed(poster_pdf(texts, asked_by, WEB))
    assert "samen? Buurt ❤ huis 邻里 Fancy één Řeka We horen" in paper.words.replace("\u200d", "").replace("  ", " ")
    assert "Vragen?" not in paper.words
    assert "Telegram" not in paper.words


def test_without_contact_and_organisation(texts: Texts) -> None:
    paper = printed(poster_pdf(texts, partnership(organisation="", contact=""), TELEGRAM))
    assert "De Verbinders We horen graag" in paper.words
    assert "Vragen?" not in paper.words
    assert "Questions?" not in paper.words


def test_a_third_language(tmp_path: Path) -> None:
    shutil.copytree(LOCALES, tmp_path, dirs_exist_ok=True)
    shutil.copytree(LOCALES / "nl", tmp_path / "de")
    asked_by = partnership(
        languages="de en nl", contact="Fatima, elke dinsdag van 09:00 tot 12:00 uur aan de balie, of 06 12 34 56 78"
    )
    paper = printed(poster_pdf(load(tmp_path), asked_by, TELEGRAM))
    assert paper.words.count("Hoe goed werken we samen?") == 2
    assert paper.words.count("How well do we work together?") == 1
    assert touching([*paper.texts, paper.code]) == []


def test_the_same_poster_is_the_same_bytes(texts: Texts) -> None:
    assert poster_pdf(texts, partnership(), TELEGRAM) == poster_pdf(texts, partnership(), TELEGRAM)


@pytest.mark.parametrize("nasty", NASTY)
def test_every_letter_of_a_name_is_on_the_poster_or_told(texts: Texts, nasty: str) -> None:
    name = NASTY[nasty][0][:80]
    asked_by = partnership(name, organisation="", contact="")
    words = printed(poster_pdf(texts, asked_by, TELEGRAM)).words
    told = "".join(unprintable(asked_by))
    assert not [sign for sign in name if sign.isalpha() and sign not in told and normalize("NFKC", sign) not in words]


async def test_the_coordinator_is_told_beside_the_poster(house: House, server: TelegramServer) -> None:
    codes = house.add("नेपाल Moerwijk")
    fatima = server.person(language_code="nl")
    for text in (f"/start {codes.coordinator}", "/uitnodigen त"):
        await fatima.write(text)
        await house.settle()
    await fatima.press("Poster (A4)")
    await house.settle()
    (poster,) = (message for message in fatima.messages if message.document)
    assert poster.text.splitlines()[1:] == [
        "Deze tekens kunnen we niet printen: न े प ा ल त",
        "Is het een letter? Dan staat op de poster een leeg vakje. Schrijf de letter er zelf in.",
    ]


def test_languages_with_a_region_a_script_and_from_the_right_are_on_one_sheet(tmp_path: Path) -> None:
    shutil.copytree(LOCALES, tmp_path, dirs_exist_ok=True)
    for code in ("ar", "pt_BR", "zh_Hant"):
        shutil.copytree(LOCALES / "nl", tmp_path / code, dirs_exist_ok=True)
    for own, languages in (("nl", "ar nl pt_BR"), ("zh_Hant", "ar nl pt_BR zh_Hant")):
        asked_by = partnership(language=own, languages=languages)
        words = printed(poster_pdf(load(tmp_path), asked_by, TELEGRAM)).words
        assert words.count("Hoe goed werken we samen") == (2 if own == "nl" else 3)  # what is from the right is read so
        assert ("Ook in" in words) is (own == "zh_Hant")
