"""The open question in a chat: what is kept of what people type, and what is not."""

from pathlib import Path

import pytest

from bot.texts.direction import bare
from tests.actors import press, say
from tests.data import five_sheets
from tests.house import House, agree, fill
from tests.telegram_server import Person, TelegramServer

SHEET = five_sheets()[0]
BOMEN = "Meer bomen, en een bankje voor Ömer"
KINDS = ["a <b>b</b> &amp; {k}", "\u202egnp.exe", "a\n\n\nb" * 60, "مزيد من الأشجار", "👩\u200d👧 & co", "#set x"]


@pytest.fixture
async def anna(house: House, server: TelegramServer) -> Person:
    person = server.person(language_code="nl")
    await agree(house, person, house.add(open_question=True).invitation)
    await fill(house, person, SHEET, done="Overslaan")
    await press(house, person, "Zelf iets schrijven")
    return person


def kept(house: House) -> int:
    return int(house.rows("SELECT COUNT(*) FROM open_answers")[0][0])


async def test_in_a_chat_it_is_typed_changed_and_removed(house: House, anna: Person) -> None:
    await say(house, anna, BOMEN)
    assert f"Wat zou het meeste helpen? → {BOMEN}" in anna.last.text
    await say(house, anna, "En nog iets")
    assert "We kunnen geen berichten lezen" in anna.last.text, "only where it is asked"
    await press(house, anna, "Veranderen wat ik schreef")
    assert f"U schreef: {BOMEN}" in anna.last.text
    await say(house, anna, "x" * 501)
    assert "Uw tekst heeft 501 tekens. Het mogen er niet meer dan 500 zijn." in anna.last.text
    assert f"U schreef: {BOMEN}" in anna.last.text
    await say(house, anna, "Een bankje")
    assert "→ Een bankje" in anna.last.text
    await press(house, anna, "Veranderen wat ik schreef", "Weghalen wat ik schreef")
    assert "→ niets geschreven" in anna.last.text
    assert kept(house) == 0


async def test_what_is_no_text_or_a_command_is_not_kept(house: House, anna: Person) -> None:
    for kind in ("voice", "photo", "sticker"):
        await anna.send(**{kind: True})
        await house.settle()
        assert "We kunnen hier alleen tekst lezen" in anna.last.text
        assert "Wat zou het meeste helpen?" in anna.last.text
    await say(house, anna, "/meer bankjes")
    assert "Wat met / begint, is geen antwoord" in anna.last.text
    assert "Wat zou het meeste helpen?" in anna.last.text
    await say(house, anna, " \n ")
    await say(house, anna, "/stop")
    assert "We sturen u geen berichten meer" in anna.last.text
    assert kept(house) == 0
    await say(house, anna, "waarom?")
    assert kept(house) == 0, "below another screen nothing is asked"


async def test_a_coordinator_who_takes_part_and_looks_at_something_else_meanwhile_is_not_asked_there(
    house: House, server: TelegramServer
) -> None:
    codes, fatima = house.add(open_question=True), server.person(language_code="nl")
    await say(house, fatima, f"/start {codes.coordinator}")
    await agree(house, fatima, codes.invitation)
    await fill(house, fatima, SHEET, done="Overslaan")
    await press(house, fatima, "Zelf iets schrijven")
    await say(house, fatima, "/stand")
    assert "1 persoon is begonnen" in fatima.last.text
    await say(house, fatima, "Mooi, het loopt goed")
    assert "We kunnen geen berichten lezen" in fatima.last.text
    assert kept(house) == 0


async def test_done_holds_it_and_can_be_taken_back(house: House, anna: Person) -> None:
    await say(house, anna, BOMEN)
    old = anna.last
    await press(house, anna, "Klaar")
    await anna.press_data(next(data for row in old.rows for label, data in row if label.startswith("Verand")), old)
    await house.settle()
    await say(house, anna, "te laat")
    await press(house, anna, "Toch nog iets veranderen", "Veranderen wat ik schreef")
    assert f"U schreef: {BOMEN}" in anna.last.text


async def test_my_data_holds_it_and_erase_takes_it_away(house: House, anna: Person) -> None:
    await say(house, anna, BOMEN)
    await say(house, anna, "/mijngegevens")
    assert f"Wat u zelf schreef: {BOMEN}" in anna.last.text
    (file,) = [one.document for one in anna.messages if one.document and str(one.filename).endswith(".csv")]
    assert BOMEN in file.decode("utf-8-sig")
    await say(house, anna, "/wissen")
    await press(house, anna, "Ja, alles verwijderen")
    assert kept(house) == 0


async def test_no_byte_of_it_is_in_any_file_of_the_database(house: House, server: TelegramServer, anna: Person) -> None:
    """Not while it waits in letters that nobody took either."""
    server.fail("sendMessage", 500, times=50)
    server.fail("editMessageText", 500, times=50)
    await anna.write(BOMEN)
    await server.confirmed()
    await anna.write("/mijngegevens")
    await server.confirmed()
    assert house.rows("SELECT COUNT(*) FROM letters WHERE body_sealed IS NOT NULL") != [(0,)]
    found = [path.read_bytes() for path in Path(house.folder, "data").iterdir()]
    assert any(b"De Verbinders" in one for one in found)
    for part in (BOMEN, "bankje", "Meer bomen"):
        assert not any(part.encode() in one for one in found)


@pytest.mark.parametrize("text", KINDS)
async def test_words_of_every_kind(house: House, anna: Person, text: str) -> None:
    await say(house, anna, text)
    await press(house, anna, "Veranderen wat ik schreef")
    shown = " ".join(text.replace("\u202e", " ").split())
    assert f"U schreef: {shown}" in bare(anna.last.text)
