"""Languages: those that a partnership offers; of one that is there already, Dutch and English."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    column = sa.Column("languages", sa.Text(), nullable=False, server_default=sa.text("'en nl'"))
    op.add_column("partnerships", column)
