"""A demonstration: a rehearsal for whoever comes by, with rounds that are closed and something to take part in.

Where visitors only look, what they answer is of a partnership in which nobody has a seat: nobody ever sees it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.rehearsal import stage
from bot.rehearsal.stage import Wanted
from bot.survey.calendar import HOME
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import say
from bot.survey.scores.disclosure import USUAL_K
from bot.texts.texts import Texts
from storage import contacts, coordinators, partnerships
from storage.engine.database import Tx
from storage.upkeep.progress import Progress

CLOSED = 3  # rounds


@dataclass(frozen=True, slots=True)
class Prepared:
    """The invitation to take part by, the partnership to look at, and by language the address of a seat in it."""

    invitation: str
    partnership: int
    seats: Mapping[str, str]


def prepare(tx: Tx, texts: Texts, wanted: Wanted, now: datetime, progress: Progress, *, looks_only: bool) -> Prepared:
    """Three rounds that are closed, and one that goes on unless visitors only look."""
    rounds = CLOSED if looks_only else CLOSED + 1
    made = stage.rehearse(tx, texts, replace(wanted, rounds=rounds, is_over=looks_only), now, progress)
    invitation = _apart(tx, texts, wanted.language, now) if looks_only else made.invitation
    return Prepared(invitation, made.partnership.id, {one: secrets.token_urlsafe(24) for one in texts.languages})


def _apart(tx: Tx, texts: Texts, language: str, now: datetime) -> str:
    name = texts.word(say("Try it out"), language)
    asked_by = Partnership(0, name, "", "", language, HOME, USUAL_K)
    return partnerships.add(tx, asked_by, texts.wording(), now)[1].invitation


def sit(tx: Tx, prepared: Prepared, channel: str, language: str, now: datetime) -> str:
    """The address of the seat for this language, which is there from now on, also if somebody gave it up."""
    contact = contacts.meet(tx, channel, prepared.seats[language], language, now)
    coordinators.take_seat(tx, contact, prepared.partnership, "coordinator", now)
    return prepared.seats[language]
