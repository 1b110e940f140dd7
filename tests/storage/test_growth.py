"""Growth: what is looked for every 20 seconds is found without reading everybody who has finished."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from storage import reminders
from storage.engine.database import Database
from tests.house import MONDAY
from tests.storage.beginnings import add, only_sqlite


@only_sqlite
def test_who_is_silent_is_looked_for_among_the_unfinished(database: Database) -> None:
    asked: list[tuple[str, Any]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def _note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    with database.transaction() as tx:
        add(tx)
        reminders.due(tx, MONDAY + timedelta(days=9), 50)
        plan = plan_of(tx.connection, asked[-1])
    assert "SEARCH responses USING INDEX ix_responses_next_reminder_at (next_reminder_at<?)" in plan
    assert not [step for step in plan if step.startswith("SCAN")]


def plan_of(connection: Any, asked: tuple[str, Any]) -> Sequence[str]:
    statement, values = asked
    return [step for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
