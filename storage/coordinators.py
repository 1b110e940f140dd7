"""Coordinators: who receives what of a partnership, and the links to a seat.

Every function takes the partnership that the caller was found to belong to; nothing here looks across partnerships.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    select,
    update,
)

from bot.survey.conversation.dialogue import Partnership
from storage import due, letters, links, retention, taken_messages
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.links import Link
from storage.notification_addresses import rings
from storage.participants import was_written
from storage.partnerships import PARTNERSHIP_COLUMNS
from storage.schema import contacts, coordinators, partnerships, respondents, responses
from storage.schema import letters as letters_table
from storage.seats import ALONG, count_no_more, held

ROLES = ("coordinator", "viewer")
WIDTH_OF_WEEK = len("2026-W09")


@dataclass(frozen=True, slots=True)
class Seat:
    """What somebody is in a partnership, and the language they use."""

    contact: int
    partnership: Partnership
    role: str
    language: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """`role` is that of a seat, `response` that of somebody who took part."""

    contact: int
    channel: str
    language: str
    role: str = ""
    response: int = 0


def seats(tx: Tx, contact: int) -> tuple[Seat, ...]:
    """Every partnership in which this person or group is a coordinator or viewer; then those of which they read along
    in a programme and are nothing else."""
    every = [Seat(row[0], Partnership(*row[3:]), row[1], row[2]) for row in _SEATS(tx, contact_id=contact)]
    best = {seat.partnership.id: seat for seat in reversed(every)}
    return tuple(seat for seat in every if best[seat.partnership.id] is seat)


def use_link(tx: Tx, code: str, link: Link, contact: int, now: datetime) -> None:
    """Give the seat that the link is for to this contact; the link is used up."""
    take_seat(tx, contact, link.partnership, link.role, now)
    links.mark_used(tx, code, now)


def take_seat(tx: Tx, contact: int, partnership: int, role: str, now: datetime) -> None:
    """Give a seat to a contact, who keeps a better one. What they answered and was not released yet never counts
    towards k from now on, whatever becomes of the seat."""
    seat = tx.insert(coordinators).values(contact_id=contact, partnership_id=partnership, role=role, added_at=now)
    better = case((coordinators.c.role == "coordinator", "coordinator"), else_=seat.excluded.role)
    tx.connection.execute(
        seat.on_conflict_do_update(index_elements=["contact_id", "partnership_id"], set_={"role": better})
    )
    count_no_more(tx, respondents.c.contact_id == contact, respondents.c.partnership_id == partnership)


def leave(tx: Tx, contact: int, partnership: int, now: datetime) -> None:
    """Give the seat up, with the post for it that did not arrive yet; a contact who is nothing else here is
    forgotten."""
    mine = coordinators.c.contact_id == contact, coordinators.c.partnership_id == partnership
    tx.connection.execute(delete(coordinators).where(*mine))
    post = letters.of_a_seat(contact, partnership)
    letters.withdraw(tx, post, now)
    taken_messages.let_go(tx, post)
    retention.erase_idle(tx, [contact])


def team(tx: Tx, partnership: int) -> dict[str, int]:
    """Role -> how many have it."""
    counted = select(coordinators.c.role, func.count()).where(coordinators.c.partnership_id == partnership)
    return dict(map(tuple, tx.connection.execute(counted.group_by(coordinators.c.role))))


def lost(tx: Tx, partnership: int) -> list[int]:
    """The contacts with a seat that cannot be written to."""
    seated = select(contacts.c.id).join(coordinators).where(coordinators.c.partnership_id == partnership)
    return list(tx.connection.execute(seated.where(contacts.c.unreachable_at.is_not(None))).scalars())


def lost_since(tx: Tx, moment: datetime) -> list[tuple[int, int, datetime]]:
    """(partnership, contact, since when) of each seat that cannot be written to only since then."""
    seated = select(coordinators.c.partnership_id, contacts.c.id, contacts.c.unreachable_at).join(contacts)
    # Not in an order: for one it would read every contact.
    found = tx.connection.execute(seated.where(contacts.c.unreachable_at > moment))
    return sorted((partnership, contact, since) for partnership, contact, since in found if since)


def take_back(tx: Tx, partnership: int, now: datetime) -> list[int]:
    """Those of `lost`, whom from now on we try to write to again."""
    found = lost(tx, partnership)
    due.look_at(tx, contacts.c.id.in_(found), now)
    tx.connection.execute(update(contacts).where(contacts.c.id.in_(found)).values(unreachable_at=None))
    return found


def recipients(tx: Tx, partnership: int) -> list[Recipient]:
    """Everybody who is told how it goes and can be reached; on a page they read it when they look."""
    return [Recipient(*row) for row in tx.connection.execute(_receiving(partnership))]


def _receiving(partnership: int | ColumnElement[int]) -> Select[Any]:
    return (
        select(contacts.c.id, contacts.c.channel, contacts.c.language, coordinators.c.role)
        .select_from(coordinators.join(contacts))
        .where(coordinators.c.partnership_id == partnership, contacts.c.unreachable_at.is_(None))
        .order_by(contacts.c.id)
    )


def waiting_for_post(tx: Tx, partnership: int, wave: int, weeks: tuple[str, str], moment: datetime) -> list[Recipient]:
    """Who had a seat at that moment, can be reached, and was written no post of the weeks from the first to the last.

    The key of a post is summary:contact:wave:week, and weeks are written so that a later one sorts after.
    """
    of = {"partnership": partnership, "about": f":{wave}:", "first": weeks[0], "last": weeks[1], "moment": moment}
    waiting = [Recipient(*row) for row in _WAITING_FOR_POST(tx, **of)]
    on_a_page = [one.contact for one in waiting if one.channel in tx.unable_to_ring]
    unrung = set(on_a_page).difference(_rung(tx, on_a_page) if on_a_page else ())
    return [one for one in waiting if one.contact not in unrung]


def _rung(tx: Tx, some: Sequence[int]) -> Iterable[int]:
    return tx.connection.execute(select(contacts.c.id).where(contacts.c.id.in_(some), rings(tx))).scalars()


def _waiting_for_post() -> Select[Any]:
    mine = "summary:" + cast(contacts.c.id, String) + bindparam("about", type_=String)
    week = func.substr(letters_table.c.key, func.length(mine) + 1, WIDTH_OF_WEEK)
    named = week.between(bindparam("first", type_=String), bindparam("last", type_=String))
    written = exists().where(letters_table.c.contact_id == contacts.c.id, letters_table.c.key.startswith(mine), named)
    here = _receiving(bindparam("partnership"))
    return here.where(coordinators.c.added_at <= bindparam("moment"), ~written)


def last_post(tx: Tx, partnership: int, wave: int) -> datetime | None:
    """When the last weekly post about this wave was written to somebody who has a seat still."""
    moment: datetime | None
    [(moment,)] = _LAST_POST(tx, partnership=partnership, posts=f"summary:%:{wave}:%")
    return moment


def waiting_for_result(tx: Tx, wave: int, most: int | None = None) -> list[Recipient]:
    """Respondents who completed this wave, asked for the group result, and were not written it yet.

    Whoever takes `most` of them, to write it, holds their contacts: those who can be sent anything.
    """
    asked = _waiting_for_result(wave).order_by(contacts.c.id).limit(most)
    if most:
        asked = asked.where(rings(tx)).with_for_update(of=contacts, skip_locked=True)
    return [Recipient(*row) for row in tx.connection.execute(asked)]


def is_waiting_for_result(tx: Tx, wave: int) -> bool:
    """Whether there is anybody who can be sent it, also of those whom somebody else holds."""
    return tx.connection.execute(_waiting_for_result(wave).where(rings(tx)).limit(1)).first() is not None


def _waiting_for_result(wave: int) -> Select[Any]:
    return (
        select(contacts.c.id, contacts.c.channel, contacts.c.language, literal(""), responses.c.id)
        .select_from(contacts.join(respondents).join(responses))
        .where(
            responses.c.wave_id == wave,
            responses.c.completed_at.is_not(None),
            respondents.c.wants_result,
            contacts.c.unreachable_at.is_(None),
            ~was_written("result", str(wave)),
        )
    )


def set_language(tx: Tx, contact: int, language: str) -> None:
    tx.connection.execute(update(contacts).where(contacts.c.id == contact).values(language=language))


def summary_moment(tx: Tx, partnership: int) -> tuple[int, int]:
    """Day of the week, 0 being Monday, and hour of the weekly summary, in the partnership's own time zone."""
    moment = select(partnerships.c.summary_day, partnerships.c.summary_hour).where(partnerships.c.id == partnership)
    day, hour = tx.connection.execute(moment).one()
    return day, hour


_SEATS = Prepared(
    lambda _: (
        select(contacts.c.id, held.c.role, contacts.c.language, *PARTNERSHIP_COLUMNS)
        .select_from(contacts)
        .join(held, held.c.contact_id == contacts.c.id)
        .join(partnerships, partnerships.c.id == held.c.partnership_id)
        .where(contacts.c.id == bindparam("contact_id"))
        .order_by(held.c.role == ALONG, held.c.added_at.desc(), partnerships.c.id)
    )
)
_LAST_POST = Prepared(
    lambda _: (
        select(func.max(letters_table.c.due_at))
        .join(coordinators, coordinators.c.contact_id == letters_table.c.contact_id)
        .where(coordinators.c.partnership_id == bindparam("partnership"), letters_table.c.key.like(bindparam("posts")))
    )
)
_WAITING_FOR_POST = Prepared(lambda _: _waiting_for_post())
