"""Short codes of invitations: drawn by chance, and never one that is there already."""

import secrets
from collections.abc import Callable

from sqlalchemy import select

from bot.survey.short_codes import ALPHABET, LENGTH
from storage.engine.database import Tx
from storage.schema import invitations


def new_short() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def free(tx: Tx, draw: Callable[[], str] = new_short) -> str:
    """A short code that no invitation has. Of two that draw the same one at once, the index refuses the second."""
    while _is_taken(tx, short := draw()):
        pass
    return short


def short_of(tx: Tx, code: str) -> str:
    """The short code of an invitation; nothing where it has none."""
    return tx.connection.execute(select(invitations.c.short).where(invitations.c.code == code)).scalar() or ""


def _is_taken(tx: Tx, short: str) -> bool:
    return tx.connection.execute(select(invitations.c.code).where(invitations.c.short == short)).first() is not None
