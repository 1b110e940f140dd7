"""Pictograms: a partnership has them unless its coordinator turns them off; one that was there already has them too."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("partnerships", sa.Column("pictograms", sa.Boolean(), nullable=False, server_default=sa.true()))
