"""The schedule: APScheduler as the metronome that says when to look what time has caused.

Nothing is remembered here: what is due follows from rows and the time, so a beat missed or doubled does no harm.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


def metronome(beat: Callable[[], Awaitable[None]], seconds: int) -> AsyncIOScheduler:
    """A scheduler, not started yet, that awaits `beat` at once and then every so many seconds, one at a time."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a beat that takes long is no news
    scheduler = AsyncIOScheduler(timezone=UTC)

    async def until_stopped() -> None:
        with suppress(asyncio.CancelledError):  # the scheduler calls being stopped an error
            await beat()

    scheduler.add_job(
        until_stopped,
        IntervalTrigger(seconds=seconds, timezone=UTC),
        next_run_time=datetime.now(UTC),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    return scheduler
