"""API tokens: what a program shows to read what a reader of a programme may read; we keep a keyed hash of each.

A token goes with the seat that it was made for, or, made by the operator, with the programme; and after a year.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, delete, func, select, update

from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.programmes import COLUMNS, Programme
from storage.schema import api_tokens, programmes

LASTS = timedelta(days=365)
MOST = 10  # of one seat, and of the operator for one programme
FOUND_AS = "api"
PREFIX = "samenspraak_"
"""By this, programs that look for secrets in what is published find one; and it is no code of a link."""


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What may be told of one. `contact` is whose seat it is of; none of the operator's."""

    id: int
    contact: int | None
    made_on: date
    expires_at: datetime
    used_on: date | None

    @property
    def until(self) -> date:
        return self.expires_at.date()


def make(tx: Tx, programme: int, contact: int | None, now: datetime) -> str | None:
    """A new one, which is told this once; None where there are enough. Those that are too old are gone by then."""
    tx.connection.execute(select(programmes.c.id).where(programmes.c.id == programme).with_for_update())
    tx.connection.execute(delete(api_tokens).where(api_tokens.c.expires_at <= now))
    mine = select(func.count()).where(api_tokens.c.programme_id == programme, _of(contact))
    if tx.connection.execute(mine).scalar_one() >= MOST:
        return None
    token = f"{PREFIX}{secrets.token_urlsafe(32)}"
    facts = {"programme_id": programme, "contact_id": contact, "made_on": now.date(), "expires_at": now + LASTS}
    tx.connection.execute(tx.insert(api_tokens).values(token_key=_key(tx, token), **facts))
    return token


def of_programme(tx: Tx, programme: int, now: datetime) -> list[ApiToken]:
    """Those that work, the oldest first."""
    mine = select(*_COLUMNS).where(api_tokens.c.programme_id == programme, api_tokens.c.expires_at > now)
    return [ApiToken(*row) for row in tx.connection.execute(mine.order_by(api_tokens.c.id))]


def of_seat(tx: Tx, programme: int, contact: int, now: datetime) -> list[ApiToken]:
    return [one for one in of_programme(tx, programme, now) if one.contact == contact]


def revoke(tx: Tx, programme: int, number: int, *whose: int) -> bool:
    """Of anybody's in a programme, or of the contact's who asks for it; whether there was such a one."""
    mine = (api_tokens.c.id == number, api_tokens.c.programme_id == programme)
    gone = delete(api_tokens).where(*mine, *(_of(contact) for contact in whose))
    return bool(tx.connection.execute(gone).rowcount)


def programme_of(tx: Tx, token: str, now: datetime) -> tuple[Programme, date] | None:
    """What may be read with this one, and its last day; that it was used is noted once a day."""
    for key in tx.seal.keys(FOUND_AS, token):
        for number, used_on, expires_at, *programme in _FIND(tx, key=key, now=now):
            own = _key(tx, token)
            if used_on != now.date() or key != own:  # it comes over to another secret as it is used
                noted = update(api_tokens).where(api_tokens.c.id == number)
                tx.connection.execute(noted.values(used_on=now.date(), token_key=own))
            return Programme(*programme), expires_at.date()
    return None


def _of(contact: int | None) -> ColumnElement[bool]:
    return api_tokens.c.contact_id.is_(None) if contact is None else api_tokens.c.contact_id == contact


def _key(tx: Tx, token: str) -> bytes:
    return tx.seal.key(FOUND_AS, token)


_COLUMNS = (api_tokens.c.id, *(api_tokens.c[name] for name in ("contact_id", "made_on", "expires_at", "used_on")))
_FIND = Prepared(
    lambda _: (
        select(api_tokens.c.id, api_tokens.c.used_on, api_tokens.c.expires_at, *COLUMNS)
        .select_from(api_tokens.join(programmes))
        .where(api_tokens.c.token_key == bindparam("key"), api_tokens.c.expires_at > bindparam("now"))
    )
)
