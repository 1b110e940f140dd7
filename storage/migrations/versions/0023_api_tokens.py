"""API tokens: a program reads what a reader of a programme reads, by a token of which we keep a keyed hash."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("token_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer()),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_on", sa.Date()),
        _of("programmes", programme_id="id"),
        _of("programme_readers", contact_id="contact_id", programme_id="programme_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_key", name=op.f("uq_api_tokens_token_key")),
        sqlite_autoincrement=True,
    )
    for column in ("programme_id", "contact_id"):
        op.create_index(op.f(f"ix_api_tokens_{column}"), "api_tokens", [column])


def _of(table: str, **columns: str) -> sa.ForeignKeyConstraint:
    there = [f"{table}.{column}" for column in columns.values()]
    name = op.f(f"fk_api_tokens_{'_'.join(columns)}_{table}")
    return sa.ForeignKeyConstraint([*columns], there, name=name, ondelete="CASCADE")
