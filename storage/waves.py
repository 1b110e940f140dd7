"""Waves: which one is planned, open or closed, and what is said about one afterwards.

A plan is what a coordinator prepares; once confirmed it becomes a wave at its moment, and is gone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    bindparam,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.survey.conversation.dialogue import Partnership
from storage import letters as letters_of
from storage import partnerships as of_partnerships
from storage import reminders
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.partnerships import PARTNERSHIP_COLUMNS, WAVE_COLUMNS, Wave
from storage.schema import (
    feedback,
    letters,
    partnerships,
    plans,
    releases,
    responses,
    waves,
)

FURTHEST = timedelta(days=8)  # that a tick looks ahead: a week, and what the clock may be put forward or back


@dataclass(frozen=True, slots=True)
class Plan:
    """The wave in preparation. It opens at once when no moment is chosen, and is closed by hand without `weeks`."""

    name: str = ""
    opens_at: datetime | None = None
    weeks: int | None = None
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A wave that a tick looks at, the day and hour of its weekly post, and since when it is due."""

    partnership: Partnership
    wave: Wave
    day: int
    hour: int
    due_at: datetime


def plan(tx: Tx, partnership: int) -> Plan:
    row = tx.connection.execute(select(plans).where(plans.c.partnership_id == partnership)).first()
    return Plan(row.name, row.opens_at, row.weeks, row.confirmed_at is not None) if row else Plan()


def prepare(tx: Tx, partnership: int, **chosen: Any) -> None:
    """Change the name, `opens_at` or the weeks of the plan, made when there is none; it has to be confirmed anew."""
    changed = {**chosen, "confirmed_at": None}
    new = tx.insert(plans).values(partnership_id=partnership, **{"name": "", **changed})
    tx.connection.execute(new.on_conflict_do_update(index_elements=["partnership_id"], set_=changed))


def confirm(tx: Tx, partnership: int, now: datetime) -> None:
    mine = plans.c.partnership_id == partnership
    tx.connection.execute(update(plans).where(mine).values(confirmed_at=now))


def put_off_plan(tx: Tx, partnership: int, opens_at: datetime) -> None:
    """It stays confirmed."""
    tx.connection.execute(update(plans).where(plans.c.partnership_id == partnership).values(opens_at=opens_at))


def drop_plan(tx: Tx, partnership: int) -> None:
    tx.connection.execute(delete(plans).where(plans.c.partnership_id == partnership))


def first_planned(tx: Tx, now: datetime) -> Partnership | None:
    """The partnership that waits longest for its confirmed plan, which is due; one that has no wave open."""
    is_open = exists().where(waves.c.partnership_id == plans.c.partnership_id, waves.c.closed_at.is_(None))
    found = (
        select(*PARTNERSHIP_COLUMNS)
        .select_from(plans.join(partnerships))
        .where(plans.c.confirmed_at.is_not(None), plans.c.opens_at <= now, ~is_open)
    )
    row = tx.connection.execute(found.order_by(plans.c.opens_at, plans.c.partnership_id).limit(1)).first()
    return Partnership(*row) if row else None


def open_next(
    tx: Tx,
    partnership: int,
    wording: Mapping[str, Mapping[str, str]],
    invite_at: datetime,
    closes_at: datetime | None,
    now: datetime,
) -> Wave | None:
    """Open the planned wave; None when one is open already."""
    tx.connection.execute(select(partnerships.c.id).where(partnerships.c.id == partnership).with_for_update())
    if of_partnerships.last_wave(tx, partnership).closed_at is None:
        return None
    of_partnerships.open_wave(tx, partnership, wording, now)
    wave = of_partnerships.last_wave(tx, partnership)
    facts = {"name": plan(tx, partnership).name, "invite_at": invite_at, "closes_at": closes_at}
    tx.connection.execute(update(waves).where(waves.c.id == wave.id).values(facts))
    drop_plan(tx, partnership)
    return of_partnerships.last_wave(tx, partnership)


def undo(tx: Tx, wave: Wave, now: datetime) -> bool:
    """Take an opening back; False when invitations may be on their way, or somebody has come in already."""
    tx.connection.execute(select(waves.c.id).where(waves.c.id == wave.id).with_for_update())  # nobody comes in now
    came = exists().where(responses.c.wave_id == waves.c.id)
    undone = delete(waves).where(waves.c.id == wave.id, waves.c.invite_at > now, waves.c.closed_at.is_(None), ~came)
    is_gone = bool(tx.connection.execute(undone).rowcount)
    if is_gone:
        letters_of.withdraw(tx, letters.c.key.like(f"final:agreements:%:{wave.id}"), now)
    return is_gone


def withdraw_asking(tx: Tx, wave: int, now: datetime) -> None:
    """Let invitations and reminders go that were not delivered before the wave closed."""
    here = responses.c.wave_id == wave
    # First the responses, then the letters, as in a turn: in another order the two wait for each other.
    tx.connection.execute(update(responses).where(here).values(next_reminder_at=None))
    keys = ("invitation:" + cast(responses.c.id, String), *reminders.KEYS)
    every = (*keys, *(key + letters_of.VOICE for key in keys))
    asking = or_(*(letters.c.key.in_(select(key).where(here)) for key in every))
    untaken = and_(asking, letters.c.settled_at.is_(None), letters.c.leased_until.is_(None))
    tx.connection.execute(delete(letters).where(untaken))  # so that they do not count when it is opened again
    letters_of.withdraw(tx, asking, now)


def reopen(tx: Tx, wave: int, now: datetime) -> bool:
    """Open the last wave again; False when it is open, or a later one exists. Who was not told of the closing yet will
    not be told."""
    later = waves.alias()
    is_last = ~exists().where(later.c.partnership_id == waves.c.partnership_id, later.c.number > waves.c.number)
    again = update(waves).where(waves.c.id == wave, waves.c.closed_at.is_not(None), is_last)
    facts = {"closed_at": None, "closes_at": None, "invite_at": None, "opened_at": now, "due_at": now}
    reminders.hold(tx, responses.c.wave_id == wave)  # first, as a tick does before it keeps its look
    is_open = bool(tx.connection.execute(again.values(facts)).rowcount)
    if is_open:
        reminders.look_again(tx, waves.c.id == wave)
    # Contacts come before letters, as in a turn: in another order the two wait for each other.
    untold = and_(letters.c.key.like(f"closed:%:{wave}:%"), letters.c.settled_at.is_(None))
    tx.connection.execute(delete(letters).where(untold))
    return is_open


def rename(tx: Tx, wave: int, name: str) -> None:
    tx.connection.execute(update(waves).where(waves.c.id == wave).values(name=name))


def is_empty(tx: Tx, wave: int) -> bool:
    """Whether nobody is in this wave; then nobody comes in until the end of this transaction."""
    tx.connection.execute(select(waves.c.id).where(waves.c.id == wave).with_for_update())
    return not tx.connection.execute(select(exists().where(responses.c.wave_id == wave))).scalar()


def ask_open_question(tx: Tx, partnership: int, wave: Wave, now: datetime, *, asks: bool) -> None:
    """From now on, or not any more; in a wave that is closed nothing changes."""
    of_partnerships.change(tx, partnership, now, open_question=asks)
    open_now = update(waves).where(waves.c.id == wave.id, waves.c.closed_at.is_(None))
    tx.connection.execute(open_now.values(open_question=asks))


def set_closing(tx: Tx, wave: int, closes_at: datetime | None, now: datetime) -> None:
    reminders.look_again(tx, waves.c.id == wave)  # first, for it holds people, as in `reopen`
    tx.connection.execute(update(waves).where(waves.c.id == wave).values(closes_at=closes_at, due_at=now))


def numbers(tx: Tx, partnership: int) -> list[int]:
    """Of every wave there was."""
    mine = select(waves.c.number).where(waves.c.partnership_id == partnership).order_by(waves.c.number)
    return list(tx.connection.execute(mine).scalars())


def every(tx: Tx, partnership: int) -> list[Wave]:
    """Of a partnership, the earliest first."""
    mine = select(*WAVE_COLUMNS).where(waves.c.partnership_id == partnership).order_by(waves.c.number)
    return [Wave(*row) for row in tx.connection.execute(mine)]


def numbered(tx: Tx, partnership: int, number: int) -> Wave | None:
    chosen = select(*WAVE_COLUMNS).where(waves.c.partnership_id == partnership, waves.c.number == number)
    found = tx.connection.execute(chosen).first()
    return Wave(*found) if found else None


def before(tx: Tx, partnership: int, wave: Wave) -> Wave | None:
    """The wave that came before this one."""
    return next((Wave(*row) for row in _BEFORE(tx, partnership=partnership, number=wave.number)), None)


def open_now(tx: Tx) -> set[int]:
    """The numbers of the waves that are open."""
    return set(tx.connection.execute(select(waves.c.id).where(waves.c.closed_at.is_(None))).scalars())


def standing(tx: Tx) -> tuple[object, ...]:
    """Something else whenever a wave was opened, closed or answered."""
    c = waves.c
    counted = select(func.count(), func.count(c.closed_at), func.max(c.opened_at), func.max(c.closed_at))
    return tuple(tx.connection.execute(counted.add_columns(func.max(c.answered_at))).one())


def first_due(tx: Tx, now: datetime) -> Due | None:
    """The wave that waits longest for a tick to look at it. A moment further off than a tick ever keeps, is of a clock
    that was wrong."""
    found = _FIRST_DUE(tx, now=now) or _FIRST_DUE_LATER(tx, later=now + FURTHEST)
    return Due(Partnership(*found[0][:WIDTH]), Wave(*found[0][WIDTH:-3]), *found[0][-3:]) if found else None


def looked_at(tx: Tx, seen: Due, due_at: datetime | None) -> None:
    """When a tick looks at it again, unless something came in between: then it is due still."""
    _LOOKED_AT(tx, wave=seen.wave.id, as_it_was=seen.due_at, due_at=due_at)


def renewed_since(tx: Tx, wave: int, moment: datetime) -> bool:
    """Whether scores of this wave were released since then."""
    return bool(_RENEWED(tx, wave=wave, moment=moment))


def texts_of(tx: Tx, wave: int) -> dict[str, str]:
    """Language -> what the coordinator answers to everybody who took part."""
    found = tx.connection.execute(select(feedback.c.language, feedback.c.text).where(feedback.c.wave_id == wave))
    return dict(map(tuple, found))


def write_text(tx: Tx, wave: int, language: str, text: str) -> None:
    new = tx.insert(feedback).values(wave_id=wave, language=language, text=text)
    tx.connection.execute(new.on_conflict_do_update(index_elements=["wave_id", "language"], set_={"text": text}))


def answer(tx: Tx, wave: int, now: datetime) -> bool:
    """Send the coordinator's texts off; False when that was done before."""
    sending = update(waves).where(waves.c.id == wave, waves.c.answered_at.is_(None)).values(answered_at=now, due_at=now)
    return bool(tx.connection.execute(sending).rowcount)


def _first_due(is_due: ColumnElement[bool]) -> Prepared:
    post = (partnerships.c.summary_day, partnerships.c.summary_hour, waves.c.due_at)
    found = select(*PARTNERSHIP_COLUMNS, *WAVE_COLUMNS, *post).select_from(waves.join(partnerships)).where(is_due)
    return Prepared(lambda _: found.order_by(waves.c.due_at, waves.c.id).limit(1))


WIDTH = len(PARTNERSHIP_COLUMNS)
_FIRST_DUE = _first_due(waves.c.due_at <= bindparam("now"))
_FIRST_DUE_LATER = _first_due(waves.c.due_at > bindparam("later"))
_AS_IT_WAS = (waves.c.id == bindparam("wave"), waves.c.due_at == bindparam("as_it_was"))
_LOOKED_AT = Prepared(lambda _: update(waves).where(*_AS_IT_WAS).values(due_at=bindparam("due_at")))
_EARLIER = (waves.c.partnership_id == bindparam("partnership"), waves.c.number < bindparam("number"))
_BEFORE = Prepared(lambda _: select(*WAVE_COLUMNS).where(*_EARLIER).order_by(waves.c.number.desc()).limit(1))
_NEWER = (releases.c.wave_id == bindparam("wave"), releases.c.released_at > bindparam("moment"))
_RENEWED = Prepared(lambda _: select(releases.c.number).where(*_NEWER).limit(1))
