"""Languages: those that a partnership offers, Dutch and English where it is there already; and that of an answer, which
is not known of what is there."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    column = sa.Column("languages", sa.Text(), nullable=False, server_default=sa.text("'en nl'"))
    op.add_column("partnerships", column)
    op.add_column("answers", sa.Column("language", sa.String(20)))
