"""Ticks in nights on which the clock changes, and in zones that nobody knows."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import update

from bot.survey.calendar import MORNING, NIGHT, decent, is_decent, last_post, week_of
from bot.survey.reminders import next_reminder
from bot.texts.texts import Texts
from bot.ticks.ticks import TICKS
from storage import partnerships
from storage.engine.database import Database
from storage.schema import letters as letter_rows
from storage.schema import partnerships as partnership_rows
from tests.ticks.furnished import (
    AMSTERDAM,
    DAY,
    HOUR,
    NOW,
    PHOENIX,
    WEEK,
    Furnished,
    database,
    empty,
    founded,
    furnished,
    kind_of,
    people,
    run,
    seated,
    source,
    written,
)
from tests.variants import variants

__all__ = ["database", "empty", "furnished", "source"]  # fixtures

ZONES = st.sampled_from((AMSTERDAM, PHOENIX, "America/St_Johns", "Australia/Lord_Howe", "UTC"))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SPRING, AUTUMN = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 0, 59, tzinfo=UTC)


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


@given(MOMENTS, ZONES)
@example(SPRING, AMSTERDAM)
@example(AUTUMN, AMSTERDAM)
@example(SPRING, PHOENIX)
def test_a_decent_moment_is_the_next_between_nine_and_eight(moment: datetime, zone: str) -> None:
    found = decent(moment, zone)
    assert MORNING <= local(found, zone).time() < NIGHT
    assert moment <= found <= moment + 14 * HOUR
    assert found == moment or local(found, zone).time() == MORNING
    assert is_decent(found, zone)


@given(MOMENTS, st.timedeltas(timedelta(0), 14 * HOUR), ZONES)
@example(SPRING, HOUR, AMSTERDAM)
@example(AUTUMN, HOUR, AMSTERDAM)
def test_who_waits_longer_is_never_written_to_earlier(moment: datetime, longer: timedelta, zone: str) -> None:
    assert decent(moment, zone) <= decent(moment + longer, zone)


@given(
    MOMENTS,
    st.none() | st.timedeltas(timedelta(minutes=30), 8 * DAY),
    st.lists(st.timedeltas(timedelta(0), 30 * DAY), max_size=2),
    st.tuples(st.integers(1, 10), st.integers(1, 20)).map(lambda days: (days[0], sum(days))),
    ZONES,
)
def test_a_reminder_is_never_at_night_and_never_early_and_never_the_third(
    touched_at: datetime, asked: timedelta | None, after: list[timedelta], days: tuple[int, int], zone: str
) -> None:
    asked_for = touched_at + asked if asked else None
    sent = [touched_at + one for one in sorted(after)]
    due = next_reminder(touched_at, asked_for, len(sent), max(sent, default=None), days, zone)
    if len(sent) == 2:
        assert due is None
        return
    assert due
    assert MORNING <= local(due, zone).time() < NIGHT
    assert due >= (asked_for or touched_at + timedelta(days=days[len(sent)]))
    assert asked_for or not sent or due - sent[0] >= timedelta(days=days[1] - days[0])


@given(MOMENTS, st.integers(0, 6), st.integers(8, 16), ZONES)
@example(SPRING, 6, 9, AMSTERDAM)
@example(AUTUMN, 6, 9, AMSTERDAM)
def test_the_last_post_is_the_newest_that_is_not_in_the_future(now: datetime, day: int, hour: int, zone: str) -> None:
    post = last_post(now, day, hour, zone)
    assert (local(post, zone).weekday(), local(post, zone).hour, local(post, zone).minute) == (day, hour, 0)
    assert timedelta(0) <= now - post < WEEK + HOUR
    assert last_post(now + HOUR, day, hour, zone) >= post


@given(
    MOMENTS,
    st.lists(st.tuples(st.timedeltas(timedelta(0), 10 * DAY), st.integers(0, 4), st.integers(8, 16)), max_size=12),
    ZONES,
)
def test_however_day_and_hour_are_changed_a_week_has_one_name_and_one_post(
    now: datetime, changes: list[tuple[timedelta, int, int]], zone: str
) -> None:
    """What holds: a post is known by its week, and lies in it. It may be sent in a later week, when we come late."""
    posts: dict[tuple[int, int], datetime] = {}
    for passed, day, hour in changes:
        now += passed
        post = last_post(now, day, hour, zone)
        week = week_of(post, zone)
        assert week == local(post, zone).isocalendar()[:2]
        posts.setdefault(week, post)
    assert len({local(post, zone).isocalendar()[:2] for post in posts.values()}) == len(posts)


@pytest.mark.parametrize("night", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("zone", variants((AMSTERDAM, PHOENIX)))
def test_ticks_over_a_night_of_changing_clocks_write_by_day_and_once(
    empty: Database, texts: Texts, night: datetime, zone: str
) -> None:
    """Hour by hour for thirteen days: two reminders, at nine or later, and two weekly posts at nine."""
    begin = (night - 4 * DAY).replace(minute=0)
    with empty.transaction() as tx:
        number, wave = founded(tx, texts, "Clocks", NOW - begin)
        partnerships.change(tx, number, begin, timezone=zone)
        people(tx, number, wave, 5, touched_at=begin + 2 * HOUR, opened_at=begin, started_at=begin)
        seated(tx, number, begin)
    for hours in range(13 * 24):
        for name in ("remind", "waves"):
            run(empty, TICKS[name], texts, begin + hours * HOUR)
    with empty.transaction() as tx:
        rows = tx.connection.execute(letter_rows.select().where(letter_rows.c.key.is_not(None))).all()
    assert Counter(kind_of(row.key) for row in rows) == {"reminder": 10, "summary": 6}
    assert all(MORNING <= local(row.due_at, zone).time() < NIGHT for row in rows)
    posts = {local(row.due_at, zone) for row in rows if row.key.startswith("summary")}
    assert sorted((post.weekday(), post.hour) for post in posts) == [(0, 9), (0, 9)]


@pytest.mark.parametrize("name", ["open", "forget"])
def test_a_zone_that_is_not_known_does_not_stop_the_others(
    database: Database, furnished: Furnished, texts: Texts, name: str
) -> None:
    lost_zone(database, texts)
    run(database, TICKS[name], texts)
    assert not furnished.expected[name] - written(database)


@pytest.mark.parametrize("name", ["waves", "remind"])
def test_a_zone_that_is_not_known_counts_as_amsterdam(
    database: Database, furnished: Furnished, texts: Texts, name: str
) -> None:
    lost_zone(database, texts)
    run(database, TICKS[name], texts)
    assert not furnished.expected[name] - written(database)


def lost_zone(database: Database, texts: Texts) -> None:
    """Every partnership that has work is in a zone that was struck off the list."""
    with database.transaction() as tx:
        tx.connection.execute(update(partnership_rows).values(timezone="Europe/Atlantis"))
