"""Rehearsals: which partnerships hold invented answers, and how one is taken away without a trace.

A row in `marks` says so, not a name. While one is under way its people live in the past: the time it is for everybody
else passes it by.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Select, String, cast, delete, exists, or_, select, update

from storage import letters as letters_of
from storage.engine.database import Tx
from storage.retention import erase_idle
from storage.schema import contacts, coordinators, letters, marks, partnerships, respondents, waves

CHANNEL = "rehearsal"
"""Where simulated people live: no messenger serves it, so nothing ever goes there."""

UNDER_WAY, DONE = "under way", "done"


@dataclass(frozen=True, slots=True)
class Removed:
    rehearsals: int = 0
    people: int = 0


def begin(tx: Tx, partnership: int) -> None:
    tx.connection.execute(tx.insert(marks).values(name=_mark(partnership), value=UNDER_WAY))


def is_under_way(tx: Tx, partnership: int) -> bool:
    mine = select(marks.c.value).where(marks.c.name == _mark(partnership))
    return tx.connection.execute(mine).scalar() == UNDER_WAY


def end(tx: Tx, partnership: int, now: datetime) -> None:
    """From now on time passes here as everywhere; the simulated people have gone, and nobody writes to them again."""
    tx.connection.execute(update(marks).where(marks.c.name == _mark(partnership)).values(value=DONE))
    simulated = _simulated(partnership)
    letters_of.withdraw(tx, letters.c.contact_id.in_(simulated), now)
    tx.connection.execute(update(contacts).where(contacts.c.id.in_(simulated)).values(unreachable_at=now))


def numbers(tx: Tx) -> list[int]:
    """The partnerships that are rehearsals."""
    found = tx.connection.execute(select(marks.c.name).where(marks.c.name.startswith(_mark(""))))
    return sorted(int(name.removeprefix(_mark(""))) for name in found.scalars())


def remove(tx: Tx, partnership: int) -> Removed:
    """Delete a rehearsal with everything under it; also how to reach whoever is nothing elsewhere."""
    people = tx.connection.execute(_simulated(partnership)).all()
    involved = _involved(tx, partnership)
    _drop_letters(tx, partnership, involved)
    tx.connection.execute(delete(partnerships).where(partnerships.c.id == partnership))
    erase_idle(tx, involved)
    tx.connection.execute(delete(marks).where(marks.c.name == _mark(partnership)))
    return Removed(1, len(people))


def is_now(tx: Tx, partnership: Column[int]) -> ColumnElement[bool]:
    """Whether time passes for this partnership in this transaction: on a rehearsal's own clock for that one alone."""
    if tx.rehearsal is not None:
        return partnership == tx.rehearsal
    mine = marks.c.name == _mark("") + cast(partnership, String)
    return ~exists().where(mine, marks.c.value == UNDER_WAY)


def _mark(partnership: object) -> str:
    return f"rehearsal:{partnership}"


def _simulated(partnership: int) -> Select[tuple[int]]:
    mine = select(contacts.c.id).join(respondents).where(respondents.c.partnership_id == partnership)
    return mine.where(contacts.c.channel == CHANNEL)


def _involved(tx: Tx, partnership: int) -> list[int]:
    """Everybody with an address who takes part here or has a seat. First the contacts are locked, as everywhere."""
    take_part = select(respondents.c.contact_id).where(respondents.c.partnership_id == partnership)
    have_seats = select(coordinators.c.contact_id).where(coordinators.c.partnership_id == partnership)
    here = or_(contacts.c.id.in_(take_part), contacts.c.id.in_(have_seats))
    return list(tx.connection.execute(select(contacts.c.id).where(here).with_for_update()).scalars())


def _drop_letters(tx: Tx, partnership: int, involved: Sequence[int]) -> None:
    """What ticks and closings wrote about this rehearsal, also to people who stay for something else."""
    rounds = tx.connection.execute(select(waves.c.id).where(waves.c.partnership_id == partnership)).scalars().all()
    for wave in rounds:
        about = ":" + cast(letters.c.contact_id, String) + f":{wave}"
        named = or_(letters.c.key.endswith(about), letters.c.key.contains(about + ":"))
        tx.connection.execute(delete(letters).where(letters.c.contact_id.in_(involved), named))
