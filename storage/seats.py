"""Seats: who reads what is told of a partnership, by a seat in it or by one in a programme over it.

Whoever holds one knows their own answer among those that are read: it is in the scores and never counts towards k.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, exists, literal, or_, select, union_all, update

from storage.engine.database import Tx
from storage.schema import contacts, coordinators, programme_partnerships, programme_readers, respondents, responses

ALONG = "programme"
"""The role of whoever reads along in a programme, in each of its partnerships."""

_of_programmes = programme_readers.join(
    programme_partnerships, programme_partnerships.c.programme_id == programme_readers.c.programme_id
)
held = union_all(
    select(*(coordinators.c[name] for name in ("contact_id", "partnership_id", "role", "added_at"))),
    select(
        programme_readers.c.contact_id,
        programme_partnerships.c.partnership_id,
        literal(ALONG).label("role"),
        programme_readers.c.added_at,
    ).select_from(_of_programmes),
).subquery("held")
"""Every seat there is, by contact and partnership; somebody may hold two of one partnership."""


@dataclass(frozen=True, slots=True)
class Held:
    """A seat as an operator sees it: of whom we know nothing but where they are, and since when."""

    contact: int
    role: str
    channel: str
    since: datetime


def of_partnership(tx: Tx, partnership: int) -> list[Held]:
    """Not those of who reads along in a programme."""
    return _held(tx, coordinators, coordinators.c.role, coordinators.c.partnership_id == partnership)


def of_programme(tx: Tx, programme: int) -> list[Held]:
    return _held(tx, programme_readers, literal(ALONG), programme_readers.c.programme_id == programme)


def _held(tx: Tx, table: Table, role: ColumnElement[Any], mine: ColumnElement[bool]) -> list[Held]:
    about = select(table.c.contact_id, role, contacts.c.channel, table.c.added_at).select_from(table.join(contacts))
    found = about.where(mine).order_by(table.c.added_at, table.c.contact_id)
    return [Held(*row) for row in tx.connection.execute(found)]


def has_any(contact: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether a contact holds a seat, in whatever."""
    return or_(*(exists().where(table.c.contact_id == contact) for table in (coordinators, programme_readers)))


def is_held() -> ColumnElement[bool]:
    """Whether a respondent holds a seat where they take part."""
    here = held.c.partnership_id == respondents.c.partnership_id
    return exists().where(here, held.c.contact_id == respondents.c.contact_id)


def count_no_more(tx: Tx, *which: ColumnElement[bool]) -> None:
    """What these respondents answered and was not released yet never counts towards k from now on, whatever becomes of
    their seats; of those who hold none, nothing changes."""
    theirs = select(respondents.c.id).where(is_held(), *which)
    unreleased = update(responses).where(responses.c.respondent_id.in_(theirs), responses.c.released_in.is_(None))
    tx.connection.execute(unreleased.values(seated=True))
