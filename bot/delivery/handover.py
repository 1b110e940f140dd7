"""Handover: which letters are in hand, handing one over, and noting what became of it, for both lanes of delivery."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import TypeVar

from bot.channels.port import Carrier
from bot.letters import Clock, Delivered, Envelope, Moved, Postponed, Receipt, Refused, Unreachable
from storage import letters
from storage.engine.database import Database, DatabaseAway, Tx

log = logging.getLogger(__name__)

LONGEST_WAIT = 300.0  # seconds between two tries
MOST_TRIES = 100  # about eight hours of a channel that is down
TOGETHER = 0.1  # seconds in which what was delivered is marked together; a kill meanwhile sends these again
A_CALL = 10.0  # seconds that handing over takes at most
MARGIN = 2.0  # seconds before its end at which we let a lease go: clocks of machines differ
OTHERS_EVERY = 0.1  # seconds between looks whether another process is done

T = TypeVar("T")
Address = tuple[str, str]


class Handover:
    def __init__(self, database: Database, channels: Mapping[str, Carrier], clock: Clock) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.outcomes: Counter[str] = Counter()
        self._database = database
        self._channels = channels
        self._clock = clock
        self.is_shared = not database.is_sqlite
        self._in_hand: dict[int, float] = {}  # until when, by this process's own clock
        self._delivered: list[int] = []
        self._settling: asyncio.Task[None] | None = None
        self._hurried = asyncio.Event()

    def start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def takes(self, envelope: Envelope, lease: timedelta = letters.IN_HAND) -> bool:
        """Whether it is in hand only now."""
        if envelope.number is None:
            return True
        is_new = envelope.number not in self._in_hand
        self._in_hand.setdefault(envelope.number, time.monotonic() + lease.total_seconds() - MARGIN)
        return is_new

    async def may_go(self, envelope: Envelope) -> bool:
        """Whether it is ours for as long as a call takes, and no older reply to the same contact is with others or left
        by them. They have a moment for it; after that, whoever looks first takes both, the older one first."""
        while self._left(envelope) >= A_CALL:
            others = [number for number in envelope.after if number not in self._in_hand]
            if not others or await self._ask(partial(letters.undelivered, numbers=others)) == []:
                return True
            await asyncio.sleep(OTHERS_EVERY)
        return False

    def _left(self, envelope: Envelope) -> float:
        """Seconds for which nobody else can take it."""
        if envelope.number is None or not self.is_shared:
            return inf
        return self._in_hand.get(envelope.number, 0.0) - time.monotonic()

    def let_go(self, envelopes: Iterable[Envelope]) -> None:
        for envelope in envelopes:
            self._in_hand.pop(envelope.number or 0, None)

    async def claim(self, work: Callable[[Tx], list[T]]) -> list[T]:
        return await self._ask(work) or []

    async def _ask(self, work: Callable[[Tx], T]) -> T | None:
        """What the database says; None when it says nothing."""
        try:
            return await self._database.run(work)
        except DatabaseAway as error:
            log.warning("database away, letters wait: %s", error)
        except Exception as error:
            log.error("letters cannot be read", exc_info=error)
        return None

    async def hand_over(self, envelope: Envelope) -> Receipt:
        receipt = await self._hand_over(envelope)
        self.outcomes[type(receipt).__name__.lower()] += 1
        return receipt

    async def _hand_over(self, envelope: Envelope) -> Receipt:
        try:
            return await self._channels[envelope.channel].deliver(envelope.address, envelope.letter)
        except Exception as error:
            log.error("letter %s: delivery failed", envelope.number, exc_info=error)
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
        if not is_held:
            self.let_go([envelope])
        return seconds

    async def put_back(self, envelopes: Sequence[Envelope]) -> None:
        ours = [envelope for envelope in envelopes if self._left(envelope) > 0]
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
            log.info("contact %d: cannot be written to: %s", contact, receipt.reason)
            await self._record(lambda tx: letters.close_door(tx, contact, self._clock(), receipt.reason))
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


def address_of(envelope: Envelope) -> Address:
    return envelope.channel, envelope.address


def _move(tx: Tx, to: Envelope, now: datetime) -> None:
    if to.contact is not None:
        letters.move(tx, to.contact, to.channel, to.address, now)
