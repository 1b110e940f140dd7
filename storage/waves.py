"""Waves: which one is planned, open or closed, whom a next one reaches, and what is said about one afterwards.

A plan is what a coordinator prepares; once confirmed it becomes a wave at its moment, and is gone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
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
from storage import reminders, seats
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.notification_addresses import first_of, rings
from storage.partnerships import PARTNERSHIP_COLUMNS, WAVE_COLUMNS, Wave
from storage.schema import (
    contacts,
    feedback,
    letters,
    partnerships,
    plans,
    releases,
    respondents,
    responses,
    waves,
)

FURTHEST = timedelta(days=8)  # that a tick looks ahead: a week, and what the clock may be put forward or back
ON_A_PAGE = ""
"""What carries letters to who sees them when they look: nothing."""


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


@dataclass(frozen=True, slots=True)
class Participant:
    contact: int
    response: int
    language: str
    on_a_page: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """How many respondents a wave writes to, by the channel or notifier that carries it, how many of them want no
    reminders, how many see it when they come by themselves, and how many it does not reach."""

    by: Mapping[str, int]
    without_reminders: int
    out_of_reach: int
    on_a_page: int

    @property
    def people(self) -> int:
        return sum(self.by.values())


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


def reach(tx: Tx, partnership: int) -> Reach:
    """Whom a next wave of this partnership would invite."""
    carrier = case((contacts.c.channel.not_in(tx.unable_to_ring), contacts.c.channel), else_=first_of(tx))
    by = case((and_(_wants_letters(), rings(tx)), carrier), (_wants_letters(), ON_A_PAGE))
    mine = respondents.c.partnership_id == partnership
    counted = select(by.label("by"), func.count(), func.count(case((~_last_choice(), 1)))).where(mine)
    of_them = counted.select_from(respondents.outerjoin(contacts)).group_by("by").order_by("by")
    found = {name: (people, silent) for name, people, silent in tx.connection.execute(of_them)}
    out_of_reach, on_a_page = (found.pop(name, (0, 0))[0] for name in (None, ON_A_PAGE))
    without = sum(silent for _, silent in found.values())
    return Reach({name: people for name, (people, _) in found.items()}, without, out_of_reach, on_a_page)


def to_invite(tx: Tx, partnership: int, wave: int, most: int) -> list[tuple[int, int]]:
    """(respondent, contact) of those who took part before, want letters and are not in this wave yet."""
    some = _to_invite(partnership, wave).order_by(contacts.c.id).limit(most)
    # First the contact, as everywhere.
    found = tx.connection.execute(some.with_for_update(of=contacts, skip_locked=True))
    return [(respondent, contact) for respondent, contact in found]


def is_to_invite(tx: Tx, partnership: int, wave: int) -> bool:
    """Whether there is anybody, also of those whom somebody else holds."""
    return tx.connection.execute(_to_invite(partnership, wave).limit(1)).first() is not None


def _to_invite(partnership: int, wave: int) -> Select[Any]:
    is_in = exists().where(responses.c.respondent_id == respondents.c.id, responses.c.wave_id == wave)
    everybody = select(respondents.c.id, contacts.c.id).select_from(respondents.join(contacts))
    return everybody.where(respondents.c.partnership_id == partnership, _wants_letters(), ~is_in)


def invite(tx: Tx, respondent: int, wave: int, now: datetime) -> int | None:
    """The new response of somebody who is invited; None when they are in already. With a seat it counts in the scores
    and never towards k."""
    return next((row.id for row in _INVITE(tx, respondent=respondent, wave=wave, now=now)), None)


def _invited(insert: Any) -> Any:
    who: Any = bindparam("respondent")
    wave: Any = bindparam("wave")
    now: Any = bindparam("now")
    row = {"respondent_id": who, "wave_id": wave, "opened_at": now, "touched_at": now, "next_reminder_at": now}
    last = select(responses.c.reminders).where(responses.c.respondent_id == who)
    wanted = func.coalesce(last.order_by(responses.c.id.desc()).limit(1).scalar_subquery(), True)
    new = insert(responses).values(**row, reminders=wanted, seated=_has_a_seat(who))
    return new.on_conflict_do_nothing().returning(responses.c.id)


def _has_a_seat(respondent: ColumnElement[int]) -> ColumnElement[bool]:
    return exists().where(respondents.c.id == respondent, seats.is_held())


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


def took_part(
    tx: Tx,
    wave: int,
    *,
    unfinished: bool = False,
    before: datetime | None = None,
    unless: tuple[str, str] | None = None,
    most: int | None = None,
) -> Sequence[Participant]:
    """Those who came into this wave (before a moment) and want letters; only the unfinished ones when asked for.

    `unless` leaves out those who were written this kind of letter about this, whose key is kind:contact:about, and
    those to whom none can be sent.
    """
    asked = (
        select(contacts.c.id, responses.c.id, contacts.c.language, ~rings(tx))
        .select_from(responses.join(respondents).join(contacts))
        .where(responses.c.wave_id == wave, responses.c.started_at.is_not(None), _wants_letters())
    )
    if unfinished:
        asked = asked.where(responses.c.completed_at.is_(None))
    if before:
        asked = asked.where(responses.c.started_at <= before)
    if unless:
        asked = asked.where(~was_written(*unless), rings(tx))
    found = tx.connection.execute(asked.order_by(contacts.c.id).limit(most))
    return [Participant(*row) for row in found]


def was_written(kind: str, about: str) -> ColumnElement[bool]:
    """Whether a letter of this kind about this was written to a contact."""
    return exists().where(letters.c.key == f"{kind}:" + cast(contacts.c.id, String) + f":{about}")


def _wants_letters() -> ColumnElement[bool]:
    return and_(contacts.c.id.is_not(None), contacts.c.stopped_at.is_(None), contacts.c.unreachable_at.is_(None))


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


def _last_choice() -> ColumnElement[bool]:
    """Whether a respondent had reminders on in the last wave they were in."""
    last = select(responses.c.reminders).where(responses.c.respondent_id == respondents.c.id)
    return func.coalesce(last.order_by(responses.c.id.desc()).limit(1).scalar_subquery(), True)


_INVITE = Prepared(_invited)
