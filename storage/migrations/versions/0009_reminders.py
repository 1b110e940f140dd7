"""Reminders: how many there were, and when the next one is due, stand with the response.

What the letters of before say is taken over. A moment that is too early is put right when it is looked at.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("responses", sa.Column("reminders_sent", sa.Integer(), nullable=False, server_default="0"))
    for name in ("reminded_at", "next_reminder_at"):
        op.add_column("responses", sa.Column(name, sa.DateTime(timezone=True)))
    op.execute(
        "UPDATE responses SET (reminders_sent, reminded_at) = (SELECT COUNT(*), MAX(due_at) FROM letters"
        r" WHERE letters.key IN ('reminder:' || responses.id || '\:1', 'reminder:' || responses.id || '\:2'))"
        " WHERE completed_at IS NULL"
    )
    op.execute(
        "UPDATE responses SET next_reminder_at = touched_at"
        " WHERE completed_at IS NULL AND wave_id IN (SELECT id FROM waves WHERE closed_at IS NULL)"
    )
    op.create_index(op.f("ix_responses_next_reminder_at"), "responses", ["next_reminder_at"])
