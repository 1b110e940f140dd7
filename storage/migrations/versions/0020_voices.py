"""Voices: who wants everything read aloud, what of it is in their chat, and what messengers have of it already."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("contacts", sa.Column("reads_aloud", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("contacts", sa.Column("voices", sa.Text))
    op.create_table(
        "voice_files",
        sa.Column("bot_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("file_id", sa.Text, nullable=False),
    )
