"""Open answers: what people write at a question at the end, where a wave asks one; none that was there already does."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    for table in ("partnerships", "waves"):
        op.add_column(table, sa.Column("open_question", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "open_answers",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["responses.id"],
            name=op.f("fk_open_answers_response_id_responses"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_open_answers")),
        sqlite_with_rowid=False,
    )
