"""Time: reminders, waves that open and close at a date, invitations to a next one, comparison, retention."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    for name, default in (
        ("remind_after", "2"),
        ("remind_again", "5"),
        ("keep_contacts", "90"),
        ("keep_answers", "24"),
    ):
        op.add_column("partnerships", sa.Column(name, sa.SmallInteger(), nullable=False, server_default=default))
    op.add_column("waves", sa.Column("name", sa.Text(), nullable=False, server_default=sa.text("''")))
    for name in ("invite_at", "closes_at", "answered_at"):
        op.add_column("waves", sa.Column(name, moment()))
    op.add_column("responses", sa.Column("started_at", moment()))
    op.execute("UPDATE responses SET started_at = opened_at")
    op.add_column("letters", sa.Column("leased_until", moment()))
    op.add_column("letters", sa.Column("timezone", sa.String(length=60)))
    op.create_table(
        "plans",
        sa.Column("partnership_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("opens_at", moment()),
        sa.Column("weeks", sa.SmallInteger()),
        sa.Column("confirmed_at", moment()),
        _of("plans", "partnership_id", "partnerships"),
        sa.PrimaryKeyConstraint("partnership_id", name=op.f("pk_plans")),
    )
    op.create_table(
        "feedback",
        sa.Column("wave_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _of("feedback", "wave_id", "waves"),
        sa.PrimaryKeyConstraint("wave_id", "language", name=op.f("pk_feedback")),
    )
    op.create_table(
        "compared",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("cell", sa.String(length=20), nullable=False),
        sa.Column("scored", sa.BigInteger(), nullable=False),
        _of("compared", "response_id", "responses"),
        sa.PrimaryKeyConstraint("response_id", "cell", name=op.f("pk_compared")),
        sqlite_with_rowid=False,
    )
    _widen_departed()


def _widen_departed() -> None:
    """A key cannot grow in place on SQLite."""
    op.execute("CREATE TABLE departed_before AS SELECT * FROM departed")
    op.drop_table("departed")
    op.create_table(
        "departed",
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("came", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("left", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("group", sa.String(length=20), nullable=False),
        sa.Column("item", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("same", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        _of("departed", "wave_id", "waves"),
        sa.PrimaryKeyConstraint("wave_id", "came", "left", "group", "item", "same", name=op.f("pk_departed")),
    )
    op.execute(
        'INSERT INTO departed (wave_id, came, "left", "group", item, same, n)'
        ' SELECT wave_id, came, "left", "group", item, \'\', n FROM departed_before'
    )
    op.drop_table("departed_before")


def _of(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete="CASCADE")
