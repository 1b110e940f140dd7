"""Growth: what is looked for every 20 seconds is found without reading everybody who has finished."""

import re
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event

from bot.texts.texts import Texts
from bot.ticks.ticks import AT_ONCE, TICKS
from storage import state
from storage.engine.database import Database, Tx
from tests.house import MONDAY
from tests.storage.beginnings import add, only_sqlite

HOUR = timedelta(hours=1)


@only_sqlite
def test_a_beat_in_which_nothing_is_due_reads_by_what_can_be_due(database: Database, texts: Texts) -> None:
    """Whatever is read of all waves, people or letters by their rows grows with the city."""
    now = MONDAY + HOUR
    with database.transaction() as tx:
        add(tx)
        state.write_moment(tx, state.FORGOT, MONDAY)
        while is_more(tx, texts, now):
            pass
    asked = listening(database)
    with database.transaction() as tx:
        assert not is_more(tx, texts, now)
    assert len(asked) < 20
    with database.transaction() as tx:
        steps = [step for one in tuple(asked) for step in plan_of(tx.connection, one)]
    assert "SEARCH waves USING INDEX ix_waves_due (due_at<?)" in steps
    assert not [step for step in steps if re.fullmatch(r"SCAN \w+", step)], "an index of what can be due may be"


@only_sqlite
def test_at_night_partnerships_are_gone_through_some_at_a_time(database: Database, texts: Texts) -> None:
    night = MONDAY + 21 * HOUR
    with database.transaction() as tx:
        for number in range(2 * AT_ONCE + 1):
            add(tx, f"Buurt {number}")
        state.write_moment(tx, state.FORGOT, MONDAY)
    looked = 0
    asked = listening(database)
    more = True
    while more:
        before = len(asked)
        with database.transaction() as tx:
            more = TICKS["forget"](tx, texts, night)
        looked, most = looked + 1, len(asked) - before
        assert most < 8 * AT_ONCE
    assert looked == 4, "and the last one finds that there are no more"
    with database.transaction() as tx:
        assert state.read_moment(tx, state.FORGOT) == night
        assert state.read_number(tx, state.FORGETTING) == 0


def is_more(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Whether one of the ticks, each of which does a piece, would do more."""
    said = [tick(tx, texts, now) for tick in TICKS.values()]
    return any(said)


def listening(database: Database) -> list[tuple[str, Any]]:
    """The statements that are run from now on, with their values."""
    asked: list[tuple[str, Any]] = []
    database.engine.dispose()

    @event.listens_for(database.engine, "connect")
    def _hear(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(lambda statement: asked.append((statement, ())))

    return asked


def plan_of(connection: Any, asked: tuple[str, Any]) -> Sequence[str]:
    statement, values = asked
    if not statement.lstrip().upper().startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
        return []
    return [step for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
