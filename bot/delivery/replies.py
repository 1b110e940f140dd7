"""Replies, and all of delivery: letters go to their channel in two lanes, replies at once, bulk mail at its own pace.

A letter may arrive twice, never zero times, and never before an older one of its lane to the same contact; a reply may
overtake bulk mail. Only letters to people whom we keep nothing about are not stored: those are tried a few times, and
then let go.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace

from bot.delivery.bulk import Bulk
from bot.delivery.handover import TRIES_UNSTORED, Address, Handover, address_of, pause
from bot.delivery.rate_limit import RateLimit
from bot.letters import Carrier, Clock, Envelope, Postponed, Receipt
from storage import letters
from storage.engine.database import Database, Tx

LOOK_EVERY = 2.0  # seconds between looks for letters that fell due
HEAD_START = 2 * LOOK_EVERY  # seconds that others get when we could not deliver: the channel may be open to them
MOST_LEFT_OVER = 10_000  # letters in hand at once after a start


class Delivery:
    """Each channel that can write to people at any moment has a rate and a lane for bulk mail of its own: what one
    cannot take stops no other. Nothing is sent in the others."""

    def __init__(self, database: Database, carriers: Mapping[str, Carrier], clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._waiting: dict[Address, list[Envelope]] = {}
        self._serving: dict[Address, asyncio.Task[None]] = {}
        self._handover = Handover(database, carriers, clock)
        self.outcomes = self._handover.outcomes
        self._rates = {name: RateLimit(one.traits.per_second) for name, one in carriers.items()}
        self._reached = [name for name, one in carriers.items() if one.traits.reaches_out]
        self._bulk = [Bulk(self._handover, self._rates[name], name, clock) for name in self._reached]
        self._stands_back_until: dict[str, float] = {}

    def post(self, envelopes: Iterable[Envelope]) -> None:
        """Deliver these, each after what already waits for the same address."""
        for envelope in filter(self._handover.takes, envelopes):
            address = address_of(envelope)
            self._waiting.setdefault(address, []).append(envelope)
            if address not in self._serving:
                self._serving[address] = self._handover.start(self._serve(address))

    async def catch_up(self) -> None:
        """After a start: the replies that were waiting. On SQLite all at once, so that no new one goes before them."""
        if self._database.is_sqlite:
            self.post(await self._database.run_when_there(self._left_over))

    def _left_over(self, tx: Tx) -> list[Envelope]:
        now = self._clock()
        letters.release(tx, now)  # we run alone, so whoever held these is gone
        return letters.claim_replies(tx, self._reached, now, MOST_LEFT_OVER)

    async def look(self) -> None:
        """Take up letters that fell due: after a restart, from a tick, or from a process that died."""
        while True:
            await self.look_once()
            await asyncio.sleep(LOOK_EVERY)

    async def look_once(self) -> None:
        now = time.monotonic()
        if channels := [name for name in self._reached if now >= self._stands_back_until.get(name, now)]:
            self.post(await self._handover.ask(lambda tx: letters.claim_replies(tx, channels, self._clock())) or ())
        for bulk in self._bulk:
            bulk.wake()

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
                if not await self._handover.may_go(envelope):
                    await self._handover.put_back(line)
                elif envelope is _oldest(line):  # still
                    await self._deliver(envelope, line)
        finally:
            del self._waiting[address], self._serving[address]
            self._handover.let_go(line)

    async def _deliver(self, envelope: Envelope, line: list[Envelope]) -> None:
        receipt = await self._try(envelope)
        line.remove(envelope)
        if receipt == Postponed() and not self._database.is_sqlite:
            self._stands_back_until[envelope.carrier] = time.monotonic() + HEAD_START
        await self._handover.conclude(envelope, receipt, line)

    async def _try(self, envelope: Envelope) -> Receipt:
        """What is not stored, nobody else remembers: it is tried a few times here."""
        answered = self._rates[envelope.carrier].reply(address_of(envelope))
        receipt = await self._handover.hand_over(envelope, answered)
        if envelope.number or not isinstance(receipt, Postponed) or envelope.attempts + 1 >= TRIES_UNSTORED:
            return receipt
        await asyncio.sleep(pause(envelope, receipt))
        return await self._try(replace(envelope, attempts=envelope.attempts + 1))


def _oldest(line: list[Envelope]) -> Envelope:
    """The next to go. What is not stored has no number, and keeps its place."""
    stored = [envelope for envelope in line if envelope.number is not None]
    return line[0] if line[0].number is None else min(stored, key=lambda envelope: envelope.number or 0)
