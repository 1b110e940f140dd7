"""Open pages: what it costs that so many people look at a page and do nothing: memory, and CPU.

`python -m bench.open_pages [--people N] [--seconds N]`. Each has come in and stands at the first statement, with
connections of their own; what the page's script asks for meanwhile, they do.
"""

import asyncio
import resource
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine, options
from bench.figures import table
from bench.page_people import PagePerson
from bench.rounds import quiet
from bench.sites import Site, running

PEOPLE, SECONDS = 2_000, 60.0
PATH, EVERY = "/standing", 120.0
LET_GO = 25.0  # seconds after which a connection that nobody uses is closed
AT_THE_DOOR = 8  # at once
WARMING_UP = 64


def main() -> int:
    asked = options.read(__doc__, people=PEOPLE, seconds=SECONDS)
    print(asyncio.run(measure(asked.people, asked.seconds, None)))
    return 0


async def measure(people: int, seconds: float, core: int | None) -> str:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with TemporaryDirectory() as folder:
        async with running("ours", Path(folder), core) as site, AsyncExitStack() as stack:
            await come_in(site, stack, WARMING_UP)
            started = await rested(site)
            everybody = await come_in(site, stack, people)
            there = await rested(site)
            tasks = [asyncio.create_task(person.poll(PATH, EVERY)) for person in everybody]
            looked = await looking(site, seconds + EVERY)
            ended = [task for task in tasks if task.done()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
    assert not ended, f"{len(ended)} of {people} pages do not hear of news: {ended[0]}"
    return report(people, started, there, *looked)


async def come_in(site: Site, stack: AsyncExitStack, count: int) -> list[PagePerson]:
    people = [PagePerson(site.root, None, number, has_script=False) for number in range(count)]
    waiting = iter(people)

    async def one_after_the_other() -> None:
        for person in waiting:
            await stack.enter_async_context(person)
            await person.come_in(site.start)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_THE_DOOR)))
    return people


async def rested(site: Site) -> float:
    """MB, when no connection is open that nobody uses."""
    await asyncio.sleep(LET_GO)
    await quiet(site.process)
    return machine.memory(site.process)


async def looking(site: Site, seconds: float) -> tuple[float, float]:
    """MB when they have all begun, and what share of a core goes on from then."""
    await asyncio.sleep(LET_GO)
    began = machine.cpu_seconds(site.process)
    await asyncio.sleep(seconds)
    return machine.memory(site.process), (machine.cpu_seconds(site.process) - began) / seconds


def report(people: int, started: float, there: float, looked: float, share: float) -> str:
    rows = [
        ("nobody there", f"{started:.1f}", "", ""),
        (f"{people:,} have come to the first statement", f"{there:.1f}", each(there - started, people), ""),
        (
            f"and look at it, each with GET {PATH} every {EVERY:.0f} s",
            f"{looked:.1f}",
            each(looked - there, people),
            f"{share:.1%}",
        ),
    ]
    columns = ("", "memory MB", "kB for each of them", "CPU, of a core")
    total = each(looked - started, people)
    return f"## {people:,} open pages\n\n{table(columns, rows)}\n\nIn all {total} kB for an open page."


def each(megabytes: float, people: int) -> str:
    return f"{1024 * megabytes / people:.1f}"


if __name__ == "__main__":
    sys.exit(main())
