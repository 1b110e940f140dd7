"""A mark holds the last moment that was written to it, in any zone."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from storage import state
from storage.engine.database import Database
from tests.house import MONDAY


def test_a_moment_is_read_as_it_was_written_last(database: Database) -> None:
    with database.transaction() as tx:
        assert state.read_moment(tx, "telegram answered") is None
        for moment in (MONDAY, MONDAY + timedelta(microseconds=1), MONDAY.astimezone(ZoneInfo("Europe/Amsterdam"))):
            state.write_moment(tx, "telegram answered", moment)
            assert state.read_moment(tx, "telegram answered") == moment
        assert state.read_moment(tx, "browser answered") is None
