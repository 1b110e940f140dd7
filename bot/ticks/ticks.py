"""Ticks: what time causes. Plain functions of a transaction and `now`; they write letters and touch no channel.

A unique key on each letter is the whole memory, so a tick may run twice, late, or in two processes at once. Each does
a bounded piece of work and says whether there is more, so that answers to people come in between.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.aloud import Aloud
from bot.coordination import feedback, team
from bot.coordination.waves import opened_by_itself
from bot.results import summaries
from bot.survey.calendar import decent, is_decent, last_post, next_post
from bot.survey.conversation.buttons import Position, Screen
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts
from bot.ticks import unasked
from bot.waves import close_wave, open_wave
from storage import (
    coordinators,
    letters,
    notification_addresses,
    participants,
    partnerships,
    reminders,
    respondents,
    retention,
    state,
    taken_messages,
    updates,
    waves,
)
from storage.engine.database import Tx
from storage.partnerships import Wave
from storage.standing import Known
from storage.waves import Due

log = logging.getLogger(__name__)

AT_ONCE = 10  # people in one transaction, or partnerships
FORGOTTEN_AT_ONCE = 50  # people, at night
DAY = timedelta(days=1)
PUT_OFF = timedelta(seconds=10)  # less than to the next beat: an operator reads of each that something fails
STILL_TOLD = timedelta(days=30)  # after a closing, when everybody has long been told
STILL_LOST = timedelta(days=1)  # after which it is no news
NIGHTLY = timedelta(hours=20)
SUSPICIOUS = timedelta(days=3)


def open_planned(tx: Tx, texts: Texts, now: datetime, _aloud: Aloud | None = None) -> bool:
    """Open a wave that was planned for now."""
    if not (partnership := waves.first_planned(tx, now)):
        return False
    if wave := open_wave(tx, texts, partnership, decent(now, partnership.timezone), now):
        _announce_opening(tx, texts, partnership, wave, now)
    return True


def put_off_planned(tx: Tx, _texts: Texts, now: datetime, _aloud: Aloud | None = None) -> bool:
    """A wave that cannot be opened lets the others go first."""
    if partnership := waves.first_planned(tx, now):
        log.error("the wave that partnership %d planned is opened later", partnership.id)
        waves.put_off_plan(tx, partnership.id, now + PUT_OFF)
    return partnership is not None


def _announce_opening(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime) -> None:
    for recipient in coordinators.recipients(tx, partnership.id):
        letter = texts.letter(opened_by_itself(partnership, wave, recipient.role), recipient.language)
        letters.enqueue(tx, recipient.contact, letter, now, f"final:opened:{recipient.contact}:{wave.id}")


def look_at_wave(tx: Tx, texts: Texts, now: datetime, aloud: Aloud | None = None) -> bool:
    """Do some of what time causes to the wave that waits longest; the others come first when there is more of it."""
    if not (seen := waves.first_due(tx, now)):
        return False
    causes = OF_CLOSED if seen.wave.closed_at else OF_OPEN
    at_work = next((cause for cause in causes if cause(tx, texts, seen, now, aloud)), None)
    if at_work is not _release:  # after which the wave stays the first: its post is next
        waves.looked_at(tx, seen, now if at_work else next_look(seen, now))
    return True


def put_off_wave(tx: Tx, _texts: Texts, now: datetime, _aloud: Aloud | None = None) -> bool:
    """A wave that cannot be looked at lets the others go first."""
    if seen := waves.first_due(tx, now):
        log.error("wave %d of partnership %d is looked at again later", seen.wave.number, seen.partnership.id)
        waves.looked_at(tx, seen, now + PUT_OFF)
    return seen is not None


def next_look(seen: Due, now: datetime) -> datetime | None:
    """When time causes something to a wave again, as far as is known now; None once it never will."""
    wave, timezone = seen.wave, seen.partnership.timezone
    if wave.closed_at:
        return now + DAY if max(wave.closed_at, wave.answered_at or wave.closed_at) > now - STILL_TOLD else None
    invites_at = wave.invite_at and decent(max(wave.invite_at, now), timezone)
    post = next_post(now, seen.day, seen.hour, timezone)
    return min(moment for moment in (wave.closes_at, invites_at, post) if moment and moment > now)


def _close(tx: Tx, texts: Texts, seen: Due, now: datetime, _aloud: Aloud | None) -> bool:
    """Close it when it has reached its closing date."""
    wave, partnership = seen.wave, seen.partnership
    is_over = wave.closes_at is not None and wave.closes_at <= now
    return is_over and close_wave(tx, texts, partnership, wave, decent(now, partnership.timezone), now)


def _invite_some(tx: Tx, texts: Texts, seen: Due, now: datetime, aloud: Aloud | None) -> bool:
    """Invite those who took part before to the wave that is open now."""
    wave, partnership = seen.wave, seen.partnership
    if wave.invite_at is None or wave.invite_at > now or not is_decent(now, partnership.timezone):
        return False
    invited = participants.to_invite(tx, partnership.id, wave.id, AT_ONCE)
    for respondent, contact in invited:
        _invite(tx, texts, contact, participants.invite(tx, respondent, wave.id, now), now, aloud)
    return bool(invited) or participants.is_to_invite(
        tx, partnership.id, wave.id
    )  # somebody else may hold them just now


def _invite(tx: Tx, texts: Texts, contact: int, response: int | None, now: datetime, aloud: Aloud | None) -> None:
    known = respondents.of_contact(tx, texts.checklist, texts.languages, contact, response)
    if response and known and known.named:
        unasked.write(tx, texts, known, Position(Screen.INVITED), reminders.invitation(response), now, aloud)


def remind(tx: Tx, texts: Texts, now: datetime, aloud: Aloud | None = None) -> bool:
    """Remind those who are silent for some days, or who asked for this moment."""
    return _remind_some(tx, texts, AT_ONCE, now, aloud)


def remind_one(tx: Tx, texts: Texts, now: datetime, aloud: Aloud | None = None) -> bool:
    """The first of some, one of whom cannot be reminded."""
    return _remind_some(tx, texts, 1, now, aloud)


def put_off_one(tx: Tx, _texts: Texts, now: datetime, _aloud: Aloud | None = None) -> bool:
    """Whoever cannot be reminded lets the others go first."""
    found = reminders.first_due(tx, now, 1)
    for _, response in found:
        log.error("somebody who is due a reminder is looked at again later")
        reminders.put_off(tx, response, now + PUT_OFF)
    return bool(found)


def _remind_some(tx: Tx, texts: Texts, most: int, now: datetime, aloud: Aloud | None) -> bool:
    due = reminders.first_due(tx, now, most)
    for contact, response in due:
        known = respondents.of_contact(tx, texts.checklist, texts.languages, contact, response)
        if known and known.named:
            _remind(tx, texts, known, now, aloud)
    return bool(due)


def _remind(tx: Tx, texts: Texts, known: Known, now: datetime, aloud: Aloud | None) -> None:
    """Remind somebody now, or at the moment that they are due, which may be never; not at night, however late it is."""
    dialogue = known.dialogue
    due = None if known.unreachable else dialogue.next_reminder
    if due and due <= now and is_decent(now, dialogue.partnership.timezone):
        number = dialogue.reminders_sent + 1
        unasked.write(tx, texts, known, Position(Screen.REMINDER), reminders.key(dialogue.response, number), now, aloud)
        dialogue = replace(dialogue, position=None, remind_at=None, reminders_sent=number, reminded_at=now)
        due = dialogue.next_reminder
    reminders.keep(tx, dialogue, due and decent(max(due, now), dialogue.partnership.timezone))


def _release(tx: Tx, texts: Texts, seen: Due, now: datetime, _aloud: Aloud | None) -> bool:
    """Release what may be released for the weekly post, which tells it: that is half of the work."""
    post = _post(seen, now)
    return post is not None and summaries.release(tx, texts, seen.partnership, seen.wave, post, now)


def _summarise(tx: Tx, texts: Texts, seen: Due, now: datetime, _aloud: Aloud | None) -> bool:
    """Write the weekly post, all of it."""
    if post := _post(seen, now):
        summaries.weekly(tx, texts, seen.partnership, seen.wave, post, now)
    return False


def _post(seen: Due, now: datetime) -> datetime | None:
    """The moment of the last weekly post, if the wave was open then."""
    post = last_post(now, seen.day, seen.hour, seen.partnership.timezone)
    return post if seen.wave.opened_at < post else None


def _tell_unfinished(tx: Tx, texts: Texts, seen: Due, now: datetime, aloud: Aloud | None) -> bool:
    wave = seen.wave
    if _is_long_ago(wave.closed_at, now):
        return False
    about = f"{wave.id}:{wave.closed_at:%Y%m%d%H%M%S}"  # a wave that was opened again is closed again
    people = participants.took_part(tx, wave.id, unfinished=True, unless=("closed", about), most=AT_ONCE)
    for person in people:
        known = respondents.of_contact(tx, texts.checklist, texts.languages, person.contact, person.response)
        if known and known.named:
            unasked.write(tx, texts, known, Position(Screen.CLOSED), f"closed:{person.contact}:{about}", now, aloud)
    return bool(people)


def _tell_result(tx: Tx, texts: Texts, seen: Due, now: datetime, _aloud: Aloud | None) -> bool:
    if _is_long_ago(seen.wave.closed_at, now):
        return False
    told = summaries.tell_result(tx, texts, seen.partnership, seen.wave, AT_ONCE, now)
    return told > 0 or coordinators.is_waiting_for_result(tx, seen.wave.id)  # somebody else may hold them just now


def _tell_answer(tx: Tx, texts: Texts, seen: Due, now: datetime, _aloud: Aloud | None) -> bool:
    partnership, wave = seen.partnership, seen.wave
    if _is_long_ago(wave.answered_at, now):
        return False
    unless = ("feedback", str(wave.id))
    people = participants.took_part(tx, wave.id, before=wave.answered_at, unless=unless, most=AT_ONCE)
    for person in people:
        letter = feedback.letter(tx, texts, partnership, wave, person.language)
        key = f"feedback:{person.contact}:{wave.id}"
        letters.enqueue(tx, person.contact, letter, now, key, partnership.timezone)
    return bool(people)


def _is_long_ago(moment: datetime | None, now: datetime) -> bool:
    return moment is None or moment < now - STILL_TOLD


def tell_lost(tx: Tx, texts: Texts, now: datetime, _aloud: Aloud | None = None) -> bool:
    """Tell the coordinators that somebody else with a seat, a group perhaps, cannot be written to any more."""
    for number, contact, since in coordinators.lost_since(tx, now - STILL_LOST):
        partnership = partnerships.numbered(tx, number)
        for to in coordinators.recipients(tx, number) if partnership else ():
            if to.role == "coordinator" and partnership:
                letter = texts.letter(team.lost(partnership), to.language)
                letters.enqueue(tx, to.contact, letter, now, f"final:lost:{to.contact}:{contact}:{since:%Y%m%d}")
    return False


def forget(tx: Tx, texts: Texts, now: datetime, _aloud: Aloud | None = None) -> bool:
    """Once a day, throw away what was kept for long enough; the operator reads how much it was.

    Not on the first day after a gap: a clock that was set far ahead by mistake must not cost anybody's answers.
    """
    last = state.read_moment(tx, state.FORGOT)
    if last is not None and last <= now < last + NIGHTLY:
        return False
    if last is None or _is_suspicious(last, now):
        log.info("forgetting waits a day: the last time was %s", last)
        state.write_moment(tx, state.FORGOT, now)
        return False
    return state.hold(tx, state.FORGOT) and _forget_some(tx, texts, now)  # unless somebody else is at it


def _forget_some(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Of one partnership that has something to forget; else the next ones are looked at, until none is left."""
    some = partnerships.beyond(tx, state.read_number(tx, state.FORGETTING), AT_ONCE)
    forgotten = retention.forget(tx, texts.checklist, now, FORGOTTEN_AT_ONCE, some)
    if forgotten.anything:
        counts = (forgotten.contacts, forgotten.responses, forgotten.agreements)
        log.warning("forgot %d contacts, %d responses and %d agreements", *counts)
        return True
    state.write(tx, state.FORGETTING, str(some[-1].id if some else 0))
    if not some:
        state.write_moment(tx, state.FORGOT, now)
    return bool(some)


def forget_updates(tx: Tx, _texts: Texts, now: datetime, _aloud: Aloud | None = None) -> bool:
    """Of those that can come no second time: in every minute another part, unless the clock is suspicious."""
    last = state.read_moment(tx, state.FORGOT)
    if last is not None and not _is_suspicious(last, now):
        updates.forget_old(tx, int(now.timestamp() // 60) % updates.PARTS, now)
        taken_messages.forget_old(tx, now)
    return False


def _is_suspicious(last: datetime, now: datetime) -> bool:
    return not last <= now <= last + SUSPICIOUS


def drop_unconfirmed(tx: Tx, _texts: Texts, now: datetime, _aloud: Aloud | None = None) -> bool:
    """An address that nobody confirmed may be somebody else's: it is kept for a day and no longer."""
    notification_addresses.drop_unconfirmed(tx, now)
    return False


Cause = Callable[[Tx, Texts, Due, datetime, Aloud | None], bool]
"""Does a bounded piece of what time causes to a wave; whether there may be more of it."""
OF_OPEN: tuple[Cause, ...] = (_close, _invite_some, _release, _summarise)
OF_CLOSED: tuple[Cause, ...] = (_tell_unfinished, _tell_result, _tell_answer)


class Tick(Protocol):
    """Without `aloud` nothing is read aloud."""

    def __call__(self, tx: Tx, texts: Texts, now: datetime, aloud: Aloud | None = None, /) -> bool: ...


TICKS: dict[str, Tick] = {
    "open": open_planned,
    "waves": look_at_wave,
    "remind": remind,
    "lost": tell_lost,
    "unconfirmed": drop_unconfirmed,
    "forget": forget,
    "updates": forget_updates,
}
"""In this order: who is invited now is not reminded today, and what is closed now gets no weekly post any more."""
AFTER_FAILURE: dict[str, tuple[Tick, ...]] = {
    "open": (put_off_planned,),
    "waves": (put_off_wave,),
    "remind": (remind_one, put_off_one),
}
"""What makes way for the rest of a tick that failed: the first of these that does not fail too."""
