"""Recordings that a coordinator made on the page, with who spoke them: they go with their partnership or speaker."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("partnerships", sa.Column("recorded", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "speakers",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _of("speakers", "partnership_id", "partnerships"),
        sa.Column("name_sealed", sa.LargeBinary, nullable=False),
        sa.Column("consent", sa.String(20), nullable=False),
        sa.Column("agreed_on", sa.Date, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_speakers_partnership_id", "speakers", ["partnership_id"])
    op.create_table(
        "recordings",
        _of("recordings", "partnership_id", "partnerships", primary_key=True),
        sa.Column("language", sa.String(20), primary_key=True),
        sa.Column("part", sa.String(40), primary_key=True),
        _of("recordings", "speaker_id", "speakers"),
        sa.Column("wording", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("media", sa.String(20), nullable=False),
        sa.Column("milliseconds", sa.Integer, nullable=False),
        sa.Column("rate", sa.Integer, nullable=False),
        sa.Column("channels", sa.SmallInteger, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary, nullable=False),
    )
    for column in ("speaker_id", "digest"):
        op.create_index(f"ix_recordings_{column}", "recordings", [column])


def _of(table: str, column: str, other: str, *, primary_key: bool = False) -> "sa.Column[int]":
    name = f"fk_{table}_{column}_{other}"
    key = sa.ForeignKey(f"{other}.id", ondelete="CASCADE", name=name)
    return sa.Column(column, sa.Integer, key, nullable=False, primary_key=primary_key)
