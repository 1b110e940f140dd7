"""Links for a seat: made for a role, opened once, and too old after a while. We keep a hash of their codes."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from bot.survey import codes
from storage.engine.database import Tx
from storage.schema import coordinator_links, partnerships, programmes
from storage.seats import ALONG

LINK_LASTS = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Link:
    partnership: int  # 0 for a programme's
    programme: int  # 0 for a partnership's
    role: str
    expired: bool
    used: bool


def new_code() -> str:
    return "".join(secrets.choice(codes.ALPHABET) for _ in range(codes.LENGTH))


def make_link(tx: Tx, partnership: int, role: str, now: datetime) -> str:
    """A new link for this role, to be used once; its code, of which we keep a hash."""
    return _made(tx, now, partnership_id=partnership, role=role)


def make_programme_link(tx: Tx, programme: int, now: datetime) -> str:
    """The same for somebody who reads along in a programme."""
    return _made(tx, now, programme_id=programme, role=ALONG)


def _made(tx: Tx, now: datetime, **seat: int | str) -> str:
    code = new_code()
    row = {"code_key": _keys(tx, code)[0], "expires_at": now + LINK_LASTS, **seat}
    tx.connection.execute(tx.insert(coordinator_links).values(row))
    return code


def link(tx: Tx, code: str, now: datetime) -> Link | None:
    by_code = select(coordinator_links).where(coordinator_links.c.code_key.in_(_keys(tx, code))).with_for_update()
    found = tx.connection.execute(by_code).first()
    if found is None:
        return None
    about = (found.partnership_id or 0, found.programme_id or 0, found.role)
    return Link(*about, found.expires_at <= now, bool(found.used_on))


def name_of(tx: Tx, link: Link) -> str:
    """Of the partnership or programme that it leads to."""
    table, number = (programmes, link.programme) if link.programme else (partnerships, link.partnership)
    return str(tx.connection.execute(select(table.c.name).where(table.c.id == number)).scalar_one())


def mark_used(tx: Tx, code: str, now: datetime) -> None:
    used = update(coordinator_links).where(coordinator_links.c.code_key.in_(_keys(tx, code)))
    tx.connection.execute(used.values(used_on=now.date()))


def drop_unused(tx: Tx, **of: int) -> int:
    """Nobody comes in by these any more; how many they were. `of` is the partnership or programme, as its column."""
    mine = (coordinator_links.c[name] == number for name, number in of.items())
    return tx.connection.execute(delete(coordinator_links).where(*mine, coordinator_links.c.used_on.is_(None))).rowcount


def _keys(tx: Tx, code: str) -> tuple[bytes, ...]:
    return tx.seal.keys("coordinator", code.lower())
