"""Helping: which invitation is a helper's, and which answers came with help or from a sheet of paper.

Of what is there already nobody said so: it counts as answered without.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("invitations", sa.Column("for_helpers", sa.Boolean(), nullable=False, server_default=sa.false()))
    _unique("ix_invitations_one_for_helpers", "invitations", ["partnership_id"], "for_helpers")
    for column in (sa.Column("mode", sa.String(length=10)), sa.Column("sheet", sa.Integer())):
        op.add_column("responses", column)
    _unique("ix_responses_one_of_a_sheet", "responses", ["wave_id", "sheet"], "sheet IS NOT NULL")


def _unique(name: str, table: str, columns: list[str], where: str) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=True, sqlite_where=only, postgresql_where=only)
