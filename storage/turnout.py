"""Turnout: how many people of a wave take part, by which place they came, and where they are. No answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, select

from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.schema import answers, contacts, invitations, respondents, responses


@dataclass(frozen=True, slots=True)
class Turnout:
    """`invited` are all who came in or were written to."""

    started: int
    completed: int
    invited: int


@dataclass(frozen=True, slots=True)
class PlaceTurnout:
    """How many people of one wave came in by one invitation and answered by themselves; or, under a mode instead of a
    code, how many answered in that mode, whichever way they came in."""

    code: str
    short: str
    label: str
    started: int
    completed: int
    for_helpers: bool = False


def turnout_of(tx: Tx, wave: int) -> Turnout:
    [counted] = _TURNOUT(tx, wave=wave)
    return Turnout(*counted)


def places_of(tx: Tx, partnership: int, wave: int) -> Sequence[PlaceTurnout]:
    """Every invitation of the partnership, the helper's last, with who came in by it and answers by themselves."""
    counted = func.count(responses.c.started_at), func.count(responses.c.completed_at)
    of_wave, alone = responses.c.wave_id == wave, responses.c.mode.is_(None)
    found = tx.connection.execute(
        select(
            invitations.c.code,
            func.coalesce(invitations.c.short, ""),
            invitations.c.label,
            *counted,
            invitations.c.for_helpers,
        )
        .select_from(invitations)
        .outerjoin(respondents, respondents.c.invitation == invitations.c.code)
        .outerjoin(responses, and_(responses.c.respondent_id == respondents.c.id, of_wave, alone))
        .where(invitations.c.partnership_id == partnership)
        .group_by(*(invitations.c[name] for name in ("code", "short", "label", "created_at", "for_helpers")))
        .order_by(invitations.c.for_helpers, invitations.c.created_at, invitations.c.label)
    )
    return [PlaceTurnout(*row) for row in found]


def modes_of(tx: Tx, wave: int) -> Sequence[PlaceTurnout]:
    """How many were helped in this wave, and how many answered on paper; only what there is."""
    counted = func.count(responses.c.started_at), func.count(responses.c.completed_at)
    helped = select(responses.c.mode, *counted).where(responses.c.wave_id == wave, responses.c.mode.is_not(None))
    found = tx.connection.execute(helped.group_by(responses.c.mode).order_by(responses.c.mode))
    return [PlaceTurnout(mode, "", "", started, completed) for mode, started, completed in found]


def stops(tx: Tx, wave: int) -> dict[int, int]:
    """Number of answers given -> how many people of this wave are there and not finished."""
    return dict(map(tuple, _STOPS(tx, wave=wave)))


def _stops() -> Select[Any]:
    given = (
        select(func.count(answers.c.item).label("given"))
        .select_from(responses)
        .outerjoin(answers)
        .where(_OF_WAVE, responses.c.completed_at.is_(None), responses.c.started_at.is_not(None))
        .group_by(responses.c.id)
        .subquery()
    )
    return select(given.c.given, func.count()).group_by(given.c.given)


def progress_since(tx: Tx, wave: int, moment: datetime) -> tuple[int, int]:
    """How many began, and how many finished."""
    [(began, finished)] = _PROGRESS(tx, wave=wave, moment=moment)
    return began, finished


def newcomers(tx: Tx, wave: int) -> Sequence[datetime]:
    """When those came in who were in no wave before this one; of who is forgotten by now the moment is not kept."""
    before = responses.alias()
    was_here = exists().where(before.c.respondent_id == responses.c.respondent_id, before.c.id < responses.c.id)
    came = select(responses.c.started_at).where(responses.c.wave_id == wave, responses.c.started_at.is_not(None))
    known = came.join(respondents).where(respondents.c.contact_id.is_not(None) | responses.c.sheet.is_not(None))
    return tx.connection.execute(known.where(~was_here)).scalars().all()


def stopped(tx: Tx, wave: int) -> int:
    """How many respondents of this wave want no more messages."""
    counted = select(func.count()).select_from(contacts.join(respondents).join(responses))
    theirs = counted.where(responses.c.wave_id == wave, contacts.c.stopped_at.is_not(None))
    return tx.connection.execute(theirs).scalar_one()


_OF_WAVE = responses.c.wave_id == bindparam("wave")
_MOMENTS = (responses.c.started_at, responses.c.completed_at)
_TURNOUT = Prepared(lambda _: select(*map(func.count, _MOMENTS), func.count()).where(_OF_WAVE))
_PROGRESS = Prepared(
    lambda _: select(*(func.count(case((each > bindparam("moment"), 1))) for each in _MOMENTS)).where(_OF_WAVE)
)
_STOPS = Prepared(lambda _: _stops())
