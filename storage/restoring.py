"""Restoring: a database that stands where it stood at its back-up goes on, and nobody is written to twice.

What fell due since the back-up may have been sent, which the database cannot know any more: it is taken for sent. The
numbers that were given out since, and are on people's phones, are given to nobody else.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, text, update

from bot.letters import Letter
from bot.survey.calendar import last_post, week_of
from bot.survey.dialogue import Partnership
from storage import coordinators, dialogues, letters, reminders, waves
from storage.database import Tx
from storage.marks import LAST_TICK
from storage.partnerships import Wave
from storage.schema import leases, marks
from storage.schema import letters as letters_table

TAKEN = "taken for sent at a restore"
GAP = 1_000_000
NUMBERED = ("contacts", "respondents", "responses", "waves")
AT_ONCE = 500

NOTHING = Letter("")


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken for sent: letters that waited, reminders and weekly posts that fell due since."""

    letters: int
    reminders: int
    posts: int


def settle_in(tx: Tx, now: datetime) -> Taken:
    """Go on from an older state, in one transaction."""
    leave_gap(tx)
    waited = _withdraw(tx, now)
    found = waves.every_open(tx)
    taken = Taken(
        letters=waited,
        reminders=sum(_count_reminders(tx, partnership, wave, now) for partnership, wave in found),
        posts=sum(_count_posts(tx, partnership, wave, now) for partnership, wave in found),
    )
    _withdraw(tx, now)
    return taken


def begin_anew(tx: Tx, now: datetime) -> None:
    """No bot runs here yet: nobody holds a lease, and no letter is in anybody's hands."""
    tx.connection.execute(delete(marks).where(marks.c.name == LAST_TICK))
    tx.connection.execute(delete(leases))
    letters.release(tx, now)


def leave_gap(tx: Tx) -> None:
    for table in NUMBERED:
        if tx.connection.dialect.name == "sqlite":
            last = tx.connection.execute(_LAST_SQLITE, {"name": table}).scalar() or 0
            tx.connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
            tx.connection.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :seq)"), _gap(table, last))
        else:
            last = tx.connection.execute(text(f"SELECT last_value FROM {table}_id_seq")).scalar() or 0  # noqa: S608
            tx.connection.execute(text("SELECT setval(cast(:name AS regclass), :seq)"), _gap(f"{table}_id_seq", last))


_LAST_SQLITE = text("SELECT seq FROM sqlite_sequence WHERE name = :name")


def _gap(name: str, last: int) -> dict[str, object]:
    return {"name": name, "seq": last + GAP}


def _withdraw(tx: Tx, now: datetime) -> int:
    """Bulk mail that fell due is not sent again; a reply is, since a screen twice does no harm."""
    waits = letters_table.c.settled_at.is_(None) & letters_table.c.key.is_not(None) & (letters_table.c.due_at <= now)
    gone = {"body": None, "settled_at": now, "refused": TAKEN}
    return tx.connection.execute(update(letters_table).where(waits).values(gone)).rowcount


def _count_reminders(tx: Tx, partnership: Partnership, wave: Wave, now: datetime) -> int:
    """Write the reminders that fell due as if they had gone, for they may have; how many."""
    number = 0
    while silent := reminders.due(tx, partnership, wave.id, now, AT_ONCE):
        for contact, response in silent:
            dialogues.forget_moment(tx, response)
            keys = [reminders.key(response, which) for which in (1, 2)]
            number += any(letters.enqueue(tx, contact, NOTHING, now, key) for key in keys)
    return number


def _count_posts(tx: Tx, partnership: Partnership, wave: Wave, now: datetime) -> int:
    post = last_post(now, *coordinators.summary_moment(tx, partnership.id), partnership.timezone)
    year, week = week_of(post, partnership.timezone)
    return sum(
        letters.enqueue(tx, one.contact, NOTHING, now, f"summary:{one.contact}:{wave.id}:{year}-W{week:02}")
        for one in coordinators.recipients(tx, partnership.id)
    )
