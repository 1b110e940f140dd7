"""Respondents: who is in front of us, where they stand, and what changed.

A contact's row stays locked from the first look until the commit, so two updates of one person never cross.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, case, delete, func, literal, or_, select, update

from bot.survey.calendar import zone
from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.paper import ASSISTED
from storage import due, open_answers, participants, published, reminders, standing
from storage import letters as letters_of
from storage.contacts import hold, meet
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.partnerships import Wave
from storage.schema import answers, contacts, invitations, partnerships, respondents, responses, waves
from storage.standing import Known


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    partnership: str
    wave: int
    item: int
    option: str
    answered_on: date
    language: str | None = None


def active_since(
    tx: Tx,
    checklist: Checklist,
    languages: tuple[str, ...],
    channel: str,
    after: datetime,
    before: datetime,
    now: datetime,
) -> Iterator[Known]:
    """Everybody who last answered in this channel between two moments, neither finished nor took a break, and was not
    reminded since."""
    active = (
        select(contacts.c.id)
        .distinct()
        .select_from(contacts.join(respondents).join(responses).join(waves))
        .where(
            contacts.c.channel == channel,
            contacts.c.unreachable_at.is_(None),
            contacts.c.stopped_at.is_(None),
            responses.c.reminders,
            responses.c.touched_at.between(after, before),
            responses.c.completed_at.is_(None),
            responses.c.remind_at.is_(None),
            or_(responses.c.reminded_at.is_(None), responses.c.reminded_at < responses.c.touched_at),
            waves.c.closed_at.is_(None),
            or_(waves.c.closes_at.is_(None), waves.c.closes_at > now),
        )
    )
    for contact in tx.connection.execute(active.order_by(contacts.c.id)).scalars().all():
        if known := of_contact(tx, checklist, languages, contact, None):
            yield known


def of_contact(
    tx: Tx, checklist: Checklist, languages: tuple[str, ...], contact: int, response: int | None
) -> Known | None:
    """A contact that is not calling but called; None when they were erased meanwhile."""
    if not hold(tx, contact):
        return None
    return standing.load(tx, checklist, languages, contact, response)


def join(
    tx: Tx, channel: str, address: str, language: str, partnership: int, invitation: str, consent: str, now: datetime
) -> int:
    """Make somebody a respondent who has just agreed; their contact's number. Agreeing twice changes nothing."""
    contact = meet(tx, channel, address, language, now, agreed=True)
    row = {"contact_id": contact, "partnership_id": partnership, "invitation": invitation, "consent": consent}
    _JOIN.later(tx, **row, consented_at=now)
    return contact


def enter_wave(tx: Tx, contact: int, partnership: int, wave: Wave, now: datetime, code: str = "") -> int | None:
    """The response of this contact, made when there is none yet and the wave is open. Who first comes into it by the
    code of a helper, is helped; who was in it already, stays as they were.

    None when they are not a respondent, or have no response in a wave that is closed.
    """
    mine = _RESPONDENT(tx, contact=contact, partnership=partnership)
    if not mine:
        return None
    respondent = mine[0].id
    if wave.closed_at:
        own = select(responses.c.id).where(responses.c.respondent_id == respondent, responses.c.wave_id == wave.id)
        return tx.connection.execute(own).scalar()
    participants.invite(tx, respondent, wave.id, now)
    (came,) = _COME(tx, respondent=respondent, wave=wave.id, now=now, code=code)
    return int(came.id)


def _come(_insert: Any) -> Any:
    who: Any = bindparam("respondent")
    wave: Any = bindparam("wave")
    now: Any = bindparam("now")
    by_a_helper = (invitations.c.code == bindparam("code"), invitations.c.for_helpers)
    helped = select(literal(ASSISTED, String)).where(*by_a_helper).scalar_subquery()
    mode = case((responses.c.started_at.is_(None), helped), else_=responses.c.mode)
    started = {"touched_at": now, "started_at": func.coalesce(responses.c.started_at, now), "mode": mode}
    came = update(responses).where(responses.c.respondent_id == who, responses.c.wave_id == wave)
    return came.values(started).returning(responses.c.id)


def save(tx: Tx, known: Known, after: Dialogue, now: datetime) -> None:
    """Store what changed since `load`, and that this response is the one they were last in. Letters that wait for this
    contact are withdrawn, where they are out of date now."""
    before = known.dialogue
    _look_again(tx, known, after, now)
    today = now.astimezone(zone(after.partnership.timezone)).date()
    for item, option in after.answers.items():
        if before.answers.get(item) != option:
            row = {"response_id": after.response, "item": item, "option": option, "answered_on": today}
            _SAVE_ANSWER.later(tx, **row, language=after.language)
    if after.open_answer != before.open_answer:
        open_answers.keep(tx, after.response, after.open_answer, today)
    _SAVE_RESPONSE.later(
        tx,
        response=after.response,
        place=str(after.position) if after.position else None,
        reminders=after.reminders,
        remind_at=after.remind_at,
        touched_at=now,
    )
    _keep_due(tx, known, after, now)
    if after.answers and not before.answers:
        _BEGIN.later(tx, response=after.response, now=now)
    _withdraw(tx, known, after, now)
    if after.completed_at != before.completed_at:
        _COMPLETE.later(tx, response=after.response, at=after.completed_at)
    if (after.group, after.wants_result) != (before.group, before.wants_result):
        _KEEP.later(tx, response=after.response, the_group=after.group, wanted=after.wants_result)
    _save_contact(tx, known, after, now)


def _look_again(tx: Tx, known: Known, after: Dialogue, now: datetime) -> None:
    """They can be written to again, or ask only now for a result that may be there."""
    before = known.dialogue
    if known.unreachable or (before.stopped and not after.stopped):
        due.look_at(tx, contacts.c.id == known.contact, now)
    elif after.wants_result and not before.wants_result:
        theirs = waves.c.partnership_id == after.partnership.id
        due.look_at_waves(tx, and_(theirs, waves.c.closed_at.is_not(None)), now)


def _keep_due(tx: Tx, known: Known, after: Dialogue, now: datetime) -> None:
    """When they are due a reminder. A tick that looks too early costs less than a write at every tap; so only what is
    sooner is kept, and that there is none."""
    next_one, looked_at = after.due_after(now), known.looked_at
    is_sooner = next_one is None or looked_at is None or next_one < looked_at
    if next_one != looked_at and (is_sooner or (looked_at and looked_at <= now)):
        _SAVE_DUE.later(tx, response=after.response, next_reminder_at=next_one)


def _withdraw(tx: Tx, known: Known, after: Dialogue, now: datetime) -> None:
    if after.stopped and not known.dialogue.stopped:
        letters_of.withdraw(tx, letters_of.unasked(known.contact), now)
    elif overtaken := reminders.overtaken(known.dialogue, after):
        letters_of.withdraw(tx, letters_of.with_keys(overtaken), now)


def _save_contact(tx: Tx, known: Known, after: Dialogue, now: datetime) -> None:
    before, changed = known.dialogue, dict[str, object]()
    if known.unreachable:
        changed["unreachable_at"] = None
    if after.language != before.language:
        changed["language"] = after.language
    if after.reads_aloud != before.reads_aloud:
        changed["reads_aloud"] = after.reads_aloud
    if after.stopped != before.stopped:
        changed["stopped_at"] = now if after.stopped else None
    if changed:
        tx.connection.execute(update(contacts).where(contacts.c.id == known.contact).values(changed))


def erase(tx: Tx, checklist: Checklist, contact: int) -> None:
    """Everything about this contact, at once: respondent, responses, all answers and waiting letters go with it."""
    published.depart(tx, checklist, contact)
    tx.erased.append(contact)
    tx.connection.execute(delete(contacts).where(contacts.c.id == contact))


def own_answers(tx: Tx, contact: int) -> list[OwnAnswer]:
    """Every answer that this person gave, in every wave and partnership."""
    found = tx.connection.execute(
        select(
            partnerships.c.name, waves.c.number, answers.c.item, answers.c.option, *(answers.c[one] for one in GIVEN)
        )
        .select_from(answers.join(responses).join(respondents).join(waves).join(partnerships))
        .where(respondents.c.contact_id == contact)
        .order_by(partnerships.c.id, waves.c.number, answers.c.item)
    )
    return [OwnAnswer(*row) for row in found]


GIVEN = ("answered_on", "language")


def _save_answer(insert: Any) -> Any:
    row: dict[str, Any] = {name: bindparam(name) for name in ("response_id", "item", "option", *GIVEN)}
    given = insert(answers).values(**row)
    changed = {name: given.excluded[name] for name in ("option", *GIVEN)}
    return given.on_conflict_do_update(index_elements=["response_id", "item"], set_=changed)


_SAVE_ANSWER = Prepared(_save_answer)
_OF_RESPONSE = responses.c.id == bindparam("response")
_THIS = update(responses).where(_OF_RESPONSE)
_SAVED = ("place", "reminders", "remind_at", "touched_at")
_SAVE_RESPONSE = Prepared(lambda _: _THIS.values({name: bindparam(name) for name in _SAVED}))
_SAVE_DUE = Prepared(lambda _: _THIS.values(next_reminder_at=bindparam("next_reminder_at")))
_BEGIN = Prepared(lambda _: _THIS.where(responses.c.started_at.is_(None)).values(started_at=bindparam("now")))
_COMPLETE = Prepared(lambda _: _THIS.where(responses.c.released_in.is_(None)).values(completed_at=bindparam("at")))
_KEEP = Prepared(
    lambda _: (
        update(respondents)
        .where(respondents.c.id == select(responses.c.respondent_id).where(_OF_RESPONSE).scalar_subquery())
        .values(group=bindparam("the_group"), wants_result=bindparam("wanted"))
    )
)
_AGREED = ("contact_id", "partnership_id", "invitation", "consent", "consented_at")
_JOIN = Prepared(
    lambda insert: insert(respondents).values({name: bindparam(name) for name in _AGREED}).on_conflict_do_nothing()
)
_RESPONDENT = Prepared(
    lambda _: select(respondents.c.id).where(
        respondents.c.contact_id == bindparam("contact"), respondents.c.partnership_id == bindparam("partnership")
    )
)
_COME = Prepared(_come)
