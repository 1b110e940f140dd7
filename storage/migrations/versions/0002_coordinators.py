"""Coordinators in the chat, and the release rule: what was published, and with whom."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("partnerships", sa.Column("summary_day", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("partnerships", sa.Column("summary_hour", sa.SmallInteger(), nullable=False, server_default="9"))
    op.add_column("invitations", sa.Column("opened", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("respondents", sa.Column("wants_result", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("responses", sa.Column("released_in", sa.Integer()))
    op.create_table(
        "coordinators",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("added_at", moment(), nullable=False),
        _of("coordinators", "contact_id", "contacts"),
        _of("coordinators", "partnership_id", "partnerships"),
        sa.PrimaryKeyConstraint("contact_id", "partnership_id", name=op.f("pk_coordinators")),
    )
    op.create_index(op.f("ix_coordinators_partnership_id"), "coordinators", ["partnership_id"])
    op.create_table(
        "releases",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("released_at", moment(), nullable=False),
        _of("releases", "wave_id", "waves"),
        sa.PrimaryKeyConstraint("wave_id", "number", name=op.f("pk_releases")),
    )
    op.create_table(
        "cells",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", sa.String(length=20), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("squares", sa.BigInteger(), nullable=False),
        _of("cells", "wave_id", "waves"),
        sa.PrimaryKeyConstraint("wave_id", "release", "item", "cell", name=op.f("pk_cells")),
    )
    op.create_table(
        "departed",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("came", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("left", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group", sa.String(length=20), nullable=False),
        sa.Column("item", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        _of("departed", "wave_id", "waves"),
        sa.PrimaryKeyConstraint("wave_id", "came", "left", "group", "item", name=op.f("pk_departed")),
    )


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
