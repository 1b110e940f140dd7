"""Paper: the answers of one printed form, stored as the completed response of somebody whom we cannot write to.

Each sheet of a wave counts once, however often and by however many it is typed in.
"""

from datetime import datetime
from enum import Enum

from sqlalchemy import exists, select

from bot.survey.calendar import zone
from bot.survey.conversation.dialogue import Partnership
from bot.survey.paper import ON_PAPER, Sheet
from storage.engine.database import Tx
from storage.schema import answers, respondents, responses, waves


class Outcome(Enum):
    STORED, TYPED_IN_BEFORE, WAVE_CLOSED = range(3)


def store(
    tx: Tx, partnership: Partnership, wave: int, invitation: str, sheet: Sheet, consent: str, now: datetime
) -> Outcome:
    """Store a sheet in an open wave of this partnership. `invitation` is the helper's, `consent` the fingerprint of
    what is printed above the answers. Nothing changes unless it is stored."""
    if not _is_open(tx, wave):
        return Outcome.WAVE_CLOSED
    known = exists().where(responses.c.wave_id == wave, responses.c.sheet == sheet.number)
    if tx.connection.execute(select(known)).scalar():
        return Outcome.TYPED_IN_BEFORE
    person = {"partnership_id": partnership.id, "invitation": invitation, "group": sheet.group}
    agreed = tx.insert(respondents).values(**person, consented_at=now, consent=consent)
    respondent = tx.connection.execute(agreed.returning(respondents.c.id)).scalar_one()
    response = _completed(tx, respondent, wave, sheet.number, now)
    today = now.astimezone(zone(partnership.timezone)).date()
    of_all = {"response_id": response, "answered_on": today, "language": sheet.language or None}
    given = [{**of_all, "item": item, "option": option} for item, option in sheet.answers.items()]
    tx.connection.execute(answers.insert(), given)
    return Outcome.STORED


def _is_open(tx: Tx, wave: int) -> bool:
    """Until the end of this transaction nobody closes the wave, or types in another sheet of it."""
    found = select(waves.c.closed_at).where(waves.c.id == wave).with_for_update(key_share=True)
    return tx.connection.execute(found).scalar_one() is None


def _completed(tx: Tx, respondent: int, wave: int, sheet: int, now: datetime) -> int:
    row = {"respondent_id": respondent, "wave_id": wave, "mode": ON_PAPER, "sheet": sheet, "reminders": False}
    at_once = dict.fromkeys(("opened_at", "started_at", "touched_at", "completed_at"), now)
    new = tx.insert(responses).values(**row, **at_once).returning(responses.c.id)
    return int(tx.connection.execute(new).scalar_one())
