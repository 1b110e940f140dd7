"""Partnerships with their waves, invitations and coordinator links."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from bot.survey.conversation.dialogue import Partnership
from bot.survey.free_text import tidy as tidy
from bot.survey.invitation import HelperLink, Invitation
from bot.survey.short_codes import LENGTH
from bot.survey.whole_numbers import as_number
from storage import due, reminders, short_codes
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.links import make_link, new_code
from storage.schema import (
    invitations,
    partnerships,
    waves,
)

LONGEST = {"name": 80, "organisation": 80, "contact": 160, "timezone": 60}  # characters
MOST = 999_999_999  # partnerships


@dataclass(frozen=True, slots=True)
class Codes:
    """What lets people into a partnership, and what is short and leads there; the coordinator's is shown once and kept
    as a hash."""

    invitation: str
    short: str
    coordinator: str


@dataclass(frozen=True, slots=True)
class Wave:
    """A round of asking. `invite_at` is when those who took part before are invited, `closes_at` when it closes by
    itself, `answered_at` when the coordinator answered everybody; each may be none. `openings_before` is how often the
    links had been opened by then; `open_question` says whether it asks one."""

    id: int
    number: int
    closed_at: datetime | None
    name: str
    opened_at: datetime
    invite_at: datetime | None
    closes_at: datetime | None
    answered_at: datetime | None
    openings_before: int
    open_question: bool


def add(tx: Tx, partnership: Partnership, wording: Mapping[str, Mapping[str, str]], now: datetime) -> tuple[int, Codes]:
    """Make a partnership with its first wave open; its number and codes. The `id` given is ignored."""
    row = {name: getattr(partnership, name) for name in Partnership.__slots__ if name != "id"}
    new = tx.insert(partnerships).values(**row, created_at=now).returning(partnerships.c.id)
    number = tx.connection.execute(new).scalar_one()
    open_wave(tx, number, wording, now)
    code = invite(tx, number, "", now)
    return number, Codes(code, short_codes.short_of(tx, code), make_link(tx, number, "coordinator", now))


def invite(tx: Tx, partnership: int, label: str, now: datetime) -> str:
    """A new invitation code for one place, or for all; the code of this label when it has one already."""
    mine = select(invitations.c.code).where(invitations.c.partnership_id == partnership, invitations.c.label == label)
    if known := tx.connection.execute(mine.where(~invitations.c.for_helpers)).scalar():
        return str(known)
    code, short = new_code(), short_codes.free(tx)
    row = {"code": code, "short": short, "partnership_id": partnership, "label": label, "created_at": now}
    tx.connection.execute(tx.insert(invitations).values(row))
    return code


def helpers_invitation(tx: Tx, partnership: int, now: datetime) -> str:
    """The code of the one invitation by which helpers let people in, made when it is first asked for."""
    row = {"code": new_code(), "short": short_codes.free(tx), "partnership_id": partnership, "label": ""}
    row |= {"for_helpers": True, "created_at": now}
    tx.connection.execute(tx.insert(invitations).values(row).on_conflict_do_nothing())  # another may ask at this moment
    return str(helpers_code(tx, partnership))


def helpers_code(tx: Tx, partnership: int) -> str | None:
    """The same, where it was asked for before."""
    mine = select(invitations.c.code).where(invitations.c.partnership_id == partnership, invitations.c.for_helpers)
    return tx.connection.execute(mine).scalar()


def is_for_helpers(tx: Tx, code: str) -> bool:
    """Whether who comes in by this code is helped."""
    asked = select(invitations.c.for_helpers).where(invitations.c.code == code.lower())
    return bool(tx.connection.execute(asked).scalar())


def helper_link(tx: Tx, code: str) -> HelperLink | None:
    """What this code opens for who helps others; None where it is no helper's."""
    partnership = invited_by(tx, code) if is_for_helpers(tx, code) else None
    if partnership is None:
        return None
    return HelperLink(code.lower(), partnership, wave_of_form(tx, partnership.id), invitation_of(tx, partnership.id))


def wave_of_form(tx: Tx, partnership: int) -> int:
    """The round that a form can be typed in for: between two of them the next one."""
    wave = last_wave(tx, partnership)
    return wave.number + (wave.closed_at is not None)


def change(tx: Tx, partnership: int, now: datetime, **facts: str | int) -> None:
    """Change what a coordinator may: who helps, who asks, the time zone, when reminders and summaries come."""
    mine = waves.c.partnership_id == partnership
    if facts.keys() & {"remind_after", "remind_again", "timezone"}:
        reminders.look_again(tx, mine)  # first, for it locks contacts, as a turn does first
    due.look_at_waves(tx, mine, now)
    tx.connection.execute(update(partnerships).where(partnerships.c.id == partnership).values(facts))


def every(tx: Tx) -> list[Partnership]:
    return [Partnership(*row) for row in tx.connection.execute(_PARTNERSHIP.order_by(partnerships.c.id))]


def beyond(tx: Tx, number: int, most: int) -> list[Partnership]:
    """The first of those whose numbers are higher."""
    found = _PARTNERSHIP.where(partnerships.c.id > number).order_by(partnerships.c.id).limit(most)
    return [Partnership(*row) for row in tx.connection.execute(found)]


def find(tx: Tx, name: str) -> Partnership | None:
    """By its name, or else by its number, as an operator says it."""
    by_number, by_name = partnerships.c.id == as_number(name, MOST), partnerships.c.name == name
    found = tx.connection.execute(_PARTNERSHIP.where(by_name | by_number).order_by(by_name.desc())).first()
    return Partnership(*found) if found else None


def numbered(tx: Tx, number: int) -> Partnership | None:
    """By its number alone: another one may be called so."""
    found = tx.connection.execute(_PARTNERSHIP.where(partnerships.c.id == number)).first()
    return Partnership(*found) if found else None


def invited_by(tx: Tx, code: str) -> Partnership | None:
    return next((Partnership(*row) for row in _INVITED_BY(tx, code=code.lower())), None)


def invitation(tx: Tx, code: str) -> Invitation | None:
    """What stands behind a code, be it the short or the long one."""
    found = invitations.c.short == code if len(code) == LENGTH else invitations.c.code == code
    row = tx.connection.execute(_INVITATION.join(partnerships).where(found)).first()
    return Invitation(row[0], row[1] or "", Partnership(*row[2:])) if row else None


def invitation_of(tx: Tx, partnership: int) -> str:
    """The partnership's first invitation code."""
    codes = select(invitations.c.code).where(invitations.c.partnership_id == partnership, ~invitations.c.for_helpers)
    return str(tx.connection.execute(codes.order_by(invitations.c.created_at)).scalars().first())


def open_wave(tx: Tx, partnership: int, wording: Mapping[str, Mapping[str, str]], now: datetime) -> None:
    before = select(func.coalesce(func.max(waves.c.number), 0)).where(waves.c.partnership_id == partnership)
    number = tx.connection.execute(before).scalar_one() + 1
    asks = select(partnerships.c.open_question).where(partnerships.c.id == partnership).scalar_subquery()
    row = {"partnership_id": partnership, "number": number, "wording": json.dumps(wording), "opened_at": now}
    row["due_at"] = now
    tx.connection.execute(tx.insert(waves).values(**row, open_question=asks, openings_before=openings(tx, partnership)))


def opened(tx: Tx, code: str) -> None:
    """Count that an invitation was opened by somebody who is no respondent yet."""
    _OPENED.later(tx, code=code.lower())


def openings(tx: Tx, partnership: int) -> int:
    """How often the links were opened by people who were no respondents yet, since there are any."""
    counted = select(func.coalesce(func.sum(invitations.c.opened), 0))
    return int(tx.connection.execute(counted.where(invitations.c.partnership_id == partnership)).scalar_one())


def last_wave(tx: Tx, partnership: int) -> Wave:
    (newest,) = _LAST_WAVE(tx, partnership=partnership)  # a partnership is made with a wave
    return Wave(*newest)


def close_wave(tx: Tx, wave: int, now: datetime) -> bool:
    """Whether this closed it; False when it was closed before."""
    closing = update(waves).where(waves.c.id == wave, waves.c.closed_at.is_(None)).values(closed_at=now, due_at=now)
    return bool(tx.connection.execute(closing).rowcount)


WAVE_COLUMNS = tuple(waves.c[name] for name in Wave.__slots__)
PARTNERSHIP_COLUMNS = tuple(partnerships.c[name] for name in Partnership.__slots__)
_PARTNERSHIP = select(*PARTNERSHIP_COLUMNS)
_INVITATION = select(invitations.c.code, invitations.c.short, *PARTNERSHIP_COLUMNS).select_from(invitations)
_INVITED_BY = Prepared(lambda _: _PARTNERSHIP.join(invitations).where(invitations.c.code == bindparam("code")))
_OPENED = Prepared(
    lambda _: update(invitations).where(invitations.c.code == bindparam("code")).values(opened=invitations.c.opened + 1)
)
_LAST_WAVE = Prepared(
    lambda _: (
        select(*WAVE_COLUMNS)
        .where(waves.c.partnership_id == bindparam("partnership"))
        .order_by(waves.c.number.desc())
        .limit(1)
    )
)
