"""Programmes: how their partnerships stand is read, and nothing is released for it."""

from bot.results.summaries import read_means
from bot.survey.agreements import Agreement
from bot.survey.conversation.dialogue import Partnership
from bot.survey.scores.disclosure import EVERYONE
from bot.survey.scores.programme import Standing
from bot.texts.texts import Texts
from storage import agreements, partnerships, published, waves
from storage.engine.database import Tx
from storage.turnout import turnout_of


def read_standing(tx: Tx, texts: Texts, partnership: Partnership) -> Standing:
    """From what is published by now: many partnerships stand on one screen, and a reader of them is no reason to make a
    release of each."""
    wave, plan = partnerships.last_wave(tx, partnership.id), waves.plan(tx, partnership.id)
    scored, turnout = published.last_published(tx, partnership.id), turnout_of(tx, wave.id)
    return Standing(
        checklist=texts.checklist,
        partnership=partnership,
        wave=wave.number,
        name=wave.name,
        started=turnout.started,
        completed=turnout.completed,
        invited=turnout.invited,
        closes_at=wave.closes_at,
        closed_at=wave.closed_at,
        is_planned=plan.confirmed,
        opens_at=plan.opens_at,
        scored_wave=scored.number if scored else 0,
        items=read_means(tx, scored.id, EVERYONE, partnership.minimum_group) if scored else {},
    )


def read_agreed(tx: Tx, partnership: Partnership) -> tuple[Agreement, ...]:
    """The agreements after the last wave that has some."""
    with_some = agreements.waves_with_some(tx, partnership.id)
    wave = waves.numbered(tx, partnership.id, with_some[-1]) if with_some else None
    return agreements.of_wave(tx, wave.id) if wave else ()
