"""Notification addresses: where somebody who answers on a page wants to be called, sealed, and whether that works.

One that is not confirmed rings for nobody. A stopped one stays, so that whoever stops it can think better of it; one
that failed stays too, so that they read it on the page.
"""

import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    delete,
    exists,
    literal,
    not_,
    or_,
    select,
    update,
)

from bot.survey.notification import NotificationAddress
from storage.engine.database import Tx
from storage.schema import contacts, letters, notification_addresses

CODE_LASTS = timedelta(minutes=20)
MOST_TRIES = 5  # of one code
UNCONFIRMED_LASTS = timedelta(days=1)

ONE = notification_addresses.c
FIRST = notification_addresses.alias("first_address").c
OF_A_SEAT = ("summary", "final", "report")
"""The kinds of bulk mail to somebody as a coordinator or a reader, by the first word of its key."""


def of_contact(tx: Tx, contact: int) -> tuple[NotificationAddress, ...]:
    """All that they left and that can be used here, in the order in which they did."""
    mine = _every().where(ONE.contact_id == contact, ONE.kind.in_(tx.notifiers))
    return tuple(_read(tx, row) for row in tx.connection.execute(mine.order_by(ONE.id)))


def _every() -> Any:
    return select(notification_addresses)


def _read(tx: Tx, row: Any) -> NotificationAddress:
    confirmed, failed, stopped = (at is not None for at in (row.confirmed_at, row.failed_at, row.stopped_at))
    return NotificationAddress(
        row.id,
        row.kind,
        tx.seal.open(row.kind, row.address_sealed),
        confirmed=confirmed,
        failed=failed,
        stopped=stopped,
        works=confirmed and not (failed or stopped),
        with_files=row.with_files,
        spent=row.code_tries >= MOST_TRIES,
    )


def first(tx: Tx, contact: int, *, of_a_seat: bool = False, with_files: bool = False) -> int | None:
    """The number of the address at which they are called; where a file goes along, of one that wants files. Post for a
    seat, with its pictures, goes to the last that works: to what can hold most."""
    wants = or_(not_(literal(with_files)), FIRST.with_files)
    found = _in_order(tx, contact, of_a_seat=of_a_seat).where(wants)
    return cast(int | None, tx.connection.execute(found.limit(1)).scalar())


def next_after(tx: Tx, contact: int, number: int, *, of_a_seat: bool = False) -> int | None:
    """The one that is tried where this one carries nothing now."""
    every: list[int] = [*tx.connection.execute(_in_order(tx, contact, of_a_seat=of_a_seat)).scalars()]
    behind = every[every.index(number) + 1 :] if number in every else every
    return next(iter(behind), None)


def _in_order(tx: Tx, contact: int, *, of_a_seat: bool) -> Select[Any]:
    order = _place(tx).desc() if of_a_seat else _place(tx)
    return select(FIRST.id).where(FIRST.contact_id == contact, works(tx, FIRST)).order_by(order, FIRST.id)


def works(tx: Tx, one: Any = ONE) -> ColumnElement[bool]:
    """Whether an address calls somebody: what it is for is set up here."""
    is_live = and_(one.confirmed_at.is_not(None), one.failed_at.is_(None), one.stopped_at.is_(None))
    return and_(is_live, one.kind.in_(tx.notifiers))


def rings(tx: Tx) -> ColumnElement[bool]:
    """Whether a contact can be called: in their channel, or by a notifier."""
    if not tx.unable_to_ring:
        return contacts.c.id.is_not(None)
    called = exists().where(ONE.contact_id == contacts.c.id, works(tx))
    return or_(contacts.c.channel.not_in(tx.unable_to_ring), called)


def first_of(tx: Tx) -> ScalarSelect[Any]:
    """The notifier that calls a contact on a page."""
    found = select(FIRST.kind).where(FIRST.contact_id == contacts.c.id, works(tx, FIRST)).order_by(_place(tx), FIRST.id)
    return found.limit(1).correlate(contacts).scalar_subquery()


def _place(tx: Tx) -> ColumnElement[int]:
    """In the order in which they are tried."""
    places = {kind: at for at, kind in enumerate(tx.notifiers)}
    return case(places, value=FIRST.kind, else_=len(places)) if places else literal(0)


def propose(tx: Tx, contact: int, kind: str, address: str, code: str, now: datetime) -> int:
    """Keep an address until it is confirmed by this code; its number. Only one is waited for at a time."""
    key = tx.seal.key(kind, address)
    is_this = and_(ONE.kind == kind, ONE.address_key == key)
    _drop(tx, and_(ONE.contact_id == contact, ONE.confirmed_at.is_(None), not_(is_this)))
    waits = {**dict.fromkeys(("confirmed_at", "failed_at", "stopped_at")), "code_sent_at": now, "code_tries": 0}
    number = _kept(tx, contact, kind, address, {"created_at": now, **waits})
    _change(tx, number, code_key=_codes(tx, number, code)[0])
    _drop_codes(tx, letters.c.address_id == number)
    return number


def give_up(tx: Tx, contact: int, kind: str, address: str) -> list[int]:
    """Somebody holds a device now that others were called on: it is theirs no more; who they are."""
    return _drop(tx, and_(ONE.address_key.in_(tx.seal.keys(kind, address)), ONE.contact_id != contact))


def keep_newest(tx: Tx, kind: str, address: str, most: int) -> list[int]:
    """Only so many are called at this address, those who left it last; who are not any more."""
    return _drop(tx, ONE.id.in_([number for number, _ in at(tx, kind, address)[:-most]]))


def keep(tx: Tx, contact: int, kind: str, address: str, now: datetime) -> int:
    """Keep an address that is confirmed by where it comes from; its number."""
    live = {"created_at": now, "confirmed_at": now, "failed_at": None, "stopped_at": None}
    return _kept(tx, contact, kind, address, live)


def _kept(tx: Tx, contact: int, kind: str, address: str, facts: dict[str, Any]) -> int:
    sealed = {"address_key": tx.seal.key(kind, address), "address_sealed": tx.seal.close(kind, address)}
    new = tx.insert(notification_addresses).values(contact_id=contact, kind=kind, **sealed, **facts)
    written = new.on_conflict_do_update(index_elements=["contact_id", "kind", "address_key"], set_=facts)
    return int(tx.connection.execute(written.returning(ONE.id)).scalar_one())


def confirm(tx: Tx, number: int, code: str, now: datetime) -> bool:
    """Whether this is the code that was sent there, not long ago and not tried too often; each try counts."""
    row = tx.connection.execute(_every().where(ONE.id == number).with_for_update()).first()
    if row is None or _is_over(row, now):
        return False
    is_right = any(hmac.compare_digest(row.code_key, one) for one in _codes(tx, number, code))
    tried = {"code_tries": row.code_tries + 1}
    right = {"confirmed_at": now, "failed_at": None, "stopped_at": None, "code_key": None, "code_sent_at": None}
    _change(tx, number, **(right if is_right else tried))
    return is_right


def is_over(tx: Tx, number: int, now: datetime) -> bool:
    """Whether the code that was sent there works no more, whatever one types."""
    row = tx.connection.execute(_every().where(ONE.id == number)).first()
    return row is None or _is_over(row, now)


def _is_over(row: Any, now: datetime) -> bool:
    return row.code_key is None or row.code_tries >= MOST_TRIES or now > row.code_sent_at + CODE_LASTS


def _codes(tx: Tx, number: int, code: str) -> tuple[bytes, ...]:
    return tx.seal.keys("code", f"{number} {code}")


def at(tx: Tx, kind: str, address: str) -> tuple[tuple[int, int], ...]:
    """Who is called at this address, whoever left it last at the end: the number of each notification address, and of
    its contact."""
    is_this = ONE.kind == kind, ONE.address_key.in_(tx.seal.keys(kind, address))
    here = select(ONE.id, ONE.contact_id).where(*is_this)
    return tuple((number, contact) for number, contact in tx.connection.execute(here.order_by(ONE.created_at, ONE.id)))


def by_contact(here: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """As several contacts are held, whoever does: else two wait for each other."""
    return sorted(here, key=itemgetter(1))


def rename(tx: Tx, kind: str, former: str, address: str) -> list[int]:
    """They have another address there now, which may work where the former did not; who has that one already keeps it
    once. Who they are."""
    new = {"address_key": tx.seal.key(kind, address), "address_sealed": tx.seal.close(kind, address)}
    renamed = [(number, contact) for number, contact in by_contact(at(tx, kind, former)) if contact_of(tx, number)]
    had = {contact for _, contact in at(tx, kind, address)}
    for number, contact in renamed:
        if contact in had:
            remove(tx, number)
        else:
            _change(tx, number, failed_at=None, **new)
    return [contact for _, contact in renamed]


def keep_only(tx: Tx, contact: int, number: int, kind: str) -> None:
    """Of this kind they have no other any more."""
    _drop(tx, and_(ONE.contact_id == contact, ONE.kind == kind, ONE.id != number))


def stop(tx: Tx, number: int, now: datetime) -> None:
    _change(tx, number, stopped_at=now)


def start(tx: Tx, number: int) -> None:
    """They want to be called there after all."""
    _change(tx, number, stopped_at=None)


def fail(tx: Tx, number: int, now: datetime) -> None:
    """What was sent there does not arrive."""
    _change(tx, number, failed_at=now)


def send_files(tx: Tx, number: int, wanted: bool) -> None:
    _change(tx, number, with_files=wanted)


def _change(tx: Tx, number: int, **facts: Any) -> None:
    tx.connection.execute(update(notification_addresses).where(ONE.id == number).values(facts))


def remove(tx: Tx, number: int) -> None:
    _drop(tx, ONE.id == number)


def _drop(tx: Tx, which: ColumnElement[bool]) -> list[int]:
    """With the codes that wait to be sent there; whose they were. Other letters stay, and their keys stay used."""
    found = tx.connection.execute(select(ONE.id, ONE.contact_id).where(which)).all()
    numbers = [number for number, _ in found]
    _drop_codes(tx, letters.c.address_id.in_(numbers))
    tx.connection.execute(delete(notification_addresses).where(ONE.id.in_(numbers)))
    tx.erased.extend(numbers)
    return [contact for _, contact in found]


def _drop_codes(tx: Tx, which: ColumnElement[bool]) -> None:
    tx.connection.execute(delete(letters).where(which, letters.c.key.is_(None)))


def contact_of(tx: Tx, number: int) -> int | None:
    """Whose it is. Nobody writes to them or hears them until the commit."""
    theirs = select(contacts.c.id).join(notification_addresses).where(ONE.id == number)
    return tx.connection.execute(theirs.with_for_update(of=contacts)).scalar()


def drop_unconfirmed(tx: Tx, now: datetime) -> int:
    """Those that nobody confirmed within a day; how many. A code that still waits and works no more goes at once."""
    is_late = and_(ONE.confirmed_at.is_(None), ONE.code_sent_at < now - CODE_LASTS)
    _drop_codes(tx, letters.c.address_id.in_(select(ONE.id).where(is_late)))
    return len(_drop(tx, and_(ONE.confirmed_at.is_(None), ONE.created_at < now - UNCONFIRMED_LASTS)))
