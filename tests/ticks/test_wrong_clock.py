"""Ticks when the clock goes back, or a machine comes late."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from bot.survey.calendar import week_of
from bot.texts.texts import Texts
from bot.ticks.ticks import TICKS
from storage import partnerships
from storage.engine.database import Database
from storage.schema import letters as letter_rows
from tests.house import Clock
from tests.ticks.furnished import (
    AMSTERDAM,
    DAY,
    HOUR,
    NOW,
    WEEK,
    Furnished,
    database,
    empty,
    founded,
    furnished,
    replicas,
    run,
    seated,
    something_to_post,
    source,
    standing,
    written,
)

__all__ = ["database", "empty", "furnished", "source"]  # fixtures


async def test_a_clock_that_is_set_back_writes_nothing_twice(
    database: Database, furnished: Furnished, tmp_path: Path
) -> None:
    async with replicas(database, tmp_path, 1) as (app,):
        await app.beat()
        after = standing(database)
        for now in (NOW - HOUR, NOW - DAY, NOW - WEEK, NOW):
            app.clock = Clock(now)
            await app.beat()
            assert (now, written(database)) == (now, furnished.of_a_beat)
            assert (now, standing(database)) == (now, after)


def test_a_machine_that_comes_three_weeks_late_writes_one_post_and_one_reminder(
    database: Database, furnished: Furnished, texts: Texts
) -> None:
    late = NOW + 3 * WEEK
    for name in ("waves", "remind") * 2:
        run(database, TICKS[name], texts, late)
    found = written(database)
    assert set(found.values()) == {1}
    assert not furnished.expected["remind"] - found
    assert sum(kind == "summary" for kind, _ in found) == 3
    year, week = week_of(late, AMSTERDAM)
    with database.transaction() as tx:
        keys = tx.connection.execute(letter_rows.select().where(letter_rows.c.key.like("summary:%"))).all()
    assert all(f":{year}-W{week:02}" in row.key for row in keys)


def test_a_clock_that_was_wrongly_weeks_ahead_posts_no_older_week_afterwards(empty: Database, texts: Texts) -> None:
    with empty.transaction() as tx:
        number, _ = founded(tx, texts, "Ahead", 20 * DAY)
        seated(tx, number, NOW - 20 * DAY)
    run(empty, TICKS["waves"], texts, NOW + 3 * WEEK)
    run(empty, TICKS["waves"], texts, NOW + 2 * WEEK)
    assert sum(written(empty).values()) == 3


def test_a_new_day_for_the_weekly_post_brings_no_second_one_in_the_same_week(empty: Database, texts: Texts) -> None:
    wednesday = NOW - 5 * DAY
    with empty.transaction() as tx:
        number, _ = founded(tx, texts, "Another day", NOW - wednesday)
        seated(tx, number, wednesday)
    run(empty, TICKS["waves"], texts, NOW)
    with empty.transaction() as tx:
        partnerships.change(tx, number, NOW, summary_day=4)
    run(empty, TICKS["waves"], texts, NOW + DAY)
    assert sum(written(empty).values()) == 3


def test_a_week_in_which_nothing_happened_shows_the_scores_of_last_week_as_such(empty: Database, texts: Texts) -> None:
    with empty.transaction() as tx:
        assert something_to_post(tx, texts)
    for seconds, weeks in ((10, 0), (5, 1)):
        run(empty, TICKS["waves"], texts, NOW + timedelta(weeks=weeks, seconds=seconds))
    found = Counter(kind for kind, _ in written(empty).elements())
    assert found == {"summary": 6, "summary picture": 3}
