"""Agreements of a partnership, by the wave after which they were made.

Every function that finds one by its id takes the partnership that the caller was found to belong to.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import delete, func, select, update

from bot.survey.agreements import MOST, Agreement
from storage.engine.database import Tx
from storage.schema import agreements, waves

_OWN = (agreements.c[name] for name in ("number", "what", "who", "by_when", "done"))
_AGREEMENT = select(agreements.c.id, waves.c.number, *_OWN).select_from(agreements.join(waves))


def of_wave(tx: Tx, wave: int) -> tuple[Agreement, ...]:
    found = tx.connection.execute(_AGREEMENT.where(waves.c.id == wave).order_by(agreements.c.number))
    return tuple(Agreement(*row) for row in found)


def waves_with_some(tx: Tx, partnership: int) -> list[int]:
    """The numbers of the waves after which something was agreed."""
    some = select(waves.c.number).join(agreements).where(waves.c.partnership_id == partnership)
    return list(tx.connection.execute(some.distinct().order_by(waves.c.number)).scalars())


def find(tx: Tx, partnership: int, number: int) -> Agreement | None:
    """By its id; held until the end of the transaction, so that of two who change it the second sees the first."""
    mine = _AGREEMENT.where(waves.c.partnership_id == partnership, agreements.c.id == number)
    found = tx.connection.execute(mine.with_for_update(of=agreements)).first()
    return Agreement(*found) if found else None


def add(tx: Tx, wave: int, facts: Mapping[str, Any], today: date) -> bool:
    """Write a new one under the next number; False when there are as many as there may be."""
    tx.connection.execute(select(waves.c.id).where(waves.c.id == wave).with_for_update())
    of_it = agreements.c.wave_id == wave
    there, highest = tx.connection.execute(
        select(func.count(), func.coalesce(func.max(agreements.c.number), 0)).where(of_it)
    ).one()
    if there < MOST:
        row = {"who": "", "wave_id": wave, "number": highest + 1, "made_on": today, **facts}
        tx.connection.execute(tx.insert(agreements).values(row))
    return bool(there < MOST)


def change(tx: Tx, number: int, **facts: Any) -> None:
    tx.connection.execute(update(agreements).where(agreements.c.id == number).values(facts))


def remove(tx: Tx, number: int) -> None:
    tx.connection.execute(delete(agreements).where(agreements.c.id == number))
    tx.erased.append(number)
