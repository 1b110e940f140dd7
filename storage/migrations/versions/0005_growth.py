"""Growth: who has not finished is found without looking at everybody who has."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    unfinished = sa.text("completed_at IS NULL")
    op.create_index(
        "ix_responses_unfinished", "responses", ["wave_id"], sqlite_where=unfinished, postgresql_where=unfinished
    )
