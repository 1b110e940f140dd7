"""Programmes: several partnerships whose published results are read side by side; a link may give a seat there."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "programmes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("name", name=op.f("uq_programmes_name")),
        sqlite_autoincrement=True,
    )
    _pairs("programme_partnerships", "programme", "partnership")
    since = sa.Column("added_at", sa.DateTime(timezone=True), nullable=False)
    _pairs("programme_readers", "contact", "programme", since)
    with op.batch_alter_table("coordinator_links") as links:
        links.alter_column("partnership_id", existing_type=sa.Integer(), nullable=True)
        links.add_column(sa.Column("programme_id", sa.Integer()))
        name = op.f("fk_coordinator_links_programme_id_programmes")
        links.create_foreign_key(name, "programmes", ["programme_id"], ["id"], ondelete="CASCADE")
    op.create_index(op.f("ix_coordinator_links_programme_id"), "coordinator_links", ["programme_id"])


def _pairs(table: str, first: str, second: str, *more: sa.Column[datetime]) -> None:
    """What belongs together, by the key of each; found by the second alone as well."""
    op.create_table(
        table,
        *(sa.Column(f"{one}_id", sa.Integer(), nullable=False) for one in (first, second)),
        *more,
        *(_of(table, one) for one in (first, second)),
        sa.PrimaryKeyConstraint(f"{first}_id", f"{second}_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{second}_id"), table, [f"{second}_id"])


def _of(table: str, one: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{one}_id_{one}s")
    return sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}s.id"], name=name, ondelete="CASCADE")
