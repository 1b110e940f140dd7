"""Due: when a tick looks at a wave; at all that are there, to begin with. And indexes of what can be due at all."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

INDEXES = (("waves", "due", "due_at", "due_at IS NOT NULL"),
           ("plans", "confirmed", "opens_at", "confirmed_at IS NOT NULL"),
           ("contacts", "unreachable", "unreachable_at", "unreachable_at IS NOT NULL"))  # fmt: skip


def upgrade() -> None:
    op.add_column("waves", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE waves SET due_at = opened_at")
    for table, name, column, condition in INDEXES:
        only = sa.text(condition)
        op.create_index(f"ix_{table}_{name}", table, [column], sqlite_where=only, postgresql_where=only)
