"""Scores in a chat: every statement, earlier rounds, rounds side by side, groups, and files to take along."""

import csv
import io
import re
from collections.abc import Mapping
from itertools import product

import openpyxl
import pytest
from sqlalchemy import update

from storage.schema import waves
from tests.actors import coordinator, press, say
from tests.coordination.test_coordinator import five_answer
from tests.data import APPENDIX_A, MOVED, PUBLISHED, PUBLISHED_TOTAL
from tests.house import Clock, House, agree, fill
from tests.results.test_comparison import NOW, TOTAL_NOW, close, two_waves
from tests.telegram_server import Person, TelegramServer

PARTS = tuple(f"Deel {number}" for number in range(1, 7))
SCORE = re.compile(r"^(\d+)\. .*\n(?:iedereen: )?([\d –→]+?)(?: [▲▼])? \(n = (.*)\)$", re.MULTILINE)


async def every_statement(house: House, person: Person, parts: tuple[str, ...] = PARTS) -> dict[int, str]:
    """Statement -> what is told of it, on all the parts."""
    found: dict[int, str] = {}
    for part in parts:
        there = {label for row in person.last.rows for label, _ in row}
        await press(house, person, part if part in there else f"✓ {part}")
        found |= {int(item): told for item, told, _ in SCORE.findall(person.last.text)}
    return found


async def closed(house: House, server: TelegramServer, name: str = "De Verbinders") -> Person:
    """A coordinator whose first round was answered as in the published table, and is closed."""
    codes = house.add(name)
    fatima = await coordinator(house, server, codes.coordinator)
    await five_answer(house, server, codes.invitation)
    await close(house, fatima)
    return fatima


async def test_all_26_are_seen_from_the_first_round_on(house: House, server: TelegramServer) -> None:
    fatima = await closed(house, server)
    await press(house, fatima, "Alle 26 zinnen")
    assert await every_statement(house, fatima) == {item: str(score) for item, score in APPENDIX_A.items()}
    assert "1. De samenwerking" not in fatima.last.text, "one part at a time"
    await press(house, fatima, "‹ Terug")
    assert f"Gemiddelde van alle zinnen: {PUBLISHED_TOTAL} (n = 5)" in fatima.last.text


async def test_a_reader_sees_them_too(house: House, server: TelegramServer) -> None:
    fatima = await closed(house, server)
    await press(house, fatima, "Menu", "Team", "Link voor een lezer of groep")
    link = re.search(r"start=(\w+)", fatima.last.text)
    assert link
    reader = server.person(language_code="nl")
    await say(house, reader, f"/start {link[1]}")
    await press(house, reader, "Samenvatting", "Alle 26 zinnen")
    assert await every_statement(house, reader) == {item: str(score) for item, score in APPENDIX_A.items()}
    await press(house, reader, "Als bestand")
    assert sum(bool(message.document) for message in reader.messages) == 2


async def test_one_part_then_and_now_with_the_same_people(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima = await two_waves(house, server, clock)
    await press(house, fatima, "Alle 26 zinnen")
    assert await every_statement(house, fatima) == {item: f"{APPENDIX_A[item]} → {MOVED[item]}" for item in MOVED}


async def test_an_earlier_round_is_opened_again(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima = await two_waves(house, server, clock)
    asked = ("1", "ronde 1", "Round 1", "RONDE 1")
    for words in asked:
        await say(house, fatima, f"/samenvatting {words}")
        assert "ronde 1 · gesloten" in fatima.last.text, words
        assert f"Het werk: {PUBLISHED['task']} (n = 5)\n" in fatima.last.text
    await press(house, fatima, "Alle 26 zinnen")
    assert await every_statement(house, fatima) == {item: str(score) for item, score in APPENDIX_A.items()}
    for words in ("2", "na fase 1", "Na Fase 1"):
        await say(house, fatima, f"/summary {words}")
        assert "ronde 2 “na fase 1” · gesloten" in fatima.last.text, words
    await press(house, fatima, "Ronde 1")
    assert "ronde 1 · gesloten" in fatima.last.text
    assert "dezelfde als vorige week" not in fatima.last.text, "of a round that is closed nobody expects news"


async def test_the_number_of_a_round_is_no_other_round_that_is_called_so(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima = await two_waves(house, server, clock)
    with house.app.database.transaction() as tx:
        tx.connection.execute(update(waves).where(waves.c.number == 1).values(name="2"))
    for words, told in {"2": "ronde 2 “na fase 1”", "1": "ronde 1 “2”", "na fase 1": "ronde 2 “na fase 1”"}.items():
        await say(house, fatima, f"/samenvatting {words}")
        assert f"{told} · gesloten" in fatima.last.text, words


@pytest.mark.parametrize("words", ["9", "0", "-1", "１", "ronde", "fase 1", "<b>x</b> & {wave} %s", "ا" * 300, "🏘️ 寻"])
async def test_a_round_that_is_not_there_is_told(house: House, server: TelegramServer, words: str) -> None:
    fatima = await closed(house, server)
    await say(house, fatima, f"/samenvatting {words}")
    repeated = words if len(words) < 40 else "…"
    assert fatima.last.text == f"Er is geen ronde “{repeated}”. Welke ronde wilt u zien?"
    await press(house, fatima, "Ronde 1")
    assert "ronde 1 · gesloten" in fatima.last.text


async def test_a_round_without_scores_says_why(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    actions, arguments = (
        ("table", "rounds", "views", "file", "summary"),
        ("1", "-", "1.9", "1.", "1.-1", "x", "9", "9.1"),
    )
    for action, argument in product(actions, arguments):
        await fatima.press_data(f"c:1:{action}:{argument}", fatima.last)
        await house.settle()
        told = "Er is geen ronde" if argument[0] in "x9" else "De scores ziet u als de ronde sluit"
        assert told in fatima.last.text, (action, argument)
        assert fatima.last.rows


async def test_the_rounds_stand_side_by_side_also_while_the_next_has_no_scores(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima = await two_waves(house, server, clock)
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen")
    await say(house, fatima, "/samenvatting")
    assert "ronde 3 · open" in fatima.last.text
    assert "Alle 26 zinnen" not in str(fatima.last.rows)
    await press(house, fatima, "Alle rondes naast elkaar")
    assert "Van 0 tot 100: ronde 1 → ronde 2 “na fase 1”." in fatima.last.text
    told = re.findall(r"^(.*): (\d+) → (\d+)(?: [▲▼])? \(n = 5\)$", fatima.last.text, re.MULTILINE)
    assert [(int(then), int(now)) for _, then, now in told] == [
        *((PUBLISHED[key], NOW[key]) for key in PUBLISHED),
        (PUBLISHED_TOTAL, TOTAL_NOW),
    ]
    await press(house, fatima, "Deel 3")
    assert "9. " in fatima.last.text
    assert "55 → 70" in fatima.last.text


async def groups_answer(house: House, server: TelegramServer, code: str, people: int) -> None:
    """So many residents say no to everything, and as many professionals yes."""
    for group, option in (("Ik woon hier of ik ben vrijwilliger", "no"), ("Dit is mijn werk", "yes")):
        for _ in range(people):
            person = server.person(language_code="nl")
            await agree(house, person, code, group=group)
            await fill(house, person, dict.fromkeys(APPENDIX_A, option))


async def test_where_groups_differ_all_six_parts_are_shown_and_the_most_divided_statements(
    house: House, server: TelegramServer
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    await groups_answer(house, server, codes.invitation, 5)
    await close(house, fatima)
    await say(house, fatima, "/samenvatting")
    await press(house, fatima, "Waar we anders kijken")
    pair = "bewoners en vrijwilligers: 0 (n = 5)\nmensen voor wie dit werk is: 100 (n = 5)"
    assert fatima.last.text.count(pair) == 6
    divided = fatima.last.text.partition("Hier zegt de een ja en de ander nee:\n")[2]
    assert [line.split(".")[0] for line in divided.split("\n\n")[0].splitlines()] == ["1", "2", "3"]
    await press(house, fatima, "‹ Terug", "Alle 26 zinnen")
    assert "iedereen: 50 (n = 10)\n" + pair in fatima.last.text
    assert "Alle zinnen hebben dezelfde score: 50." in next(
        message.text for message in reversed(fatima.messages) if "Om over te praten" in message.text
    )


async def test_groups_that_are_too_small_are_not_shown_and_that_is_told(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    await groups_answer(house, server, codes.invitation, 4)
    await close(house, fatima)
    await say(house, fatima, "/samenvatting")
    assert "Waar we anders kijken" not in str(fatima.last.rows)
    await fatima.press_data("c:1:views:1", fatima.last)
    await house.settle()
    assert "We laten een groep alleen apart zien als 5 of meer mensen erin zitten" in fatima.last.text
    await fatima.press_data("c:1:table:1", fatima.last)
    await house.settle()
    assert "50 (n = 8)" in fatima.last.text
    assert "bewoners" not in fatima.last.text


def numbers_of(rows: list[tuple[object, ...]]) -> Mapping[object, object]:
    """What stands in a file: a statement's number, or else the part -> its score."""
    return {row[1] or row[0]: row[3] for row in rows}


async def files_of(house: House, person: Person) -> tuple[str, bytes]:
    await press(house, person, "Als bestand")
    text, book = [message.document for message in person.messages if message.document][-2:]
    assert text
    assert book
    return text.decode("utf-8-sig"), book


async def test_the_files_hold_the_whole_table_as_numbers(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima = await two_waves(house, server, clock)
    await press(house, fatima, "Alle 26 zinnen")
    text, book = await files_of(house, fatima)
    head, *rows = [tuple(row) for row in csv.reader(io.StringIO(text), delimiter=";")][1:]
    assert head == (
        "deel", "nummer", "zin",
        "score, ronde 2 “na fase 1”", "n, ronde 2 “na fase 1”", "score, ronde 1", "n, ronde 1",
    )  # fmt: skip
    assert len(rows) == 26 + 6 + 1
    assert [(int(row[3]), int(row[4])) for row in rows] == [
        (score, 5) for score in (*MOVED.values(), *NOW.values(), TOTAL_NOW)
    ]
    assert [int(row[5]) for row in rows] == [*APPENDIX_A.values(), *PUBLISHED.values(), PUBLISHED_TOTAL]
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    title, *found = list(sheet.iter_rows(values_only=True))
    assert title[0] == "De Verbinders in Moerwijk · ronde 2 “na fase 1” · gesloten"
    assert found[0] == head
    assert [[str(cell) for cell in row if cell is not None] for row in found[1:]] == [
        [cell for cell in row if cell] for row in rows
    ]
    assert all(isinstance(cell, int) for row in found[1:] for cell in row[3:])


NAMES = (
    '=HYPERLINK("http://x";"y")',
    "@SUM(A1:A9)",
    "-2+3",
    "N" * 200,
    "جيران الحي معا",
    "邻里合作 🏘️",
    '#set page(width: 1cm) <b>x</b> & {k} %s; "a"',
)


@pytest.mark.parametrize("name", NAMES)
async def test_no_name_is_a_formula_or_breaks_a_file(house: House, server: TelegramServer, name: str) -> None:
    fatima = await closed(house, server, name)
    await press(house, fatima, "Alle 26 zinnen")
    text, book = await files_of(house, fatima)
    title, _, *rows = csv.reader(io.StringIO(text), delimiter=";")
    assert len(title) == 1
    assert title[0] == ("'" if name[0] in "=@-" else "") + f"{name} · ronde 1 · gesloten"
    assert [int(row[3]) for row in rows][-1] == PUBLISHED_TOTAL
    cell = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]["A1"]
    assert (cell.value, cell.data_type) == (f"{name} · ronde 1 · gesloten", "s")


async def test_who_took_part_sees_every_statement_and_nothing_of_groups(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima, anna = await coordinator(house, server, codes.coordinator), server.person(language_code="nl")
    await groups_answer(house, server, codes.invitation, 5)
    await agree(house, anna, codes.invitation)
    await fill(house, anna, dict.fromkeys(APPENDIX_A, "middle"))
    await press(house, anna, "Stuur mij later het resultaat")
    await anna.press_data("g:11:n1", anna.last)
    await house.settle()
    assert "Die knop werkt niet meer." in anna.last.text, "before there is a result"
    await close(house, fatima)
    await press(house, anna, "Alle 26 zinnen")
    told = await every_statement(house, anna)
    assert told == dict.fromkeys(APPENDIX_A, "50")
    assert "vrijwilligers" not in anna.last.text
    await press(house, anna, "English")
    assert "This part as a whole: 50 (n = 11)" in anna.last.text
    await press(house, anna, "Result of the whole group", "All 26 statements", "Part 2")
    assert "Part 2 · The people who take part" in anna.last.text
    for position in ("n", "n0", "n7", "n999999"):
        await anna.press_data(f"g:11:{position}", anna.last)
        await house.settle()
        assert "Part 1 · The partnership as a whole" in anna.last.text, position


async def test_who_took_part_in_a_round_without_scores_is_told_why(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima, anna = await coordinator(house, server, codes.coordinator), server.person(language_code="nl")
    await agree(house, anna, codes.invitation)
    await fill(house, anna, dict.fromkeys(APPENDIX_A, "middle"))
    await close(house, fatima)
    await say(house, anna, "/verder")
    await press(house, anna, "Alle 26 zinnen")
    assert "Minder dan 5 mensen zijn klaar met deze ronde." in anna.last.text
    assert "50" not in anna.last.text
