"""Restoring: what a database needs that stands where it stood at its back-up, so that nobody is written to twice.

What fell due since the back-up may have been sent, which the database cannot know any more: it is taken for sent. The
numbers that were given out since, and are on people's phones or in their mail, are given to nobody else.
"""

from datetime import datetime

from sqlalchemy import delete, func, select, text

from storage import letters
from storage.engine.database import Tx
from storage.schema import leases, marks
from storage.schema import letters as letters_table
from storage.state import LAST_TICK

TAKEN = "taken for sent at a restore"
GAP = 1_000_000
GAP_ON_SQLITE = (
    "INSERT INTO sqlite_sequence SELECT :name, 0 WHERE :name NOT IN (SELECT name FROM sqlite_sequence)",
    "UPDATE sqlite_sequence SET seq = seq + :gap WHERE name = :name",
)
GAP_ON_POSTGRESQL = ("SELECT setval(cast(:sequence AS regclass), nextval(cast(:sequence AS regclass)) + :gap, false)",)
NUMBERED = (
    "agreements",
    "api_tokens",
    "contacts",
    "letters",
    "notification_addresses",
    "respondents",
    "responses",
    "speakers",
    "waves",
)


def begin_anew(tx: Tx, now: datetime) -> None:
    """No bot runs here yet: nobody holds a lease, and no letter is in anybody's hands."""
    tx.connection.execute(delete(marks).where(marks.c.name == LAST_TICK))
    tx.connection.execute(delete(leases))
    letters.release(tx, now)


def leave_gap(tx: Tx) -> None:
    for table in NUMBERED:
        facts = {"name": table, "sequence": f"{table}_id_seq", "gap": GAP}
        for statement in GAP_ON_POSTGRESQL if tx.is_shared else GAP_ON_SQLITE:
            tx.connection.execute(text(statement), facts)


def newest_letter(tx: Tx) -> int:
    return tx.connection.execute(select(func.max(letters_table.c.id))).scalar() or 0


def take_for_sent(tx: Tx, now: datetime, newer_than: int | None = None) -> list[str]:
    """Withdraw bulk mail that fell due, or all that is newer than this letter; its keys, which stay used.

    A reply is sent again, since a screen twice does no harm.
    """
    which = letters_table.c.due_at <= now if newer_than is None else letters_table.c.id > newer_than
    taken = letters.withdraw(tx, letters_table.c.key.is_not(None) & which, now, TAKEN)
    return [key for key in taken if key is not None]
