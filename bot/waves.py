"""Waves: opening and closing one, as coordinator, operator and clock do it."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.results import reports, summaries
from bot.results.tables import read_table
from bot.survey.agreements import asking
from bot.survey.calendar import closing
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts
from storage import agreements, coordinators, letters, open_answers, partnerships, waves
from storage.engine.database import Tx
from storage.partnerships import Wave

UNDO = timedelta(minutes=5)  # after an opening, until its invitations go out
LONGEST_NAME = 40  # characters


def open_wave(tx: Tx, texts: Texts, partnership: Partnership, invite_at: datetime, now: datetime) -> Wave | None:
    """Open the next wave, as it was planned if it was; None when one is open already."""
    plan = waves.plan(tx, partnership.id)
    closes_at = closing(now, plan.weeks, partnership.timezone) if plan.weeks else None
    wave = waves.open_next(tx, partnership.id, texts.wording(), invite_at, closes_at, now)
    if wave:
        _ask_what_is_done(tx, texts, partnership, wave, invite_at)
    return wave


def _ask_what_is_done(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, due: datetime) -> None:
    """Ask the coordinators about the agreements of the wave before, once this one cannot be undone any more."""
    before = waves.before(tx, partnership.id, wave)
    if not (before and (agreed := agreements.of_wave(tx, before.id))):
        return
    for recipient in coordinators.recipients(tx, partnership.id):
        if recipient.role == "coordinator":
            letter = texts.letter(asking(partnership.id, agreed), recipient.language)
            letters.enqueue(tx, recipient.contact, letter, due, f"final:agreements:{recipient.contact}:{wave.id}")


def close_wave(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, due: datetime, now: datetime) -> bool:
    """Close a wave and write the final summaries, due then; False when it was closed before.

    A tick tells everybody else.
    """
    if not partnerships.close_wave(tx, wave.id, now):
        return False
    waves.withdraw_asking(tx, wave.id, now)
    open_answers.show(tx, wave.id, partnership.minimum_group)
    closed = replace(wave, closed_at=now)
    found, table = read_table(tx, texts, partnership, closed, now)
    if found.items:
        reports.send(tx, texts, reports.report_of(found, table, closed, now), closed, due)
    summaries.announce_close(tx, texts, found, closed, due)
    return True


def reopen_wave(tx: Tx, partnership: Partnership, wave: Wave, now: datetime) -> bool:
    """Open the last wave again, and drop the plan for a next one; False when it is open, or not the last."""
    if not waves.reopen(tx, wave.id, now):
        return False
    waves.drop_plan(tx, partnership.id)
    if partnership.open_question != wave.open_question:  # that was for the next one
        waves.ask_open_question(tx, partnership.id, wave, now, asks=wave.open_question)
    return True
