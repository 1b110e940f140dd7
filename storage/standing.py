"""Standing: where somebody stands as a respondent, of whom the contact is locked already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from bot.survey.checklist import Checklist
from bot.survey.conversation.buttons import position_from
from bot.survey.conversation.dialogue import Dialogue, Partnership
from bot.survey.notification import NotificationAddress
from bot.survey.traits import Traits
from storage import notification_addresses, open_answers, voices, wordings
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.partnerships import PARTNERSHIP_COLUMNS
from storage.schema import answers, contacts, partnerships, respondents, responses, waves


@dataclass(frozen=True, slots=True)
class Known:
    """A contact that we know. `dialogue` is the response asked for, or else the one they were last in.

    `named` says whether the response asked for is theirs, `unreachable` that we had thought them gone; `looked_at` is
    when a tick looks next whether they are due a reminder. `voices` are the messages in their chat that read aloud.
    """

    contact: int
    dialogue: Dialogue
    named: bool
    unreachable: bool
    looked_at: datetime | None
    voices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the database of somebody: a row for each response, and the `answers` in the one that is asked for;
    None where they were not looked up yet. Unless it is among the rows it is not theirs."""

    response: int | None
    rows: Sequence[Any] = ()
    answers: Sequence[Any] | None = None


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
    channel = tx.channel(row.channel)
    left = notification_addresses.of_contact(tx, row.contact) if channel.notifiers else ()
    dialogue = _dialogue(row, channel, checklist, languages, given, others, left)
    if len(given) == len(checklist.items):
        written = open_answers.of_response(tx, row.response) if row.asks else ""
        dialogue = replace(dialogue, earlier=_earlier(tx, row, rows), open_answer=written)
    is_away, there = row.unreachable_at is not None, voices.numbers(row.voices)
    return Known(row.contact, dialogue, asked is not None, is_away, row.next_reminder_at, there)


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
    same = wordings.unchanged(tx, last.wave, row.wave, row.spoken)
    return {item: option for item, option in _answers(tx, last.response).items() if item in same}


def _dialogue(
    row: Any,
    channel: Traits,
    checklist: Checklist,
    languages: tuple[str, ...],
    given: Mapping[int, str],
    others: tuple[tuple[int, str], ...],
    left: tuple[NotificationAddress, ...],
) -> Dialogue:
    partnership = Partnership(*row[-len(PARTNERSHIP_COLUMNS) :])
    return Dialogue(
        checklist=checklist,
        languages=partnership.offers(languages),
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
        reads_aloud=row.reads_aloud,
        wants_result=row.wants_result,
        channel=channel,
        others=others,
        left=left,
        wave=row.number,
        wave_name=row.wave_name,
        closes_at=row.closes_at,
        touched_at=row.touched_at,
        reminders_sent=row.reminders_sent,
        reminded_at=row.reminded_at,
        is_invited=row.started_at is None,
        open_question=row.asks,
    )


_STANDING = (
    select(
        contacts.c.id.label("contact"),
        contacts.c.channel,
        contacts.c.language.label("spoken"),
        contacts.c.stopped_at,
        contacts.c.unreachable_at,
        contacts.c.reads_aloud,
        contacts.c.voices,
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
