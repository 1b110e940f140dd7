"""Retention: throw away what was kept for as long as people were told.

First how to reach somebody, then what they answered, and what was agreed about it. What was published stays: it names
nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, exists, func, select, update

from bot.survey.calendar import months_after, zone
from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import Partnership
from storage import partnerships, published, seats
from storage.engine.database import Tx
from storage.schema import agreements, contacts, plans, respondents, responses, waves


@dataclass(frozen=True, slots=True)
class Forgotten:
    contacts: int = 0
    responses: int = 0
    agreements: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.contacts or self.responses or self.agreements)


def forget(
    tx: Tx, checklist: Checklist, now: datetime, most: int, among: Sequence[Partnership] | None = None
) -> Forgotten:
    """Throw some of it away, of at most so many people; nothing when nothing is left to forget, in all partnerships or
    among these."""
    for partnership in partnerships.every(tx) if among is None else among:
        contacts_gone = _forget_contacts(tx, partnership, now, most)
        responses_gone = _forget_responses(tx, checklist, partnership, now, most)
        gone = Forgotten(contacts_gone, responses_gone, _forget_agreements(tx, partnership, now))
        if gone.anything:
            return gone
    return Forgotten()


def _forget_contacts(tx: Tx, partnership: Partnership, now: datetime, most: int) -> int:
    """Let go of the contacts of a partnership whose last wave closed long ago, with no next one in sight."""
    if not _is_over(tx, partnership, now):
        return 0
    mine = select(respondents.c.id, respondents.c.contact_id).where(
        respondents.c.partnership_id == partnership.id, respondents.c.contact_id.is_not(None)
    )
    found = tx.connection.execute(mine.order_by(respondents.c.contact_id).limit(most).with_for_update()).all()
    if found:
        freed = update(respondents).where(respondents.c.id.in_([row.id for row in found]))
        tx.connection.execute(freed.values(contact_id=None, consented_at=func.date(respondents.c.consented_at)))
        _forget_moments(tx, [row.id for row in found])
        erase_idle(tx, [row.contact_id for row in found])
    return len(found)


def _forget_moments(tx: Tx, of: list[int]) -> None:
    """What is left is about nobody: of when they answered only the day stays, for it is thrown away by the day."""
    at = (responses.c.opened_at, responses.c.started_at, responses.c.touched_at, responses.c.completed_at)
    days = update(responses).where(responses.c.respondent_id.in_(of))
    of_reminders = (responses.c.remind_at, responses.c.reminded_at, responses.c.next_reminder_at)
    tx.connection.execute(days.values({column: func.date(column) for column in at} | dict.fromkeys(of_reminders)))


def _is_over(tx: Tx, partnership: Partnership, now: datetime) -> bool:
    ends = ends_at(tx, partnership)
    return ends is not None and ends <= now


def ends_at(tx: Tx, partnership: Partnership) -> datetime | None:
    """When we let go of how to reach people; None as long as a wave is open or planned."""
    of_it = waves.c.partnership_id == partnership.id
    last, still_open = tx.connection.execute(
        select(func.max(waves.c.closed_at), func.count() - func.count(waves.c.closed_at)).where(of_it)
    ).one()
    is_planned = exists().where(plans.c.partnership_id == partnership.id, plans.c.confirmed_at.is_not(None))
    if still_open or last is None or tx.connection.execute(select(is_planned)).scalar():
        return None
    ends: datetime = last + timedelta(days=partnership.keep_contacts)
    return ends


def erase_idle(tx: Tx, candidates: list[int]) -> None:
    """Contacts who are nothing any more, in any partnership."""
    takes_part = exists().where(respondents.c.contact_id == contacts.c.id)
    idle = and_(contacts.c.id.in_(candidates), ~takes_part, ~seats.has_any(contacts.c.id))
    tx.erased.extend(tx.connection.execute(delete(contacts).where(idle).returning(contacts.c.id)).scalars())


def _forget_responses(tx: Tx, checklist: Checklist, partnership: Partnership, now: datetime, most: int) -> int:
    old = (
        select(responses.c.id)
        .join(waves)
        .where(waves.c.partnership_id == partnership.id, responses.c.opened_at < _oldest_kept(partnership, now))
        .order_by(responses.c.id)
        .limit(most)
        .with_for_update(of=responses)
    )
    gone = list(tx.connection.execute(old).scalars())
    if gone:
        published.depart(tx, checklist, responses.c.id.in_(gone))
        tx.connection.execute(delete(responses).where(responses.c.id.in_(gone)))
        tx.erased.extend(gone)
        _drop_empty(tx, partnership)
    return len(gone)


def _forget_agreements(tx: Tx, partnership: Partnership, now: datetime) -> int:
    """They may name people, and are kept no longer than the last answers of their wave could be; of one wave there are
    few."""
    old = select(waves.c.id).where(waves.c.partnership_id == partnership.id)
    of_old = agreements.c.wave_id.in_(old.where(waves.c.closed_at < _oldest_kept(partnership, now)))
    gone = list(tx.connection.execute(delete(agreements).where(of_old).returning(agreements.c.id)).scalars())
    tx.erased.extend(gone)
    return len(gone)


def _drop_empty(tx: Tx, partnership: Partnership) -> None:
    """Of whom nothing is left but how to reach them, that goes too: else we kept it, and could not even say so."""
    answered = exists().where(responses.c.respondent_id == respondents.c.id)
    empty = and_(respondents.c.partnership_id == partnership.id, ~answered)
    gone = tx.connection.execute(delete(respondents).where(empty).returning(respondents.c.contact_id)).scalars()
    erase_idle(tx, [contact for contact in gone if contact is not None])


def _oldest_kept(partnership: Partnership, now: datetime) -> datetime:
    """The first moment whose answers are not yet old enough; a day counts whole, in the partnership's own time zone."""
    here = zone(partnership.timezone)
    today = now.astimezone(here).date()
    day = months_after(today, -partnership.keep_answers)
    while months_after(day + timedelta(days=1), partnership.keep_answers) <= today:
        day += timedelta(days=1)
    return _midnight(day + timedelta(days=1), here)


def _midnight(day: date, here: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), here).astimezone(UTC)
