"""Bulk mail: letters that ticks and closings wrote, one process at a time and at the pace that their channel allows."""

import asyncio
import os
import time
from collections.abc import Callable
from contextlib import suppress
from math import inf, isinf
from secrets import token_hex
from socket import gethostname

from bot.delivery.handover import Address, Handover, address_of
from bot.delivery.rate_limit import RateLimit
from bot.letters import Clock, Envelope, Postponed, Receipt
from storage import leases, letters
from storage.engine.database import Tx

BATCH = 20  # letters claimed at a time; a second's worth is 29
SHORT = 15  # of them in line, or fewer: time to claim the next
FAILURES = 10  # in a row, of different letters: the channel itself is in trouble
REST = 10.0  # seconds for which bulk mail then lets it be
HELD = 8.0  # seconds without a sign of life after which another process takes over


class Bulk:
    """The lane for bulk mail of one channel: claimed a little ahead, several letters on their way at once, one for each
    address.

    Nothing is slept on here: what is postponed goes back to the database, and the others go on.
    """

    def __init__(self, handover: Handover, rate: RateLimit, channel: str, clock: Clock) -> None:
        self._handover, self._rate, self._channel, self._clock = handover, rate, channel, clock
        self._lease = f"bulk mail {channel}"
        self._name = f"{gethostname()[:20]}:{os.getpid()}:{token_hex(3)}"  # an operator knows whom to look at
        self._line: list[Envelope] = []
        self._on_their_way: set[Address] = set()
        self._stirred = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._is_woken = self._is_stopped = False
        self._failures = 0
        self._held_until = inf  # by this process's own clock: it also runs while we hang

    def wake(self) -> None:
        """There may be letters that fell due."""
        self._is_woken = True
        if not self._is_stopped and (self._running is None or self._running.done()):
            self._running = self._handover.start(self._run())

    def stop(self) -> None:
        """Send nothing more; what is on its way arrives."""
        self._is_stopped = True
        self._stirred.set()

    def give_back(self, tx: Tx) -> None:
        """Another process may begin at once."""
        leases.give_back(tx, self._lease, self._name)

    def _claim(self, tx: Tx) -> list[Envelope]:
        if not leases.take(tx, self._lease, self._name, HELD):
            return []
        return letters.claim_bulk(tx, (self._channel,), self._clock(), BATCH)

    async def _run(self) -> None:
        """Until nothing is due: a look with nothing in hand, at which no letter can be held up by another, says so."""
        while self._is_woken and not self._is_stopped:
            self._is_woken = False
            while await self._fetch():
                await self._send()
                await self._handover.settled()

    async def _fetch(self) -> bool:
        """Put the next letters in line; whether there were any."""
        while (held := self._rate.held) and not self._is_stopped:
            self._stirred.clear()
            await self._rest(held)
        asked = time.monotonic()
        if found := not self._is_stopped and await self._handover.ask(self._claim):
            self._held_until = asked + HELD
        fresh = [envelope for envelope in found or () if self._handover.takes(envelope, leases.BULK)]
        self._line += fresh
        return bool(fresh)

    async def _send(self) -> None:
        """Until nothing is in hand. The next are claimed while some are left, so that the line does not run dry."""
        is_dry = False
        while self._line or self._on_their_way:
            self._stirred.clear()
            if self._is_stopped or self._rate.held or self._has_lapsed:
                await self._handover.put_back(self._line)
            elif len(self._line) <= SHORT and len(self._on_their_way) <= BATCH and not is_dry:
                is_dry = not await self._fetch()
            wait = self._send_what_may_go()
            if self._line or self._on_their_way:
                await self._rest(wait)

    def _send_what_may_go(self) -> float:
        """Seconds until the next may, if nothing stirs before."""
        soonest, ahead = inf, set(self._on_their_way)
        for envelope in tuple(self._line):
            if self._has_lapsed:
                return 0.0
            if wait := self._rate.wait():
                return wait
            address = address_of(envelope)
            if address in ahead:
                continue
            ahead.add(address)
            if wait := self._rate.wait_for(address):
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
        self._on_their_way.add(address_of(envelope))
        # It takes its place here, not in the task: that begins when others may have been let go too.
        self._handover.start(self._carry(envelope, self._rate.bulk(address_of(envelope))))

    async def _carry(self, envelope: Envelope, answered: Callable[[], None]) -> None:
        try:
            if not await self._handover.still_goes(envelope):
                answered()
                await self._handover.put_back([envelope])
                return
            receipt = await self._handover.hand_over(envelope, answered)
            self._rate.hold(self._trouble(receipt))
            await self._handover.conclude(envelope, receipt, self._line)
            self._handover.hurry()  # what is sent and not marked, would come twice after a kill
        finally:
            self._on_their_way.discard(address_of(envelope))
            self._stirred.set()

    def _trouble(self, receipt: Receipt) -> float:
        """Seconds for which bulk mail should rest: as the channel says, or when letter after letter fails."""
        if not isinstance(receipt, Postponed) or receipt.alone:
            self._failures = 0
            return 0.0
        self._failures += receipt.seconds is None
        return receipt.seconds or (REST if self._failures >= FAILURES else 0.0)

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(None if isinf(seconds) else seconds):
                await self._stirred.wait()
