"""Open answers for a coordinator: set before anybody comes, read by nobody while few wrote, and never by a reader."""

import re

import pytest

from bot.coordination.open_answers import ON_A_SCREEN
from bot.survey.conversation.buttons import Coordinate, encode
from tests.actors import coordinator, press, say
from tests.data import five_sheets
from tests.house import Clock, House, agree, fill
from tests.telegram_server import Person, TelegramServer

SHEET = five_sheets()[0]
FEW = "Minder dan 5 mensen schreven iets bij de open vraag. Daarom laten we niet zien wat zij schreven."


async def write(house: House, server: TelegramServer, code: str, *texts: str) -> list[Person]:
    """People who answer, and write this; nothing is one who skips."""
    people = []
    for text in texts:
        people.append(person := server.person(language_code="nl"))
        await agree(house, person, code)
        await fill(house, person, SHEET, done="Overslaan")
        if text:
            await press(house, person, "Zelf iets schrijven")
            await say(house, person, text)
        await press(house, person, "Klaar")
    return people


async def close(house: House, fatima: Person) -> str:
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await house.caught_up()
    return str(fatima.last.text)


async def reopen(house: House, fatima: Person) -> None:
    house.clock.pass_time(minutes=1)
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ronde 1 weer openen", "Ja, weer openen")


async def look(house: House, person: Person, argument: str = "1.1") -> str:
    await person.press_data(encode(Coordinate(1, "written", argument)), person.last)
    await house.settle()
    return str(person.last.text)


def labels(person: Person) -> list[str]:
    return [label for row in person.last.rows for label, _ in row]


async def test_it_is_set_before_anybody_comes_and_not_after(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    await say(house, fatima, "/instellingen")
    await press(house, fatima, "Een open vraag stellen")
    assert "Open vraag aan het eind: aan" in fatima.last.text
    await say(house, fatima, "/instellingen vraag misschien")
    assert "Dat lukte niet" in fatima.last.text
    await say(house, fatima, "/instellingen vraag uit")
    await say(house, fatima, "/settings question ON")
    assert "Open vraag aan het eind: aan" in fatima.last.text
    await agree(house, server.person(language_code="nl"), codes.invitation)
    for change in ("/instellingen vraag uit", "[button]"):
        await (press(house, fatima, "Geen open vraag") if change == "[button]" else say(house, fatima, change))
        assert "Er doen al mensen mee aan deze ronde" in fatima.last.text
        assert "Open vraag aan het eind: aan" in fatima.last.text
    assert house.rows("SELECT open_question FROM waves") == [(1,)]


async def test_what_five_people_wrote_is_read_after_the_closing(house: House, server: TelegramServer) -> None:
    codes = house.add(open_question=True)
    fatima = await coordinator(house, server, codes.coordinator)
    texts = [f"Tekst {number} <b>& meer" for number in range(5)]
    await write(house, server, codes.invitation, *texts, "")
    await say(house, fatima, "/samenvatting")
    assert not [label for label in labels(fatima) if "schreven" in label]
    assert FEW not in fatima.last.text
    assert (await look(house, fatima)).startswith("Wat mensen schrijven, kunt u lezen als de ronde gesloten is.")
    await close(house, fatima)
    await press(house, fatima, "Wat mensen schreven (5)")
    read = re.findall("• (.*)", fatima.last.text)
    assert sorted(read) == texts
    for argument in ("-", "1", "1.0", "1.99", "9.1", "x.y", "1." + "9" * 20):
        assert re.findall("• (.*)", await look(house, fatima, argument)) == read, argument
    await press(house, fatima, "‹ Terug")
    assert "Gemiddelde van alle zinnen" in fatima.last.text, "back to where the button was"
    await say(house, fatima, "/samenvatting")
    assert "Wat mensen schreven (5)" in labels(fatima)


@pytest.mark.parametrize("many", [0, 1, 4])
async def test_of_few_it_is_said_that_they_are_few_and_never_how_many(
    house: House, server: TelegramServer, many: int
) -> None:
    codes = house.add(open_question=True)
    fatima = await coordinator(house, server, codes.coordinator)
    await write(house, server, codes.invitation, *[f"Tekst {n}" for n in range(many)], *[""] * (6 - many))
    assert FEW in await close(house, fatima)
    assert (await look(house, fatima)).startswith(FEW)
    await say(house, fatima, "/samenvatting")
    assert FEW in fatima.last.text
    assert not any("Tekst" in message.text for message in fatima.messages)


async def test_who_holds_a_seat_counts_for_nobody(house: House, server: TelegramServer) -> None:
    codes = house.add(open_question=True)
    fatima = await coordinator(house, server, codes.coordinator)
    await write(house, server, codes.invitation, *[f"Tekst {n}" for n in range(4)])
    await agree(house, fatima, codes.invitation)
    await fill(house, fatima, SHEET, done="Overslaan")
    await press(house, fatima, "Zelf iets schrijven")
    await say(house, fatima, "Tekst van Fatima")
    await press(house, fatima, "Klaar")
    assert FEW in await close(house, fatima)


async def test_a_round_that_is_closed_again_shows_no_newcomer_alone(house: House, server: TelegramServer) -> None:
    codes = house.add(open_question=True)
    fatima = await coordinator(house, server, codes.coordinator)
    people = await write(house, server, codes.invitation, *[f"Tekst {n}" for n in range(6)])
    await close(house, fatima)
    assert "Wat mensen schreven (6)" in labels(fatima)
    await reopen(house, fatima)
    await write(house, server, codes.invitation, *[f"Nieuw {n}" for n in range(4)])
    await close(house, fatima)
    await press(house, fatima, "Wat mensen schreven (6)")
    assert "Nieuw" not in fatima.last.text
    await say(house, people[0], "/wissen")
    await press(house, people[0], "Ja, alles verwijderen")
    await reopen(house, fatima)
    await write(house, server, codes.invitation, "Nieuw 4")
    await close(house, fatima)
    await press(house, fatima, "Wat mensen schreven (10)")
    read = re.findall("• (.*)", fatima.last.text)
    assert len(read) == ON_A_SCREEN
    await press(house, fatima, "Verder ›")
    read += re.findall("• (.*)", fatima.last.text)
    assert sorted(read) == sorted([*[f"Nieuw {n}" for n in range(5)], *[f"Tekst {n}" for n in range(1, 6)]])
    await press(house, fatima, "‹ Vorige")
    assert len(re.findall("• ", fatima.last.text)) == ON_A_SCREEN


async def test_a_reader_and_another_partnership_read_nothing(house: House, server: TelegramServer) -> None:
    codes, other = house.add(open_question=True), house.add("Ander")
    fatima, joost = [await coordinator(house, server, one.coordinator) for one in (codes, other)]
    await say(house, fatima, "/team")
    await press(house, fatima, "Link voor een lezer of groep")
    (code,) = re.findall(r"start=(\w+)", fatima.last.text)
    reader = await coordinator(house, server, code)
    await write(house, server, codes.invitation, *[f"Tekst {n}" for n in range(5)])
    await close(house, fatima)
    for person in (reader, joost):
        assert "Wat mensen schreven (5)" not in labels(person)
        await look(house, person)
        await say(house, person, "/samenvatting")
        assert not any(re.search(r"Tekst \d", message.text) for message in person.messages)


async def test_neither_the_weekly_post_nor_an_export_holds_a_word(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add(open_question=True)
    fatima = await coordinator(house, server, codes.coordinator)
    await write(house, server, codes.invitation, *[f"Tekst {n}" for n in range(6)])
    clock.pass_time(days=8)
    await house.caught_up()
    await close(house, fatima)
    assert not any(re.search(r"Tekst \d", message.text) for message in fatima.messages)
    out = house.folder / "export"
    status, _, error = await house.command("export", "1", "--wave", "1", "--format", "csv", "--out", str(out), "--yes")
    assert status == 0, error
    files = [path.read_bytes() for path in out.rglob("*") if path.is_file()]
    assert files
    assert not any(b"Tekst" in one for one in files)


async def test_a_next_round_can_ask_what_this_one_does_not(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    await agree(house, server.person(language_code="nl"), codes.invitation)
    assert FEW not in await close(house, fatima)
    await say(house, fatima, "/instellingen vraag aan")
    assert "Open vraag aan het eind: aan" in fatima.last.text
    await reopen(house, fatima)
    await say(house, fatima, "/instellingen")
    assert "Open vraag aan het eind: uit" in fatima.last.text, "as in the round that is open again"
    await close(house, fatima)
    await say(house, fatima, "/instellingen vraag aan")
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen")
    assert house.rows("SELECT open_question FROM waves ORDER BY number") == [(0,), (1,)]


async def test_the_longest_texts_fit_on_a_screen(house: House, server: TelegramServer) -> None:
    codes = house.add(open_question=True)
    fatima = await coordinator(house, server, codes.coordinator)
    await write(house, server, codes.invitation, *[f"{n} " + "&" * 498 for n in range(8)])
    await close(house, fatima)
    await press(house, fatima, "Wat mensen schreven (8)")
    assert len(re.findall("•", fatima.last.text)) == ON_A_SCREEN
