"""Replicas: 1, 2 and 4 bots on one PostgreSQL, with webhooks: answers a second, CPU per answer, and what a tap asks.

`python -m bench.replicas [--walks N]`. Bots, PostgreSQL, the door in front of them, the Bot API and the people share
the cores there are; so what more replicas can do for answers a second shows on a machine with more cores than these.
What a tap asks of PostgreSQL is counted apart, on the wire, of one person who waits after each tap until all is quiet.
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench import machine, options
from bench.figures import spread, table
from bench.page_people import ITEMS
from bench.people import Respondent, options_on
from bench.rounds import walked
from bot.ticks.beat import EVERY
from tests.fire.cluster import children_of
from tests.fire.stage import Stage, on_postgresql
from tests.round_trips import Wire, wire_to
from tests.telegram_server import TelegramServer

COUNTS = (1, 2, 4)
AT_ONCE = 64
APART = EVERY / ITEMS  # seconds from one tap to the next, so that all are within one beat; what follows a tap is done
ASKED = ("statements", "round trips")


@dataclass(frozen=True)
class Run:
    """So many replicas, once. `tap` and `idle` are what they ask of PostgreSQL: for a tap, and in a second without."""

    replicas: int
    answers: int
    seconds: float
    bots: float  # seconds of CPU
    database: float
    tap: dict[str, float]
    idle: dict[str, float]

    @property
    def each(self) -> float:
        """Milliseconds of CPU for an answer."""
        return 1000 * (self.bots + self.database) / self.answers


def main() -> int:
    asked = options.read(__doc__, walks=2 * AT_ONCE, rounds=2, short=False)
    rounds, walks = (1, AT_ONCE) if asked.short else (asked.rounds, asked.walks)
    runs = [asyncio.run(measure(count, walks)) for _ in range(rounds) for count in COUNTS]
    print(report(runs))
    return 0


async def measure(replicas: int, walks: int) -> Run:
    async with staged(replicas, is_counted=False) as (stage, code, _):
        facts = await answered(stage, code, walks)
    async with staged(replicas, is_counted=True) as (stage, code, wire):
        person = Respondent(stage.server.person(), 0, code)
        await person.come_in()
        await asyncio.sleep(APART)
        idle = await passing(wire)
        taps = asyncio.create_task(tap(person))
        busy = await passing(wire)
        await taps
    of_a_tap = {name: (busy[name] - idle[name]) / ITEMS for name in ASKED}
    found = Run(replicas, *facts, of_a_tap, {name: idle[name] / EVERY for name in ASKED})
    said = f"{found.answers / found.seconds:.0f} answers/s, a tap asks {of_a_tap}"
    print(f"{replicas} replicas: {said}", file=sys.stderr)
    return found


@asynccontextmanager
async def staged(replicas: int, *, is_counted: bool) -> AsyncIterator[tuple[Stage, str, Wire]]:
    """Bots that run, on a new PostgreSQL, with the code of a partnership; and their wire to it, if that is counted."""
    async with TelegramServer() as server, on_postgresql(server, replicas) as stage:
        code = stage.furnish(1, 1, 3600)
        with wire_to(stage.house.environment["DATABASE_URL"]) as wire:
            for bot in stage.bots:
                bot.environment["DATABASE_URL"] = wire.url if is_counted else bot.environment["DATABASE_URL"]
                bot.start()
            await asyncio.gather(*(bot.running() for bot in stage.bots))
            try:
                yield stage, code, wire
            finally:
                for bot in stage.bots:
                    bot.kill()


async def answered(stage: Stage, code: str, walks: int) -> tuple[int, float, float, float]:
    """Everybody answers all statements, so many at once: answers, seconds, and CPU of bots and database."""
    people = [Respondent(stage.server.person(), number, code) for number in range(walks)]
    await walked(people, len(people), (Respondent.come_in,))
    bots, database, began = cpu_of_bots(stage), cpu_of_database(stage), time.perf_counter()
    taken = await walked(people, AT_ONCE, (Respondent.walk,))
    seconds = time.perf_counter() - began
    await asyncio.sleep(0.5)  # what is still to be marked
    return len(taken), seconds, cpu_of_bots(stage) - bots, cpu_of_database(stage) - database


async def passing(wire: Wire) -> Counter[str]:
    """What passes from one beat of each bot to its next one."""
    before = wire.passed
    await asyncio.sleep(EVERY)
    return wire.passed - before


async def tap(person: Respondent) -> None:
    """All statements, at a steady pace; after the last one there is time for what follows it."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for number in range(ITEMS):
        await asyncio.sleep(max(0.0, began + (number + 0.2) * APART - loop.time()))
        await person.choose(*options_on(person.person.last)[0])


def cpu_of_bots(stage: Stage) -> float:
    return sum(machine.cpu_seconds(bot.pid) for bot in stage.bots)


def cpu_of_database(stage: Stage) -> float:
    """Its connections stay open, so nobody's time is lost with a process that ends."""
    assert stage.cluster
    return sum(machine.cpu_seconds(pid) for pid in children_of(stage.cluster.pid))


def report(runs: Sequence[Run]) -> str:
    alone = [run.each for run in runs if run.replicas == COUNTS[0]]
    of = {count: [run for run in runs if run.replicas == count] for count in COUNTS}
    speeds = [(str(count), *_speed(some, alone)) for count, some in of.items()]
    asks = [(str(count), *_asks(some)) for count, some in of.items()]
    return (
        f"\n## Replicas on one PostgreSQL, with webhooks\n\n{table(('replicas', *SPEED), speeds)}\n\n"
        f"What they ask of PostgreSQL:\n\n{table(('replicas', *ASKS), asks)}\n"
    )


SPEED = ("answers/s", "CPU ms per answer: bots", "PostgreSQL", "both, beside 1 replica")
ASKS = ("for a tap: statements", "round trips", "in a second without taps: statements", "round trips")


def _speed(some: Sequence[Run], alone: Sequence[float]) -> tuple[str, ...]:
    return (
        spread([run.answers / run.seconds for run in some], 0),
        spread([1000 * run.bots / run.answers for run in some], 2),
        spread([1000 * run.database / run.answers for run in some], 2),
        spread([run.each / one for run, one in zip(some, alone, strict=True)], 2),
    )


def _asks(some: Sequence[Run]) -> tuple[str, ...]:
    taps = (spread([run.tap[name] for run in some], 1) for name in ASKED)
    return *taps, *(spread([run.idle[name] for run in some], 1) for name in ASKED)


if __name__ == "__main__":
    sys.exit(main())
