"""Respondents: who is in front of us, where they stand, and what changed.

A contact's row stays locked from `load` until the commit, so two updates of one person never cross.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ScalarSelect, String, bindparam, case, delete, func, literal, or_, select, update

from bot.survey.calendar import zone
from bot.survey.checklist import Checklist
from bot.survey.conversation.buttons import position_from
from bot.survey.conversation.dialogue import Dialogue, Partnership
from bot.survey.paper import ASSISTED
from bot.survey.traits import Traits
from storage import due, notification_addresses, open_answers, published, reminders
from storage import letters as letters_of
from storage import waves as waves_of
from storage.contacts import meet
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.partnerships import PARTNERSHIP_COLUMNS, Wave
from storage.schema import answers, contacts, invitations, partnerships, respondents, responses, waves


@dataclass(frozen=True, slots=True)
class Known:
    """A contact that we know. `dialogue` is the response asked for, or else the one they were last in.

    `named` says whether the response asked for is theirs, `unreachable` that we had thought them gone; `looked_at` is
    when a tick looks next whether they are due a reminder.
    """

    contact: int
    dialogue: Dialogue
    named: bool
    unreachable: bool
    looked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the database of somebody: a row for each response, and the `answers` in the one that is asked for;
    None where they were not looked up yet. Unless it is among the rows it is not theirs."""

    response: int | None
    rows: Sequence[Any] = ()
    answers: Sequence[Any] | None = None


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    partnership: str
    wave: int
    item: int
    option: str
    answered_on: date


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
    if not _LOCK_CONTACT(tx, contact_id=contact):
        return None
    return load(tx, checklist, languages, contact, response)


def join(
    tx: Tx, channel: str, address: str, language: str, partnership: int, invitation: str, consent: str, now: datetime
) -> int:
    """Make somebody a respondent who has just agreed; their contact's number. Agreeing twice changes nothing."""
    contact = meet(tx, channel, address, language, now, {"language": language, "stopped_at": None})
    tx.connection.execute(
        tx.insert(respondents)
        .values(
            contact_id=contact,
            partnership_id=partnership,
            invitation=invitation,
            consented_at=now,
            consent=consent,
        )
        .on_conflict_do_nothing()
    )
    return contact


def enter_wave(tx: Tx, contact: int, partnership: int, wave: Wave, now: datetime, code: str = "") -> int | None:
    """The response of this contact, made when there is none yet and the wave is open. Who first comes into it by the
    code of a helper, is helped; who was in it already, stays as they were.

    None when they are not a respondent, or have no response in a wave that is closed.
    """
    respondent = tx.connection.execute(
        select(respondents.c.id).where(respondents.c.contact_id == contact, respondents.c.partnership_id == partnership)
    ).scalar()
    if respondent is None:
        return None
    if wave.closed_at:
        own = select(responses.c.id).where(responses.c.respondent_id == respondent, responses.c.wave_id == wave.id)
        return tx.connection.execute(own).scalar()
    waves_of.invite(tx, respondent, wave.id, now)
    came = update(responses).where(responses.c.respondent_id == respondent, responses.c.wave_id == wave.id)
    mode = case((responses.c.started_at.is_(None), _mode(code)), else_=responses.c.mode)
    started = {"touched_at": now, "started_at": func.coalesce(responses.c.started_at, now), "mode": mode}
    return int(tx.connection.execute(came.values(started).returning(responses.c.id)).scalar_one())


def _mode(code: str) -> ScalarSelect[str]:
    by_a_helper = select(literal(ASSISTED, String)).where(invitations.c.code == code, invitations.c.for_helpers)
    return by_a_helper.scalar_subquery()


def save(tx: Tx, known: Known, after: Dialogue, now: datetime) -> bool:
    """Store what changed since `load`, and that this response is the one they were last in.

    Whether letters that wait for this contact were withdrawn, because they are out of date now.
    """
    before = known.dialogue
    if _may_be_told_more(known, after):
        due.look_at(tx, contacts.c.id == known.contact, now)
    today = now.astimezone(zone(after.partnership.timezone)).date()
    for item, option in after.answers.items():
        if before.answers.get(item) != option:
            _SAVE_ANSWER.later(tx, response_id=after.response, item=item, option=option, answered_on=today)
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
        begun = update(responses).where(responses.c.id == after.response, responses.c.started_at.is_(None))
        tx.connection.execute(begun.values(started_at=now))
    outdated = _withdraw(tx, known, after, now)
    if after.completed_at != before.completed_at:
        unreleased = update(responses).where(responses.c.id == after.response, responses.c.released_in.is_(None))
        tx.connection.execute(unreleased.values(completed_at=after.completed_at))
    if (after.group, after.wants_result) != (before.group, before.wants_result):
        of_response = select(responses.c.respondent_id).where(responses.c.id == after.response).scalar_subquery()
        kept = {"group": after.group, "wants_result": after.wants_result}
        tx.connection.execute(update(respondents).where(respondents.c.id == of_response).values(kept))
    _save_contact(tx, known, after, now)
    return outdated


def _may_be_told_more(known: Known, after: Dialogue) -> bool:
    """Whether they can be written to again, or ask only now for a result that is there."""
    before = known.dialogue
    is_back = known.unreachable or (before.stopped and not after.stopped)
    return is_back or (after.wants_result and not (before.wants_result or after.wave_open))


def _keep_due(tx: Tx, known: Known, after: Dialogue, now: datetime) -> None:
    """When they are due a reminder. A tick that looks too early costs less than a write at every tap; so only what is
    sooner is kept, and that there is none."""
    next_one, looked_at = after.due_after(now), known.looked_at
    is_sooner = next_one is None or looked_at is None or next_one < looked_at
    if next_one != looked_at and (is_sooner or (looked_at and looked_at <= now)):
        _SAVE_DUE.later(tx, response=after.response, next_reminder_at=next_one)


def _withdraw(tx: Tx, known: Known, after: Dialogue, now: datetime) -> bool:
    if after.stopped and not known.dialogue.stopped:
        letters_of.withdraw(tx, letters_of.unasked(known.contact), now)
        return True
    if overtaken := reminders.overtaken(known.dialogue, after):
        letters_of.withdraw(tx, letters_of.with_keys(overtaken), now)
    return bool(overtaken)


def _save_contact(tx: Tx, known: Known, after: Dialogue, now: datetime) -> None:
    before, changed = known.dialogue, dict[str, object]()
    if known.unreachable:
        changed["unreachable_at"] = None
    if after.language != before.language:
        changed["language"] = after.language
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
        select(partnerships.c.name, waves.c.number, answers.c.item, answers.c.option, answers.c.answered_on)
        .select_from(answers.join(responses).join(respondents).join(waves).join(partnerships))
        .where(respondents.c.contact_id == contact)
        .order_by(partnerships.c.id, waves.c.number, answers.c.item)
    )
    return [OwnAnswer(*row) for row in found]


def load(tx: Tx, checklist: Checklist, languages: tuple[str, ...], contact: int, response: int | None) -> Known | None:
    """Where a contact stands who is locked already; None when they are no respondent."""
    return known_from(tx, checklist, languages, Found(response, _LOAD(tx, contact_id=contact)))


def known_from(tx: Tx, checklist: Checklist, languages: tuple[str, ...], found: Found) -> Known | None:
    """The same of what was found before, when nothing changed since."""
    rows = found.rows
    if not rows:
        return None
    asked = next((row for row in rows if row.response == found.response), None)
    row = asked or _newest(rows)
    others = tuple(
        (other.response, other.name)
        for other in rows
        if other.partnership != row.partnership and other.closed_at is None and other.completed_at is None
    )
    given = dict(found.answers) if asked and found.answers is not None else _answers(tx, row.response)
    dialogue = _dialogue(row, tx.channel(row.channel), checklist, languages, given, others)
    if dialogue.channel.notifiers:
        dialogue = replace(dialogue, left=notification_addresses.of_contact(tx, row.contact))
    if len(given) == len(checklist.items):
        written = open_answers.of_response(tx, row.response) if row.asks else ""
        dialogue = replace(dialogue, earlier=_earlier(tx, row, rows), open_answer=written)
    return Known(row.contact, dialogue, asked is not None, row.unreachable_at is not None, row.next_reminder_at)


def _newest(rows: Sequence[Any]) -> Any:
    """Of the partnership that they were last in, the newest wave: they may have looked back at an earlier one."""
    return max((row for row in rows if row.partnership == rows[0].partnership), key=lambda row: row.number)


def _answers(tx: Tx, response: int) -> dict[int, str]:
    return dict(ANSWERS(tx, response=response))


def _earlier(tx: Tx, row: Any, rows: Sequence[Any]) -> dict[int, str]:
    """What this person answered in the wave before, if they completed it, to statements that read the same still."""
    mine = (one for one in rows if one.partnership == row.partnership and one.number < row.number)
    last = max(mine, key=lambda one: one.number, default=None)
    if last is None or last.completed_at is None:
        return {}
    same = waves_of.unchanged(tx, last.wave, row.wave)
    return {item: option for item, option in _answers(tx, last.response).items() if item in same}


def _dialogue(
    row: Any,
    channel: Traits,
    checklist: Checklist,
    languages: tuple[str, ...],
    given: Mapping[int, str],
    others: tuple[tuple[int, str], ...],
) -> Dialogue:
    partnership = Partnership(*row[-len(PARTNERSHIP_COLUMNS) :])
    return Dialogue(
        checklist=checklist,
        languages=languages,
        language=row.spoken if row.spoken in languages else partnership.language,
        partnership=partnership,
        response=row.response,
        wave_open=row.closed_at is None,
        completed_at=row.completed_at,
        released=row.released_in is not None,
        group=row.group,
        answers=given,
        position=position_from(row.place) if row.place else None,
        reminders=row.reminders,
        remind_at=row.remind_at,
        stopped=row.stopped_at is not None,
        wants_result=row.wants_result,
        channel=channel,
        others=others,
        wave=row.number,
        wave_name=row.wave_name,
        closes_at=row.closes_at,
        touched_at=row.touched_at,
        reminders_sent=row.reminders_sent,
        reminded_at=row.reminded_at,
        is_invited=row.started_at is None,
        open_question=row.asks,
    )


def _save_answer(insert: Any) -> Any:
    row: dict[str, Any] = {name: bindparam(name) for name in ("response_id", "item", "option", "answered_on")}
    given = insert(answers).values(**row)
    changed = {"option": given.excluded.option, "answered_on": given.excluded.answered_on}
    return given.on_conflict_do_update(index_elements=["response_id", "item"], set_=changed)


# Locking comes first, and alone: a statement that waited for a lock still sees the other tables as they were before.
_LOCK = select(contacts.c.id).with_for_update()
_LOCK_CONTACT = Prepared(lambda _: _LOCK.where(contacts.c.id == bindparam("contact_id")))
_STANDING = (
    select(
        contacts.c.id.label("contact"),
        contacts.c.channel,
        contacts.c.language.label("spoken"),
        contacts.c.stopped_at,
        contacts.c.unreachable_at,
        respondents.c.group,
        respondents.c.wants_result,
        responses.c.id.label("response"),
        responses.c.place,
        responses.c.reminders,
        responses.c.remind_at,
        responses.c.completed_at,
        responses.c.released_in,
        responses.c.touched_at,
        responses.c.next_reminder_at,
        responses.c.reminders_sent,
        responses.c.reminded_at,
        responses.c.started_at,
        waves.c.id.label("wave"),
        waves.c.number,
        waves.c.name.label("wave_name"),
        waves.c.closed_at,
        waves.c.closes_at,
        waves.c.open_question.label("asks"),
        partnerships.c.id.label("partnership"),
        *PARTNERSHIP_COLUMNS,
    )
    .select_from(contacts.join(respondents).join(responses).join(waves).join(partnerships))
    .order_by(responses.c.touched_at.desc(), responses.c.id.desc())
)
_LOAD = Prepared(lambda _: _STANDING.where(contacts.c.id == bindparam("contact_id")))
LOAD_AT = Prepared(lambda _: _STANDING.where(contacts.c.address_key == bindparam("address_key")))
ANSWERS = Prepared(
    lambda _: select(answers.c.item, answers.c.option).where(
        answers.c.response_id == bindparam("response", type_=BigInteger)
    )
)
_SAVE_ANSWER = Prepared(_save_answer)
_SAVE_RESPONSE = Prepared(
    lambda _: (
        update(responses)
        .where(responses.c.id == bindparam("response"))
        .values(
            place=bindparam("place"),
            reminders=bindparam("reminders"),
            remind_at=bindparam("remind_at"),
            touched_at=bindparam("touched_at"),
        )
    )
)
_SAVE_DUE = Prepared(
    lambda _: (
        update(responses)
        .where(responses.c.id == bindparam("response"))
        .values(next_reminder_at=bindparam("next_reminder_at"))
    )
)
