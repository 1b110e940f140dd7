"""Reminders: who may be due one, and which are out of date.

The letters themselves are the memory: their keys are `reminder:<response>:1` and `:2`.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, FromClause, String, and_, bindparam, cast, or_, select

from bot.survey.calendar import MOST_REMINDERS
from bot.survey.conversation.dialogue import Dialogue, Partnership
from storage.engine.database import Tx
from storage.schema import contacts, letters, respondents, responses

FIRST, SECOND = letters.alias("first"), letters.alias("second")


def key(response: int, number: int) -> str:
    return f"reminder:{response}:{number}"


def invitation(response: int) -> str:
    return f"invitation:{response}"


def overtaken(before: Dialogue, after: Dialogue) -> list[str]:
    """Keys of letters that this turn made out of date, in case they were not delivered yet."""
    keys = []
    if before.reminded and _moved(before) != _moved(after):
        keys += [key(after.response, number) for number in range(1, MOST_REMINDERS + 1)]
    if after.wave > 1 and after.answers and not before.answers:
        keys.append(invitation(after.response))
    return keys


def _moved(dialogue: Dialogue) -> tuple[object, ...]:
    return (dialogue.answers, dialogue.completed, dialogue.reminders, dialogue.remind_at)


def was_sent(letter: FromClause, number: int) -> ColumnElement[bool]:
    """Joins a response to its first or second reminder."""
    return letter.c.key == "reminder:" + cast(responses.c.id, String) + f":{number}"


def due(tx: Tx, partnership: Partnership, wave: int, now: datetime, most: int) -> list[tuple[int, int]]:
    """(contact, response) of those who are silent for long enough, or asked for this moment; all is checked again."""
    first, again = timedelta(days=partnership.remind_after), timedelta(days=partnership.remind_again)
    asked = {"wave": wave, "now": now, "most": most, "unable_to_ring": tx.unable_to_ring}
    silences = {"first": now - first, "again": now - again, "between": now - (again - first)}
    return [(contact, response) for contact, response in tx.connection.execute(_DUE, {**asked, **silences})]


_IS_SILENT = or_(
    and_(FIRST.c.id.is_(None), responses.c.touched_at <= bindparam("first")),
    and_(responses.c.touched_at <= bindparam("again"), FIRST.c.due_at <= bindparam("between")),
)
# Made once: it is asked for every open wave every 20 seconds, and costs less to run than to make.
_DUE = (
    select(contacts.c.id, responses.c.id)
    .select_from(responses.join(respondents).join(contacts))
    .outerjoin(FIRST, was_sent(FIRST, 1))
    .outerjoin(SECOND, was_sent(SECOND, 2))
    .where(
        responses.c.wave_id == bindparam("wave"),
        responses.c.completed_at.is_(None),
        responses.c.reminders,
        contacts.c.channel.not_in(bindparam("unable_to_ring", expanding=True)),
        contacts.c.stopped_at.is_(None),
        contacts.c.unreachable_at.is_(None),
        SECOND.c.id.is_(None),
        or_(responses.c.remind_at <= bindparam("now"), and_(responses.c.remind_at.is_(None), _IS_SILENT)),
    )
    .order_by(contacts.c.id)
    .limit(bindparam("most"))
)
