"""Letters that wait, and what became of them, in two lanes: replies, and bulk mail.

A reply belongs to a turn and has no key; it is gone when it is delivered. Bulk mail (what a tick or the closing of a
wave writes) has a key: it is written once, whoever tries, and stays behind without its text. Per contact each lane
keeps its order; a reply may overtake bulk mail. A letter may go from `due_at` on. Whoever delivers it holds it until
`leased_until`; when they die, it is anybody's again. It waits sealed: it may hold what people typed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    update,
)

from bot.letters import NOT_RECORDED, Envelope, Letter, Unreachable
from bot.survey.calendar import decent
from storage import leases, notification_addresses
from storage.engine.compiled import Prepared, together
from storage.engine.database import Tx
from storage.notification_addresses import OF_A_SEAT
from storage.schema import contacts, letters, waves
from storage.schema import notification_addresses as addresses

SEALED_AS = "letter"
PICTURE, VOICE = ":picture", ":voice"
"""What stands behind the key of a letter in that of what comes along with it."""
OVERTAKEN = "overtaken"  # by what the contact did themselves
UNREACHABLE = Unreachable().reason  # they blocked us, or removed us from their group
NO_TROUBLE = OVERTAKEN, UNREACHABLE, NOT_RECORDED.reason

Order = tuple[Column[Any], ...]

NOTHING_MORE = {"key": None, "leased_until": None, "timezone": None, "address_id": None}

IS_ITS = addresses.c.id == letters.c.address_id
OTHER = letters.alias().c
BY_NUMBER: Order = (letters.c.id,)
BY_MOMENT: Order = (letters.c.due_at, letters.c.id)  # as the index has it: of thousands only the first are read


@dataclass(frozen=True, slots=True)
class Waiting:
    """Letters of one lane that are not delivered: how many are due, since when, and how many are for later."""

    lane: str
    due: int = 0
    later: int = 0
    oldest: datetime | None = None


def reply(tx: Tx, contact: int, letter: Letter, now: datetime) -> tuple[int, tuple[int, ...]]:
    """Write a letter that the writer delivers at once: its number, and those of the older ones to this contact that
    another replica may have in hand, or left. They go first."""
    row = _row(tx, contact, letter, now, leased_until=now + leases.REPLY)
    others = [(_OPEN_REPLIES, {"contact_id": contact})] if tx.is_shared else []
    *older, (written,) = together(tx, *others, (_WRITE, row))  # only a key could have stood in the way
    return written.id, tuple(one.id for rows in older for one in rows)


def notice(tx: Tx, contact: int, address: int, letter: Letter, now: datetime) -> Envelope:
    """Write a letter to a notification address that need not be confirmed, for the writer to deliver at once."""
    lease = now + leases.REPLY
    number = cast(int, _write(tx, contact, letter, now, key=None, leased_until=lease, address_id=address))
    row = tx.connection.execute(_WAITING_AT.where(letters.c.id == number)).one()
    return cast(Envelope, _envelope(tx, row, now))


def before(tx: Tx, contact: int, number: int) -> list[int]:
    """The older replies to a contact that are not delivered."""
    return [one.id for one in _OPEN_REPLIES(tx, contact_id=contact) if one.id < number]


def enqueue(
    tx: Tx,
    contact: int,
    letter: Letter,
    due_at: datetime,
    key: str,
    timezone: str | None = None,
    picture: Letter | None = None,
    voices: Sequence[Letter] = (),
) -> bool:
    """Write a letter for whoever looks when it falls due, unless this key was written before; whether it was now.

    With a `timezone` it goes out between 09:00 and 20:00 there, whatever happens to us in between. A `picture` goes
    before it, or along with it where a notifier carries it, and its `voices` after it, in a chat. Nothing is written to
    somebody whom nothing can be sent: on a page they see how it stands when they look.
    """
    if not any(row.channel in tx.unable_to_ring for row in _CHANNEL(tx, contact_id=contact)):
        if picture:
            _write(tx, contact, replace(picture, about=""), due_at, key=key + PICTURE, timezone=timezone)
        written = _write(tx, contact, replace(letter, about=""), due_at, key=key, timezone=timezone)
        for voice in voices if written else ():  # one that may be recorded by now belongs to a letter from before
            _write(tx, contact, voice, due_at, key=key + VOICE, timezone=timezone)
        return written is not None
    is_file = letter.attachment is not None and letter.attachment.kind == "file"
    of_a_seat = key.partition(":")[0] in OF_A_SEAT
    to = notification_addresses.first(tx, contact, of_a_seat=of_a_seat, with_files=is_file)
    if to is None:
        return False
    whole = replace(letter, attachment=picture.attachment) if picture else letter
    return _write(tx, contact, whole, due_at, key=key, timezone=timezone, address_id=to) is not None


def _write(tx: Tx, contact: int, letter: Letter, due_at: datetime, **more: Any) -> int | None:
    written = _WRITE(tx, **_row(tx, contact, letter, due_at, **more))
    return written[0].id if written else None


def _row(tx: Tx, contact: int, letter: Letter, due_at: datetime, **more: Any) -> dict[str, Any]:
    sealed = tx.seal.close(SEALED_AS, letter.to_json())
    return {"contact_id": contact, "body_sealed": sealed, "due_at": due_at, **NOTHING_MORE, **more}


def withdraw(tx: Tx, which: ColumnElement[bool], now: datetime, reason: str = OVERTAKEN) -> list[str | None]:
    """Let these letters go as far as they are not delivered yet; their keys, which stay used."""
    return _end(tx, and_(which, letters.c.settled_at.is_(None)), now, reason)


def readdress(tx: Tx, contact: int, now: datetime) -> None:
    """Bulk mail that waits for somebody on a page goes to where they are called now; where they are not, it goes no
    more."""
    waiting = and_(letters.c.contact_id == contact, letters.c.key.is_not(None), letters.c.settled_at.is_(None))
    for of_a_seat in (True, False):
        these = and_(waiting, _is_of_a_seat() if of_a_seat else ~_is_of_a_seat())
        if to := notification_addresses.first(tx, contact, of_a_seat=of_a_seat):
            tx.connection.execute(update(letters).where(these).values(address_id=to))
        else:
            withdraw(tx, these, now, UNREACHABLE)


def pass_on(tx: Tx, envelope: Envelope, reason: str, now: datetime) -> None:
    """The next address of theirs carries it; where there is none, it goes no more."""
    number, of_a_seat = cast(int, envelope.number), envelope.kind in OF_A_SEAT
    contact, behind = cast(int, envelope.contact), envelope.notified
    to = notification_addresses.next_after(tx, contact, behind, of_a_seat=of_a_seat) if envelope.key else None
    if to is None:
        give_up(tx, number, reason, now)
    else:
        elsewhere = {"address_id": to, "leased_until": None, "attempts": 0}
        tx.connection.execute(update(letters).where(letters.c.id == number).values(elsewhere))


def _is_of_a_seat() -> ColumnElement[bool]:
    return or_(*(letters.c.key.like(f"{kind}:%") for kind in OF_A_SEAT))


def with_keys(keys: Collection[str]) -> ColumnElement[bool]:
    """With what comes along with them."""
    return letters.c.key.in_([*keys, *(key + VOICE for key in keys)])


def comes_along(key: str) -> bool:
    return key.endswith((PICTURE, VOICE))


def unasked(contact: int) -> ColumnElement[bool]:
    """What ticks wrote to a contact as a respondent; the summaries of a coordinator are not among them."""
    return and_(letters.c.contact_id == contact, letters.c.key.is_not(None), ~_is_of_a_seat())


def of_a_seat(contact: int, partnership: int) -> ColumnElement[bool]:
    """What was written to a contact as a coordinator or reader of this partnership. In its key the wave stands behind
    the contact; not where it is about somebody who is lost, which tells no result."""
    about = literal(f"%:{contact}:") + waves.c.id.cast(String) + ":%"
    of_wave = exists().where(waves.c.partnership_id == partnership, (letters.c.key + ":").like(about))
    return and_(letters.c.contact_id == contact, _is_of_a_seat(), ~letters.c.key.like("final:lost:%"), of_wave)


def claim_replies(tx: Tx, carriers: Collection[str], now: datetime, most: int = 100) -> list[Envelope]:
    """Take replies that were left over, oldest first; never one whose contact has an older reply waiting elsewhere."""
    is_elsewhere = or_(OTHER.due_at > now, OTHER.leased_until > now)
    held_up = _is_one(OTHER.key.is_(None), OTHER.id < letters.c.id, is_elsewhere)
    due = and_(letters.c.key.is_(None), _waits(now), _carried(tx, carriers))
    return _take(tx, and_(due, ~held_up), BY_NUMBER, now, most, leases.REPLY)


def claim_bulk(tx: Tx, carriers: Collection[str], now: datetime, most: int) -> list[Envelope]:
    """Take bulk mail that fell due, oldest first; what may not go at this hour where it goes, waits for the morning.

    Never one whose contact has another in somebody's hands, or an older one to the same place that was tried and must
    come first.
    """
    is_to_the_same = OTHER.address_id.is_not_distinct_from(letters.c.address_id)
    comes_first = and_(OTHER.attempts > 0, OTHER.id < letters.c.id, is_to_the_same)
    held_up = _is_one(OTHER.key.is_not(None), or_(OTHER.leased_until > now, comes_first))
    due = and_(letters.c.key.is_not(None), _waits(now), _carried(tx, carriers))
    _wait_for_morning(tx, due, now)
    return _take(tx, and_(due, ~held_up), BY_MOMENT, now, most, leases.BULK)


def waiting(tx: Tx, now: datetime) -> list[Waiting]:
    """What is not delivered yet, for an operator."""
    is_due = letters.c.due_at <= now
    found = tx.connection.execute(
        select(
            letters.c.key.is_(None),
            func.count().filter(is_due),
            func.count().filter(~is_due),
            func.min(letters.c.due_at).filter(is_due),
        )
        .where(letters.c.settled_at.is_(None))
        .group_by(letters.c.key.is_(None))
    )
    rows = {is_reply: counts for is_reply, *counts in found}
    return [Waiting(lane, *rows.get(lane == "replies", ())) for lane in ("replies", "bulk")]


def refused_since(tx: Tx, moment: datetime) -> dict[str, int]:
    """Why letters were given up -> how many; not those that nobody waits for, or that somebody took back."""
    counted = select(letters.c.refused, func.count()).where(letters.c.settled_at > moment)
    found = counted.where(letters.c.refused.not_in(NO_TROUBLE)).group_by(letters.c.refused)
    return dict(map(tuple, tx.connection.execute(found.order_by(letters.c.refused))))


def _waits(now: datetime) -> ColumnElement[bool]:
    is_free = or_(letters.c.leased_until.is_(None), letters.c.leased_until <= now)
    return and_(letters.c.settled_at.is_(None), letters.c.due_at <= now, is_free)


def _is_one(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether there is such a letter to the same contact that is not delivered."""
    return exists().where(OTHER.contact_id == letters.c.contact_id, OTHER.settled_at.is_(None), *which)


def _carried(tx: Tx, carriers: Collection[str]) -> ColumnElement[bool]:
    """Whether it is for one of these: what is for a notification address, a notifier carries."""
    notifiers = [name for name in carriers if name in tx.notifiers]
    channels = [name for name in carriers if name not in tx.notifiers]
    here = exists().where(contacts.c.id == letters.c.contact_id, contacts.c.channel.in_(channels))
    called = exists().where(IS_ITS, addresses.c.kind.in_(notifiers))
    in_a_channel, by_a_notifier = letters.c.address_id.is_(None), letters.c.address_id.is_not(None)
    every = [*([and_(in_a_channel, here)] if channels else []), *([and_(by_a_notifier, called)] if notifiers else [])]
    return or_(false(), *every)


def _wait_for_morning(tx: Tx, due: ColumnElement[bool], now: datetime) -> None:
    zones = select(letters.c.timezone).where(_waits(now), letters.c.timezone.is_not(None)).distinct()
    for zone in tx.connection.execute(zones).scalars().all():
        if (then := decent(now, zone)) > now:
            tx.connection.execute(update(letters).where(due, letters.c.timezone == zone).values(due_at=then))


def _take(tx: Tx, due: ColumnElement[bool], order: Order, now: datetime, most: int, lease: timedelta) -> list[Envelope]:
    first = select(letters.c.contact_id).where(due).order_by(*order).limit(most)
    # Whoever else takes letters now, or is in a turn with a contact, holds that contact: theirs are for a later look.
    free = select(contacts.c.id).where(contacts.c.id.in_(first)).with_for_update(skip_locked=True)
    held = tx.connection.execute(free).scalars().all()
    chosen = select(letters.c.id).where(due, letters.c.contact_id.in_(held)).order_by(*order).limit(most)
    return _lease(tx, chosen, order, now, lease)


def _lease(tx: Tx, chosen: Select[tuple[int]], order: Order, now: datetime, lease: timedelta) -> list[Envelope]:
    numbers = tx.connection.execute(chosen).scalars().all()
    if not numbers:
        return []
    tx.connection.execute(update(letters).where(letters.c.id.in_(numbers)).values(leased_until=now + lease))
    unsettled = letters.c.settled_at.is_(None)  # not those that were settled meanwhile
    found = tx.connection.execute(_WAITING_AT.where(letters.c.id.in_(numbers), unsettled).order_by(*order))
    return [envelope for row in found.all() if (envelope := _envelope(tx, row, now))]


_PLACES = (
    contacts.c.channel,
    contacts.c.address_sealed,
    contacts.c.language,
    addresses.c.kind,
    addresses.c.address_sealed.label("notified_sealed"),
)
_WAITING_AT = select(letters, *_PLACES).select_from(letters.join(contacts).outerjoin(addresses, IS_ITS))
"""Letters, each with where it goes."""


def goes_to(tx: Tx, number: int) -> list[int]:
    """The notification address that a letter goes to now, or 0 of one in its channel; none when it goes no more."""
    found = select(letters.c.address_id).where(letters.c.id == number, letters.c.settled_at.is_(None))
    return [address or 0 for address in tx.connection.execute(found).scalars()]


def _envelope(tx: Tx, row: Row[Any], now: datetime) -> Envelope | None:
    """None, and given up, when another version wrote it in a way that we cannot read: it must not hold up the rest."""
    try:
        letter = Letter.from_json(tx.seal.open(SEALED_AS, row.body_sealed))
        carrier = row.kind or row.channel
        address = tx.seal.open(carrier, row.notified_sealed or row.address_sealed)
    except (ValueError, TypeError, InvalidTag):
        give_up(tx, row.id, "cannot be read", now)
        return None
    about = {"key": row.key or "", "language": row.language, "notified": row.address_id or 0}
    about["timezone"] = row.timezone or ""
    return Envelope(carrier, address, letter, row.id, row.contact_id, row.attempts, **about)


def release(tx: Tx, now: datetime) -> None:
    """Drop every lease, and let replies that were postponed go at once: for when nobody else is delivering."""
    waiting = update(letters).where(letters.c.settled_at.is_(None))
    tx.connection.execute(waiting.where(letters.c.leased_until.is_not(None)).values(leased_until=None))
    tx.connection.execute(waiting.where(letters.c.key.is_(None), letters.c.due_at > now).values(due_at=now))


def put_back(tx: Tx, numbers: Sequence[int]) -> None:
    """Drop the lease on letters that were taken and not tried."""
    tx.connection.execute(update(letters).where(letters.c.id.in_(numbers)).values(leased_until=None))


def settle(tx: Tx, delivered: Sequence[int], now: datetime) -> None:
    """A reply is gone, bulk mail stays without its text; also what was withdrawn while it was on its way: it did
    arrive."""
    replies = together(tx, *((_DELETE_REPLY, {"number": number}) for number in sorted(delivered)))
    gone = {row.id for rows in replies for row in rows}
    if left := set(delivered) - gone:
        _end(tx, letters.c.id.in_(left), now, None)


def _end(tx: Tx, which: ColumnElement[bool], now: datetime, refused: str | None) -> list[str | None]:
    """These letters go no more, and keep no text; their keys."""
    gone = {"body_sealed": None, "settled_at": now, "refused": refused}
    return list(tx.connection.execute(update(letters).where(which).values(gone).returning(letters.c.key)).scalars())


def postpone(tx: Tx, number: int, until: datetime) -> None:
    """Whoever looks then may take it."""
    later = {"due_at": until, "leased_until": None, "attempts": letters.c.attempts + 1}
    tx.connection.execute(update(letters).where(letters.c.id == number).values(later))


def give_up(tx: Tx, number: int, reason: str, now: datetime) -> None:
    _end(tx, letters.c.id == number, now, reason)


_CHANNEL = Prepared(lambda _: select(contacts.c.channel).where(contacts.c.id == bindparam("contact_id")))
_OPEN_REPLIES = Prepared(
    lambda _: select(letters.c.id).where(
        letters.c.contact_id == bindparam("contact_id"), letters.c.key.is_(None), letters.c.settled_at.is_(None)
    )
)
_DELETE_REPLY = Prepared(
    lambda _: (
        delete(letters).where(letters.c.id == bindparam("number"), letters.c.key.is_(None)).returning(letters.c.id)
    )
)
_GIVEN = ("contact_id", "body_sealed", "due_at", "key", "leased_until", "timezone", "address_id")
_WRITE = Prepared(
    lambda insert: (
        insert(letters)
        .values(attempts=0, **{name: bindparam(name) for name in _GIVEN})
        .on_conflict_do_nothing()
        .returning(letters.c.id)
    )
)
