"""A mark holds the last moment that was written to it, in any zone."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from storage import state
from storage.engine.database import Database
from tests.house import MONDAY
from tests.storage.beginnings import at_once


def test_a_moment_is_read_as_it_was_written_last(database: Database) -> None:
    with database.transaction() as tx:
        assert state.read_moment(tx, "telegram answered") is None
        for moment in (MONDAY, MONDAY + timedelta(microseconds=1), MONDAY.astimezone(ZoneInfo("Europe/Amsterdam"))):
            state.write_moment(tx, "telegram answered", moment)
            assert state.read_moment(tx, "telegram answered") == moment
        assert state.read_moment(tx, "browser answered") is None


def test_what_is_counted_begins_anew_each_day(database: Database, beside: Database) -> None:
    def count(by: Database, days: int = 0) -> int:
        with by.transaction() as tx:
            return state.count_of_today(tx, "this", MONDAY + timedelta(days=days))

    assert [count(database), count(beside)] == [1, 2]
    assert sorted(at_once(lambda: count(database), lambda: count(beside))) == [3, 4]
    assert [count(database, 1), count(database, 1), count(database, 2)] == [1, 2, 1]
