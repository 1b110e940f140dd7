"""Seats: whose answers count in the scores and not towards the smallest group."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("responses", sa.Column("seated", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE responses SET seated = true WHERE released_in IS NULL AND respondent_id IN"
        " (SELECT respondents.id FROM respondents JOIN coordinators"
        " ON coordinators.contact_id = respondents.contact_id"
        " AND coordinators.partnership_id = respondents.partnership_id)"
    )
