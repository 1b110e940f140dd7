"""Waves as coordinators and operators steer them: whom each step reaches, and what every wrong turn does."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.coordination.actions import ACTIONS
from bot.coordination.feedback import LONGEST_ANSWER
from bot.coordination.request import State
from bot.delivery import rate_limit
from bot.letters import Letter
from bot.survey.conversation.buttons import Coordinate, encode
from storage import letters, partnerships, respondents
from storage.turnout import turnout_of
from tests.actors import answer, coordinator, press, say
from tests.coordination.test_coordinator import everything
from tests.house import Clock, House, agree
from tests.telegram_server import Person, TelegramServer
from tests.variants import variants


async def closed_wave(house: House, server: TelegramServer, people: int = 3) -> tuple[Person, list[Person]]:
    """A coordinator whose first wave is closed, and the respondents who were in it."""
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    came = [server.person(language_code="nl") for _ in range(people)]
    for person in came:
        await agree(house, person, codes.invitation)
        await answer(house, person, "yes")
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await house.caught_up()
    return fatima, came


def open_waves(house: House) -> list[int]:
    return [number for (number,) in house.rows("SELECT number FROM waves WHERE closed_at IS NULL")]


def invitations(person: Person) -> int:
    return sum("vraagt u opnieuw" in message.text for message in person.messages)


async def test_the_preview_counts_whom_it_reaches(house: House, server: TelegramServer) -> None:
    fatima, (anna, ben, cem, dora) = await closed_wave(house, server, 4)
    await press(house, anna, "Mijn gegevens")
    await say(house, ben, "/stop")
    await cem.block()
    await house.settle()
    house.rows("UPDATE responses SET reminders = false WHERE id = 4 RETURNING id")
    await say(house, fatima, "/openen")
    assert "Dit bereikt 2 mensen." in fatima.last.text
    assert "1 van hen krijgt geen herinneringen." in fatima.last.text
    assert "2 mensen deden eerder mee, maar zijn niet bereikbaar of willen geen berichten." in fatima.last.text
    await press(house, fatima, "Ja, openen")
    house.clock.pass_time(minutes=6)
    await house.caught_up()
    assert [invitations(person) for person in (anna, ben, cem, dora)] == [1, 0, 0, 1]
    house.clock.pass_time(days=3)
    await house.caught_up()
    assert [sum("U kunt nog meedoen" in m.text for m in person.messages) for person in (anna, dora)] == [1, 0]


async def test_an_opening_at_night_invites_in_the_morning(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    clock.now = datetime(2026, 3, 3, 21, 30, tzinfo=UTC)
    await say(house, fatima, "/openen")
    assert "woensdag 4 maart 09:00" in fatima.last.text
    await press(house, fatima, "Ja, openen")
    for hours, expected in ((1, 0), (8, 0), (2, 1), (5, 1)):
        clock.pass_time(hours=hours)
        await house.caught_up()
        assert invitations(anna) == expected


async def test_undo_leaves_no_trace(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    before = house.rows("SELECT id, number, closed_at FROM waves")
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen")
    old = fatima.last
    await press(house, fatima, "Terugdraaien")
    clock.pass_time(minutes=10)
    await house.caught_up()
    assert house.rows("SELECT id, number, closed_at FROM waves") == before
    assert invitations(anna) == 0
    await fatima.press("Terugdraaien", message=old)
    await house.settle()
    assert house.rows("SELECT id, number, closed_at FROM waves") == before


async def test_what_somebody_answered_is_not_undone(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server)
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen")
    (code,) = house.rows("SELECT code FROM invitations")[0]
    eva = server.person(language_code="nl")
    await agree(house, eva, code)
    await press(house, fatima, "Terugdraaien")
    assert "niet meer terugdraaien" in fatima.last.text
    assert open_waves(house) == [2]


async def test_the_status_of_a_new_round_counts_that_round_alone(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 5)
    await say(house, fatima, "/stand")
    assert "Er is 5 keer een link geopend." in fatima.last.text
    assert "Waar mensen zijn gestopt" in fatima.last.text
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen")
    await say(house, fatima, "/stand")
    assert "Er is 0 keer een link geopend.\n0 mensen zijn begonnen.\n0 mensen zijn klaar." in fatima.last.text
    assert "Waar mensen" not in fatima.last.text
    ((code,),) = house.rows("SELECT code FROM invitations")
    await say(house, server.person(language_code="nl"), f"/start {code}")
    await say(house, fatima, "/stand")
    assert "Er is 1 keer een link geopend." in fatima.last.text


async def test_an_opening_that_is_undone_leaves_the_counts_of_before(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server)
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen", "Terugdraaien")
    await say(house, fatima, "/stand")
    assert "Er is 3 keer een link geopend.\n3 mensen zijn begonnen." in fatima.last.text


async def test_between_rounds_an_invitation_says_that_nobody_can_take_part(
    house: House, server: TelegramServer
) -> None:
    fatima, _ = await closed_wave(house, server)
    for action in (Coordinate(1, "invite"), Coordinate(1, "poster"), Coordinate(1, "named", "bakker")):
        await fatima.press_data(encode(action), fatima.last)
        await house.settle()
        assert "Er is nu geen ronde open. Wie deze link opent, leest dat en kan nog niet meedoen." in fatima.last.text
        assert "Open eerst een volgende ronde" in fatima.last.text
        assert "kan meedoen" not in fatima.last.text
    await say(house, fatima, "/openen 1-6-2026")
    await press(house, fatima, "Ja, openen")
    await say(house, fatima, "/uitnodigen")
    assert "Ronde 2 gaat open op maandag 1 juni 09:00." in fatima.last.text
    await say(house, fatima, "/team")
    await press(house, fatima, "Link voor een coördinator")
    (link,) = re.findall(r"start=(\w+)", fatima.last.text)
    joost = await coordinator(house, server, link)
    assert "Er is nu geen ronde open. Met de knop opent u de volgende." in joost.last.text
    assert "Volgende ronde openen" in str(joost.last.rows)


async def test_two_taps_open_one_wave(house: House, server: TelegramServer) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    await say(house, fatima, "/openen")
    button = fatima.last
    for _ in range(3):
        await fatima.press("Ja, openen", message=button)
    await house.settle()
    house.clock.pass_time(minutes=6)
    await house.caught_up()
    assert open_waves(house) == [2]
    assert invitations(anna) == 1


@pytest.mark.parametrize(
    "typed",
    ["31-2-2027", "1-1-2020", "1-3-2099", "99-99-9999", "2027-13-01", "0-0-0000", "1-1-0000"],
)
async def test_a_day_that_cannot_be_is_told(house: House, server: TelegramServer, typed: str) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await say(house, fatima, f"/openen {typed}")
    assert "Die dag is niet duidelijk" in fatima.last.text
    assert house.rows("SELECT opens_at FROM plans WHERE opens_at IS NOT NULL") == []


async def test_a_day_among_the_words_is_never_taken_for_a_name(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    for typed in ("na de zomer 15/1", "na de zomer 15 januari", "after summer jan 15", "na fase 1 15.1.27", "15e"):
        await say(house, fatima, f"/openen {typed}")
        assert "Die dag is niet duidelijk" in fatima.last.text
        assert house.rows("SELECT name FROM plans WHERE name IS NOT NULL") == []
    await say(house, fatima, "/openen na de zomer 15-1-2027")
    assert "Naam: na de zomer\n" in fatima.last.text
    assert "vrijdag 15 januari" in fatima.last.text
    await press(house, fatima, "Ja, openen")
    assert open_waves(house) == []


NAMES = ("<b>na</b> & {0}", "x" * 500, "שלום", "na\nfase\t1", "👩‍👩‍👧 " * 20, "%s \\")


@pytest.mark.parametrize("name", variants(NAMES, always=2))
async def test_names_of_rounds_of_every_kind(house: House, server: TelegramServer, name: str) -> None:
    fatima, (anna,) = await closed_wave(house, server, 1)
    await say(house, fatima, f"/openen {name}")
    await press(house, fatima, "Ja, openen")
    house.clock.pass_time(minutes=6)
    await house.caught_up()
    for command in ("/stand", "/samenvatting", "/sluiten", "/instellingen"):
        await say(house, fatima, command)
    assert invitations(anna) == 1
    ((kept,),) = house.rows("SELECT name FROM waves WHERE number = 2")
    assert 0 < len(kept) <= 40
    assert kept in fatima.last.text


async def test_a_plan_opens_on_its_day_or_not_at_all(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    await say(house, fatima, "/openen 1-4-2026 na fase 1")
    await press(house, fatima, "Ja, openen", "Deze ronde toch niet openen")
    clock.now = datetime(2026, 4, 2, 10, tzinfo=UTC)
    await house.caught_up()
    assert open_waves(house) == []
    await say(house, fatima, "/openen 6-4-2026 na Pasen")
    await press(house, fatima, "Ja, openen")
    clock.now = datetime(2026, 4, 6, 6, 59, tzinfo=UTC)
    await house.caught_up()
    assert open_waves(house) == []
    clock.now = datetime(2026, 4, 6, 7, 1, tzinfo=UTC)  # nine in the morning, summer time
    await house.caught_up()
    assert open_waves(house) == [2]
    assert invitations(anna) == 1
    assert house.rows("SELECT name FROM waves WHERE number = 2") == [("na Pasen",)]


async def test_a_plan_is_dropped_when_the_round_is_opened_again(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, _ = await closed_wave(house, server)
    await say(house, fatima, "/openen 1-4-2026")
    await press(house, fatima, "Ja, openen")
    await fatima.press_data(encode(Coordinate(1, "reopen")), fatima.last)
    await house.settle()
    assert "De volgende ronde gaat dan niet vanzelf open." in fatima.last.text
    await press(house, fatima, "Ja, weer openen")
    clock.now = datetime(2026, 4, 2, 10, tzinfo=UTC)
    await house.caught_up()
    assert open_waves(house) == [1]


async def test_who_was_at_statement_twenty_hears_of_the_closing_and_goes_on_when_it_is_opened_again(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    anna = server.person(language_code="nl")
    await agree(house, anna, codes.invitation)
    for _ in range(19):
        await answer(house, anna, "yes")
    await say(house, fatima, "/sluiten")
    assert "1 persoon is nog bezig." in fatima.last.text
    assert "1 persoon krijgt daarover een bericht." in fatima.last.text
    await press(house, fatima, "Ja, sluiten")
    await house.caught_up()
    assert "U was nog niet klaar. Uw antwoorden zijn bewaard" in anna.last.text
    assert house.rows("SELECT count(*) FROM answers") == [(19,)]
    await press(house, fatima, "Volgende ronde openen", "Ronde 1 weer openen", "Ja, weer openen")
    await say(house, anna, "/verder")
    assert "Zin 20 van 26" in anna.last.text
    for _ in range(7):
        await answer(house, anna, "yes")
    await press(house, anna, "Klaar")
    assert partnerships_turnout(house) == (1, 1)


def partnerships_turnout(house: House) -> tuple[int, int]:
    with house.app.database.transaction() as tx:
        found = turnout_of(tx, partnerships.last_wave(tx, 1).id)
    return found.started, found.completed


async def test_a_round_is_not_opened_again_once_the_next_one_is(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server)
    await say(house, fatima, "/openen")
    again = fatima.last
    await press(house, fatima, "Ja, openen")
    await fatima.press("Ronde 1 weer openen", message=again)
    await house.settle()
    await fatima.press_data(encode(Coordinate(1, "reopen_yes", "1")), fatima.last)
    await house.settle()
    assert open_waves(house) == [2]


async def test_a_wave_closes_by_itself_and_says_so_once(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    await say(house, fatima, "/openen")
    await press(house, fatima, "Sluitdatum", "Na 2 weken", "Ja, openen")
    clock.pass_time(minutes=6)
    await house.caught_up()
    await answer(house, anna, "yes")
    clock.pass_time(days=13, hours=7)
    await house.caught_up()
    assert open_waves(house) == [2]
    clock.pass_time(days=1, hours=1)
    for _ in range(3):
        await house.caught_up()
    assert open_waves(house) == []
    assert sum("ronde 2 · gesloten" in message.text for message in fatima.messages) == 1
    assert sum("U was nog niet klaar" in message.text for message in anna.messages) == 2  # once for each round


async def test_an_open_round_gets_a_closing_date_or_loses_it(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima = await coordinator(house, server, house.add().coordinator)
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Sluitdatum", "Na 2 weken")
    assert "De ronde sluit vanzelf op maandag 16 maart 18:00." in fatima.last.text
    await press(house, fatima, "Sluitdatum", "Ik sluit de ronde zelf")
    clock.pass_time(days=15)
    await house.caught_up()
    assert open_waves(house) == [1]
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Sluitdatum", "Na 3 weken")
    clock.pass_time(days=22)
    await house.caught_up()
    assert open_waves(house) == []


async def test_no_reminder_is_offered_for_after_the_closing(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    await say(house, fatima, "/openen")
    await press(house, fatima, "Sluitdatum", "Na 2 weken", "Ja, openen")
    clock.pass_time(days=10)
    await house.caught_up()
    await answer(house, anna, "yes")
    await press(house, anna, "Pauze")
    assert "Over een week" not in str(anna.last.rows)
    assert "Morgen 09:00" in str(anna.last.rows)


async def in_english(house: House, person: Person) -> None:
    await say(house, person, "/language")
    await press(house, person, "English")


async def test_an_answer_needs_every_language_and_goes_out_once(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, (anna, ben, cem) = await closed_wave(house, server)
    await in_english(house, ben)
    await say(house, cem, "/stop")
    await say(house, fatima, "/delen nl Wij zetten <b>koffie</b> & thee.")
    await fatima.press_data(encode(Coordinate(1, "share_yes", "1")), fatima.last)
    await house.settle()
    assert "Typ uw bericht in elke taal" in fatima.last.text
    await say(house, fatima, "/delen fr Merci")
    await say(house, fatima, "/delen en")
    await say(house, fatima, "/delen en " + "x" * (LONGEST_ANSWER + 1))
    assert f"Het mogen er niet meer dan {LONGEST_ANSWER} zijn" in fatima.last.text
    assert house.rows("SELECT language FROM feedback") == [("nl",)]
    await say(house, fatima, "/delen EN We make coffee.")
    assert "Dit bereikt 2 mensen, één keer." in fatima.last.text
    for _ in range(2):
        await fatima.press_data(encode(Coordinate(1, "share_yes", "1")), fatima.last)
        await house.settle()
        await house.caught_up()
    clock.pass_time(days=1)
    await house.caught_up()
    told = [
        [m.text for m in person.messages if "u zei het" in m.text or "you said" in m.text]
        for person in (anna, ben, cem)
    ]
    assert [len(messages) for messages in told] == [1, 1, 0]
    assert "Wij zetten <b>koffie</b> & thee." in told[0][0]
    assert "We make coffee." in told[1][0]
    await say(house, fatima, "/delen nl Nog iets.")
    assert "is verstuurd op" in fatima.last.text


async def test_a_stop_holds_back_what_was_waiting_for_the_morning(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    anna, ben = server.person(language_code="nl"), server.person(language_code="nl")
    for person in (anna, ben):
        await agree(house, person, codes.invitation)
    clock.now = datetime(2026, 3, 2, 22, tzinfo=UTC)
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await house.caught_up()
    await say(house, anna, "/stop")
    clock.pass_time(hours=12)
    await house.caught_up()
    assert [sum("U was nog niet klaar" in m.text for m in person.messages) for person in (anna, ben)] == [0, 1]


async def test_wrong_arguments_change_nothing(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server)
    before = everything(house)
    for action in ("open_name", "open_day", "open_weeks", "open_yes", "undo", "close_yes", "reopen_yes", "share_yes"):
        for argument in ("-", "999", "-1", "0x1", "9" * 18, "1e3", "٣", "yes"):
            await fatima.press_data(encode(Coordinate(1, action, argument)), fatima.last)
            await house.settle()
    assert everything(house) == before
    assert house.rows("SELECT count(*) FROM plans WHERE confirmed_at IS NOT NULL") == [(0,)]


async def test_at_another_moment_an_action_shows_what_there_is_and_changes_nothing(
    house: House, server: TelegramServer
) -> None:
    """Every action that is only for some states, in each of the others, with all that it could be about."""
    fatima, _ = await closed_wave(house, server)
    await out_of_place(house, fatima, State.CLOSED, "Wilt u ronde 2 openen?")
    await say(house, fatima, "/openen 1-6-2026")
    await press(house, fatima, "Ja, openen")
    await out_of_place(house, fatima, State.PLANNED, "Ronde 2 staat gepland.")
    await say(house, fatima, "/openen")
    await press(house, fatima, "Deze ronde toch niet openen", "Volgende ronde openen", "Ja, openen")
    await out_of_place(house, fatima, State.OPEN, "Ronde 2 is open. Sluit die eerst.")


async def out_of_place(house: House, fatima: Person, state: State, here: str) -> None:
    before = (everything(house), house.rows("SELECT * FROM plans"))
    for name, action in ACTIONS.items():
        told = "is al gesloten." if action.when == (State.OPEN,) else here
        if action.when and state not in action.when:
            for argument in ("1", "2", "2.-", "2.1", "2.2", "3", "3.1", "3.2"):
                await fatima.press_data(encode(Coordinate(1, name, argument)), fatima.last)
                await house.settle()
                assert told in fatima.last.text, name
    assert (everything(house), house.rows("SELECT * FROM plans")) == before


@pytest.mark.parametrize(
    ("typed", "kept"), [("2 5", (2, 5)), ("1,30", (1, 30)), ("5 2", None), ("0 3", None), ("x", None)]
)
async def test_days_of_silence_are_set_per_partnership(
    house: House, server: TelegramServer, typed: str, kept: tuple[int, int] | None
) -> None:
    fatima = await coordinator(house, server, house.add().coordinator)
    await say(house, fatima, f"/instellingen herinneringen {typed}")
    assert ("Dat lukte niet" in fatima.last.text) == (kept is None)
    assert house.rows("SELECT remind_after, remind_again FROM partnerships") == [kept or (2, 5)]


async def test_the_command_line_opens_and_opens_again(house: House, server: TelegramServer) -> None:
    house.add()
    assert (await house.command("wave", "open", "1"))[:2] == (2, "")
    assert (await house.command("wave", "close", "1"))[0] == 0
    assert (await house.command("wave", "reopen", "1"))[0] == 0
    assert open_waves(house) == [1]
    assert (await house.command("wave", "reopen", "1"))[0] == 2
    assert (await house.command("wave", "close", "1"))[0] == 0
    code, out, _ = await house.command("wave", "open", "1", "--name", "na fase 1", "--weeks", "3")
    assert code == 0
    assert out.startswith("Wave 2 of De Verbinders is open.\nIt invites 0 people from ")
    assert (await house.command("wave", "reopen", "1"))[0] == 2
    ((name, opened, closes),) = house.rows("SELECT name, opened_at, closes_at FROM waves WHERE number = 2")
    assert name == "na fase 1"
    assert timedelta(days=20) < datetime.fromisoformat(closes) - datetime.fromisoformat(opened) < timedelta(days=22)


async def test_who_erases_is_not_asked_again(house: House, server: TelegramServer) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    with house.app.database.transaction() as tx:
        respondents.erase(tx, house.app.texts.checklist, 2)
    await say(house, fatima, "/openen")
    assert "Dit bereikt 2 mensen." in fatima.last.text
    await press(house, fatima, "Ja, openen")
    house.clock.pass_time(minutes=6)
    await house.caught_up()
    assert invitations(anna) == 0


async def test_an_answer_is_for_those_who_were_there_and_not_for_who_comes_later(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    for spoken in ("nl", "en"):
        await say(house, fatima, f"/delen {spoken}\nWij zetten koffie.")
    clock.pass_time(minutes=1)
    await press(house, fatima, "Ja, versturen")
    clock.pass_time(minutes=1)
    await press(house, fatima, "Volgende ronde openen", "Ronde 1 weer openen", "Ja, weer openen")
    (code,) = house.rows("SELECT code FROM invitations")[0]
    eva = server.person(language_code="nl")
    await agree(house, eva, code)
    await house.caught_up()
    assert not any("u zei het" in message.text for person in (anna, eva) for message in person.messages)
    clock.pass_time(minutes=1)
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await house.caught_up()
    told = [sum("u zei het" in message.text for message in person.messages) for person in (anna, eva)]
    assert told == [1, 0]


async def test_who_goes_on_in_a_reopened_round_hears_of_its_second_closing(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, (anna, *_) = await closed_wave(house, server, 1)
    await press(house, fatima, "Volgende ronde openen", "Ronde 1 weer openen", "Ja, weer openen")
    await say(house, anna, "/verder")
    await answer(house, anna, "yes")
    clock.pass_time(hours=1)
    await say(house, fatima, "/sluiten")
    assert "1 persoon krijgt daarover een bericht." in fatima.last.text
    await press(house, fatima, "Ja, sluiten")
    await house.caught_up()
    assert sum("U was nog niet klaar" in message.text for message in anna.messages) == 2


async def test_a_round_that_was_closed_before_it_invited_invites_nobody_when_reopened(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, (anna, *_) = await closed_wave(house, server)
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen")
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ronde 2 weer openen", "Ja, weer openen")
    clock.pass_time(hours=2)
    await house.caught_up()
    assert invitations(anna) == 0


async def test_the_result_that_is_asked_for_after_a_stop_comes(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    people = [server.person(language_code="nl") for _ in range(2)]
    for person in people:
        await agree(house, person, codes.invitation)
        for _ in range(26):
            await answer(house, person, "yes")
        await press(house, person, "Klaar", "Stuur mij later het resultaat")
        await say(house, person, "/stop")
    await say(house, people[0], "/verder")
    await press(house, people[0], "Stuur mij later het resultaat")
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await house.caught_up()
    assert [sum("Dank u wel voor het meedoen" in m.text for m in person.messages) for person in people] == [1, 0]


async def test_a_day_that_passed_before_it_was_confirmed_is_no_day(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    fatima, _ = await closed_wave(house, server)
    await say(house, fatima, "/openen 5-3-2026")
    assert "donderdag 5 maart 09:00" in fatima.last.text
    clock.pass_time(days=10)
    await say(house, fatima, "/openen")
    assert "donderdag 12 maart 10:35" in fatima.last.text
    await press(house, fatima, "Ja, openen")
    assert open_waves(house) == [2]


async def test_an_old_button_changes_no_later_round(house: House, server: TelegramServer) -> None:
    fatima = await coordinator(house, server, house.add().coordinator)
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Sluitdatum")
    old = fatima.last
    await say(house, fatima, "/sluiten")
    await press(house, fatima, "Ja, sluiten")
    await say(house, fatima, "/openen")
    await press(house, fatima, "Ja, openen")
    await fatima.press("Na 2 weken", message=old)
    await house.settle()
    assert house.rows("SELECT closes_at FROM waves WHERE closes_at IS NOT NULL") == []


async def test_a_confirmed_plan_is_not_changed_in_passing(house: House, server: TelegramServer, clock: Clock) -> None:
    fatima, _ = await closed_wave(house, server)
    await say(house, fatima, "/openen 6-4-2026 na Pasen")
    await press(house, fatima, "Ja, openen")
    await say(house, fatima, "/openen fase 3")
    assert "Ronde 2 staat gepland." in fatima.last.text
    clock.now = datetime(2026, 4, 6, 7, 1, tzinfo=UTC)
    await house.caught_up()
    assert house.rows("SELECT name FROM waves WHERE number = 2") == [("na Pasen",)]
    assert any("U had deze ronde voor vandaag gepland" in message.text for message in fatima.messages)


@pytest.mark.parametrize("typed", ["fr Merci", "nl", "Wij zetten koffie", "nl " + "👩" * 1000])
async def test_an_answer_that_does_not_fit_says_why(house: House, server: TelegramServer, typed: str) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    await say(house, fatima, f"/delen {typed}")
    assert ("Dat lukte niet." in fatima.last.text) or ("Uw tekst heeft 2000 tekens." in fatima.last.text)
    assert house.rows("SELECT count(*) FROM feedback") == [(0,)]


async def test_the_longest_answers_fit_in_the_preview(house: House, server: TelegramServer) -> None:
    fatima, _ = await closed_wave(house, server, 1)
    for spoken in ("nl", "en"):
        await say(house, fatima, f"/delen {spoken} " + "👩&<" * (LONGEST_ANSWER // 4))
    assert "Is het zo goed?" in fatima.last.text


@pytest.mark.long
@pytest.mark.parametrize("second", [rate_limit.SECOND])
async def test_whoever_erases_gets_nothing_that_was_in_line(house: House, server: TelegramServer) -> None:
    """Three letters to one chat take three seconds: the second and third are in hand while the person erases."""
    codes = house.add()
    anna = server.person(language_code="nl")
    await agree(house, anna, codes.invitation)
    await say(house, anna, "/wissen")
    erase = anna.last
    with house.app.database.transaction() as tx:
        for number in range(4):
            letters.enqueue(tx, 1, Letter(f"Brief {number}"), house.clock(), f"reminder:999:{number}")
    await house.app.delivery.look_once()
    await anna.wait(lambda message: "Brief" in message.text)
    await anna.press("Ja, alles verwijderen", message=erase)
    await house.settle()
    await house.caught_up()
    assert "Alles is verwijderd." in anna.last.text
    assert sum("Brief" in message.text for message in anna.messages) < 4
    assert house.rows("SELECT count(*) FROM letters WHERE settled_at IS NULL") == [(0,)]
