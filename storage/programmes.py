"""Programmes: several partnerships whose published results are read side by side, and who reads them.

Only the operator makes one. A reader sees what a viewer of each of its partnerships sees, and is sent nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select

from bot.survey.conversation.dialogue import Partnership
from bot.survey.whole_numbers import as_number
from storage import links, retention, seats
from storage.engine.database import Tx
from storage.links import Link
from storage.partnerships import MOST, PARTNERSHIP_COLUMNS
from storage.schema import contacts, partnerships, programme_partnerships, programme_readers, programmes, respondents


@dataclass(frozen=True, slots=True)
class Programme:
    """`language` is that of readers whose own we do not speak."""

    id: int
    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads along in a programme, and the language they use."""

    contact: int
    programme: Programme
    language: str


def add(tx: Tx, name: str, language: str, of: Collection[int], now: datetime) -> Programme:
    row = {"name": name, "language": language, "created_at": now}
    new = tx.insert(programmes).values(row).returning(*COLUMNS)
    made = Programme(*tx.connection.execute(new).one())
    include(tx, made.id, of)
    return made


def every(tx: Tx) -> list[Programme]:
    return [Programme(*row) for row in tx.connection.execute(select(*COLUMNS).order_by(programmes.c.id))]


def find(tx: Tx, name: str) -> Programme | None:
    """By its name, or else by its number."""
    by_number, by_name = programmes.c.id == as_number(name, MOST), programmes.c.name == name
    found = tx.connection.execute(select(*COLUMNS).where(by_name | by_number).order_by(by_name.desc())).first()
    return Programme(*found) if found else None


def partnerships_of(tx: Tx, programme: int) -> list[Partnership]:
    """By their names."""
    found = select(*PARTNERSHIP_COLUMNS).select_from(partnerships.join(programme_partnerships))
    mine = found.where(programme_partnerships.c.programme_id == programme)
    return [Partnership(*row) for row in tx.connection.execute(mine.order_by(func.lower(partnerships.c.name)))]


def over(tx: Tx, partnership: int) -> list[str]:
    """The names of the programmes that this partnership is in."""
    found = select(programmes.c.name).join(programme_partnerships)
    mine = found.where(programme_partnerships.c.partnership_id == partnership)
    return list(tx.connection.execute(mine.order_by(programmes.c.name)).scalars())


def include(tx: Tx, programme: int, of: Collection[int]) -> None:
    """Partnerships whose results are read from now on."""
    rows = [{"programme_id": programme, "partnership_id": one} for one in of]
    if rows:
        tx.connection.execute(tx.insert(programme_partnerships).on_conflict_do_nothing(), rows)
        seats.count_no_more(tx, respondents.c.partnership_id.in_(of))


def leave_out(tx: Tx, programme: int, of: Collection[int]) -> None:
    mine = programme_partnerships.c.programme_id == programme
    gone = programme_partnerships.c.partnership_id.in_(of)
    tx.connection.execute(delete(programme_partnerships).where(mine, gone))


def use_link(tx: Tx, code: str, link: Link, contact: int, now: datetime) -> None:
    """Give the seat that the link is for to this contact; the link is used up."""
    row = {"contact_id": contact, "programme_id": link.programme, "added_at": now}
    tx.connection.execute(tx.insert(programme_readers).values(row).on_conflict_do_nothing())
    seats.count_no_more(tx, respondents.c.contact_id == contact)
    links.mark_used(tx, code, now)


def read_by(tx: Tx, contact: int | None) -> list[Reader]:
    """What somebody reads, the newest first."""
    found = tx.connection.execute(
        select(contacts.c.id, contacts.c.language, *COLUMNS)
        .select_from(programme_readers.join(contacts).join(programmes))
        .where(contacts.c.id == contact)
        .order_by(programme_readers.c.added_at.desc(), programmes.c.id)
    )
    return [Reader(row[0], Programme(*row[2:]), row[1]) for row in found]


def readers_of(tx: Tx, programme: int) -> list[int]:
    """The contacts who read along."""
    mine = select(programme_readers.c.contact_id).where(programme_readers.c.programme_id == programme)
    return list(tx.connection.execute(mine).scalars())


def leave(tx: Tx, contact: int, programme: int) -> None:
    """Give the seat up; a contact who is nothing else here is forgotten."""
    mine = (programme_readers.c.contact_id == contact, programme_readers.c.programme_id == programme)
    tx.connection.execute(delete(programme_readers).where(*mine))
    retention.erase_idle(tx, [contact])


def end(tx: Tx, programme: int) -> None:
    """Nobody reads along any more; readers who are nothing else here are forgotten."""
    readers = readers_of(tx, programme)
    tx.connection.execute(delete(programmes).where(programmes.c.id == programme))
    retention.erase_idle(tx, readers)


COLUMNS = tuple(programmes.c[name] for name in Programme.__slots__)
