"""Messages that a carrier took and did not deliver yet, and how many were paid for in a month."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "taken_messages",
        sa.Column("reference_key", sa.LargeBinary(32), primary_key=True),
        sa.Column("carrier", sa.String(20), nullable=False),
        sa.Column("letter_id", sa.Integer, sa.ForeignKey("letters.id", ondelete="CASCADE")),
        sa.Column("body_sealed", sa.LargeBinary),
        sa.Column("ended", sa.Text),
        sa.Column("taken_on", sa.Date, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_taken_messages_letter_id", "taken_messages", ["letter_id"])
    op.create_index("ix_taken_messages_taken_on", "taken_messages", ["taken_on"])
    op.create_table(
        "billed_messages",
        sa.Column("carrier", sa.String(20), primary_key=True),
        sa.Column("month", sa.String(7), primary_key=True),
        sa.Column("category", sa.String(30), primary_key=True),
        sa.Column("messages", sa.Integer, nullable=False),
    )
