"""Health: what is found by looking at one thing, for an operator; and whether this process should be restarted."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from storage import state
from storage.engine.database import Database

log = logging.getLogger(__name__)

WELL_WITHIN = 5.0  # seconds
LATE = 180.0  # seconds without a tick that did not fail: something is stuck

Figure = int | float | str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `ok` is None where there is nothing to look at, or something else is in the way."""

    name: str
    ok: bool | None
    found: str
    advice: str = ""
    figures: Mapping[str, Figure] = field(default_factory=dict)


async def trouble(database: Database, last_tick: float) -> str:
    """What is wrong here, for whoever restarts us; nothing when the database answers and any tick works.

    `last_tick` is when the last one was done, by this process's own clock.
    """
    try:
        async with asyncio.timeout(WELL_WITHIN):
            await database.run(lambda tx: state.read_moment(tx, state.LAST_TICK))
    except Exception as error:
        log.warning("not well: %s", type(error).__name__)
        return "the database does not answer"
    return "nobody looks after time" if time.monotonic() - last_tick > LATE else ""
