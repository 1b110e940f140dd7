"""Handover: which letters are in hand, handing one over, and what its receipt means, for both lanes of delivery."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import TypeVar, cast

from bot.letters import (
    Carrier,
    Clock,
    Delivered,
    Elsewhere,
    Envelope,
    Letter,
    Moved,
    Postponed,
    Receipt,
    Refused,
    Unreachable,
)
from storage import contacts, leases, letters, notification_addresses, taken_messages, voices
from storage.engine.database import Database, DatabaseAway, Tx
from storage.taken_messages import Failed

log = logging.getLogger(__name__)

LONGEST_WAIT = 300.0  # seconds between two tries
MOST_TRIES = 100  # about eight hours of a channel that is down
TRIES_UNSTORED = 12  # of a letter to somebody whom we keep nothing about
TOGETHER = 0.1  # seconds in which what was delivered is marked together; a kill meanwhile sends these again
A_CALL = 10.0  # seconds that handing over takes at most
MARGIN = 2.0  # seconds before its end at which we let a lease go: clocks of machines differ
OTHERS_EVERY = 0.1  # seconds between looks whether another process is done

TIRED = "too many tries"

T = TypeVar("T")
Address = tuple[str, str]


class Handover:
    def __init__(self, database: Database, carriers: Mapping[str, Carrier], clock: Clock) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.outcomes: Counter[str] = Counter()
        self._database, self._carriers, self._clock = database, carriers, clock
        self._in_hand: dict[int, float] = {}  # until when, by this process's own clock
        self._left: dict[int, int] = {}  # contact -> the newest letter that we put back
        self._delivered: list[int] = []
        self._settling: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def takes(self, envelope: Envelope, lease: timedelta = leases.REPLY) -> bool:
        """Whether it is in hand only now. Where we are alone, it is ours for good."""
        if envelope.number is None:
            return True
        is_new = envelope.number not in self._in_hand
        until = inf if self._database.is_sqlite else time.monotonic() + lease.total_seconds() - MARGIN
        self._in_hand.setdefault(envelope.number, until)
        return is_new

    async def may_go(self, envelope: Envelope) -> bool:
        """Whether it is ours for as long as a call takes, and no older reply to the same contact is with others or left
        by anybody. Others have a moment for it; after that, whoever looks first takes both, the older one first."""
        while self._ours_for(envelope) >= A_CALL:
            if not await self._is_behind(envelope):
                return True
            if envelope.contact in self._left:
                return False
            await asyncio.sleep(OTHERS_EVERY)
        return False

    async def still_goes(self, envelope: Envelope) -> bool:
        """Whether bulk mail is still to go, and there: while it stood in line, a turn may have made it out of date, of
        another replica too, or a command beside us."""
        if envelope.number is None:
            return True
        return await self.ask(partial(letters.goes_to, number=envelope.number)) == [envelope.notified]

    async def _is_behind(self, envelope: Envelope) -> bool:
        """Whether an older one is in other hands or in nobody's; the database is asked only where that may be."""
        number, contact = envelope.number, envelope.contact
        is_sure = contact not in self._left and self._in_hand.keys() >= set(envelope.after)
        if number is None or contact is None or is_sure:
            return False
        older = await self.ask(partial(letters.before, contact=contact, number=number))
        if older is None or not self._in_hand.keys() >= set(older):
            return True
        if number > self._left.get(contact, number):
            del self._left[contact]
        return False

    def _ours_for(self, envelope: Envelope) -> float:
        """Seconds for which nobody else can take it."""
        return inf if envelope.number is None else self._in_hand.get(envelope.number, 0.0) - time.monotonic()

    async def ask(self, work: Callable[[Tx], list[T]]) -> list[T] | None:
        """What the database says; None when it says nothing."""
        try:
            return await self._database.run(work)
        except DatabaseAway as error:
            log.warning("database away, letters wait: %s", error)
        except Exception as error:
            log.error("letters cannot be read", exc_info=error)
        return None

    async def hand_over(self, envelope: Envelope, answered: Callable[[], None]) -> Receipt:
        try:
            receipt = await self._carriers[envelope.carrier].deliver(envelope)
        except Exception as error:
            log.error("letter %s: delivery failed", envelope.number, exc_info=error)
            receipt = Refused("error in delivery")
        answered()
        is_counted = isinstance(receipt, Postponed) and (receipt.alone or receipt.seconds is None)
        if is_counted and envelope.attempts + 1 >= MOST_TRIES:  # where all of a channel waits, it says until when
            receipt = Refused(TIRED)
        self.outcomes[type(receipt).__name__.lower()] += 1
        return receipt

    async def conclude(self, envelope: Envelope, receipt: Receipt, line: list[Envelope]) -> None:
        """Store what became of a letter; what comes after it, is in that line."""
        if envelope.number is None:
            await self._conclude_unstored(envelope, receipt)
        elif isinstance(receipt, Delivered) and receipt.reference:
            await self._record(partial(self._taken, envelope=envelope, name=receipt.reference))
            self._in_hand.pop(envelope.number, None)
        elif isinstance(receipt, Delivered):
            if receipt.voice and envelope.contact:  # first: what is sent again after a kill, goes with the first one
                await self._note_voice(envelope, envelope.contact, receipt.voice)
            self._delivered.append(envelope.number)
            if self._settling is None or self._settling.done():
                self._settling = self.start(self._settle())
        else:
            if not isinstance(receipt, Refused):
                await self.put_back(line, envelope.contact)
            self.let_go([envelope])
            await self._record(lambda tx: note(tx, envelope, receipt, self._clock()))

    async def _conclude_unstored(self, envelope: Envelope, receipt: Receipt) -> None:
        """What is only taken may cost something still."""
        if not isinstance(receipt, Delivered):
            log.warning("a letter that is not stored is let go: %s", type(receipt).__name__)
        elif name := receipt.reference:
            now = self._clock()
            await self._record(lambda tx: taken_messages.take_unstored(tx, envelope.carrier, name, now))

    def _taken(self, tx: Tx, envelope: Envelope, name: str) -> None:
        """At once and in one piece: that it failed may be heard in the next moment, or was already."""
        number, now = cast(int, envelope.number), self._clock()
        if failed := taken_messages.take(tx, envelope.carrier, name, number, now):
            note_end(tx, failed, now)

    def hurry(self) -> None:
        """Mark what is delivered now, without waiting for more."""
        self._hurried.set()

    async def settled(self) -> None:
        """Return when all that was delivered so far is marked."""
        if self._settling:
            self.hurry()
            await asyncio.wait([self._settling])

    async def _note_voice(self, envelope: Envelope, contact: int, voice: int) -> None:
        """Of whom nothing is kept any more, nobody would take it away later: it goes at once."""
        if not await self._record(partial(voices.came, contact=contact, message=voice)):
            gone = replace(envelope, letter=Letter("", removes=(voice,)))
            await self._carriers[envelope.carrier].deliver(gone)

    async def put_back(self, line: list[Envelope], contact: int | None = None) -> None:
        """What is stored of this line, of one contact or of all, is left to whoever looks."""
        back = [envelope for envelope in line if envelope.number and contact in (None, envelope.contact)]
        line[:] = [envelope for envelope in line if envelope not in back]
        ours = [envelope.number or 0 for envelope in back if self._ours_for(envelope) > 0]
        self.let_go(back)
        if ours:
            await self._record(lambda tx: letters.put_back(tx, ours))

    def let_go(self, envelopes: Iterable[Envelope]) -> None:
        """Before the database says so: else what is taken up again in that moment would pass for being in hand."""
        for envelope in envelopes:
            number, contact = envelope.number or 0, envelope.contact or 0
            self._left[contact] = max(number, self._left.get(contact, 0))
            self._in_hand.pop(number, None)

    async def _settle(self) -> None:
        """Mark as delivered, in one transaction, all that are delivered in a moment: for a tap it would be a second."""
        while self._delivered:
            with suppress(TimeoutError):
                async with asyncio.timeout(TOGETHER):
                    await self._hurried.wait()
            self._hurried.clear()
            numbers, self._delivered = self._delivered, []
            await self._record(lambda tx, numbers=numbers: letters.settle(tx, numbers, self._clock()))  # type: ignore[misc]
            for number in numbers:
                self._in_hand.pop(number, None)

    async def _record(self, work: Callable[[Tx], T]) -> T:
        """Store what became of a letter; when the database is away, as soon as it is back."""
        while True:
            try:
                return await self._database.run(work)
            except DatabaseAway as error:
                log.warning("database away, a delivery is not recorded yet: %s", error)
                await asyncio.sleep(1)


def address_of(envelope: Envelope) -> Address:
    return envelope.carrier, envelope.address


def pause(envelope: Envelope, receipt: Postponed) -> float:
    """Seconds until the next try."""
    return receipt.seconds if receipt.seconds is not None else min(LONGEST_WAIT, 2.0 ** min(envelope.attempts, 9))


def note(tx: Tx, envelope: Envelope, receipt: Receipt, now: datetime) -> None:
    """What a receipt means for a letter that did not arrive."""
    number, contact = cast(int, envelope.number), cast(int, envelope.contact)
    match receipt:
        case Postponed():
            seconds = pause(envelope, receipt)
            log.info("letter %d: postponed by %.1f s after try %d", number, seconds, envelope.attempts + 1)
            letters.postpone(tx, number, now + timedelta(seconds=seconds))
        case Moved(address):
            contacts.move(tx, contact, envelope.carrier, address, now)
            letters.put_back(tx, [number])
        case Elsewhere(reason):
            log.warning("letter %d: %s", number, reason)
            letters.pass_on(tx, envelope, reason, now)
        case Unreachable(reason) if envelope.notified:
            _address_fails(tx, envelope, reason, now)
        case Unreachable(reason):
            log.info("contact %d: cannot be written to: %s", contact, reason)
            contacts.mark_unreachable(tx, contact, now, reason)
        case Refused(reason):
            log.error("letter %d: given up: %s", number, reason)
            letters.give_up(tx, number, reason, now)


def note_end(tx: Tx, failed: Failed, now: datetime) -> None:
    """The same of what was taken before. Each time was a try, whatever it waits for; at last another may carry it."""
    envelope, why = failed.envelope, failed.why
    is_tired = isinstance(why, Postponed) and envelope.attempts + 1 >= MOST_TRIES
    note(tx, envelope, Elsewhere(TIRED) if is_tired else why, now)


def _address_fails(tx: Tx, envelope: Envelope, reason: str, now: datetime) -> None:
    number, contact = cast(int, envelope.number), cast(int, envelope.contact)
    log.info("notification address %d: does not work: %s", envelope.notified, reason)
    notification_addresses.fail(tx, envelope.notified, now)
    if envelope.key:
        letters.put_back(tx, [number])  # another one may carry it
        letters.readdress(tx, contact, now)
    else:  # it was for this one
        letters.give_up(tx, number, reason, now)
