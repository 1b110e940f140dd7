"""Reminders say what is true of the screen under them, and nobody gets one about something that is over."""

from datetime import UTC, datetime

from tests.actors import answer, press, say
from tests.house import Clock, House, agree
from tests.telegram_server import TelegramServer


async def test_at_the_group_a_reminder_speaks_of_no_statement(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    code, anna = house.add().invitation, server.person(language_code="nl")
    await say(house, anna, f"/start {code}")
    await press(house, anna, "Ja, ik doe mee")
    clock.pass_time(days=2)
    await house.caught_up()
    assert anna.last.text.startswith("U kunt nog meedoen. Dat duurt 10 tot 15 minuten.\n\n")
    assert "eerste zin" not in anna.last.text
    await press(house, anna, "Later", "Morgen 09:00")
    assert "dinsdag" not in anna.last.text  # two days on it is Thursday
    assert "donderdag 5 maart 09:00" in anna.last.text


async def test_a_reminder_shows_the_next_statement_and_not_one_that_was_looked_back_at(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    code, anna = house.add().invitation, server.person(language_code="nl")
    await agree(house, anna, code)
    for _ in range(5):
        await answer(house, anna, "yes")
    await press(house, anna, "‹ Terug", "‹ Terug")
    clock.pass_time(days=2)
    await house.caught_up()
    assert "U was bij zin 6 van 26." in anna.last.text
    assert "\nZin 6 van 26 · " in anna.last.text
    assert "Zin 5: Ja" not in anna.last.text, "a reminder is read over a shoulder too"
    await answer(house, anna, "yes")
    assert "Zin 7 van 26" in anna.last.text


async def test_who_only_has_to_tap_done_is_sent_the_button(house: House, server: TelegramServer, clock: Clock) -> None:
    code, anna = house.add().invitation, server.person(language_code="nl")
    await agree(house, anna, code)
    for _ in range(26):
        await answer(house, anna, "yes")
    await press(house, anna, "9")
    clock.pass_time(days=2)
    await house.caught_up()
    assert "Tik alleen nog op Klaar." in anna.last.text
    await press(house, anna, "Klaar")
    assert "Dank u wel!" in anna.last.text


async def test_after_an_outage_nobody_is_woken(house: House, server: TelegramServer, clock: Clock) -> None:
    code, anna = house.add().invitation, server.person(language_code="nl")
    clock.now = datetime(2026, 3, 2, 20, tzinfo=UTC)
    await agree(house, anna, code)
    await house.stop()
    clock.pass_time(hours=6)
    await house.start()
    await house.caught_up()
    assert not any("even een storing" in message.text for message in anna.messages)
    clock.pass_time(hours=7)
    await house.caught_up()
    assert sum("even een storing" in message.text for message in anna.messages) == 1


async def test_after_days_away_there_is_one_message_and_not_two(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    code, anna = house.add().invitation, server.person(language_code="nl")
    await agree(house, anna, code)
    seen = len(anna.messages)
    await house.stop()
    clock.pass_time(days=3)
    await house.start()
    await house.caught_up()
    assert len(anna.messages) == seen + 1
    assert "U kunt nog meedoen." in anna.last.text
