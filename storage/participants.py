"""Participants: whom a wave writes to: those that a next one reaches and invites, and those who took part in one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    select,
)

from storage import seats
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.notification_addresses import first_of, rings
from storage.schema import (
    contacts,
    letters,
    respondents,
    responses,
)

ON_A_PAGE = ""
"""What carries letters to who sees them when they look: nothing."""


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


def _last_choice() -> ColumnElement[bool]:
    """Whether a respondent had reminders on in the last wave they were in."""
    last = select(responses.c.reminders).where(responses.c.respondent_id == respondents.c.id)
    return func.coalesce(last.order_by(responses.c.id.desc()).limit(1).scalar_subquery(), True)


_INVITE = Prepared(_invited)
