"""Programmes: somebody reads what is published of several partnerships, side by side, and nothing else.

What comes in: a link (fresh, used, too old, in a group), buttons (theirs, old, forged), commands, and addresses.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from sqlalchemy import update

from bot import waves as opening
from bot.coordination import programme
from bot.coordination.actions import ACTIONS
from bot.survey.conversation.buttons import Coordinate, Press, ReadProgramme, encode
from bot.survey.conversation.commands import COORDINATING
from storage import agreements, api_tokens, links, partnerships, programmes, waves
from storage.partnerships import LONGEST
from storage.schema import answers
from tests.actors import coordinate, coordinator, press, say
from tests.channels.web.conftest import Visitors
from tests.channels.web.conftest import visitors as visitors
from tests.coordination.test_coordinator import everything, five_answer
from tests.house import Clock, House, agree
from tests.telegram_server import Person, TelegramServer

MOST_TEXT = 4096
SCREENS = ("home", "summary", "table", "rounds", "views", "wall")


def made(house: House, name: str, *of: int, language: str = "nl") -> str:
    """The code of a link for who reads along with these partnerships."""
    with house.app.database.transaction() as tx:
        number = programmes.add(tx, name, language, of, house.clock()).id
        return links.make_programme_link(tx, number, house.clock())


def close(house: House, number: int) -> None:
    with house.app.database.transaction() as tx:
        found = partnerships.find(tx, str(number))
        assert found
        wave, now = partnerships.last_wave(tx, number), house.clock()
        assert opening.close_wave(tx, house.app.texts, found, wave, now, now)


async def follow(house: House, server: TelegramServer, code: str, language: str = "nl") -> Person:
    return await coordinator(house, server, code, language)


async def test_a_reader_sees_each_partnership_and_all_side_by_side(house: House, server: TelegramServer) -> None:
    north, _ = house.add("Noord"), house.add("Zuid")
    await five_answer(house, server, north.invitation)
    close(house, 1)
    fatima = await follow(house, server, made(house, "Stad", 1, 2))
    shown = fatima.last.text
    assert "Vanaf nu leest u mee met Stad." in shown
    assert "2 samenwerkingen" in shown
    assert "Noord · ronde 1 · gesloten" in shown
    assert "5 mensen zijn klaar." in shown
    assert "De samenwerking als geheel: 95 · De mensen die meedoen: 81" in shown
    assert "Gemiddelde van alle zinnen: 69" in shown
    assert "Ronde 1 is gesloten op 2 maart 2026." in shown
    assert "Zuid · ronde 1 · open" in shown
    assert "De scores ziet u als de ronde sluit" in shown


async def test_a_reader_goes_from_one_screen_to_the_next(house: House, server: TelegramServer) -> None:
    north, _ = house.add("Noord"), house.add("Zuid")
    await five_answer(house, server, north.invitation)
    close(house, 1)
    fatima = await follow(house, server, made(house, "Stad", 1, 2))
    await press(house, fatima, "Naast elkaar")
    assert fatima.last.text.startswith("De samenwerking als geheel\n\nNoord: 95 (ronde 1, n = 5)\nZuid: geen score")
    assert "Een hogere score zegt niet dat een samenwerking beter werkt." in fatima.last.text
    await press(house, fatima, "Gemiddelde van alle zinnen")
    assert "Noord: 69 (ronde 1, n = 5)" in fatima.last.text
    await press(house, fatima, "‹ Terug", "Noord")
    assert "De mensen die meedoen: 81 (n = 5)" in fatima.last.text
    await press(house, fatima, "Alle 26 zinnen", "‹ Terug", "‹ Programma")
    assert "Noord · ronde 1 · gesloten" in fatima.last.text
    await press(house, fatima, "English")
    assert "Noord · round 1 · closed" in fatima.last.text
    await say(house, fatima, "/programma")
    assert "Noord · round 1 · closed" in fatima.last.text


async def test_a_reader_has_the_same_on_a_page(house: House, server: TelegramServer, visitors: Visitors) -> None:
    north, _ = house.add("Noord"), house.add("Zuid")
    await five_answer(house, server, north.invitation)
    close(house, 1)
    code, fatima, preview = made(house, "Stad", 1, 2), visitors(), visitors(None)
    await preview.open(f"/i/{code}")
    assert "Met deze link leest u mee met Stad" in preview.last.text
    await coordinate(fatima, code)
    assert "Noord · ronde 1 · gesloten" in fatima.last.text
    await fatima.press("Naast elkaar")
    assert fatima.place == "/programme/1/side"
    assert "Noord: 95 (ronde 1, n = 5)" in fatima.last.text
    await fatima.open("/programme/1/next")
    assert "Volgende stappen" in fatima.last.text
    await fatima.open("/programme")
    assert fatima.place == "/programme/1"
    await fatima.press("Noord")
    assert fatima.place == "/coordinate/summary/1"
    await fatima.press("‹ Programma")
    await fatima.press("De samenwerkingen die u volgt")
    assert "Noord · ronde 1 · gesloten" in fatima.last.text
    await fatima.press("English")
    assert "Noord · round 1 · closed" in fatima.last.text


async def test_an_address_of_a_programme_is_for_its_readers(house: House, visitors: Visitors) -> None:
    house.add("Noord")
    code, fatima = made(house, "Stad", 1), visitors()
    await coordinate(fatima, code)
    await fatima.open(f"/i/{code}")
    assert "Op deze telefoon doet al iemand mee met Stad" in fatima.last.text, "whoever has the seat is let in"
    for place in ("/programme/99", "/programme/1/forged", "/programme/1/side/99.99", "/programme/1/home/x"):
        await fatima.open(place)
        assert fatima.status == 200
    late = visitors()
    await late.open(f"/i/{code}")
    assert "al gebruikt, of te oud" in late.last.text
    await late.open("/programme/1")
    assert "Noord" not in late.last.whole


async def test_what_is_agreed_and_what_comes_next(house: House, server: TelegramServer) -> None:
    house.add("Noord"), house.add("Zuid")
    close(house, 1)
    with house.app.database.transaction() as tx:
        wave = partnerships.last_wave(tx, 1)
        facts = {"what": "Elke week koffie", "who": "Fatima", "by_when": date(2026, 5, 1)}
        assert agreements.add(tx, wave.id, facts, house.clock().date())
        waves.prepare(tx, 1, opens_at=house.clock().replace(month=9))
        waves.confirm(tx, 1, house.clock())
        waves.set_closing(tx, partnerships.last_wave(tx, 2).id, house.clock().replace(month=4), house.clock())
    fatima = await follow(house, server, made(house, "Stad", 1, 2))
    await press(house, fatima, "Volgende stappen")
    assert fatima.last.text == (
        "Volgende stappen\n\n"
        "Noord\n\n"
        "Dit spraken we af na ronde 1:\n"
        "1. Elke week koffie · Fatima · nog niet bekend\n\n"
        "Ronde 1 is gesloten op 2 maart 2026. De volgende ronde gaat open op woensdag 2 september 11:30.\n\n"
        "Zuid\n\n"
        "Er zijn geen afspraken opgeschreven.\n\n"
        "Ronde 1 is open. De ronde sluit vanzelf op donderdag 2 april 11:30."
    )


async def test_a_wave_that_has_no_scores_yet_shows_those_of_the_one_before(
    house: House, server: TelegramServer
) -> None:
    north = house.add("Noord")
    await five_answer(house, server, north.invitation)
    close(house, 1)
    with house.app.database.transaction() as tx:
        found = partnerships.find(tx, "1")
        assert found
        opening.open_wave(tx, house.app.texts, found, house.clock(), house.clock())
    fatima = await follow(house, server, made(house, "Stad", 1))
    assert "Noord · ronde 2 · open" in fatima.last.text
    assert "Dit zijn de scores van ronde 1:\nDe samenwerking als geheel: 95" in fatima.last.text


@pytest.mark.fire
@pytest.mark.long
async def test_a_reader_changes_nothing_and_sees_no_other_partnership(house: House, server: TelegramServer) -> None:
    """Every action with every argument, and every command; what is left out later is shut from then on."""
    for name in ("Noord", "Zuid", "Geheim Genootschap"):
        house.add(name)
    made(house, "Ander", 3)
    fatima = await follow(house, server, made(house, "Stad", 1, 2))
    before, message = everything(house), fatima.last
    for one in every_press():
        await fatima.press_data(encode(one), message)
    await house.settle()
    for name in (*COORDINATING, "continue", "help", "mydata"):
        await say(house, fatima, f"/{name} 1")
    assert everything(house) == before
    assert "Geheim" not in "\n".join(one.text for one in fatima.messages)
    with house.app.database.transaction() as tx:
        programmes.leave_out(tx, 2, [2])
    await fatima.press_data(encode(Coordinate(2, "summary")), message)
    await house.settle()
    assert "1 samenwerking\n" in fatima.last.text
    assert "Zuid" not in fatima.last.text


def every_press() -> Iterator[Press]:
    """All that can stand in a button, but that they stop."""
    arguments = ("-", "1", "viewer", "coordinator", "d3", "nl.x", "0", "1.1", "9" * 18)
    for action, number, argument in product((*ACTIONS, "forged"), (0, 1, 3, 99), arguments):
        yield Coordinate(number, action, argument)
    for action, number, argument in product({*programme.ACTIONS, "forged"} - {"left"}, (0, 1, 2, 99), arguments):
        yield ReadProgramme(number, action, argument)


async def test_of_somebody_who_reads_nothing_it_is_an_old_button(house: House, server: TelegramServer) -> None:
    codes = house.add("Noord")
    made(house, "Stad", 1)
    stranger, anna = server.person(language_code="nl"), server.person(language_code="nl")
    await say(house, stranger, "/start")
    await agree(house, anna, codes.invitation)
    boss = await coordinator(house, server, codes.coordinator)
    for action in programme.ACTIONS:
        for person in (stranger, anna, boss):
            await person.press_data(encode(ReadProgramme(1, action)), person.last)
            await house.settle()
    assert "Hallo!" in stranger.last.text
    assert "Zin 1 van 26" in anna.last.text
    assert "Wat wilt u doen?" in boss.last.text
    await say(house, boss, "/programma")
    assert "Wat wilt u doen?" in boss.last.text
    for person in (stranger, anna, boss):
        assert not any("Stad" in one.text for one in person.messages)


async def test_a_link_works_once_and_not_too_late_and_not_in_a_group(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    house.add("Noord")
    code, second = made(house, "Stad", 1), made(house, "Dorp", 1)
    fatima = await follow(house, server, code)
    late = await follow(house, server, code)
    assert "al gebruikt, of te oud" in late.last.text
    await say(house, fatima, f"/start {code}")
    assert "Noord · ronde 1 · open" in fatima.last.text, "whoever has the seat is let in"
    group = server.group()
    await group.write(server.person(language_code="nl"), f"/start {second}")
    await house.settle()
    assert "Deze link is voor één persoon" in group.last.text
    clock.pass_time(days=31)
    assert "al gebruikt, of te oud" in (await follow(house, server, second)).last.text
    assert house.rows("SELECT COUNT(*) FROM programme_readers") == [(1,)]


async def test_an_unknown_language_is_that_of_the_programme(house: House, server: TelegramServer) -> None:
    house.add("Noord")
    in_english = await follow(house, server, made(house, "City", 1, language="en"), "hu")
    in_dutch = await follow(house, server, made(house, "Stad", 1), "hu")
    assert "From now on you read along with City." in in_english.last.text
    assert "Vanaf nu leest u mee met Stad." in in_dutch.last.text


async def test_coordinators_see_who_reads_along_and_readers_get_no_messages(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add("Noord")
    fatima = await follow(house, server, made(house, "Stad & <b>Land</b>", 1))
    boss = await coordinator(house, server, codes.coordinator)
    await say(house, boss, "/team")
    assert "Stad & <b>Land</b> leest mee." in boss.last.text
    assert "1 coördinator\n0 personen of groepen" in boss.last.text
    read = len(fatima.messages)
    await five_answer(house, server, codes.invitation)
    clock.pass_time(days=8)
    await house.caught_up()
    close(house, 1)
    await house.caught_up()
    assert "Gemiddelde van alle zinnen: 69" in boss.last.text
    assert len(fatima.messages) == read


async def test_who_stops_is_forgotten_unless_they_are_somebody_else_here(house: House, server: TelegramServer) -> None:
    codes = house.add("Noord")
    fatima = await follow(house, server, made(house, "Stad", 1))
    await say(house, fatima, "/stop")
    await press(house, fatima, "Nee, ga terug", "Ik wil stoppen met meelezen", "Ja, stoppen")
    assert fatima.last.text == "U leest niet meer mee met Stad."
    assert house.rows("SELECT COUNT(*) FROM contacts") == [(0,)]
    anna = await follow(house, server, made(house, "Dorp", 1))
    await agree(house, anna, codes.invitation)
    await say(house, anna, "/programma")
    await press(house, anna, "Ik wil stoppen met meelezen", "Ja, stoppen")
    await say(house, anna, "/verder")
    assert "Zin 1 van 26" in anna.last.text


async def test_of_who_erases_everything_not_even_the_seat_is_kept(house: House, server: TelegramServer) -> None:
    codes = house.add("Noord")
    anna = await follow(house, server, made(house, "Stad", 1))
    await agree(house, anna, codes.invitation)
    await say(house, anna, "/wissen")
    await press(house, anna, "Ja, alles verwijderen")
    assert "We bewaren niets meer over u" in anna.last.text
    assert house.rows("SELECT COUNT(*) FROM programme_readers") == [(0,)]
    await say(house, anna, "/programma")
    assert "Noord" not in anna.last.text


async def test_when_a_programme_ends_its_readers_are_forgotten(house: House, server: TelegramServer) -> None:
    house.add("Noord")
    fatima = await follow(house, server, made(house, "Stad", 1))
    with house.app.database.transaction() as tx:
        programmes.end(tx, 1)
    assert house.rows("SELECT COUNT(*) FROM contacts") == [(0,)]
    await press(house, fatima, "Naast elkaar")
    assert "Hallo!" in fatima.last.text
    assert house.rows("SELECT COUNT(*) FROM partnerships") == [(1,)]


async def test_who_reads_two_chooses_and_who_coordinates_as_well_has_both(house: House, server: TelegramServer) -> None:
    codes = house.add("Noord")
    house.add("Zuid")
    fatima = await follow(house, server, made(house, "Stad", 1, 2))
    await say(house, fatima, f"/start {codes.coordinator}")
    await say(house, fatima, f"/start {made(house, 'Dorp', 2)}")
    await say(house, fatima, "/programma")
    assert fatima.last.text == "Welk programma?"
    await press(house, fatima, "Stad")
    assert "2 samenwerkingen" in fatima.last.text
    await say(house, fatima, "/stand")
    assert "Noord · ronde 1 · open" in fatima.last.text, "their own partnership, and not one they read along with"
    await say(house, fatima, "/team")
    await press(house, fatima, "‹ Terug")
    assert "‹ Programma" not in {label for row in fatima.last.rows for label, _ in row}
    await press(house, fatima, "De samenwerkingen die u volgt")
    assert fatima.last.text == "Welk programma?"
    await fatima.press_data(encode(Coordinate(2, "summary")), fatima.last)
    await house.settle()
    assert "‹ Programma" in {label for row in fatima.last.rows for label, _ in row}


@pytest.mark.long
async def test_sixty_partnerships_with_the_longest_names_fit_and_are_all_there(
    house: House, server: TelegramServer
) -> None:
    names = [f"{number:02} ".ljust(LONGEST["name"], "&") for number in range(60)]
    for name in names:
        house.add(name)
    with house.app.database.transaction() as tx:
        for number in range(1, 61):
            wave = partnerships.last_wave(tx, number)
            waves.rename(tx, wave.id, "R" * 60)
            for _ in range(5):
                facts = {"what": "w" * 200, "who": "o" * 80, "by_when": date(2026, 5, 1)}
                agreements.add(tx, wave.id, facts, house.clock().date())
    fatima = await follow(house, server, made(house, "S" * 80, *range(1, 61)))
    for action, pages in (("home", 12), ("side", 3), ("next", 20)):
        await fatima.press_data(encode(ReadProgramme(1, action)), fatima.last)
        await house.settle()
        seen = set[str]()
        for page in range(1, pages + 1):
            assert f"Pagina {page} van {pages}" in fatima.last.text
            assert len(fatima.last.text) <= MOST_TEXT
            seen |= {name for name in names if name in fatima.last.text}
            await press(house, fatima, *(["Volgende pagina"] if page < pages else ["Vorige pagina"]))
        assert seen == {*names}


async def test_nothing_that_is_not_published_changes_what_is_shown(house: House, server: TelegramServer) -> None:
    """Two worlds that differ only in answers that are not released yet: a reader cannot tell them apart, whatever they
    look at."""
    north, south = house.add("Noord"), house.add("Zuid")
    await five_answer(house, server, north.invitation)
    close(house, 1)
    with house.app.database.transaction() as tx:
        found = partnerships.find(tx, "1")
        assert found
        opening.open_wave(tx, house.app.texts, found, house.clock(), house.clock())
    await five_answer(house, server, south.invitation)
    fatima = await follow(house, server, made(house, "Stad", 1, 2))
    one = await all_screens(house, fatima)
    with house.app.database.transaction() as tx:
        tx.connection.execute(update(answers).values(option="no"))
    assert await all_screens(house, fatima) == one
    assert any(re.search(r"Noord: 95", text) for text in one)


async def all_screens(house: House, person: Person) -> list[str]:
    seen = list[str]()
    presses: tuple[Press, ...] = (
        *(ReadProgramme(1, action) for action in ("home", "next")),
        *(ReadProgramme(1, "side", str(number)) for number in range(1, 8)),
        *(
            Coordinate(number, action)
            for number in (1, 2)
            for action in ("home", "summary", "table", "rounds", "views")
        ),
    )
    for one in presses:
        await person.press_data(encode(one), person.last)
        await house.settle()
        seen.append(person.last.text)
    return seen


async def test_a_reader_makes_a_token_sees_it_once_and_stops_it(house: House, visitors: Visitors) -> None:
    house.add("Noord")
    fatima = visitors()
    await coordinate(fatima, made(house, "Stad", 1))
    await fatima.press("Gegevens voor uw eigen software")
    assert fatima.place == "/programme/1/tokens"
    assert "U hebt geen tokens." in fatima.last.text
    page = await fatima.press("Maak een token")
    (token,) = re.findall(r"samenspraak_[\w-]{43}", page.text)
    assert f"{house.page}/api/v1/openapi.json" in page.text
    with_it = {"Authorization": f"Bearer {token}"}
    async with fatima.session.get("/api/v1/programme", headers=with_it) as answer:
        assert (await answer.json())["name"] == "Stad"
    await fatima.press("‹ Terug")
    assert token not in fatima.last.html
    assert "Token 1 is van 2 maart 2026. Het werkt tot 2 maart 2027." in fatima.last.text
    assert "Het is voor het laatst gebruikt op 2 maart 2026." in fatima.last.text
    await fatima.press("Stop token 1")
    assert fatima.last.text.startswith("Token 1 werkt niet meer.")
    assert "U hebt geen tokens." in (await fatima.open("/programme/1/tokens")).text
    async with fatima.session.get("/api/v1/programme", headers=with_it) as answer:
        assert answer.status == 401


async def test_a_token_is_of_one_reader_and_there_are_not_many(house: House, server: TelegramServer) -> None:
    house.add("Noord")
    fatima, sam = await follow(house, server, made(house, "Stad", 1)), server.person(language_code="nl")
    with house.app.database.transaction() as tx:
        code = links.make_programme_link(tx, 1, house.clock())
    await say(house, sam, f"/start {code}")
    for _ in range(api_tokens.MOST + 2):
        await fatima.press_data(encode(ReadProgramme(1, "token_make")), fatima.last)
        await house.settle()
    tokens = house.rows("SELECT DISTINCT contact_id, COUNT(*) FROM api_tokens GROUP BY contact_id")
    assert tokens == [(1, api_tokens.MOST)]
    assert "Maak een token" not in {label for row in fatima.last.rows for label, _ in row}
    await sam.press_data(encode(ReadProgramme(1, "token_stop", "1")), sam.last)
    await house.settle()
    assert house.rows("SELECT COUNT(*) FROM api_tokens") == [(api_tokens.MOST,)]
    assert "U hebt geen tokens." in sam.last.text
