"""Leases: what one process at a time holds, until a moment: a letter in hand, or the bulk mail of a channel. Whoever
dies or hangs loses it then.

On SQLite there is one process, and it holds every lease. The clock is the database's: those of machines differ.
"""

from datetime import timedelta

from sqlalchemy import delete, func, literal, or_, text

from storage.engine.database import Tx
from storage.schema import leases

REPLY = timedelta(seconds=15)  # on a reply, which goes at once: longer than a call to a channel may take
BULK = timedelta(seconds=60)  # on a letter of bulk mail, which is taken ahead
HUNG = text("SET LOCAL idle_in_transaction_session_timeout = '3s'")  # else who hangs in here would hold up the others


def take(tx: Tx, name: str, holder: str, seconds: float) -> bool:
    """Whether it is the holder's from now on, for so many seconds: it was already, or nobody's any more."""
    if not tx.is_shared:
        return True
    tx.connection.execute(HUNG)
    now = func.clock_timestamp()
    mine = {"holder": holder, "until": now + literal(timedelta(seconds=seconds))}
    is_free = or_(leases.c.holder == holder, leases.c.until < now)
    new = tx.insert(leases).values(name=name, **mine)
    taken = new.on_conflict_do_update(index_elements=["name"], set_=mine, where=is_free)
    return tx.connection.execute(taken.returning(leases.c.name)).first() is not None


def give_back(tx: Tx, name: str, holder: str) -> None:
    """For whoever stops: the next one need not wait."""
    tx.connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
