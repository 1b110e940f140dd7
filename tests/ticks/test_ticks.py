"""Ticks: what people go through, early and late."""

from collections import Counter

from storage import waves
from tests.actors import coordinator, tap
from tests.house import Clock, House
from tests.telegram_server import TelegramServer
from tests.ticks.furnished import DAY, database, empty, furnished, source
from tests.ticks.test_held_up import begun, close, later, reminders_of, saying

__all__ = ["database", "empty", "furnished", "source"]  # fixtures


async def test_whoever_stands_at_statement_20_when_the_wave_closes_is_told_once_and_does_not_count(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation, answered=19)
    assert "Statement 20 of 26" in anna.last.text
    await close(house, fatima)
    for days in (0, 0, 1, 3, 7):
        await later(house, clock, days=days)
    assert saying(anna, "You did not finish it") == 1
    assert reminders_of(anna) == []
    assert house.rows("SELECT COUNT(*) FROM answers") == [(19,)]
    assert house.rows("SELECT COUNT(*) FROM responses WHERE completed_at IS NOT NULL") == [(0,)]
    assert saying(fatima, "Fewer than 5 people finished this round") == 1


async def test_a_closing_date_closes_once_and_tells_everybody_once(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation, answered=19)
    with house.app.database.transaction() as tx:
        waves.set_closing(tx, 1, clock() + 5 * DAY, clock())
    for _ in range(8 * 4):
        await later(house, clock, hours=6)
    assert saying(anna, "You did not finish it") == 1
    assert saying(fatima, "Fewer than 5 people finished this round") == 1
    assert len(reminders_of(anna)) == 1


async def test_a_reminder_that_was_chosen_for_after_the_closing_does_not_come(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation)
    await tap(house, anna, "Pause")
    await tap(house, anna, "In a week")
    await later(house, clock, days=2)
    await close(house, fatima)
    for _ in range(10):
        await later(house, clock, days=1)
    assert saying(anna, "You did not finish it") == 1
    assert reminders_of(anna) == []


async def test_a_moment_after_the_closing_date_is_not_offered(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    anna = await begun(house, server, codes.invitation)
    with house.app.database.transaction() as tx:
        waves.set_closing(tx, 1, clock() + 3 * DAY, clock())
    await tap(house, anna, "Pause")
    labels = {label for row in anna.last.rows for label, _ in row}
    assert "Tomorrow 09:00" in labels
    assert "In a week" not in labels


async def test_somebody_in_two_partnerships_has_two_reminders_in_each(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add("Een").invitation)
    await begun(house, server, house.add("Twee").invitation, answered=5, person=anna)
    for _ in range(20 * 4):
        await later(house, clock, hours=6)
    shown = reminders_of(anna)
    assert Counter(statement_in(text) for text in shown) == {4: 2, 6: 2}
    assert sum("Een" in text for text in shown) == sum("Twee" in text for text in shown) == 2


def statement_in(text: str) -> int:
    return int(text.split("Statement ")[1].split(" of 26")[0])


async def test_after_an_outage_of_hours_nobody_is_written_to_at_night(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await house.stop()
    clock.now = clock.now.replace(hour=2) + DAY  # three in the morning in Amsterdam
    await house.start()
    await house.caught_up()
    assert saying(anna, "Something was wrong on our side for a while") == 0
