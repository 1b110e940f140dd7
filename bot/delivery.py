"""Delivery: takes letters and hands them to their channel, in two lanes: replies at once, bulk mail at its pace.

A letter may arrive twice, never zero times, and never before an older one of its lane to the same contact; a reply may
overtake bulk mail. Only letters to people whom we keep nothing about are not stored: those are tried a few times, and
then let go.
"""

import asyncio
import logging
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from math import inf, isinf
from secrets import token_hex
from socket import gethostname
from typing import TypeVar

from bot.letters import Clock, Delivered, Envelope, Messenger, Moved, Postponed, Receipt, Refused, Unreachable
from bot.logs import where
from bot.pace import Pace
from storage import leases, letters
from storage.database import Database, DatabaseAway, Tx

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0  # seconds between looks for letters that fell due
LONGEST_WAIT = 300.0  # seconds between two tries
MOST_TRIES = 100  # about eight hours of a channel that is down
TRIES_UNSTORED = 12
TOGETHER = 0.1  # seconds in which what was delivered is marked together; a kill meanwhile sends these again

STILL_OURS = letters.LEASE.total_seconds() - 5  # seconds after taking a letter

OTHERS_EVERY = 0.1  # seconds between looks whether another process is done

BATCH = 20  # bulk letters claimed at a time; a second's worth is 29
SHORT = 15  # of them in line, or fewer: time to claim the next
FAILURES = 10  # in a row, of different letters: the channel itself is in trouble
REST = 10.0  # seconds for which bulk mail then lets it be
BULK, HELD = "bulk mail", 8.0  # seconds without a sign of life after which another process takes over

Address = tuple[str, str]
T = TypeVar("T")


class Delivery:
    """`reaching_out` are the channels that can write to people at any moment; for the others there is `collect`."""

    def __init__(self, database: Database, messengers: Mapping[str, Messenger], clock: Clock) -> None:
        self.reaching_out = tuple(name for name, messenger in messengers.items() if messenger.reaches_out)
        self._database, self._clock = database, clock
        self._waiting: dict[Address, deque[Envelope]] = {}
        self._serving: dict[Address, asyncio.Task[None]] = {}
        self._pace = Pace()
        self._desk = _Desk(database, messengers, clock)
        self.outcomes = self._desk.outcomes
        self._bulk = _Bulk(self._desk, self._pace, self._claim_bulk)
        self._name = f"{gethostname()[:20]}:{os.getpid()}:{token_hex(3)}"  # an operator knows whom to look at

    def post(self, envelopes: Iterable[Envelope]) -> None:
        """Deliver these, each after what already waits for the same address."""
        for envelope in filter(self._desk.takes, envelopes):
            address = _address(envelope)
            if address in self._waiting:
                self._waiting[address].append(envelope)
            else:
                self._waiting[address] = deque([envelope])
                self._serving[address] = self._desk.start(self._serve(address))

    async def look(self) -> None:
        """Take up letters that fell due: after a restart, from a tick, or from a process that died."""
        while True:
            await self.look_once()
            await asyncio.sleep(LOOK_EVERY)

    async def look_once(self) -> None:
        self.post(await self._desk.claim(lambda tx: letters.claim_replies(tx, self.reaching_out, self._clock())))
        self._bulk.wake()

    async def collect(self, channel: str, address: str) -> None:
        """Deliver all that waits for this address: the person is there, and sees it when this returns."""
        self.post(await self._desk.claim(lambda tx: letters.claim_for(tx, channel, address, self._clock())))
        if serving := self._serving.get((channel, address)):
            await asyncio.wait({serving}, timeout=LOOK_EVERY)

    def _claim_bulk(self, tx: Tx) -> list[Envelope]:
        """Bulk mail has one pace, so one process at a time sends it."""
        if not leases.take(tx, BULK, self._name, HELD):
            return []
        return letters.claim_bulk(tx, self.reaching_out, self._clock(), BATCH)

    def recall(self, contact: int) -> None:
        """Bulk mail to this contact that is in line and not on its way is looked at again, or is gone."""
        self._bulk.recall(contact)

    async def idle(self) -> None:
        """Return when nothing is in hand, and no bulk mail that was looked for is due."""
        while self._desk.tasks:
            self._desk.hurry()
            await asyncio.wait(self._desk.tasks, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, patience: float = 5.0) -> None:
        """Give what is on its way a moment; what is stored and not delivered will be, after the next start."""
        self._bulk.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.idle()  # with what is noted only when the last of it is delivered
        for task in self._desk.tasks:
            task.cancel()
        await asyncio.gather(*self._desk.tasks, return_exceptions=True)
        with suppress(Exception):
            await self._database.run(lambda tx: leases.give_back(tx, BULK, self._name))

    async def _serve(self, address: Address) -> None:
        """Everything for one address, in order."""
        queue = self._waiting[address]
        try:
            while queue:
                await self._desk.others_first(queue[0])
                if not self._desk.is_ours(queue[0]):
                    break
                if await self._deliver(queue[0]):
                    queue.popleft()
                else:
                    left = [queue.popleft() for _ in range(len(queue))]
                    await self._desk.put_back(left)
        finally:
            del self._waiting[address], self._serving[address]
            self._desk.let_go(queue)

    async def _deliver(self, envelope: Envelope) -> bool:
        """Whether this is dealt with; not when it must wait until the person comes back to the channel."""
        tries = envelope.attempts
        while True:
            receipt = await self._try(envelope)
            if not (isinstance(receipt, Postponed) and receipt.seconds is not None):
                tries += 1  # being told to wait is not a try
            if isinstance(receipt, Moved):
                envelope = await self._desk.move(envelope, receipt)
                continue
            if not isinstance(receipt, Postponed) or tries >= (MOST_TRIES if envelope.number else TRIES_UNSTORED):
                await self._desk.conclude(envelope, receipt)
                return True
            if receipt.seconds is None and envelope.channel not in self.reaching_out:
                return False
            seconds = await self._desk.postpone(envelope, receipt, tries, is_held=True)
            await asyncio.sleep(seconds)

    async def _try(self, envelope: Envelope) -> Receipt:
        if envelope.channel not in self.reaching_out:
            return await self._desk.hand_over(envelope)
        answered = self._pace.reply(_address(envelope))
        try:
            return await self._desk.hand_over(envelope)
        finally:
            answered()


class _Bulk:
    """The lane for bulk mail: claimed a little ahead, several letters on their way at once, one for each address.

    Nothing is slept on here: what is postponed goes back to the database, and the others go on.
    """

    def __init__(self, desk: "_Desk", pace: Pace, claim: Callable[[Tx], list[Envelope]]) -> None:
        self._desk, self._pace, self._claim = desk, pace, claim
        self._line: list[Envelope] = []
        self._on_their_way: set[Address] = set()
        self._stirred = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._is_woken = self._is_stopped = self._is_fetching = self._is_dry = False
        self._failures = 0
        self._held_until = inf  # by this process's own clock: it also runs while we hang

    def wake(self) -> None:
        """There may be letters that fell due."""
        self._is_woken = True
        if not self._is_stopped and (self._running is None or self._running.done()):
            self._running = self._desk.start(self._run())

    def stop(self) -> None:
        """Send nothing more; what is on its way arrives."""
        self._is_stopped = True
        self._stirred.set()

    async def _run(self) -> None:
        """Until nothing is due: a look with nothing in hand, at which no letter can be held up by another, says so."""
        while self._is_woken and not self._is_stopped:
            self._is_woken = False
            while await self._fetch():
                await self._send()
                await self._desk.settled()

    async def _fetch(self) -> bool:
        """Put the next letters in line; whether there were any."""
        while (held := self._pace.held) and not self._is_stopped:
            self._stirred.clear()
            await self._rest(held)
        asked = time.monotonic()
        found = [] if self._is_stopped else await self._desk.claim(self._claim)
        if found:
            self._held_until = asked + HELD if self._desk.is_shared else inf
        fresh = [envelope for envelope in found if self._desk.takes(envelope)]
        self._line += fresh
        return bool(fresh)

    async def _send(self) -> None:
        """Until nothing is in hand."""
        self._is_dry = False
        while self._line or self._on_their_way or self._is_fetching:
            self._stirred.clear()
            if self._is_stopped or self._pace.held or self._has_lapsed:
                await self._put_back(self._line)
            else:
                self._fetch_ahead()
            wait = self._send_what_may_go()
            if self._line or self._on_their_way or self._is_fetching:
                await self._rest(wait)

    def _send_what_may_go(self) -> float:
        """Seconds until the next may, if nothing stirs before."""
        soonest, ahead = inf, set(self._on_their_way)
        for envelope in tuple(self._line):
            if self._has_lapsed:
                return 0.0
            if wait := self._pace.wait():
                return wait
            address = _address(envelope)
            if address in ahead:
                continue
            ahead.add(address)
            if wait := self._pace.wait_for(address):
                soonest = min(soonest, wait)
            else:
                self._let_go(envelope)
        return soonest

    @property
    def _has_lapsed(self) -> bool:
        """Whether bulk mail may be somebody else's by now: we hung, or could not claim for too long."""
        return time.monotonic() > self._held_until

    def _let_go(self, envelope: Envelope) -> None:
        self._line.remove(envelope)
        self._on_their_way.add(_address(envelope))
        # It takes its place here, not in the task: that begins when others may have been let go too.
        self._desk.start(self._carry(envelope, self._pace.bulk(_address(envelope))))

    async def _carry(self, envelope: Envelope, answered: Callable[[], None]) -> None:
        try:
            try:
                receipt = await self._desk.hand_over(envelope)
            finally:
                answered()
            await self._conclude(envelope, receipt)
        finally:
            self._on_their_way.discard(_address(envelope))
            self._stirred.set()

    async def _conclude(self, envelope: Envelope, receipt: Receipt) -> None:
        match receipt:
            case Moved():
                await self._move(envelope, receipt)
            case Postponed() if receipt.seconds is not None or envelope.attempts + 1 < MOST_TRIES:
                self._pace.hold(self._trouble(receipt))
                await self._put_back(self._of(envelope.contact))  # they come after this one
                await self._desk.postpone(envelope, receipt, envelope.attempts + 1, is_held=False)
            case _:
                self._failures = 0
                await self._desk.conclude(envelope, receipt)
                if isinstance(receipt, Unreachable):
                    await self._put_back(self._of(envelope.contact))  # where all theirs are given up

    async def _move(self, envelope: Envelope, receipt: Moved) -> None:
        moved = await self._desk.move(envelope, receipt)
        line = [replace(one, address=moved.address) if one.contact == moved.contact else one for one in self._line]
        self._line = [moved, *line]

    def recall(self, contact: int) -> None:
        if theirs := self._of(contact):
            self._line = [envelope for envelope in self._line if envelope not in theirs]
            self._desk.start(self._desk.put_back(theirs))

    def _of(self, contact: int | None) -> list[Envelope]:
        """What is in line for the same contact."""
        return [envelope for envelope in self._line if envelope.contact == contact]

    def _trouble(self, receipt: Postponed) -> float:
        """Seconds for which bulk mail should rest: as Telegram says, or when letter after letter fails."""
        if receipt.seconds is not None:
            return receipt.seconds
        self._failures += 1
        return REST if self._failures >= FAILURES else 0.0

    def _fetch_ahead(self) -> None:
        if len(self._line) <= SHORT and len(self._on_their_way) <= BATCH and not (self._is_fetching or self._is_dry):
            self._is_fetching = True
            self._desk.start(self._fetch_next())

    async def _fetch_next(self) -> None:
        try:
            self._is_dry = not await self._fetch()
        finally:
            self._is_fetching = False
            self._stirred.set()

    async def _put_back(self, envelopes: Sequence[Envelope]) -> None:
        self._line = [envelope for envelope in self._line if envelope not in envelopes]
        await self._desk.put_back(envelopes)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(None if isinf(seconds) else seconds):
                await self._stirred.wait()


class _Desk:
    """What both lanes share: which letters are in hand, handing one over, and storing what became of it."""

    def __init__(self, database: Database, messengers: Mapping[str, Messenger], clock: Clock) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.outcomes: Counter[str] = Counter()
        self._database = database
        self._messengers = messengers
        self._clock = clock
        self.is_shared = not database.is_sqlite
        self._in_hand: dict[int, float] = {}  # since when, by this process's own clock
        self._delivered: list[int] = []
        self._settling: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def takes(self, envelope: Envelope) -> bool:
        """Whether it is in hand only now."""
        if envelope.number is None:
            return True
        is_new = envelope.number not in self._in_hand
        self._in_hand.setdefault(envelope.number, time.monotonic())
        return is_new

    def is_ours(self, envelope: Envelope) -> bool:
        """Whether nobody else can have taken it by now, as they may when its lease is over: then it is left to them."""
        taken = self._in_hand.get(envelope.number or 0, inf)
        return not self.is_shared or time.monotonic() - taken < STILL_OURS

    async def others_first(self, envelope: Envelope) -> None:
        """Return when no other process is delivering an older letter to the same contact."""
        theirs = [number for number in envelope.after if number not in self._in_hand]
        while theirs:
            theirs = await self.claim(partial(letters.still_under_way, numbers=theirs, now=self._clock()))
            await asyncio.sleep(OTHERS_EVERY if theirs else 0)

    def let_go(self, envelopes: Iterable[Envelope]) -> None:
        for envelope in envelopes:
            self._in_hand.pop(envelope.number or 0, None)

    async def claim(self, work: Callable[[Tx], list[T]]) -> list[T]:
        try:
            return await self._database.run(work)
        except DatabaseAway as error:
            log.warning("database away, letters wait: %s", error)
        except Exception as error:
            log.error("letters cannot be read: %s", where(error))
        return []

    async def hand_over(self, envelope: Envelope) -> Receipt:
        receipt = await self._hand_over(envelope)
        self.outcomes[type(receipt).__name__.lower()] += 1
        return receipt

    async def _hand_over(self, envelope: Envelope) -> Receipt:
        try:
            return await self._messengers[envelope.channel].deliver(envelope.address, envelope.letter)
        except Exception as error:
            log.error("letter %s: delivery failed: %s", envelope.number, where(error))
            return Refused("error in delivery")

    async def conclude(self, envelope: Envelope, receipt: Receipt) -> None:
        number, contact = envelope.number, envelope.contact
        if number is None or contact is None:
            if not isinstance(receipt, Delivered):
                log.warning("a letter that is not stored is let go: %s", type(receipt).__name__)
        elif isinstance(receipt, Delivered):
            self._delivered.append(number)
            if self._settling is None or self._settling.done():
                self._settling = self.start(self._settle())
        else:
            await self._give_up(number, contact, receipt)
            self.let_go([envelope])

    def hurry(self) -> None:
        """Mark what is delivered now, without waiting for more."""
        self._hurried.set()

    async def settled(self) -> None:
        """Return when all that was delivered so far is marked."""
        if self._settling:
            self.hurry()
            await asyncio.wait([self._settling])

    async def postpone(self, envelope: Envelope, receipt: Postponed, tries: int, *, is_held: bool) -> float:
        """Seconds until the next try; who does not hold it until then has let it go."""
        seconds = receipt.seconds if receipt.seconds is not None else min(LONGEST_WAIT, 0.5 * 2.0 ** min(tries, 10))
        log.info("letter %s: postponed by %.1f s after try %d", envelope.number, seconds, tries)
        if (number := envelope.number) is not None:
            until = self._clock() + timedelta(seconds=seconds)
            await self._record(lambda tx: letters.postpone(tx, number, until, is_held=is_held))
            self._in_hand[number] = time.monotonic() + seconds
        if not is_held:
            self.let_go([envelope])
        return seconds

    async def put_back(self, envelopes: Sequence[Envelope]) -> None:
        ours = filter(self.is_ours, envelopes)
        if numbers := [envelope.number for envelope in ours if envelope.number is not None]:
            await self._record(lambda tx: letters.put_back(tx, numbers))
        self.let_go(envelopes)

    async def move(self, envelope: Envelope, receipt: Moved) -> Envelope:
        """The same letter to the new address."""
        moved = replace(envelope, address=receipt.address)
        await self._record(partial(_move, to=moved, now=self._clock()))
        return moved

    async def _give_up(self, number: int, contact: int, receipt: Receipt) -> None:
        if isinstance(receipt, Unreachable):
            log.info("contact %d: unreachable", contact)
            await self._record(lambda tx: letters.close_door(tx, contact, self._clock()))
        else:
            reason = receipt.reason if isinstance(receipt, Refused) else "too many tries"
            log.error("letter %d: given up: %s", number, reason)
            await self._record(lambda tx: letters.give_up(tx, number, reason, self._clock()))

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

    async def _record(self, work: Callable[[Tx], None]) -> None:
        """Store what became of a letter; when the database is away, as soon as it is back."""
        while True:
            try:
                return await self._database.run(work)
            except DatabaseAway as error:
                log.warning("database away, a delivery is not recorded yet: %s", error)
                await asyncio.sleep(1)


def _address(envelope: Envelope) -> Address:
    return envelope.channel, envelope.address


def _move(tx: Tx, to: Envelope, now: datetime) -> None:
    if to.contact is not None:
        letters.move(tx, to.contact, to.channel, to.address, now)
