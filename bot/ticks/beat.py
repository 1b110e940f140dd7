"""The beat: all that the time asks for, again and again, in transactions so short that answers come between them.

Every replica beats; unique keys make that harmless.
"""

import asyncio
import contextlib
import logging
import time
from datetime import datetime, timedelta
from functools import partial

from bot.aloud import Aloud
from bot.delivery.replies import Delivery
from bot.letters import Clock
from bot.runtime.metrics import Metrics
from bot.texts.texts import Texts
from bot.ticks import ticks
from bot.ticks.ticks import Tick
from storage import state
from storage.engine.database import Database, Tx

log = logging.getLogger(__name__)

EVERY = 20  # seconds
PATIENCE = 60.0  # seconds to wait for what people did while we were away, before looking what time has caused
NOTED_EVERY = timedelta(minutes=1)
PIECES = 200  # of one tick in one beat, two to a post: it writes more than a channel sends in that time


class Beat:
    def __init__(
        self, database: Database, texts: Texts, delivery: Delivery, metrics: Metrics, clock: Clock, aloud: Aloud
    ) -> None:
        self._database, self._texts, self._delivery = database, texts, delivery
        self._metrics, self._clock, self._aloud = metrics, clock, aloud
        self.last_tick = time.monotonic()
        """When the last tick was done, by this process's own clock."""
        self._noted: datetime | None = None

    async def run(self, caught_up: asyncio.Event) -> None:
        """Write and send what time causes, once the taps that waited are taken: whoever finished while we were away is
        not reminded."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):  # `wait_for` would swallow a stop that comes as the event does
                await caught_up.wait()
        from bot.ticks import schedule  # so late, for its library takes longer to load than an answer

        metronome = schedule.metronome(self.once, EVERY)
        metronome.start()
        try:
            await self._delivery.look()
        finally:
            metronome.shutdown(wait=False)

    async def once(self) -> None:
        """Do all that the time asks for. An operator reads when all of it was done; who restarts us, when any was."""
        done = [await self._do(name, tick) for name, tick in ticks.TICKS.items()]
        if all(done):
            await self._note()

    async def _do(self, name: str, tick: Tick) -> bool:
        """One tick; whether it did not fail. Where very much is due at once, the rest is for the beats to come."""
        began, is_well = time.monotonic(), True
        for _ in range(PIECES):
            if (is_more := await self._piece(name, tick)) is None:
                is_well, is_more = False, await self._make_way(name)
            else:
                self.last_tick = time.monotonic()
            if not is_more:
                break
        self._metrics.seconds_per_tick[name] = time.monotonic() - began
        return is_well

    async def _make_way(self, name: str) -> bool:
        """For the rest of a tick that failed; whether there may be more of it."""
        for attempt in ticks.AFTER_FAILURE.get(name, ()):
            if (is_more := await self._piece(name, attempt)) is not None:
                return is_more
        return False

    async def _piece(self, name: str, tick: Tick) -> bool | None:
        """Whether there may be more; None when it failed."""
        try:
            return await self._database.run_when_there(partial(self._tick, tick), gives_way=True)
        except Exception as error:
            self._metrics.failures["tick"] += 1
            log.error("the tick %r failed and is tried again", name, exc_info=error)
            return None

    def _tick(self, tick: Tick, tx: Tx) -> bool:
        return tick(tx, self._texts, self._clock(), self._aloud)

    async def _note(self) -> None:
        """For an operator, now and then: somebody looks after time."""
        now = self._clock()
        if self._noted is None or not self._noted <= now < self._noted + NOTED_EVERY:
            await self._database.run_when_there(lambda tx: state.write_moment(tx, state.LAST_TICK, now))
            self._noted = now
