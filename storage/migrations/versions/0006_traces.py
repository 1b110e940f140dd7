"""Traces: what was handled and when somebody answered is kept in whole days, and updates as keyed hashes.

To the microsecond, the two were the same: each answer could be joined to the number of a Telegram update.
"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import context, op

revision = "0006"
down_revision = "0005"

TO_A_DAY = "TYPE date USING ({0} AT TIME ZONE 'UTC')::date"


def upgrade() -> None:
    _hash_updates()
    _to_days("answers", "answered_at", "answered_on", is_always_there=True)
    _to_days("coordinator_links", "used_at", "used_on", is_always_there=False)


def _hash_updates() -> None:
    """Into a table of which not even the order of the rows says what came when."""
    seal = context.config.attributes["seal"]
    before = op.get_bind().execute(sa.text("SELECT id, handled_at FROM updates")).all()
    op.drop_table("updates")
    updates = op.create_table(
        "updates",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("handled_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_updates")),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(updates, [{"key": seal.key("update", row.id), "handled_on": _day(row.handled_at)} for row in before])


def _to_days(table: str, moment: str, day: str, *, is_always_there: bool) -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {moment} {TO_A_DAY.format(moment)}")
        op.alter_column(table, moment, new_column_name=day)
        if is_always_there:  # else the constraint would keep the name of the column that was
            op.alter_column(table, day, nullable=True)
            op.alter_column(table, day, nullable=False)
        return
    made = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table}).scalar()
    op.rename_table(table, "before")
    op.execute(str(made).replace(f"{moment} DATETIME", f"{day} DATE"))
    columns = [column["name"] for column in sa.inspect(connection).get_columns("before")]
    taken = [f"substr({moment}, 1, 10)" if name == moment else f'"{name}"' for name in columns]
    op.execute(f"INSERT INTO {table} SELECT {', '.join(taken)} FROM before")  # noqa: S608 - names of ours
    indexes = connection.execute(
        sa.text("SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'before' AND sql IS NOT NULL")
    ).scalars()
    again = [str(index).replace('"before"', table) for index in indexes]
    op.drop_table("before")
    for index in again:
        op.execute(index)


def _day(moment: str | datetime) -> date:
    """Of what the driver gives, which is text on SQLite."""
    return date.fromisoformat(moment[:10]) if isinstance(moment, str) else moment.astimezone(UTC).date()
