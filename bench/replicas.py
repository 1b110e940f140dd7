"""Replicas: 1, 2 and 4 bots on one PostgreSQL, with webhooks: answers a second, and CPU per answer.

`python -m bench.replicas [--walks N]`. Bots, PostgreSQL, the door in front of them, the Bot API and the people share
the cores there are; so what more replicas can do for answers a second shows on a machine with more cores than these.
"""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass

from bench import machine
from bench.people import Respondent
from tests.fire.cluster import children_of
from tests.fire.stage import Stage, on_postgresql
from tests.telegram_server import TelegramServer

COUNTS = (1, 2, 4)
AT_ONCE = 64
ITEMS = 26


@dataclass(frozen=True)
class Run:
    replicas: int
    answers: int
    seconds: float
    bots: float  # seconds of CPU
    database: float


def main() -> int:
    parser = argparse.ArgumentParser("bench.replicas")
    parser.add_argument("--walks", type=int, default=2, help=f"of each of {AT_ONCE} people")
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    runs = [asyncio.run(measure(count, asked.walks)) for _ in range(asked.rounds) for count in COUNTS]
    print(table(runs))
    return 0


async def measure(replicas: int, walks: int) -> Run:
    async with TelegramServer() as server, on_postgresql(server, replicas) as stage:
        code = stage.furnish(1, 1, 3600)
        for bot in stage.bots:
            bot.start()
        await asyncio.gather(*(bot.running() for bot in stage.bots))
        people = [Respondent(server.person(), number) for number in range(AT_ONCE * walks)]
        await asyncio.gather(*(person.come_in(code) for person in people))
        return await answered(stage, people, replicas)


async def answered(stage: Stage, people: list[Respondent], replicas: int) -> Run:
    """Everybody answers all statements, so many at once."""
    bots, database, began = cpu_of_bots(stage), cpu_of_database(stage), time.perf_counter()
    waiting = iter(people)

    async def one_after_the_other() -> None:
        for person in waiting:
            await person.walk()

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    seconds = time.perf_counter() - began
    await asyncio.sleep(0.5)  # what is still to be marked
    used = cpu_of_bots(stage) - bots, cpu_of_database(stage) - database
    run = Run(replicas, len(people) * ITEMS, seconds, *used)
    print(f"{replicas} replicas: {run.answers / seconds:.0f} answers/s", file=sys.stderr)
    return run


def cpu_of_bots(stage: Stage) -> float:
    return sum(machine.cpu_seconds(bot.pid) for bot in stage.bots)


def cpu_of_database(stage: Stage) -> float:
    """Its connections stay open, so nobody's time is lost with a process that ends."""
    assert stage.cluster
    return sum(machine.cpu_seconds(pid) for pid in children_of(stage.cluster.pid))


def table(runs: list[Run]) -> str:
    lines = [
        "| replicas | answers/s | CPU ms per answer: bots | PostgreSQL | both, beside 1 replica |",
        "| --- | --- | --- | --- | --- |",
    ]
    alone = [each(run) for run in runs if run.replicas == COUNTS[0]]
    for count in COUNTS:
        mine = [run for run in runs if run.replicas == count]
        speed = " / ".join(f"{run.answers / run.seconds:.0f}" for run in mine)
        bots = " / ".join(f"{1000 * run.bots / run.answers:.2f}" for run in mine)
        database = " / ".join(f"{1000 * run.database / run.answers:.2f}" for run in mine)
        beside = " / ".join(f"{each(run) / one:.2f}" for run, one in zip(mine, alone, strict=True))
        lines.append(f"| {count} | {speed} | {bots} | {database} | {beside} |")
    return "\n".join(lines)


def each(run: Run) -> float:
    return (run.bots + run.database) / run.answers


if __name__ == "__main__":
    sys.exit(main())
