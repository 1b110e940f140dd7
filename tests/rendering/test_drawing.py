"""Drawing: whatever a name is, it is words; every file is tagged, and is the same when it is drawn again."""

import re
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from fontTools.ttLib import TTFont

from bot.rendering import drawing
from bot.rendering.drawing import FontError, compiler
from bot.rendering.letterforms import FONTS, PLAIN, drawable, lost
from tests.rendering.paper import pages

CARD = {
    "language": "nl",
    "title": "De Verbinders",
    "heading": "Uw link",
    "sentence": "Bewaar hem.",
    "link": "https://a.nl",
}
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v1h-1z"/></svg>'
MARKUP = "#panic() *b* _i_ $x$ @a <b> `c` // d /* e = f - g + h \\u{41} #sys.inputs"


@pytest.mark.parametrize("template", sorted(path.stem for path in drawing.TEMPLATES.glob("*.typ")))
def test_no_template_has_words_of_its_own(template: str) -> None:
    source = (drawing.TEMPLATES / f"{template}.typ").read_text("utf-8")
    code = re.sub(r'//.*|"(?:[^"\\]|\\.)*"', "", source)
    assert re.findall(r"\[[^#\[\]]*[a-zA-Z]{2,}[^\[\]]*\]", code) == [], "what stands in brackets is printed"


def test_what_people_type_is_never_code() -> None:
    (card,) = pages(drawing.pdf("card", {**CARD, "title": MARKUP}, SQUARE))
    assert MARKUP in card.words


def test_a_file_is_tagged_and_has_a_language_and_a_title() -> None:
    card = drawing.pdf("card", CARD, SQUARE)
    for sign in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang", b"pdfuaid:part", b"/Alt"):
        assert sign in card, sign
    assert card == drawing.pdf("card", CARD, SQUARE)


@pytest.mark.parametrize("kept", ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", ""])
def test_fonts_that_are_not_there_are_named(kept: str, tmp_path: Path) -> None:
    if kept:
        (tmp_path / kept).symlink_to(FONTS / kept)
    with pytest.raises(FontError, match=str(tmp_path)):
        compiler(tmp_path)


def test_several_threads_draw() -> None:
    found: dict[int, bytes] = {}
    said = [{**CARD, "title": f"Buurt {number}"} for number in range(8)]
    threads = [Thread(target=lambda n=n: found.update({n: drawing.pdf("card", said[n], SQUARE)})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [next(pages(found[number])).words.count(f"Buurt {number}") for number in range(8)] == [1] * 8


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("De\x00\x1b Bru\u0308g \u202e 👩‍🌾\ufe0f!", "De Brüg \u200d!"),
        ("邻里合作 구로구 مركز الحي שכ", "邻里合作 구로구 مركز الحي שכ"),
        ("ความ 𝓕𝓪", "□□□□ Fa"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("Z\u0351\u0351\u0351\u0351a", "Z\u0351\u0351a"),
        (" a \n\t b ", "a b"),
    ],
)
def test_what_is_drawn(text: str, drawn: str) -> None:
    assert drawable(text) == drawn


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("邻里合作", ""),
        ("Buurt 👩‍👩‍👧❤️ en 合", "👩👧"),
        ("नेपा", "नेपा"),
        ("De Verbinders & Co 2026", ""),
        ("Řeka e\u0301 ﷺ مركز الحي בית", ""),
        ("é\x00\u200b\u202e\ud800", ""),
    ],
)
def test_what_is_lost_is_told(name: str, told: str) -> None:
    assert "".join(lost(name)) == told


def test_the_plain_letters_are_in_both_weights() -> None:
    for font in FONTS.glob("DejaVu*.ttf"):
        with TTFont(font, lazy=True) as read:
            covered = read.getBestCmap()
        assert not [code for code in range(0x2100) if PLAIN.fullmatch(chr(code)) and code not in covered], font.name


def test_the_bot_starts_without_what_draws() -> None:
    heavy = "import bot.rendering.attachments, sys; print({'typst', 'fontTools', 'segno'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", heavy], capture_output=True, text=True).stdout == "set()\n"
