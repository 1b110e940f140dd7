"""Contacts: the sealed addresses of people and groups that we can write to."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, bindparam, null, or_, select, update

from storage import due, letters, resealing, seats
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.schema import contacts, coordinators, notification_addresses, respondents
from storage.schema import letters as letters_table


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    has_seat: bool


def at(tx: Tx, channel: str, address: str) -> Contact | None:
    """Who is at this address, locked until the commit; None when we keep nothing about them."""
    resealing.bring_over(tx, channel, address)
    found = AT(tx, address_key=tx.seal.key(channel, address))
    return Contact(*found[0]) if found else None


def hold(tx: Tx, contact: int) -> bool:
    """Nobody else can touch them until the commit; False of somebody who is not there any more. It comes first, and
    alone: a statement that waited for this still sees the other tables as they were before."""
    return bool(_HELD(tx, contact_id=contact))


def number_at(tx: Tx, channel: str, address: str) -> int | None:
    """The same as it stands at this moment, and not locked."""
    here = contacts.c.address_key.in_(tx.seal.keys(channel, address))
    return tx.connection.execute(select(contacts.c.id).where(here)).scalar()


def notified_at(tx: Tx, number: int) -> str | None:
    """The address, in the channel where they answer, of whose notification address this is."""
    theirs = select(contacts.c.channel, contacts.c.address_sealed).join(notification_addresses)
    found = tx.connection.execute(theirs.where(notification_addresses.c.id == number)).first()
    return tx.seal.open(*found) if found else None


def place_of(tx: Tx, contact: int) -> tuple[str, str] | None:
    """The channel in which they answer, and their address there."""
    theirs = select(contacts.c.channel, contacts.c.address_sealed).where(contacts.c.id == contact)
    found = tx.connection.execute(theirs).first()
    return (found.channel, tx.seal.open(*found)) if found else None


def language_of(tx: Tx, contact: int) -> str | None:
    return tx.connection.execute(select(contacts.c.language).where(contacts.c.id == contact)).scalar()


def meet(tx: Tx, channel: str, address: str, language: str, now: datetime, *, agreed: bool = False) -> int:
    """The number of the contact at this address, made when there is none yet; they are reachable. Who is known and has
    just `agreed` did so in this language, and wants to hear from us."""
    resealing.bring_over(tx, channel, address)
    row = {"channel": channel, "language": language, "created_at": now}
    key, sealed = tx.seal.key(channel, address), tx.seal.close(channel, address)
    if _AWAY_AT(tx, address_key=key):
        due.look_at(tx, contacts.c.address_key == key, now)
    (met,) = (_AGREED if agreed else _MET)(tx, **row, address_key=key, address_sealed=sealed)
    return int(met.id)


def takes_part(tx: Tx, contact: int, partnership: int) -> bool:
    """Whether they have agreed to take part in this partnership."""
    mine = respondents.c.contact_id == contact, respondents.c.partnership_id == partnership
    return tx.connection.execute(select(respondents.c.id).where(*mine)).first() is not None


def set_reachable(
    tx: Tx, channel: str, address: str, reachable: bool, now: datetime, *, with_topics: bool = False
) -> None:
    """`with_topics` also at each address in that chat, of which there are few: only groups with a seat have them."""
    here: ColumnElement[bool] = contacts.c.address_key.in_(tx.seal.keys(channel, address))
    if with_topics:
        here = or_(here, contacts.c.id.in_(_topics(tx, channel, address)))
    if reachable:
        due.look_at(tx, here, now)
    tx.connection.execute(update(contacts).where(here).values(unreachable_at=None if reachable else now))


def mark_unreachable(tx: Tx, contact: int, now: datetime, reason: str = letters.UNREACHABLE) -> None:
    """The contact cannot be reached: give up every letter to them, and write no new ones."""
    tx.connection.execute(update(contacts).where(contacts.c.id == contact).values(unreachable_at=now))
    letters.withdraw(tx, letters_table.c.contact_id == contact, now, reason)


def move(tx: Tx, contact: int, channel: str, address: str, now: datetime) -> None:
    """The contact has a new address in the same channel; when somebody lives there already, nobody is left here."""
    there = number_at(tx, channel, address)
    if there == contact:  # another letter found out already
        return
    if there is not None:
        mark_unreachable(tx, contact, now)
        return
    new = {"address_key": tx.seal.key(channel, address), "address_sealed": tx.seal.close(channel, address)}
    tx.connection.execute(update(contacts).where(contacts.c.id == contact).values(new))


def _topics(tx: Tx, channel: str, address: str) -> list[int]:
    seated = select(contacts.c.id, contacts.c.address_sealed).join(coordinators).where(contacts.c.channel == channel)
    found = tx.connection.execute(seated).all()
    return [number for number, sealed in found if tx.seal.open(channel, sealed).startswith(f"{address}/")]


def _met(insert: Any, *, agreed: bool) -> Any:
    names = ("channel", "language", "created_at", "address_key", "address_sealed")
    new = insert(contacts).values({name: bindparam(name) for name in names})
    changed: dict[str, Any] = {"unreachable_at": null()}
    if agreed:
        changed.update(language=new.excluded.language, stopped_at=null())
    return new.on_conflict_do_update(index_elements=["address_key"], set_=changed).returning(contacts.c.id)


_MET, _AGREED = Prepared(partial(_met, agreed=False)), Prepared(partial(_met, agreed=True))
_HELD = Prepared(lambda _: select(contacts.c.id).where(contacts.c.id == bindparam("contact_id")).with_for_update())
_AWAY_AT = Prepared(
    lambda _: select(contacts.c.id).where(contacts.c.address_key == bindparam("address_key"), due.IS_AWAY)
)
# A turn that waited for this lock may see the seats as they were: who finds none where one is needed, asks again.
AT = Prepared(
    lambda _: (
        select(contacts.c.id, seats.has_any(contacts.c.id).label("has_seat"))
        .where(contacts.c.address_key == bindparam("address_key"))
        .with_for_update(of=contacts)
    )
)
