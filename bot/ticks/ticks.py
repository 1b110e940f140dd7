"""Ticks: what time causes. Plain functions of a transaction and `now`; they write letters and touch no channel.

A unique key on each letter is the whole memory, so a tick may run twice, late, or in two processes at once. Each does
a bounded piece of work and says whether there is more, so that answers to people come in between.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.coordination import feedback, team
from bot.coordination.waves import opened_by_itself
from bot.results import summaries
from bot.survey.calendar import decent, is_decent, last_post
from bot.survey.conversation import screens
from bot.survey.conversation.buttons import Position, Screen
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts
from bot.waves import close_wave, open_wave
from storage import (
    coordinators,
    letters,
    notification_addresses,
    partnerships,
    reminders,
    respondents,
    retention,
    state,
    updates,
    waves,
)
from storage.engine.database import Tx
from storage.partnerships import Wave
from storage.respondents import Known

log = logging.getLogger(__name__)

AT_ONCE = 50  # people in one transaction
STILL_TOLD = timedelta(days=30)  # after a closing, when everybody has long been told
STILL_LOST = timedelta(days=1)  # after which it is no news
NIGHTLY = timedelta(hours=20)
SUSPICIOUS = timedelta(days=3)


def open_waves(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Open what was planned for now."""
    for partnership in waves.planned(tx, now):
        wave = open_wave(tx, texts, partnership, decent(now, partnership.timezone), now)
        if wave:
            _announce_opening(tx, texts, partnership, wave, now)
    return False


def _announce_opening(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime) -> None:
    for recipient in coordinators.recipients(tx, partnership.id):
        letter = texts.letter(opened_by_itself(partnership, wave, recipient.role), recipient.language)
        letters.enqueue(tx, recipient.contact, letter, now, f"final:opened:{recipient.contact}:{wave.id}")


def close_waves(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Close what has reached its closing date."""
    for partnership, wave in waves.to_close(tx, now):
        close_wave(tx, texts, partnership, wave, decent(now, partnership.timezone), now)
    return False


def invite(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Invite those who took part before to the wave that is open now."""
    for partnership, wave in waves.every_open(tx):
        if wave.invite_at and wave.invite_at <= now and is_decent(now, partnership.timezone):
            invited = waves.to_invite(tx, partnership.id, wave.id, AT_ONCE)
            for respondent, contact in invited:
                _invite(tx, texts, contact, waves.invite(tx, respondent, wave.id, now), now)
            if invited:
                return True
    return False


def _invite(tx: Tx, texts: Texts, contact: int, response: int | None, now: datetime) -> None:
    known = respondents.of_contact(tx, texts.checklist, texts.languages, contact, response)
    if response and known and known.named:
        _write(tx, texts, known, Screen.INVITED, reminders.invitation(response), now)


def remind(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Remind those who are silent for some days, or who asked for this moment."""
    due = reminders.due(tx, now, AT_ONCE)
    for contact, response in due:
        known = respondents.of_contact(tx, texts.checklist, texts.languages, contact, response)
        if known and known.named:
            _remind(tx, texts, known, now)
    return bool(due)


def _remind(tx: Tx, texts: Texts, known: Known, now: datetime) -> None:
    """Remind somebody now, or at the moment that they are due, which may be never; not at night, however late it is."""
    dialogue = known.dialogue
    due = dialogue.next_reminder
    if due and due <= now and is_decent(now, dialogue.partnership.timezone):
        number = dialogue.reminders_sent + 1
        _write(tx, texts, known, Screen.REMINDER, reminders.key(dialogue.response, number), now)
        dialogue = replace(dialogue, position=None, remind_at=None, reminders_sent=number, reminded_at=now)
        due = dialogue.next_reminder
    reminders.keep(tx, dialogue, due and decent(max(due, now), dialogue.partnership.timezone))


def summarise(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Write the weekly post of one partnership that is due."""
    for partnership, wave in waves.every_open(tx):
        post = last_post(now, *coordinators.summary_moment(tx, partnership.id), partnership.timezone)
        if wave.opened_at < post and summaries.weekly(tx, texts, partnership, wave, post, now):
            return True
    return False


def tell(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Tell people of a closing: that they did not finish, the result they asked for, what the coordinator answers."""
    closed = waves.closed_since(tx, now - STILL_TOLD)
    answered = waves.answered_since(tx, now - STILL_TOLD)
    return (
        any(_tell_unfinished(tx, texts, wave, now) for _, wave in closed)
        or any(summaries.tell_result(tx, texts, partnership, wave, AT_ONCE, now) for partnership, wave in closed)
        or any(_tell_answer(tx, texts, partnership, wave, now) for partnership, wave in answered)
    )


def _tell_unfinished(tx: Tx, texts: Texts, wave: Wave, now: datetime) -> bool:
    about = f"{wave.id}:{wave.closed_at:%Y%m%d%H%M%S}"  # a wave that was opened again is closed again
    people = waves.took_part(tx, wave.id, unfinished=True, unless=("closed", about), most=AT_ONCE)
    for person in people:
        known = respondents.of_contact(tx, texts.checklist, texts.languages, person.contact, person.response)
        if known and known.named:
            _write(tx, texts, known, Screen.CLOSED, f"closed:{person.contact}:{about}", now)
    return bool(people)


def _tell_answer(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, now: datetime) -> bool:
    unless = ("feedback", str(wave.id))
    people = waves.took_part(tx, wave.id, before=wave.answered_at, unless=unless, most=AT_ONCE)
    for person in people:
        letter = feedback.letter(tx, texts, partnership, wave, person.language)
        key = f"feedback:{person.contact}:{wave.id}"
        letters.enqueue(tx, person.contact, letter, now, key, partnership.timezone)
    return bool(people)


def tell_lost(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Tell the coordinators that somebody else with a seat, a group perhaps, cannot be written to any more."""
    for number, contact, since in coordinators.lost_since(tx, now - STILL_LOST):
        partnership = partnerships.find(tx, str(number))
        for to in coordinators.recipients(tx, number) if partnership else ():
            if to.role == "coordinator" and partnership:
                letter = texts.letter(team.lost(partnership), to.language)
                letters.enqueue(tx, to.contact, letter, now, f"final:lost:{to.contact}:{contact}:{since:%Y%m%d}")
    return False


def forget(tx: Tx, texts: Texts, now: datetime) -> bool:
    """Once a day, throw away what was kept for long enough; the operator reads how much it was.

    Not on the first day after a gap: a clock that was set far ahead by mistake must not cost anybody's answers.
    """
    last = state.read_moment(tx, "forgot")
    if last is not None and last <= now < last + NIGHTLY:
        return False
    if last is None or not last <= now <= last + SUSPICIOUS:
        log.info("forgetting waits a day: the last time was %s", last)
        state.write_moment(tx, "forgot", now)
        return False
    if not state.hold(tx, "forgot"):
        return False  # somebody else is at it
    forgotten = retention.forget(tx, texts.checklist, now, AT_ONCE)
    if forgotten.anything:
        counts = (forgotten.contacts, forgotten.responses, forgotten.agreements)
        log.warning("forgot %d contacts, %d responses and %d agreements", *counts)
        return True
    updates.forget_old(tx, now)
    state.write_moment(tx, "forgot", now)
    return False


def drop_unconfirmed(tx: Tx, _texts: Texts, now: datetime) -> bool:
    """An address that nobody confirmed may be somebody else's: it is kept for a day and no longer."""
    notification_addresses.drop_unconfirmed(tx, now)
    return False


def _write(tx: Tx, texts: Texts, known: Known, screen: Screen, key: str, now: datetime) -> bool:
    """Write somebody a screen, to go out at a decent hour; whether it was not written before."""
    dialogue = known.dialogue
    letter = texts.letter(screens.view(dialogue, Position(screen), now), dialogue.language)
    return letters.enqueue(tx, known.contact, letter, now, key, dialogue.partnership.timezone)


Tick = Callable[[Tx, Texts, datetime], bool]

TICKS: dict[str, Tick] = {
    "open": open_waves,
    "close": close_waves,
    "tell": tell,
    "invite": invite,
    "remind": remind,
    "summarise": summarise,
    "lost": tell_lost,
    "unconfirmed": drop_unconfirmed,
    "forget": forget,
}
"""In this order: who is invited now is not reminded today, and what is closed now gets no weekly post any more."""
