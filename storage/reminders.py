"""Reminders: who may be due one, and which are out of date.

When somebody is due is what the dialogue says. `next_reminder_at` keeps it; it may be too early, for all is looked at
again, and is never too late. The letters are the memory: their keys are `reminder:<response>:1` and `:2`.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, bindparam, cast, func, select, true, update

from bot.survey.conversation.dialogue import Dialogue
from bot.survey.reminders import MOST_REMINDERS
from storage import due, state
from storage.engine.database import Tx
from storage.schema import contacts, letters, respondents, responses, waves

KEYS = tuple("reminder:" + cast(responses.c.id, String) + f":{number}" for number in range(1, MOST_REMINDERS + 1))


def key(response: int, number: int) -> str:
    return f"reminder:{response}:{number}"


def keys_of(response: int) -> list[str]:
    """Those of all of its reminders."""
    return [key(response, number) for number in range(1, MOST_REMINDERS + 1)]


def invitation(response: int) -> str:
    return f"invitation:{response}"


def overtaken(before: Dialogue, after: Dialogue) -> list[str]:
    """Keys of letters that this turn made out of date, in case they were not delivered yet."""
    keys = []
    if before.reminders_sent and _moved(before) != _moved(after):
        keys += keys_of(after.response)
    if after.wave > 1 and after.answers and not before.answers:
        keys.append(invitation(after.response))
    return keys


def _moved(dialogue: Dialogue) -> tuple[object, ...]:
    return (dialogue.answers, dialogue.open_answer, dialogue.completed, dialogue.reminders, dialogue.remind_at)


def first_due(tx: Tx, now: datetime, most: int) -> list[tuple[int, int]]:
    """(contact, response) of those who may be due one, and whom nobody else can touch until the commit; also of who
    is away, for whom `keep` says that they are due no more until `due.look_at` does."""
    found = [(contact, response) for contact, response in tx.connection.execute(_DUE, {"now": now, "most": most})]
    if found:
        _recount(tx, [response for _, response in found])
    return found


def _recount(tx: Tx, these: Sequence[int]) -> None:
    """How often and when they were reminded, as the letters have it: one may be held up, or gone with its wave."""
    counted = select(func.count()).where(letters.c.key.in_(KEYS)).scalar_subquery()
    last = select(func.max(letters.c.due_at)).where(letters.c.key.in_(KEYS)).scalar_subquery()
    reminded = {"reminders_sent": counted, "reminded_at": last}
    tx.connection.execute(update(responses).where(responses.c.id.in_(these)).values(reminded))


def keep(tx: Tx, dialogue: Dialogue, due_at: datetime | None) -> None:
    """Keep what a tick did with somebody, and when they are due again."""
    reminded = {"reminders_sent": dialogue.reminders_sent, "reminded_at": dialogue.reminded_at}
    place = str(dialogue.position) if dialogue.position else None
    kept = {"place": place, "remind_at": dialogue.remind_at, "next_reminder_at": due_at, **reminded}
    tx.connection.execute(update(responses).where(responses.c.id == dialogue.response).values(kept))


def put_off(tx: Tx, response: int, until: datetime) -> None:
    tx.connection.execute(update(responses).where(responses.c.id == response).values(next_reminder_at=until))


def look_again(tx: Tx, where: ColumnElement[bool]) -> None:
    """A fact changed on which it depends when people are due in these waves: a tick asks it of each of them again."""
    asked = responses.c.wave_id.in_(select(waves.c.id).where(where, waves.c.closed_at.is_(None)))
    # Nobody keeps what followed from the fact as it was: turns under way are over, and later ones see it as it is.
    hold(tx, asked)
    unfinished = (asked, responses.c.completed_at.is_(None))
    tx.connection.execute(update(responses).where(*unfinished).values(next_reminder_at=responses.c.touched_at))


def hold(tx: Tx, which: ColumnElement[bool]) -> None:
    """Nobody else can touch those who did not finish one of these responses until the commit."""
    theirs = select(contacts.c.id).select_from(contacts.join(respondents).join(responses))
    unfinished = theirs.where(which, responses.c.completed_at.is_(None)).order_by(contacts.c.id)
    tx.connection.execute(unfinished.with_for_update(of=contacts)).all()


def notifiers_changed(tx: Tx, now: datetime) -> None:
    """Who could not be called, because a notifier was not set up for a while, may be due when it is set up again."""
    if state.renew(tx, state.NOTIFIERS, ",".join(sorted(tx.notifiers))):
        look_again(tx, true())
        due.look_at_waves(tx, true(), now)


def count_anew(tx: Tx, contact: int, here: int, now: datetime) -> None:
    """Somebody can be called from now on, and is `here`: there their silence begins now."""
    unfinished = (responses.c.id == here, responses.c.completed_at.is_(None))
    tx.connection.execute(update(responses).where(*unfinished).values(touched_at=now))
    due.look_at(tx, contacts.c.id == contact, now)


# Made once: it is asked every 20 seconds, and costs less to run than to make.
_DUE = (
    select(contacts.c.id, responses.c.id)
    .select_from(responses.join(respondents).join(contacts))
    .where(
        responses.c.next_reminder_at <= bindparam("now"),
    )
    .order_by(responses.c.next_reminder_at)
    .limit(bindparam("most"))
    .with_for_update(of=contacts, skip_locked=True)  # first the contact, as everywhere
)
