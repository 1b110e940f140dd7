"""What an answer costs on the page, beside a bare page that stores nothing: `python -m bench page [--rounds N]`.

With script an answer is one request; without it is a form, a redirect and the page behind that. In each round every
page has its turn in both ways, in a process and on a database of its own; coming in and warming up are not counted.
"""

import asyncio
import sqlite3
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import TCPConnector

from bench import machine, open_pages, transactions
from bench.bots import BenchError
from bench.figures import spread, table
from bench.page_people import PagePerson, tapped
from bench.rounds import quiet
from bench.sites import PAGES, Site, running

AT_ONCE, WARMING_UP = 64, 10  # people
WAYS = {True: "with script", False: "without script"}
REQUESTS = {True: 1, False: 2}  # for an answer: the page comes in the reply, or a redirect leads to it
STORED = "SELECT item, option, count(*) FROM answers GROUP BY item, option"


@dataclass(frozen=True)
class Run:
    """One page in one way, once."""

    page: str
    has_script: bool
    requests: int
    seconds: float
    cpu: float
    others: float  # seconds of CPU of every other program
    taken: tuple[float, ...]  # seconds of each answer

    @property
    def cpu_each(self) -> float:
        """Milliseconds of CPU for an answer."""
        return 1000 * self.cpu / len(self.taken)


async def everything(rounds: int, short: bool, core: int | None) -> str:
    """What an answer costs, how many transactions it is, and what pages cost that are only open."""
    people = open_pages.PEOPLE // 10 if short else open_pages.PEOPLE
    answers, asked = await measure(rounds, core), await transactions.measure()
    looking = await open_pages.measure(people, open_pages.SECONDS, core)
    return f"{answers}\n\n{asked}\n\n{looking}"


async def measure(rounds: int, core: int | None) -> str:
    runs = []
    for number, page, has_script in _turns(rounds):
        with TemporaryDirectory() as folder:
            runs.append(await measured(page, has_script, Path(folder), core))
        said = f"round {number + 1} of {rounds}, {page}, {WAYS[has_script]}"
        print(f"{said}: {runs[-1].cpu_each:.2f} ms", file=sys.stderr)
    return report(runs)


def _turns(rounds: int) -> Iterator[tuple[int, str, bool]]:
    for number in range(rounds):
        pages = [*PAGES][:: -1 if number % 2 else 1]
        yield from ((number, page, has_script) for has_script in WAYS for page in pages)


async def measured(page: str, has_script: bool, folder: Path, core: int | None) -> Run:
    async with running(page, folder, core) as site, TCPConnector(limit=0) as connector, AsyncExitStack() as stack:
        people = [PagePerson(site.root, connector, number, has_script) for number in range(AT_ONCE + WARMING_UP)]
        for person in people:
            await stack.enter_async_context(person)
        for person in people:  # one after the other: all at once from one address would be guesses
            await person.come_in(site.start)
        await asyncio.gather(*(person.walk() for person in people[AT_ONCE:]))
        run = await count(page, has_script, site, people[:AT_ONCE])
    if page == "ours":
        check(site.database, people)
    return run


async def count(page: str, has_script: bool, site: Site, people: list[PagePerson]) -> Run:
    """Everybody walks at once; what the page still does after its last answer is counted too."""
    await quiet(site.process)
    asked, began, cpu, others = _requests(people), time.perf_counter(), machine.cpu_seconds(site.process), _others(site)
    walks = await asyncio.gather(*(person.walk() for person in people))
    seconds = time.perf_counter() - began
    await quiet(site.process)
    taken = tuple(sorted(one for walk in walks for one in walk))
    used, asked = machine.cpu_seconds(site.process) - cpu, _requests(people) - asked
    if asked != REQUESTS[has_script] * len(taken):
        raise BenchError(
            f"{page} {WAYS[has_script]}: {asked} requests for {len(taken)} answers: not what a browser does"
        )
    return Run(page, has_script, asked, seconds, used, _others(site) - others, taken)


def _requests(people: list[PagePerson]) -> int:
    return sum(person.requests for person in people)


def _others(site: Site) -> float:
    return machine.busy_seconds() - machine.cpu_seconds(site.process) - time.process_time()


def check(database: Path, people: list[PagePerson]) -> None:
    """Every answer that was tapped is in the database, after the kill, and no other; BenchError when not."""
    with closing(sqlite3.connect(database)) as connection:
        stored = {(item, option): count for item, option, count in connection.execute(STORED)}
    if stored != tapped(people):
        raise BenchError(f"{sum(tapped(people).values())} answers were given, {sum(stored.values())} are stored")


def report(runs: Sequence[Run]) -> str:
    rows = [row(runs, page, has_script) for has_script in WAYS for page in PAGES]
    columns = ("page", "", "CPU ms per answer", "requests per answer", "answers/s", "p50 / p99 ms")
    ratios = [(way, ratio(runs, has_script)) for has_script, way in WAYS.items()]
    busy = spread([run.others / run.seconds for run in runs], 2)
    return (
        f"## The page\n\n{table(('CPU per answer', 'ours / bare'), ratios)}\n\n{table(columns, rows)}\n\n"
        + "\n".join(f"- **{page}**: {what}" for page, what in PAGES.items())
        + f"\n\n{AT_ONCE} people at once, {len(runs) // 4} rounds. Every answer was found after kill -9. "
        f"Other programs used {busy} of a core."
    )


def row(runs: Sequence[Run], page: str, has_script: bool) -> tuple[str, ...]:
    some = of(runs, page, has_script)
    answers = len(some[0].taken)
    middle, slowest = (
        statistics.median(1000 * run.taken[min(answers - 1, int(answers * share))] for run in some)
        for share in (0.5, 0.99)
    )
    return (
        page,
        WAYS[has_script],
        spread([run.cpu_each for run in some], 2),
        f"{some[0].requests / answers:.2f}",
        spread([answers / run.seconds for run in some], 0),
        f"{middle:.0f} / {slowest:.0f}",
    )


def ratio(runs: Sequence[Run], has_script: bool) -> str:
    """Within each round, and its median and range over the rounds."""
    pairs = zip(of(runs, "ours", has_script), of(runs, "bare", has_script), strict=True)
    return spread([ours.cpu_each / bare.cpu_each for ours, bare in pairs], 1)


def of(runs: Sequence[Run], page: str, has_script: bool) -> list[Run]:
    return [run for run in runs if (run.page, run.has_script) == (page, has_script)]
