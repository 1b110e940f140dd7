"""Letters that wait, and what became of them.

A letter with a key is written once, whoever tries, and stays behind without its text; a reply has no key and goes when
it is delivered. Whoever delivers a letter first moves its `due_at` ahead: when they die, it falls due again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from sqlalchemy import Row, and_, delete, exists, select, update

from bot.letters import Envelope, Letter
from storage.database import Tx
from storage.schema import contacts, letters

LEASE = timedelta(seconds=60)


def reply(tx: Tx, contact: int, letter: Letter, now: datetime) -> int:
    """Write a letter that the writer delivers at once; its number."""
    number = _write(tx, contact, letter, now + LEASE, None)
    return cast(int, number)  # only a key could have stood in the way


def enqueue(tx: Tx, contact: int, letter: Letter, due_at: datetime, key: str) -> None:
    """Write a letter for whoever looks when it falls due, unless this key was written before."""
    _write(tx, contact, letter, due_at, key)


def _write(tx: Tx, contact: int, letter: Letter, due_at: datetime, key: str | None) -> int | None:
    row = {"contact_id": contact, "key": key, "body": letter.to_json(), "due_at": due_at, "attempts": 0}
    return tx.connection.execute(
        tx.insert(letters).values(**row).on_conflict_do_nothing().returning(letters.c.id)
    ).scalar()


def claim_due(tx: Tx, now: datetime, most: int = 100) -> list[Envelope]:
    """Take letters that fell due, oldest first; never one whose contact has an older letter waiting elsewhere."""
    older = letters.alias()
    held_up = exists().where(
        older.c.contact_id == letters.c.contact_id,
        older.c.id < letters.c.id,
        older.c.settled_at.is_(None),
        older.c.due_at > now,
    )
    due = and_(letters.c.settled_at.is_(None), letters.c.due_at <= now, ~held_up)
    first = select(letters.c.contact_id).where(due).order_by(letters.c.id).limit(most)
    # Whoever else takes letters now, or is in a turn with a contact, holds that contact: theirs are for a later look.
    free = select(contacts.c.id).where(contacts.c.id.in_(first)).with_for_update(skip_locked=True)
    held = tx.connection.execute(free).scalars().all()
    chosen = select(letters.c.id).where(due, letters.c.contact_id.in_(held)).order_by(letters.c.id).limit(most)
    numbers = tx.connection.execute(chosen).scalars().all()
    tx.connection.execute(update(letters).where(letters.c.id.in_(numbers)).values(due_at=now + LEASE))
    found = tx.connection.execute(
        select(letters, contacts.c.channel, contacts.c.address_sealed)
        .join(contacts)
        .where(letters.c.id.in_(numbers), letters.c.settled_at.is_(None))  # not those that were settled meanwhile
        .order_by(letters.c.id)
    )
    return [envelope for row in found.all() if (envelope := _envelope(tx, row, now))]


def _envelope(tx: Tx, row: Row[Any], now: datetime) -> Envelope | None:
    """None, and given up, when another version wrote it in a way that we cannot read: it must not hold up the rest."""
    try:
        letter, address = Letter.from_json(row.body), tx.seal.open(row.channel, row.address_sealed)
    except (ValueError, TypeError, InvalidTag):
        give_up(tx, row.id, "cannot be read", now)
        return None
    return Envelope(row.channel, address, letter, row.id, row.contact_id, row.attempts)


def release(tx: Tx, now: datetime) -> None:
    """Let every waiting letter fall due now: for when we know that nobody else is delivering."""
    tx.connection.execute(
        update(letters).where(letters.c.settled_at.is_(None), letters.c.due_at > now).values(due_at=now)
    )


def settle(tx: Tx, delivered: Sequence[int], now: datetime) -> None:
    chosen = letters.c.id.in_(delivered)
    tx.connection.execute(delete(letters).where(chosen, letters.c.key.is_(None)))
    tx.connection.execute(update(letters).where(chosen).values(body=None, settled_at=now))


def postpone(tx: Tx, number: int, until: datetime) -> None:
    later = {"due_at": until + LEASE, "attempts": letters.c.attempts + 1}
    tx.connection.execute(update(letters).where(letters.c.id == number).values(later))


def give_up(tx: Tx, number: int, reason: str, now: datetime) -> None:
    gone = {"body": None, "settled_at": now, "refused": reason}
    tx.connection.execute(update(letters).where(letters.c.id == number).values(gone))


def close_door(tx: Tx, contact: int, now: datetime) -> None:
    """The contact cannot be reached: give up every letter to them, and write no new ones."""
    tx.connection.execute(update(contacts).where(contacts.c.id == contact).values(unreachable_at=now))
    gone = {"body": None, "settled_at": now, "refused": "unreachable"}
    tx.connection.execute(
        update(letters).where(letters.c.contact_id == contact, letters.c.settled_at.is_(None)).values(gone)
    )


def move(tx: Tx, contact: int, channel: str, address: str, now: datetime) -> None:
    """The contact has a new address in the same channel; when somebody lives there already, nobody is left here."""
    key = tx.seal.key(channel, address)
    if tx.connection.execute(select(contacts.c.id).where(contacts.c.address_key == key)).scalar() is not None:
        close_door(tx, contact, now)
        return
    new = {"address_key": key, "address_sealed": tx.seal.close(channel, address)}
    tx.connection.execute(update(contacts).where(contacts.c.id == contact).values(new))
