"""Posters, held up to a reader that did not write them: zxing reads the code, pdfium reads the page."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from itertools import combinations
from pathlib import Path
from unicodedata import normalize

import pypdfium2
import pytest
import segno
import zxingcpp
from PIL import Image, ImageChops

from bot.channels.telegram.traits import TRAITS
from bot.rendering.posters import poster_pdf, qr_png, unprintable
from bot.rendering.typesetting import drawn, joined_up
from bot.texts.texts import LOCALES, Texts, load
from tests.house import House, partnership
from tests.telegram_server import TelegramServer

TELEGRAM = "https://t.me/samenspraak_bot?start=Zk3l_9IxQ-pLw0aOb8fGhQ"
WEB = f"https://samenspraak.schakel.example.nl/meedoen/{'x9-_Il0O' * 10}"[:120]
A4 = (595.28, 841.89)
CENTIMETRE, MARGIN, HAIR = 72 / 2.54, 20, 0.1
EMOJI = "🏡👩‍👩‍👧❤️🇳🇱"
NASTY = {
    "wide": ("W" * 80, "M" * 80, "W" * 160),
    "words": ("De Verbinders " * 6, "Buurthuis " * 8, "Fatima, 06 12 34 56 78 of fatima@schakel.nl " * 4),
    "emoji": (f"Buurt {EMOJI} huis", EMOJI, EMOJI),
    "other scripts": ("邻里合作", "구로구", "ความร่วมมือ"),
    "leftward": ("مركز الحي للتعاون (موروايك) 2026", "בית השכונה 12", "فاطمة: 06 12 34 56 78"),
    "markup": ("<b>Buurt</b> & Co &amp; <para>", "%s {0} {x} \\n \\u0041", '"><script>x</script>'),
    "control": ("a\x00b\x1b[1m\u202eevil\u2066\ufeff\ufffc\ud800", "\n\t\r", "\u200b\u0301\u0301"),
    "stacked": ("Z\u0351\u036b\u0343a\u0321\u0337l\u0340g\u0315o" * 8, "Řeka ó â", "ﷺ" * 160),
    "endless": ("word " * 1000, "x" * 5000, "1 2 " * 1000),
}


@dataclass
class Paper:
    """A poster as it comes out of the printer. Bounds are left, bottom, right, top, in points."""

    pages: int
    size: tuple[float, float]
    picture: Image.Image
    words: str
    texts: list[tuple[float, float, float, float]]
    shapes: list[tuple[float, float, float, float]]

    @property
    def code(self) -> tuple[float, float, float, float]:
        return max(self.shapes, key=lambda bounds: bounds[3] - bounds[1])


def printed(pdf: bytes) -> Paper:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        page = document[0]
        with closing(page.get_textpage()) as words:
            found = normalize("NFKC", " ".join(words.get_text_range().split()))
        bounds: dict[int, list[tuple[float, float, float, float]]] = {}
        for part in page.get_objects():
            bounds.setdefault(part.type, []).append(part.get_bounds())
        picture = page.render(scale=1.5).to_pil().convert("RGB")
        raw = pypdfium2.raw
        texts, shapes = bounds.pop(raw.FPDF_PAGEOBJ_TEXT), bounds.pop(raw.FPDF_PAGEOBJ_PATH)
        assert not bounds, "nothing but text and vectors"
        return Paper(len(document), page.get_size(), picture, found, texts, shapes)


def apart(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


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
@pytest.mark.parametrize("link", [TELEGRAM, WEB])
@pytest.mark.parametrize("nasty", NASTY)
def test_the_poster_survives(texts: Texts, nasty: str, link: str, typed: str) -> None:
    name, organisation, contact = NASTY[nasty]
    asked_by = partnership(name, organisation=organisation, contact=contact)
    paper = printed(poster_pdf(texts, asked_by, link, label=name, typed=typed))
    left, bottom, right, top = paper.code
    white = 4 * (right - left) / segno.make(link, error="m", boost_error=False).symbol_size(border=0)[0] - HAIR
    assert read(paper.picture) == [link]
    assert paper.pages == 1
    assert paper.size == pytest.approx(A4, abs=0.1)
    assert right - left == pytest.approx(top - bottom)
    assert right - left >= 8 * CENTIMETRE
    for part in (*paper.texts, *paper.shapes):
        assert part[0] >= MARGIN <= part[1], "inside what a printer can print"
        assert (part[2], part[3]) <= (A4[0] - MARGIN, A4[1] - MARGIN)
    lines = [shape for shape in paper.shapes if shape != paper.code]
    around = (left - white, bottom - white, right + white, top + white)
    assert all(apart(one, other) for one, other in combinations([*paper.texts, *lines, around], 2))
    assert (typed or link) in paper.words.replace(" ", "")


def test_black_and_white_will_do(texts: Texts) -> None:
    red, green, blue = printed(poster_pdf(texts, partnership(), TELEGRAM)).picture.split()
    assert ImageChops.difference(red, green).getbbox() is ImageChops.difference(green, blue).getbbox() is None


def test_what_the_font_lacks_is_put_plainer_or_left_out(texts: Texts) -> None:
    asked_by = partnership(f"Buurt {EMOJI} huis 邻里 𝓕𝓪𝓷𝓬𝔂", organisation="e\u0301e\u0301n Řeka", contact="🏡")
    paper = printed(poster_pdf(texts, asked_by, WEB))
    assert "samen? Buurt ❤ huis Fancy één Řeka We horen" in paper.words
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
    asked_by = partnership(contact="Fatima, elke dinsdag van 09:00 tot 12:00 uur aan de balie, of 06 12 34 56 78")
    paper = printed(poster_pdf(load(tmp_path), asked_by, TELEGRAM))
    assert paper.words.count("Hoe goed werken we samen?") == 2
    assert paper.words.count("How well do we work together?") == 1
    assert all(apart(one, other) for one, other in combinations([*paper.texts, paper.code], 2))


def test_the_same_poster_is_the_same_bytes(texts: Texts) -> None:
    assert poster_pdf(texts, partnership(), TELEGRAM) == poster_pdf(texts, partnership(), TELEGRAM)


@pytest.mark.parametrize(
    ("line", "leftward", "paper"),
    [
        ("De Schakel (12)", False, "De Schakel (12)"),
        ("אבג", True, "גבא"),
        ("אבג (דה)", True, "(הד) גבא"),
        ("אב 06 12 34", True, "06 12 34 בא"),
        ("אב De Schakel 12 גד", True, "דג De Schakel 12 בא"),
        ("Vragen? אב גד: 06 12", False, "Vragen? 06 12 :דג בא"),
        ("12 אב, Co.", False, "12 בא, Co."),
        ("", False, ""),
    ],
)
def test_lines_run_as_they_are_read(line: str, leftward: bool, paper: str) -> None:
    assert drawn(line, leftward) == paper


@pytest.mark.parametrize(
    ("letters", "forms"),
    [
        ("بيت", "\ufe91\ufef4\ufe96"),  # beginning, middle, end
        ("دار", "\ufea9\ufe8d\ufead"),  # letters that do not join the next one
        ("سلام", "\ufeb3\ufefc\ufee1"),  # lam and alef are one
        ("De 2", "De 2"),
    ],
)
def test_arabic_letters_join(letters: str, forms: str) -> None:
    assert joined_up(letters) == forms


def test_the_bot_starts_without_the_printer() -> None:
    heavy = "import bot.rendering.attachments, sys; print({'reportlab', 'segno'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True).stdout == "set()\n"


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("邻里合作", "邻里合作"),
        ("Buurt 👩‍👩‍👧❤️ en 合", "👩👧合"),
        ("ความ", "ความ"),
        ("Z\u0351e", ["Z\u0351"]),
        ("De Verbinders & Co 2026", ""),
        ("Řeka e\u0301 ﷺ مركز الحي בית", ""),
        ("é\x00\u200b\u202e\ud800", ""),
    ],
)
def test_what_is_not_on_the_poster_is_told(name: str, lost: Sequence[str]) -> None:
    assert unprintable(partnership(name)) == list(lost)
    assert unprintable(partnership(organisation=name), name) == list(lost)


@pytest.mark.parametrize("nasty", NASTY)
def test_every_letter_of_a_name_is_on_the_poster_or_told(texts: Texts, nasty: str) -> None:
    name = NASTY[nasty][0][:80]
    asked_by = partnership(name, organisation="", contact="")
    words = printed(poster_pdf(texts, asked_by, TELEGRAM)).words
    told = "".join(unprintable(asked_by))
    assert not [sign for sign in name if sign.isalpha() and sign not in told and normalize("NFKC", sign) not in words]


async def test_the_coordinator_is_told_beside_the_poster(house: House, server: TelegramServer) -> None:
    codes = house.add("邻里 Moerwijk")
    fatima = server.person(language_code="nl")
    for text in (f"/start {codes.coordinator}", "/uitnodigen 合"):
        await fatima.write(text)
        await house.settle()
    await fatima.press("Poster (A4)")
    await house.settle()
    (poster,) = (message for message in fatima.messages if message.document)
    assert poster.text.splitlines()[1:] == [
        "Deze letters kunnen we niet printen. Ze staan niet op de poster: 邻 里 合",
        "Schrijf ze er zelf bij.",
    ]
