"""The script: every line is on paper as it stands on the screen, and a file is found to be of its line."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.channels.port import Opened, Update
from bot.recordings import parts, script
from bot.rendering.scripts import AGREED, NAMED, SIGNED, TIPS, script_pdf
from bot.survey.checklist import fingerprint
from bot.texts.texts import Texts, load
from storage import partnerships
from tests.house import House, partnership
from tests.pseudo_languages import with_languages
from tests.rendering.paper import A4, MARGIN, in_line, pages, touching
from tests.variants import variants

READ_ALOUD = 14  # points


@pytest.fixture(scope="module")
def with_arabic(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    return load(with_languages(tmp_path_factory.mktemp("with"), "ar"))


def test_a_line_has_the_number_of_its_statement(texts: Texts) -> None:
    there = script.lines(texts, "nl")
    assert [one.number for one in there] == [*range(1, 32)]
    assert [one.part.name for one in there[:26]] == [parts.of_statement(number) for number in range(1, 27)]
    assert there[26].part.name == "answers"
    assert {one.part for one in there} == {*parts.every(texts, "nl")}
    assert there[6].file == "07.mp3"


@pytest.mark.parametrize("language", variants(("nl", "ar", "en"), always=2))
def test_every_word_is_on_paper(with_arabic: Texts, language: str) -> None:
    lines = script.lines(with_arabic, language)
    found = [*pages(script_pdf(with_arabic, language, lines))]
    words = letters(" ".join(page.words for page in found))
    said = [with_arabic.word(one, language) for one in (*TIPS, NAMED, AGREED, *SIGNED)]
    for text in (*said, *(one for line in lines for words in line.part.words for one in words.split("\n") if one)):
        assert in_order(letters(text), words) if language != "ar" else {*letters(text)} <= {*words}, text
    assert len(TIPS) == 5
    for line in lines:
        signs = sorted(line.file)  # between letters that run leftward, pdfium reads others in an order of its own
        assert any(signs == sorted(one.words) for page in found for one in page.texts)


def letters(text: str) -> list[str]:
    """Its words, without the marks around them."""
    return re.findall(r"[^\W\d_]+", text)


def in_order(some: Sequence[str], every: Sequence[str]) -> bool:
    return f" {' '.join(some)} " in f" {' '.join(every)} "


@pytest.mark.parametrize("language", ["nl", "en", "ar"])
def test_it_is_large_enough_and_nothing_hides_another(with_arabic: Texts, language: str) -> None:
    lines = script.lines(with_arabic, language)
    spoken = {" ".join(letters(words)) for line in lines[:27] for words in line.part.words}
    for page in pages(script_pdf(with_arabic, language, lines)):
        assert page.size == pytest.approx(A4, abs=0.1)
        assert [pair for pair in touching([*page.texts]) if not in_line(*pair)] == []
        for one in page.texts:
            left, bottom, right, top = one.bounds
            assert min(left, bottom) >= MARGIN
            assert (right, top) <= (A4[0] - MARGIN, A4[1] - MARGIN)
            assert one.size >= READ_ALOUD or " ".join(letters(one.words)) not in spoken


def test_where_one_reads_from_right_to_left_the_numbers_stand_right(with_arabic: Texts) -> None:
    sides = {}
    for language in ("nl", "ar"):
        first, *_ = pages(script_pdf(with_arabic, language, script.lines(with_arabic, language)))
        sides[language] = {one.bounds[0] > A4[0] / 2 for one in first.texts if one.words in ("1", "2", "3")}
    assert sides == {"nl": {False}, "ar": {True}}


async def test_the_welcome_of_a_partnership_is_what_its_page_says(house: House) -> None:
    code, texts = house.add("De Buren").invitation, house.app.texts
    seen = await house.app.look(Update("a look", "web", "nobody", Opened(code), "nl"))
    with house.app.database.transaction() as tx:
        of = partnerships.find(tx, "De Buren")
    assert of
    *_, last = script.lines(texts, "nl", of)
    assert (last.part.name, last.part.wording) == ("welcome", fingerprint(*parts.spoken(seen.letter)))
    assert "De Buren" in " ".join(page.words for page in pages(script_pdf(texts, "nl", [last], of.name)))


def test_a_file_is_of_its_line(texts: Texts) -> None:
    lines = script.lines(texts, "nl", partnership())
    names = {
        "7.m4a": "statement-07", "08.MP3": "statement-08", "009 again.ogg": "statement-09", "27.wav": "answers",
        "Statement-10.opus": "statement-10", "erase.mp3": "erase", "32.mp3": "welcome",
    }  # fmt: skip
    of_line, strange = script.sorted_out(map(Path, names), lines)
    assert {str(file): line.part.name for file, line in of_line.items()} == names
    assert strange == {}


@pytest.mark.parametrize("name", ["0.mp3", "33.mp3", "7000.mp3", "notes.txt", "statement-27.mp3", "٧.mp3", ".mp3"])
def test_a_file_that_is_of_none_is_told(texts: Texts, name: str) -> None:
    of_line, strange = script.sorted_out([Path(name)], script.lines(texts, "nl", partnership()))
    assert not of_line
    assert strange == {Path(name): "neither the number nor the name of a line in the script"}


def test_of_two_files_for_one_line_none_is_chosen(texts: Texts) -> None:
    files = [Path("07.m4a"), Path("7.mp3"), Path("08.mp3")]
    of_line, strange = script.sorted_out(files, script.lines(texts, "nl"))
    assert [*of_line] == [Path("08.mp3")]
    assert strange == dict.fromkeys(files[:2], "one line has several files: 07.m4a, 7.mp3")
