"""Sealed letters: what waits to be delivered is sealed, for it may hold what people typed."""

import sqlalchemy as sa
from alembic import context, op

revision = "0014"
down_revision = "0013"

LETTERS = sa.table("letters", sa.column("id"), sa.column("body"), sa.column("body_sealed", sa.LargeBinary))


def upgrade() -> None:
    seal = context.config.attributes["seal"]
    op.add_column("letters", sa.Column("body_sealed", sa.LargeBinary()))
    waiting = sa.select(LETTERS.c.id, LETTERS.c.body).where(LETTERS.c.body.is_not(None))
    for number, body in op.get_bind().execute(waiting).all():
        sealed = seal.close("letter", body)
        op.execute(sa.update(LETTERS).where(LETTERS.c.id == number).values(body_sealed=sealed, body=None))
    op.drop_column("letters", "body")
