"""Ticks whose letters wait between being written and being sent, over the real channel."""

import pytest

from tests.actors import answer, coordinator, say, tap
from tests.house import Clock, House, agree
from tests.telegram_server import Person, TelegramServer


async def begun(
    house: House, server: TelegramServer, code: str, answered: int = 3, person: Person | None = None
) -> Person:
    """Somebody who came in and answered so many statements, in English."""
    person = person or server.person(language_code="en")
    await agree(house, person, code, "Yes, I will take part", "Other")
    for _ in range(answered):
        await answer(house, person, "yes")
    return person


async def held_up(house: House, server: TelegramServer, clock: Clock, person: Person) -> None:
    """Three days of silence, and then a reminder that is written, tried, and does not arrive yet."""
    clock.pass_time(days=3)
    server.fail("sendMessage", 500, chat_id=person.id)
    await house.caught_up()
    assert not server.faults
    assert reminders_of(person) == []


async def later(house: House, clock: Clock, **amount: float) -> None:
    clock.pass_time(**(amount or {"minutes": 5}))
    await house.caught_up()


def reminders_of(person: Person) -> list[str]:
    signs = ("You were at statement", "You can still take part", "Now tap Done")
    return [message.text for message in person.messages if any(sign in message.text for sign in signs)]


def saying(person: Person, words: str) -> int:
    """How many of the messages to this person say this."""
    return sum(words in message.text for message in person.messages)


async def test_a_reminder_that_was_held_up_arrives_once(house: House, server: TelegramServer, clock: Clock) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    for _ in range(3):
        await later(house, clock)
    (shown,) = reminders_of(anna)
    assert "You were at statement 4 of 26" in shown


async def test_whoever_finishes_before_the_reminder_is_sent_gets_none(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation, answered=26)
    await held_up(house, server, clock, anna)
    await tap(house, anna, "Done")
    for days in (0, 1, 7):
        await later(house, clock, days=days, minutes=5)
    assert reminders_of(anna) == []


@pytest.mark.parametrize("how", ["/stop", "No more reminders"])
async def test_whoever_stops_before_the_reminder_is_sent_gets_none(
    house: House, server: TelegramServer, clock: Clock, how: str
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    await say(house, anna, how if how.startswith("/") else "/reminders")
    if not how.startswith("/"):
        await tap(house, anna, how)
    for days in (0, 1, 7):
        await later(house, clock, days=days, minutes=5)
    assert reminders_of(anna) == []


async def test_whoever_blocks_us_before_the_reminder_is_sent_gets_it_not_even_when_they_return(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    await anna.block()
    await house.settle()
    await later(house, clock)
    await anna.unblock()
    await house.settle()
    await later(house, clock)
    assert reminders_of(anna) == []


async def test_whoever_erases_everything_before_the_reminder_is_sent_gets_none(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    await say(house, anna, "/erase")
    await tap(house, anna, "Yes, delete everything")
    seen = len(anna.messages)
    for days in (0, 1, 7):
        await later(house, clock, days=days, minutes=5)
    assert len(anna.messages) == seen


async def test_whoever_answers_before_the_reminder_is_sent_is_not_shown_an_old_statement(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    for _ in range(5):
        await answer(house, anna, "yes")
    await later(house, clock)
    assert not any("You were at statement 4 of 26" in shown for shown in reminders_of(anna))


async def test_a_wave_that_closes_before_the_reminder_is_sent_reminds_nobody(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation)
    await held_up(house, server, clock, anna)
    await close(house, fatima)
    await later(house, clock)
    assert saying(anna, "You did not finish it") == 1
    assert reminders_of(anna) == []


async def test_a_stop_holds_for_what_waits_in_the_other_partnership_too(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add("Een").invitation)
    await begun(house, server, house.add("Twee").invitation, answered=5, person=anna)
    clock.pass_time(days=3)
    server.fail("sendMessage", 500, chat_id=anna.id, times=2)
    await house.caught_up()
    await say(house, anna, "/stop")
    for _ in range(2):
        await later(house, clock)
    assert reminders_of(anna) == []


@pytest.mark.parametrize("what", ["closing", "answer", "result"])
async def test_a_stop_at_night_holds_for_what_waits_until_the_morning(
    house: House, server: TelegramServer, clock: Clock, what: str
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation, answered=3 if what == "closing" else 26)
    if what != "closing":
        await tap(house, anna, "Done")
    if what == "result":
        await tap(house, anna, "Send me the result later")
    await to_the_evening(house, clock)
    await close(house, fatima)
    if what == "answer":
        await share(house, fatima)
    await house.caught_up()
    seen = len(anna.messages)
    await say(house, anna, "/stop")
    for hours in (1, 11, 24):
        await later(house, clock, hours=hours)
    assert len(anna.messages) == seen + 1


async def test_a_wave_that_is_opened_again_at_night_is_not_called_closed_in_the_morning(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation)
    await to_the_evening(house, clock)
    await close(house, fatima)
    await house.caught_up()
    await reopen(house, fatima)
    await later(house, clock, hours=12)
    assert saying(anna, "You did not finish it") == 0


async def to_the_evening(house: House, clock: Clock) -> None:
    clock.now = clock.now.replace(hour=20)  # nine in the evening in Amsterdam
    await house.caught_up()


async def close(house: House, person: Person) -> None:
    await say(house, person, "/close")
    await tap(house, person, "Yes, close")


async def reopen(house: House, person: Person) -> None:
    await say(house, person, "/open")
    await tap(house, person, "Open round 1 again")
    await tap(house, person, "Yes, open again")


async def share(house: House, person: Person) -> None:
    for words in ("nl Wij maken een buurtkrant.", "en We make a newspaper."):
        await say(house, person, f"/share {words}")
    await tap(house, person, "Yes, send")
