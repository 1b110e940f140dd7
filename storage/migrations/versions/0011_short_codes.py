"""Short codes: every invitation has one, also those that were there."""

import secrets
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ALPHABET, LENGTH = "CDFHJKMNPRTVWX23456789", 8
INVITATIONS = sa.table("invitations", sa.column("code", sa.String), sa.column("short", sa.String))


def upgrade() -> None:
    op.add_column("invitations", sa.Column("short", sa.String(LENGTH)))
    codes = list(op.get_bind().execute(sa.select(INVITATIONS.c.code)).scalars())
    for code, short in zip(codes, _different(len(codes)), strict=True):
        op.execute(sa.update(INVITATIONS).where(INVITATIONS.c.code == code).values(short=short))
    op.create_index(op.f("ix_invitations_short"), "invitations", ["short"], unique=True)


def _different(many: int) -> Iterator[str]:
    drawn = set[str]()
    while len(drawn) < many:
        drawn.add("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
    return iter(drawn)
