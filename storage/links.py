"""Links for a seat: made for a role, opened once, and too old after a while. We keep a hash of their codes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.survey import codes
from storage.engine.database import Tx
from storage.schema import coordinator_links

LINK_LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Link:
    partnership: int
    role: str
    expired: bool
    used: bool


def new_code() -> str:
    return "".join(secrets.choice(codes.ALPHABET) for _ in range(codes.LENGTH))


def make_link(tx: Tx, partnership: int, role: str, now: datetime) -> str:
    """A new link for this role, to be used once; its code, of which we keep a hash."""
    code = new_code()
    row = {"code_key": _key(tx, code), "partnership_id": partnership, "role": role}
    tx.connection.execute(tx.insert(coordinator_links).values(**row, expires_at=now + LINK_LASTS))
    return code


def link(tx: Tx, code: str, now: datetime) -> Link | None:
    by_code = select(coordinator_links).where(coordinator_links.c.code_key == _key(tx, code)).with_for_update()
    found = tx.connection.execute(by_code).first()
    return Link(found.partnership_id, found.role, found.expires_at <= now, bool(found.used_on)) if found else None


def mark_used(tx: Tx, code: str, now: datetime) -> None:
    used = update(coordinator_links).where(coordinator_links.c.code_key == _key(tx, code))
    tx.connection.execute(used.values(used_on=now.date()))


def _key(tx: Tx, code: str) -> bytes:
    return tx.seal.key("coordinator", code.lower())
