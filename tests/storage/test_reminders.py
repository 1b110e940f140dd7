"""Reminders: what is kept of when somebody is due is never later than what the rule says, whatever changed since."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from threading import Event as Signal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.survey.calendar import decent
from bot.survey.conversation.buttons import ChooseGroup, ChooseMoment, ChooseOption
from bot.survey.conversation.events import Commanded, Event
from bot.survey.conversation.step import step
from bot.texts.texts import Texts
from bot.ticks import ticks
from storage import letters, partnerships, reminders, respondents, waves
from storage.contacts import set_reachable
from storage.engine.database import Database, Tx
from storage.schema import responses
from storage.upkeep import restoring
from tests.house import MONDAY
from tests.storage.beginnings import ANNA, CHANNEL, LETTER, add, at_once, enter, join, load, rows

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY, WEDNESDAY, THURSDAY, SATURDAY = (MONDAY + days * DAY for days in (1, 2, 3, 5))
NIGHT = timedelta(hours=12)  # after MONDAY it is half past ten in the evening
NEXT = select(responses.c.next_reminder_at).order_by(responses.c.id)
REMINDERS = "SELECT key FROM letters WHERE key LIKE 'reminder%'"
numbers = count(1)
BLOCKED = 0.2  # seconds that the other one has to get stuck in; less would prove less, never more


def test_somebody_silent_is_reminded_twice_and_is_due_no_more(database: Database, texts: Texts) -> None:
    begun(database)
    assert due(database) == [WEDNESDAY]
    assert [written(database, texts, day) for day in (TUESDAY, WEDNESDAY, THURSDAY)] == [set(), {1}, set()]
    assert due(database) == [SATURDAY]
    assert [written(database, texts, day) for day in (SATURDAY, SATURDAY + 9 * DAY)] == [{2}, set()]
    assert due(database) == [None]


def test_at_night_nobody_is_reminded_and_a_look_ends(database: Database, texts: Texts) -> None:
    begun(database)
    assert written(database, texts, WEDNESDAY + NIGHT) == set()
    morning = THURSDAY - 1.5 * HOUR
    assert due(database) == [morning]
    assert written(database, texts, morning) == {1}


@pytest.mark.parametrize("stopped_in", [0, 1])
def test_who_stopped_and_comes_back_elsewhere_is_reminded_here_again(
    database: Database, texts: Texts, stopped_in: int
) -> None:
    """Both responses are silent; a stop holds for both, and so does coming back in one."""
    with database.transaction() as tx:
        both = [join(tx, ANNA, add(tx, name)) for name in ("West", "East")]
    for response in both:
        happens(database, ChooseGroup(response, "other"), MONDAY)
    happens(database, Commanded("stop"), MONDAY, both[stopped_in])
    assert written(database, texts, THURSDAY) == set()
    happens(database, ChooseMoment(both[1 - stopped_in], "auto"), THURSDAY)
    assert written(database, texts, THURSDAY) == {1}
    assert rows(database, "SELECT key FROM letters") == [(f"reminder:{both[stopped_in]}:1",)]


def test_who_stopped_and_takes_part_elsewhere_is_reminded_here_again(database: Database, texts: Texts) -> None:
    response = begun(database)
    happens(database, Commanded("stop"), MONDAY, response)
    assert written(database, texts, WEDNESDAY) == set()
    with database.transaction() as tx:
        join(tx, ANNA, add(tx, "East"), THURSDAY)
    assert written(database, texts, THURSDAY) == {1}


def test_who_could_not_be_reached_and_can_again_is_reminded(database: Database, texts: Texts) -> None:
    begun(database)
    for reachable, number in ((False, set[int]()), (True, {1})):
        with database.transaction() as tx:
            set_reachable(tx, CHANNEL, ANNA, reachable, MONDAY)
        assert written(database, texts, WEDNESDAY) == number


def test_a_wave_that_is_opened_again_reminds_again(database: Database, texts: Texts) -> None:
    begun(database)
    close(database, TUESDAY)
    assert due(database) == [None]
    assert written(database, texts, WEDNESDAY) == set()
    assert reopened(database)
    assert written(database, texts, WEDNESDAY) == {1}


def test_who_came_by_in_a_closed_wave_is_reminded_when_it_is_opened_again(database: Database, texts: Texts) -> None:
    response = begun(database)
    close(database, TUESDAY)
    happens(database, Commanded("help"), TUESDAY, response)
    assert due(database) == [None]
    assert reopened(database)
    assert [written(database, texts, day) for day in (WEDNESDAY, THURSDAY)] == [set(), {1}]


def test_a_reminder_that_did_not_go_before_the_wave_closed_does_not_count(database: Database, texts: Texts) -> None:
    begun(database)
    assert written(database, texts, WEDNESDAY) == {1}
    close(database, WEDNESDAY)
    assert reopened(database)
    assert written(database, texts, WEDNESDAY) == {1}
    assert rows(database, "SELECT reminders_sent FROM responses") == [(1,)]


@pytest.mark.parametrize("later", [MONDAY + 9 * DAY, None], ids=["later", "by hand"])
def test_a_closing_date_that_moves_lets_reminders_come(
    database: Database, texts: Texts, later: datetime | None
) -> None:
    response = begun(database)
    set_closing(database, TUESDAY)
    happens(database, Commanded("help"), MONDAY, response)
    assert due(database) == [None], "not after the wave"
    set_closing(database, later)
    assert written(database, texts, WEDNESDAY) == {1}


def test_another_rhythm_holds_for_who_is_silent_already(database: Database, texts: Texts) -> None:
    begun(database)
    change(database, remind_after=1, remind_again=3)
    assert [written(database, texts, day) for day in (TUESDAY, THURSDAY)] == [{1}, {2}]


def test_another_time_zone_has_another_morning(database: Database, texts: Texts) -> None:
    response = begun(database)
    happens(database, Commanded("help"), MONDAY - 8 * HOUR, response)  # in Amsterdam at half past two at night
    in_tokyo = WEDNESDAY - 8 * HOUR
    assert due(database) == [WEDNESDAY - 1.5 * HOUR]
    change(database, timezone="Asia/Tokyo")
    assert written(database, texts, in_tokyo) == {1}


def test_the_second_one_waits_as_long_after_a_first_one_that_was_held_up(database: Database, texts: Texts) -> None:
    begun(database)
    assert written(database, texts, WEDNESDAY) == {1}
    with database.transaction() as tx:
        letters.postpone(tx, 1, SATURDAY)
    assert written(database, texts, SATURDAY) == set()
    assert due(database) == [SATURDAY + 3 * DAY]
    assert written(database, texts, SATURDAY + 3 * DAY) == {2}


def test_after_a_restore_the_letters_say_how_many_there_were(database: Database, texts: Texts) -> None:
    response = begun(database)
    with database.transaction() as tx:
        letters.enqueue(tx, load(tx, ANNA).contact, LETTER, MONDAY, reminders.key(response, 1))
        restoring.take_for_sent(tx, MONDAY)
    assert [written(database, texts, day) for day in (WEDNESDAY, SATURDAY)] == [set(), {2}]


def test_two_at_once_remind_everybody_once(database: Database, beside: Database, texts: Texts) -> None:
    people = 2 * ticks.AT_ONCE + 5
    with database.transaction() as tx:
        number = add(tx)
        for person in range(people):
            join(tx, f"person {person}", number)

    def look(at: Database) -> Callable[[], None]:
        return lambda: run(at, texts, WEDNESDAY)

    at_once(look(database), look(beside))
    run(database, texts, WEDNESDAY)
    assert len(rows(database, "SELECT key FROM letters WHERE key LIKE 'reminder%1'")) == people
    assert rows(database, "SELECT count(*) FROM letters") == [(people,)]
    assert due(database) == [SATURDAY] * people


def test_a_turn_that_saw_the_old_closing_date_does_not_keep_what_followed_from_it(
    database: Database, beside: Database, texts: Texts
) -> None:
    response = begun(database)
    set_closing(database, TUESDAY)
    is_loaded = Signal()

    def turn() -> None:
        with database.transaction() as tx:
            caller = load(tx, ANNA, response)
            is_loaded.set()
            Signal().wait(BLOCKED)
            respondents.save(tx, caller, step(caller.dialogue, Commanded("help"), MONDAY).dialogue, MONDAY)

    def move() -> None:
        is_loaded.wait(10)
        set_closing(beside, None)

    at_once(turn, move)
    assert written(database, texts, WEDNESDAY) == {1}


CHANGES: dict[str, Callable[[Tx, int, datetime], object]] = {
    "close": lambda tx, one, now: _close(tx, one, now),
    "reopen": lambda tx, one, now: waves.reopen(tx, one, now),
    "closes soon": lambda tx, one, now: waves.set_closing(tx, one, now + DAY, now),
    "closes late": lambda tx, one, now: waves.set_closing(tx, one, now + 9 * DAY, now),
    "by hand": lambda tx, one, now: waves.set_closing(tx, one, None, now),
    "sooner": lambda tx, one, now: partnerships.change(tx, one, now, remind_after=1, remind_again=2),
    "later": lambda tx, one, now: partnerships.change(tx, one, now, remind_after=4, remind_again=9),
    "east": lambda tx, one, now: partnerships.change(tx, one, now, timezone="Asia/Tokyo"),
    "west": lambda tx, one, now: partnerships.change(tx, one, now, timezone="America/Phoenix"),
    "comes by": lambda tx, one, now: enter(tx, str(one), one, now),
}
EVENTS: dict[str, Event] = {
    "/stop": Commanded("stop"),
    "/help": Commanded("help"),
    "group": ChooseGroup(1, "other"),
    "answer": ChooseOption(1, 1, "yes"),
    **{how: ChooseMoment(1, how) for how in ("tomorrow", "week", "auto", "none")},
}
STEPS = st.tuples(st.sampled_from((*CHANGES, *EVENTS, "tick")), st.sampled_from((0, 5, 19, 48)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(st.lists(STEPS, max_size=14))
@example([("sooner", 0), ("tick", 48), ("close", 0), ("reopen", 0), ("later", 0), ("tick", 48)])
def test_whatever_happens_it_is_never_too_late(database: Database, texts: Texts, steps: list[tuple[str, int]]) -> None:
    now = MONDAY
    with database.transaction() as tx:
        one = add(tx, f"West {next(numbers)}")
        response = join(tx, str(one), one)
    for what, hours in (("/help", 0), *steps):
        now += hours * HOUR
        with database.transaction() as tx:
            if what in CHANGES:
                CHANGES[what](tx, one, now)
            elif what == "tick":
                to_the_end(tx, texts, now)
            else:
                caller = load(tx, str(one), response)
                respondents.save(tx, caller, step(caller.dialogue, EVENTS[what], now).dialogue, now)
            is_never_late(tx, str(one), response, now)


def is_never_late(tx: Tx, address: str, response: int, now: datetime) -> None:
    """At night it may be the next morning."""
    dialogue = load(tx, address, response).dialogue
    kept = tx.connection.execute(select(responses.c.next_reminder_at).where(responses.c.id == response)).scalar()
    if rule := dialogue.next_reminder:
        assert kept
        assert kept <= decent(max(rule, now), dialogue.partnership.timezone)


def to_the_end(tx: Tx, texts: Texts, now: datetime) -> None:
    while ticks.remind(tx, texts, now):
        pass


def begun(database: Database) -> int:
    """Anna's response in the one partnership there is; she came in and did nothing since."""
    with database.transaction() as tx:
        response = join(tx, ANNA, add(tx))
    happens(database, ChooseGroup(response, "other"), MONDAY)
    return response


def happens(database: Database, event: Event, now: datetime, response: int | None = None) -> None:
    with database.transaction() as tx:
        caller = load(tx, ANNA, response or getattr(event, "response", None))
        respondents.save(tx, caller, step(caller.dialogue, event, now).dialogue, now)


def run(database: Database, texts: Texts, now: datetime) -> None:
    more = True
    while more:
        with database.transaction() as tx:
            more = ticks.remind(tx, texts, now)


def written(database: Database, texts: Texts, now: datetime) -> set[int]:
    """The numbers of the reminders that a look writes now."""
    before = {key for (key,) in rows(database, REMINDERS)}
    run(database, texts, now)
    return {int(key[-1]) for (key,) in rows(database, REMINDERS) if key not in before}


def due(database: Database) -> list[datetime | None]:
    with database.transaction() as tx:
        return list(tx.connection.execute(NEXT).scalars())


def close(database: Database, now: datetime) -> None:
    with database.transaction() as tx:
        _close(tx, 1, now)


def _close(tx: Tx, wave: int, now: datetime) -> None:
    if partnerships.close_wave(tx, wave, now):
        waves.withdraw_asking(tx, wave, now)


def reopened(database: Database) -> bool:
    with database.transaction() as tx:
        return waves.reopen(tx, 1, MONDAY)


def set_closing(database: Database, closes_at: datetime | None) -> None:
    with database.transaction() as tx:
        waves.set_closing(tx, 1, closes_at, MONDAY)


def change(database: Database, **facts: str | int) -> None:
    with database.transaction() as tx:
        partnerships.change(tx, 1, MONDAY, **facts)
