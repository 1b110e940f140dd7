"""Due: what a tick has to look at, from which moment on.

`waves.due_at` and `responses.next_reminder_at` may be too early, for all is looked at again, and are never too late:
whatever may bring a moment forward says so here. So a tick reads what may be due, and nothing else.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, update

from storage.engine.database import Tx
from storage.schema import contacts, coordinators, respondents, responses, waves


def look_at_waves(tx: Tx, which: ColumnElement[bool], now: datetime) -> None:
    """A tick looks at these waves, as far as time may still cause something to them."""
    found = select(waves.c.id).where(which, waves.c.due_at.is_not(None))
    # In one order everywhere: two that lock the same waves do not wait for each other.
    numbers = list(tx.connection.execute(found.order_by(waves.c.id).with_for_update()).scalars())
    if numbers:
        tx.connection.execute(update(waves).where(waves.c.id.in_(numbers)).values(due_at=now))


def look_at(tx: Tx, who: ColumnElement[bool], now: datetime) -> None:
    """These contacts can be written to from now on: a tick looks at the waves in which they take part or have a seat,
    and at each response that they have not finished."""
    found = list(tx.connection.execute(select(contacts.c.id).where(who)).scalars())
    if not found:
        return
    takes_part = select(respondents.c.partnership_id).where(respondents.c.contact_id.in_(found))
    has_a_seat = select(coordinators.c.partnership_id).where(coordinators.c.contact_id.in_(found))
    look_at_waves(tx, or_(waves.c.partnership_id.in_(takes_part), waves.c.partnership_id.in_(has_a_seat)), now)
    theirs = select(respondents.c.id).where(respondents.c.contact_id.in_(found))
    unfinished = (responses.c.respondent_id.in_(theirs), responses.c.completed_at.is_(None))
    tx.connection.execute(update(responses).where(*unfinished).values(next_reminder_at=now))


IS_AWAY = or_(contacts.c.stopped_at.is_not(None), contacts.c.unreachable_at.is_not(None))
"""Whether a contact wants nothing, or cannot be written to."""
