"""Delivery: takes letters and hands them to their channel.

A letter may arrive twice, never zero times, and never before an older one to the same contact. Only letters to people
whom we keep nothing about are not stored: those are tried a few times, and then let go.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.letters import Clock, Delivered, Envelope, Messenger, Moved, Postponed, Receipt, Refused, Unreachable
from bot.logs import where
from storage import letters
from storage.database import Database, DatabaseAway, Tx

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0  # seconds between looks for letters that fell due
LONGEST_WAIT = 300.0  # seconds between two tries
MOST_TRIES = 100  # about eight hours of a channel that is down
TRIES_UNSTORED = 12

Address = tuple[str, str]


class Delivery:
    def __init__(self, database: Database, messengers: Mapping[str, Messenger], clock: Clock) -> None:
        self._database = database
        self._messengers = messengers
        self._clock = clock
        self._waiting: dict[Address, deque[Envelope]] = {}
        self._in_hand: set[int] = set()
        self._delivered: list[int] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._settling: asyncio.Task[None] | None = None

    def post(self, envelopes: Iterable[Envelope]) -> None:
        """Deliver these, each after what already waits for the same address."""
        for envelope in envelopes:
            if envelope.number is not None:
                if envelope.number in self._in_hand:
                    continue
                self._in_hand.add(envelope.number)
            address = (envelope.channel, envelope.address)
            if address in self._waiting:
                self._waiting[address].append(envelope)
            else:
                self._waiting[address] = deque([envelope])
                self._start(self._serve(address))

    async def look(self) -> None:
        """Take up letters that fell due: after a restart, from a tick, or from a process that died."""
        while True:
            await self.look_once()
            await asyncio.sleep(LOOK_EVERY)

    async def look_once(self) -> None:
        try:
            self.post(await self._database.run(lambda tx: letters.claim_due(tx, self._clock())))
        except DatabaseAway as error:
            log.warning("database away, letters wait: %s", error)
        except Exception as error:
            log.error("letters cannot be read: %s", where(error))

    async def idle(self) -> None:
        """Return when nothing is in hand."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self, patience: float = 5.0) -> None:
        """Give what is in hand a moment; what is stored and not delivered will be, after the next start."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.idle()  # with what is noted only when the last of it is delivered
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, address: Address) -> None:
        """Everything for one address, in order."""
        queue = self._waiting[address]
        try:
            while queue:
                envelope = queue[0]
                await self._deliver(envelope)
                queue.popleft()
                self._in_hand.discard(envelope.number or 0)
        finally:
            del self._waiting[address]
            self._in_hand.difference_update(envelope.number or 0 for envelope in queue)

    async def _deliver(self, envelope: Envelope) -> None:
        tries = envelope.attempts
        while True:
            receipt = await self._try(envelope)
            if not (isinstance(receipt, Postponed) and receipt.seconds is not None):
                tries += 1  # being told to wait is not a try
            if isinstance(receipt, Moved):
                envelope = replace(envelope, address=receipt.address)
                await self._record(partial(_move, to=envelope, now=self._clock()))
                continue
            if not isinstance(receipt, Postponed) or tries >= (MOST_TRIES if envelope.number else TRIES_UNSTORED):
                return await self._conclude(envelope, receipt)
            await self._wait(envelope, receipt, tries)

    async def _try(self, envelope: Envelope) -> Receipt:
        try:
            return await self._messengers[envelope.channel].deliver(envelope.address, envelope.letter)
        except Exception as error:
            log.error("letter %s: delivery failed: %s", envelope.number, where(error))
            return Refused("error in delivery")

    async def _wait(self, envelope: Envelope, receipt: Postponed, tries: int) -> None:
        seconds = receipt.seconds if receipt.seconds is not None else min(LONGEST_WAIT, 0.5 * 2.0 ** min(tries, 10))
        log.info("letter %s: postponed by %.1f s after try %d", envelope.number, seconds, tries)
        if (number := envelope.number) is not None:
            until = self._clock() + timedelta(seconds=seconds)
            await self._record(lambda tx: letters.postpone(tx, number, until))
        await asyncio.sleep(seconds)

    async def _conclude(self, envelope: Envelope, receipt: Receipt) -> None:
        number, contact = envelope.number, envelope.contact
        if number is None or contact is None:
            if not isinstance(receipt, Delivered):
                log.warning("a letter that is not stored is let go: %s", type(receipt).__name__)
            return
        match receipt:
            case Delivered():
                self._delivered.append(number)
                if self._settling is None or self._settling.done():
                    self._settling = self._start(self._settle())
            case Unreachable():
                log.info("contact %d: unreachable", contact)
                await self._record(lambda tx: letters.close_door(tx, contact, self._clock()))
            case _:
                reason = receipt.reason if isinstance(receipt, Refused) else "too many tries"
                log.error("letter %d: given up: %s", number, reason)
                await self._record(lambda tx: letters.give_up(tx, number, reason, self._clock()))

    async def _settle(self) -> None:
        """Mark as delivered, together, all that were delivered while the last mark was made."""
        while self._delivered:
            numbers, self._delivered = self._delivered, []
            await self._record(lambda tx, numbers=numbers: letters.settle(tx, numbers, self._clock()))  # type: ignore[misc]

    async def _record(self, work: Callable[[Tx], None]) -> None:
        """Store what became of a letter; when the database is away, as soon as it is back."""
        while True:
            try:
                return await self._database.run(work)
            except DatabaseAway as error:
                log.warning("database away, a delivery is not recorded yet: %s", error)
                await asyncio.sleep(1)

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _move(tx: Tx, to: Envelope, now: datetime) -> None:
    if to.contact is not None:
        letters.move(tx, to.contact, to.channel, to.address, now)
