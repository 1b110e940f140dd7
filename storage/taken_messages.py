"""Messages that a carrier took and did not deliver yet: whether they arrived, it says later.

Until then the text of the letter is kept here, sealed as it was, so that another carrier can have it. A message is
known by a keyed hash of the name that its carrier gave it. What was paid for is counted by month and category, of
everybody together.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, exists, func, select, update

from bot.letters import Delivered, Elsewhere, Envelope, Letter, Postponed, Receipt, Refused, Unreachable
from storage import letters, reminders, updates
from storage.engine.database import Tx
from storage.notification_addresses import OF_A_SEAT, works
from storage.schema import billed_messages, contacts, responses, taken_messages, waves
from storage.schema import letters as letters_table
from storage.schema import notification_addresses as addresses

KEPT = timedelta(days=30)  # a phone may be off for so long, and WhatsApp tries no longer
UNKNOWN_KEPT = timedelta(days=2)
UNASKED = ("reminder", "invitation")
ONE = taken_messages.c
DONE = "delivered"
Half = Row[Any, Any, Any]
"""What was kept under a name: the number of the letter, its text, and how it ended."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A letter that did not arrive after all, as it waits again; `why` is what its carrier says of it."""

    envelope: Envelope
    why: Receipt


def take(tx: Tx, carrier: str, name: str, number: int, now: datetime) -> Failed | None:
    """A carrier took this letter; it is settled, until we hear that it failed, which may be known already."""
    letter = _held(tx, number)
    letters.settle(tx, [number], now)
    if letter is None or letter.key is None or letter.body_sealed is None:
        return None
    facts = {"carrier": carrier, "letter_id": number, "body_sealed": letter.body_sealed}
    known = _meets(tx, name, ONE.ended.is_not(None), now, **facts)
    if known is None or known.ended == DONE:
        return None
    return _again(tx, letter, letter.body_sealed, _read(known.ended), now)


def take_unstored(tx: Tx, carrier: str, name: str, now: datetime) -> None:
    """The same of a letter that is not stored: until its end is heard, it is on its way too."""
    _meets(tx, name, ONE.ended.is_not(None), now, carrier=carrier)


def end(tx: Tx, carrier: str, name: str, receipt: Receipt, now: datetime) -> Failed | None:
    """A carrier says what became of what it took under this name. The first end is the one that counts, and it may be
    said before `take` is."""
    if not updates.claim(tx, f"end of {carrier} {name}", now):
        return None
    if not isinstance(receipt, Delivered):
        _hold(tx, letters_table.c.id.in_(select(ONE.letter_id).where(_is(tx, name))))
    taken = _meets(tx, name, ONE.ended.is_(None), now, carrier=carrier, ended=_written(receipt))
    if taken is None or taken.letter_id is None or isinstance(receipt, Delivered):
        return None
    letter = _held(tx, taken.letter_id)
    return _again(tx, letter, taken.body_sealed, receipt, now) if letter else None


def _meets(tx: Tx, name: str, other: ColumnElement[bool], now: datetime, **facts: Any) -> Half | None:
    """The other half of what is known under this name, which is gone by this; where there is none, ours waits for it.
    Both may be written at one moment: whoever is second waits for the first, and then looks again."""
    row = {"reference_key": tx.seal.key("taken", name), "taken_on": now.date(), **facts}
    new = tx.insert(taken_messages).values(row).on_conflict_do_nothing().returning(ONE.taken_on)
    found = _gone(tx, name, other)
    return found if found or tx.connection.execute(new).first() else _gone(tx, name, other)


def _gone(tx: Tx, name: str, which: ColumnElement[bool]) -> Half | None:
    gone = delete(taken_messages).where(_is(tx, name), which).returning(ONE.letter_id, ONE.body_sealed, ONE.ended)
    return tx.connection.execute(gone).first()


def _is(tx: Tx, name: str) -> ColumnElement[bool]:
    return ONE.reference_key.in_(tx.seal.keys("taken", name))


def _written(receipt: Receipt) -> str:
    match receipt:
        case Unreachable(reason) | Elsewhere(reason) | Refused(reason):
            return f"{type(receipt).__name__}:{reason}"
        case Postponed(seconds):
            return f"Postponed:{seconds or 0}"
        case _:
            return DONE


def _read(ended: str) -> Receipt:
    kind, _, about = ended.partition(":")
    if kind == "Postponed":
        return Postponed(float(about), alone=True)
    kinds: Mapping[str, type[Unreachable | Elsewhere | Refused]] = {"Unreachable": Unreachable, "Elsewhere": Elsewhere}
    return kinds.get(kind, Refused)(about)


def _again(tx: Tx, row: Any, sealed: bytes, why: Receipt, now: datetime) -> Failed | None:
    """It waits as it did before it was taken; not where what they did since has made it out of date. Where they are not
    called at that address any more, it goes to another, and nothing is said of the one that it went to."""
    is_over = _is_out_of_date(tx, row)
    if not is_over:
        waits = {"body_sealed": sealed, "settled_at": None, "refused": None, "due_at": now, "leased_until": None}
        tx.connection.execute(update(letters_table).where(letters_table.c.id == row.id).values(waits))
    if row.channel in tx.unable_to_ring and not row.works:
        letters.readdress(tx, row.contact_id, now)
        return None
    if is_over and not isinstance(why, Unreachable):
        return None
    envelope = Envelope(row.kind or "", "", Letter(""), row.id, row.contact_id, row.attempts)
    return Failed(replace(envelope, key=row.key, notified=row.address_id or 0), why)


def _held(tx: Tx, number: int) -> Any:
    """A letter, with where it went."""
    _hold(tx, letters_table.c.id == number)
    here = (contacts.c.channel, contacts.c.stopped_at, addresses.c.kind, works(tx, addresses.c).label("works"))
    joined = letters_table.join(contacts).outerjoin(addresses, addresses.c.id == letters_table.c.address_id)
    found = select(letters_table, *here).select_from(joined).where(letters_table.c.id == number)
    return tx.connection.execute(found.with_for_update(of=letters_table)).first()


def _hold(tx: Tx, letter: ColumnElement[bool]) -> None:
    """Whoever it is for can do nothing until the commit that makes it out of date, nor go: first the contact, as
    everywhere."""
    theirs = select(contacts.c.id).join(letters_table).where(letter)
    tx.connection.execute(theirs.with_for_update(of=contacts)).all()


def _is_out_of_date(tx: Tx, row: Any) -> bool:
    """Whether somebody who was called wants nothing more, has been there since or was called once more, or the wave is
    closed; of a weekly post, whether that of another week went since."""
    kind, _, about = row.key.partition(":")
    if row.stopped_at and kind not in OF_A_SEAT:
        return True
    if kind == "summary":
        same = letters_table.c.contact_id == row.contact_id, letters_table.c.id > row.id
        post = letters_table.c.key.startswith(row.key.rpartition(":")[0] + ":")
        return tx.connection.execute(select(letters_table.c.id).where(*same, post)).first() is not None
    if kind not in UNASKED:
        return False
    response = int(about.partition(":")[0])
    waits = responses.c.completed_at.is_(None), responses.c.reminders, responses.c.touched_at <= row.due_at
    reminded = exists().where(letters_table.c.key.in_(reminders.keys_of(response)), letters_table.c.id > row.id)
    asked = select(responses.c.id).join(waves).where(waves.c.closed_at.is_(None), *waits, ~reminded)
    still = asked.where(responses.c.id == response)
    return tx.connection.execute(still).first() is None


def bill(tx: Tx, carrier: str, name: str, category: str, now: datetime, arrived: datetime | None = None) -> None:
    """A message under this name is paid for in this category, once, however often we hear it; for the month in which it
    arrived, if its carrier says when."""
    if not updates.claim(tx, f"bill of {carrier} {name}", now):
        return
    row = {"carrier": carrier, "month": f"{min(arrived or now, now):%Y-%m}", "category": category, "messages": 1}
    new = tx.insert(billed_messages).values(row)
    counted = new.on_conflict_do_update(
        index_elements=["carrier", "month", "category"], set_={"messages": billed_messages.c.messages + 1}
    )
    tx.connection.execute(counted)


def billed(tx: Tx, carrier: str, month: str) -> dict[str, int]:
    """By category, in a month such as 2026-11."""
    here = and_(billed_messages.c.carrier == carrier, billed_messages.c.month == month)
    found = select(billed_messages.c.category, billed_messages.c.messages).where(here)
    return dict(map(tuple, tx.connection.execute(found.order_by(billed_messages.c.category))))


def months(tx: Tx, carrier: str) -> Mapping[str, Mapping[str, int]]:
    """All of them, the first one first."""
    bill, found = billed_messages.c, defaultdict[str, dict[str, int]](dict)
    every = select(bill.month, bill.category, bill.messages).where(bill.carrier == carrier)
    for month, category, messages in tx.connection.execute(every.order_by(bill.month, bill.category)):
        found[month][category] = messages
    return found


def let_go(tx: Tx, which: ColumnElement[bool]) -> None:
    """However these letters end, they do not wait again."""
    gone = select(letters_table.c.id).where(which)
    tx.connection.execute(delete(taken_messages).where(ONE.letter_id.in_(gone)))


def on_their_way(tx: Tx, carrier: str, now: datetime) -> int:
    """How many were taken this month, and did not end yet."""
    this_month = ONE.taken_on >= now.date().replace(day=1)
    counted = select(func.count()).where(ONE.carrier == carrier, ONE.ended.is_(None), this_month)
    return int(tx.connection.execute(counted).scalar_one())


def forget_old(tx: Tx, now: datetime) -> None:
    """Those of which nothing will be heard any more, or of which no letter waits for it."""
    old, unknown = (now - KEPT).date(), (now - UNKNOWN_KEPT).date()
    tx.connection.execute(delete(taken_messages).where(ONE.taken_on < old))
    tx.connection.execute(delete(taken_messages).where(ONE.taken_on < unknown, ONE.letter_id.is_(None)))
