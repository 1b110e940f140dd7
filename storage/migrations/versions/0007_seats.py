"""Promises: whose answers count in the scores and not towards the smallest group; of how many people a mean is;
how often links had been opened before a round."""

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
    op.add_column("waves", sa.Column("openings_before", sa.Integer(), nullable=False, server_default="0"))
    op.execute(  # of a later round it was not kept: it counts from now on
        "UPDATE waves SET openings_before = (SELECT COALESCE(SUM(opened), 0) FROM invitations"
        " WHERE invitations.partnership_id = waves.partnership_id) WHERE number > 1"
    )
    op.add_column("cells", sa.Column("people", sa.Integer(), nullable=False, server_default="0"))
    op.execute(  # of what was published before, the most answered item says it best
        "UPDATE cells SET people = (SELECT MAX(other.n) FROM cells AS other WHERE other.wave_id = cells.wave_id"
        " AND other.release = cells.release AND other.cell = cells.cell)"
    )
