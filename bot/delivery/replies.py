"""Replies, and all of delivery: letters go to their channel in two lanes, replies at once, bulk mail at its own pace.

A letter may arrive twice, never zero times, and never before an older one of its lane to the same contact; a reply may
overtake bulk mail. Only letters to people whom we keep nothing about are not stored: those are tried a few times, and
then let go.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress

from bot.channels.port import Carrier
from bot.delivery.bulk import Bulk
from bot.delivery.handover import MOST_TRIES, Address, Handover, address_of
from bot.delivery.rate_limit import RateLimit
from bot.letters import Clock, Envelope, Moved, Postponed, Receipt
from storage import letters
from storage.engine.database import Database, Tx

LOOK_EVERY = 2.0  # seconds between looks for letters that fell due
HEAD_START = 2 * LOOK_EVERY  # seconds that others get when we could not deliver: the channel may be open to them
TRIES_UNSTORED = 12
MOST_LEFT_OVER = 10_000  # letters in hand at once after a start


class Delivery:
    """For the channels that cannot write to people at any moment there is `collect`. Each of the others has a rate and
    a lane for bulk mail of its own: what one cannot take stops no other."""

    def __init__(self, database: Database, channels: Mapping[str, Carrier], clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._waiting: dict[Address, list[Envelope]] = {}
        self._serving: dict[Address, asyncio.Task[None]] = {}
        self._handover = Handover(database, channels, clock)
        self.outcomes = self._handover.outcomes
        reaching_out = {name: one.traits for name, one in channels.items() if one.traits.reaches_out}
        self._rates = {name: RateLimit(traits.per_second) for name, traits in reaching_out.items()}
        self._bulk = [Bulk(self._handover, rate, name, clock) for name, rate in self._rates.items()]
        self._stands_back_until = dict.fromkeys(self._rates, 0.0)

    def post(self, envelopes: Iterable[Envelope]) -> None:
        """Deliver these, each after what already waits for the same address."""
        for envelope in filter(self._handover.takes, envelopes):
            address = address_of(envelope)
            if address in self._waiting:
                self._waiting[address].append(envelope)
            else:
                self._waiting[address] = [envelope]
                self._serving[address] = self._handover.start(self._serve(address))

    async def catch_up(self) -> None:
        """After a start: the replies that were waiting. On SQLite all at once, so that no new one goes before them."""
        if self._database.is_sqlite:
            self.post(await self._database.run_when_there(self._left_over))

    def _left_over(self, tx: Tx) -> list[Envelope]:
        now = self._clock()
        letters.release(tx, now)  # we run alone, so whoever held these is gone
        return letters.claim_replies(tx, list(self._rates), now, MOST_LEFT_OVER)

    async def look(self) -> None:
        """Take up letters that fell due: after a restart, from a tick, or from a process that died."""
        while True:
            await self.look_once()
            await asyncio.sleep(LOOK_EVERY)

    async def look_once(self) -> None:
        now = time.monotonic()
        if channels := [name for name, until in self._stands_back_until.items() if now >= until]:
            self.post(await self._handover.claim(lambda tx: letters.claim_replies(tx, channels, self._clock())))
        for bulk in self._bulk:
            bulk.wake()

    async def collect(self, channel: str, address: str) -> None:
        """Deliver all that waits for this address: the person is there, and sees it when this returns."""
        self.post(await self._handover.claim(lambda tx: letters.claim_for(tx, channel, address, self._clock())))
        if serving := self._serving.get((channel, address)):
            await asyncio.wait({serving}, timeout=LOOK_EVERY)

    def recall(self, contact: int) -> None:
        """Bulk mail to this contact that is in line and not on its way is looked at again, or is gone."""
        for bulk in self._bulk:
            bulk.recall(contact)

    async def idle(self) -> None:
        """Return when nothing is in hand, and no bulk mail that was looked for is due."""
        while self._handover.tasks:
            self._handover.hurry()
            await asyncio.wait(self._handover.tasks, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, patience: float = 5.0) -> None:
        """Give what is on its way a moment; what is stored and not delivered will be, after the next start."""
        for bulk in self._bulk:
            bulk.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self.idle()  # with what is noted only when the last of it is delivered
        for task in self._handover.tasks:
            task.cancel()
        await asyncio.gather(*self._handover.tasks, return_exceptions=True)
        with suppress(Exception):
            await self._database.run(self._give_back)

    def _give_back(self, tx: Tx) -> None:
        for bulk in self._bulk:
            bulk.give_back(tx)

    async def _serve(self, address: Address) -> None:
        """Everything for one address, in order."""
        line = self._waiting[address]
        try:
            while line:
                envelope = _oldest(line)
                may_go = await self._handover.may_go(envelope)
                if may_go and _oldest(line) is not envelope:
                    continue
                if not (may_go and await self._deliver(envelope)):
                    left, line[:] = tuple(line), ()
                    await self._handover.put_back(left)
                else:
                    line.remove(envelope)
        finally:
            del self._waiting[address], self._serving[address]
            self._handover.let_go(line)

    async def _deliver(self, envelope: Envelope) -> bool:
        """Whether this is dealt with; not when it must wait until the person comes back to the channel, or until any
        process that shares the database may try it again: ours may be the one that cannot reach the channel."""
        tries = envelope.attempts
        while True:
            receipt = await self._try(envelope)
            if not (isinstance(receipt, Postponed) and receipt.seconds is not None):
                tries += 1  # being told to wait is not a try
            if isinstance(receipt, Moved):
                envelope = await self._handover.move(envelope, receipt)
                continue
            if not isinstance(receipt, Postponed) or tries >= (MOST_TRIES if envelope.number else TRIES_UNSTORED):
                await self._handover.conclude(envelope, receipt)
                return True
            if receipt.seconds is None and envelope.channel not in self._rates:
                return False
            is_held = envelope.number is None or not self._handover.is_shared
            seconds = await self._handover.postpone(envelope, receipt, tries, is_held=is_held)
            if not is_held:
                self._stands_back_until[envelope.channel] = time.monotonic() + HEAD_START
                return False
            await asyncio.sleep(seconds)

    async def _try(self, envelope: Envelope) -> Receipt:
        if envelope.channel not in self._rates:
            return await self._handover.hand_over(envelope)
        answered = self._rates[envelope.channel].reply(address_of(envelope))
        try:
            return await self._handover.hand_over(envelope)
        finally:
            answered()


def _oldest(line: list[Envelope]) -> Envelope:
    """The next to go. What is not stored has no number, and keeps its place."""
    stored = [envelope for envelope in line if envelope.number is not None]
    return line[0] if line[0].number is None else min(stored, key=lambda envelope: envelope.number or 0)
