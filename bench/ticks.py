"""Ticks: what the clock costs with ever more partnerships on SQLite, and how long taps wait for it: `-m bench.ticks`.

For each size, on a copy of one database: looks with nothing due; then Monday at nine, when every weekly post and five
reminders of each partnership fall due, until all is written; and on another copy the first beats of that, in the time
that they have in life, while people tap at a steady pace, beside the same taps with nothing due, before and after.
Through `Beat.once`; nothing is delivered.
"""

import asyncio
import shutil
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Connection, event

from bench import options
from bench.bots import BenchError
from bench.figures import quantile, spread, table
from bench.growth import choose, joined
from bench.towns import MONDAY, Shape, Town, town
from bot.aloud import Aloud
from bot.delivery.replies import Delivery
from bot.recordings.recordings import Recordings
from bot.runtime.loading import undisturbed
from bot.runtime.metrics import Metrics
from bot.ticks.beat import EVERY, Beat
from bot.ticks.ticks import TICKS
from storage import state
from storage.engine.database import Database, Tx
from tests.house import SECRET, Clock

EACH, REMINDERS = 100, 5  # people in a partnership, and how many of them are to be reminded
SUNDAY = MONDAY - timedelta(days=1)
TURNS = 3  # looks, of which the middle one counts
TAPPERS, PACE = 10, 0.2  # people, and seconds from each tap of one of them to the next
ALONE = 15.0  # seconds of taps with nothing due, before and after
BEATS = 2  # while people tap
MOST_BEATS = 1_000  # until all is written
SHORT = (20, 100)
SHARES = (0.5, 0.99)
SEEN = BEFORE, INVITED, AFTER = "before the first post", "the same, in a later round", "when all is written"
WRITTEN = (
    "SELECT count(*) FROM letters WHERE (key LIKE 'summary:%' AND key NOT LIKE '%:picture') OR key LIKE 'reminder:%'"
)
ALL_INVITED = "UPDATE waves SET invite_at = opened_at, due_at = opened_at"
"""Whoever took part before was invited, and is in."""


class Watched(Database):
    """It notes the seconds that each transaction took, and those of CPU."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"sqlite:///{path}", SECRET)
        self.took: list[tuple[float, float]] = []

    @contextmanager
    def begun(self, connection: Connection) -> Iterator[Tx]:
        began, cpu = time.perf_counter(), time.thread_time()
        with super().begun(connection) as tx:
            yield tx
        self.took.append((time.perf_counter() - began, time.thread_time() - cpu))


@dataclass(frozen=True)
class Cost:
    """Of a beat, or of as many as it took: seconds, and of the longest transaction."""

    cpu: float
    seconds: float
    longest: float
    longest_cpu: float


@dataclass(frozen=True)
class Round:
    """One size, once. `looks` are by what was there to see, `alone` and `beside` the seconds that taps waited."""

    shape: Shape
    letters: int
    looks: Mapping[str, tuple[Cost, int]]
    monday: Cost
    minutes: float  # on the clock, until all is written
    alone: Sequence[float]
    beside: Sequence[float]

    @property
    def of_a_letter(self) -> float:
        """Milliseconds of CPU."""
        return 1000 * self.monday.cpu / self.letters

    def wait(self, share: float) -> float:
        """How often as long taps wait while the ticks run."""
        return quantile(self.beside, share) / quantile(self.alone, share)


class Going:
    """A beat on a copy of a town, with a clock that stands still."""

    def __init__(self, here: Town, folder: Path) -> None:
        self.here, self.clock = here, Clock(SUNDAY)
        self._path = Path(shutil.copy(here.path, folder))
        self.database = Watched(self._path)
        delivery = Delivery(self.database, {}, self.clock)
        self._metrics = Metrics(letters=delivery.outcomes, channel_errors={})
        self._beat = Beat(
            self.database, here.texts, delivery, self._metrics, self.clock, Aloud(here.texts, Recordings())
        )

    async def once(self) -> None:
        await self._beat.once()
        if failed := self._metrics.failures["tick"]:
            raise BenchError(f"{failed} ticks failed")

    async def look(self, *, all_invited: bool = False) -> tuple[Cost, int]:
        """At nothing, once all that was put there is seen: what it costs, and how many statements it asks."""
        with self.database.transaction() as tx:
            state.write_moment(tx, state.FORGOT, self.clock())  # that is done once a night
            if all_invited:
                tx.connection.exec_driver_sql(ALL_INVITED)
        before = await self.written()
        await self._settled()
        costs = [await self.cost(self.once) for _ in range(TURNS)]
        found = sorted(costs, key=lambda cost: cost.cpu)[TURNS // 2], await self._statements()
        assert await self.written() == before, "something was due"
        return found

    async def _settled(self) -> None:
        """Return when each tick has said at once that there is no more."""
        for _ in range(MOST_BEATS):
            self.database.took.clear()
            await self.once()
            if len(self.database.took) <= len(TICKS) + 1:  # and what an operator reads
                return
        raise BenchError(f"there is still something to do after {MOST_BEATS} beats")

    async def write_all(self, expected: int, beats: int = MOST_BEATS) -> None:
        """One beat after the other, the clock going on between them as it does."""
        for _ in range(beats):
            await self.once()
            if await self.written() == expected:
                return
            self.clock.pass_time(seconds=EVERY)
        raise BenchError(f"{await self.written()} of {expected} letters are written after {beats} beats")

    async def begin_to_write(self) -> None:
        """The first beats, in the time that they have in life."""
        for _ in range(BEATS):
            beat = asyncio.create_task(self.once())
            await asyncio.sleep(EVERY)
            await beat
            self.clock.pass_time(seconds=EVERY)

    async def cost(self, work: Callable[[], Awaitable[None]]) -> Cost:
        self.database.took.clear()
        began, cpu = time.perf_counter(), time.process_time()
        await work()
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
        return Cost(cpu, seconds, *map(max, zip(*self.database.took, strict=True)))

    async def written(self) -> int:
        """Read beside the one that writes, so that nobody waits for it."""
        return await asyncio.to_thread(self._count)

    def _count(self) -> int:
        with closing(sqlite3.connect(self._path)) as connection:
            return int(connection.execute(WRITTEN).fetchone()[0])

    async def _statements(self) -> int:
        """Of one more look, as SQLite counts them. A connection that tells costs more, so it is made anew after it."""
        said: list[str] = []

        def tell(connection: Any, _record: object) -> None:
            connection.set_trace_callback(said.append)

        self.database.close()
        event.listen(self.database.engine, "connect", tell)
        await self.once()
        event.remove(self.database.engine, "connect", tell)
        self.database.close()
        return sum(not statement.startswith(("BEGIN", "COMMIT", "PRAGMA")) for statement in said)


@contextmanager
def going(here: Town) -> Iterator[Going]:
    with TemporaryDirectory() as folder:
        with undisturbed():  # what is there by now stays, as in a `run`
            one = Going(here, Path(folder))
        try:
            yield one
        finally:
            one.database.close()


def main() -> int:
    asked = options.read(__doc__, partnerships=(100, 1_000, 10_000), each=EACH, rounds=1, short=False)
    counts, rounds, alone = (SHORT, 1, 1.0) if asked.short else (asked.partnerships, asked.rounds, ALONE)
    if asked.each < REMINDERS:
        return options.refuse(f"--each: {REMINDERS} or more, for so many are reminded")
    shapes = [Shape(count * asked.each, asked.each, REMINDERS, has_coordinators=True) for count in counts]
    try:
        print(report(asyncio.run(measure(shapes, rounds, alone))))
    except BenchError as error:
        return options.refuse(str(error))
    return 0


async def measure(shapes: Sequence[Shape], rounds: int, alone: float) -> list[Round]:
    with ExitStack() as stack:
        towns = [stack.enter_context(town(shape)) for shape in shapes]
        return [await measured(here, alone) for _ in range(rounds) for here in towns]


async def measured(here: Town, alone: float) -> Round:
    letters = here.shape.partnerships * (1 + REMINDERS)
    print(f"{here.shape.partnerships:,} partnerships", file=sys.stderr)
    with going(here) as one:
        looks = {BEFORE: await one.look(), INVITED: await one.look(all_invited=True)}
        one.clock.now = MONDAY
        monday = await one.cost(partial(one.write_all, letters))
        minutes = (one.clock() - MONDAY).total_seconds() / 60
        looks[AFTER] = await one.look()
    with going(here) as one:
        waits = await tapped(one, alone)
    return Round(here.shape, letters, looks, monday, minutes, *waits)


async def tapped(one: Going, alone: float) -> tuple[list[float], list[float]]:
    """The seconds that taps waited: with nothing due, before and after; and while as much as can be was written."""
    with one.database.transaction() as tx:
        state.write_moment(tx, state.FORGOT, MONDAY)
        people = [joined(tx, one.here, walker) for walker in range(TAPPERS)]
    calm, busy = list[float](), list[float]()
    await beside(one, people, calm, partial(asyncio.sleep, alone))
    one.clock.now = MONDAY
    await beside(one, people, busy, one.begin_to_write)
    await beside(one, people, calm, partial(asyncio.sleep, alone))
    return calm, busy


async def beside(one: Going, people: Sequence[int], waits: list[float], work: Callable[[], Awaitable[None]]) -> None:
    tasks = [asyncio.create_task(tap(one, number, person, waits)) for number, person in enumerate(people)]
    await work()
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):  # to be called off is none
            raise error


async def tap(one: Going, walker: int, response: int, waits: list[float]) -> None:
    """At a steady pace, whatever the answers take; a wait counts from when the tap was to come."""
    loop = asyncio.get_running_loop()
    due = loop.time() + PACE * walker / TAPPERS
    for number in count(len(waits)):
        await asyncio.sleep(max(0.0, due - loop.time()))
        item, option = number % 25 + 1, ("yes", "no")[number // 25 % 2]
        await one.database.run(partial(choose, one.here, walker, response, item, option, str(time.monotonic_ns())))
        waits.append(loop.time() - due)
        due += PACE


def report(rounds: Sequence[Round]) -> str:
    shapes = list(dict.fromkeys(one.shape for one in rounds))
    of = {shape: [one for one in rounds if one.shape == shape] for shape in shapes}
    smallest = of[shapes[0]]
    heads = ("partnerships", "respondents")
    looks = [(*_size(shape), seen, *_look([one.looks[seen] for one in of[shape]])) for shape in shapes for seen in SEEN]
    mondays = [(*_size(shape), *_monday(of[shape], smallest)) for shape in shapes]
    taps = [(*_size(shape), *_taps(of[shape])) for shape in shapes]
    pace = f"{TAPPERS} people tap every {PACE} s meanwhile, with a beat every {EVERY} s"
    return (
        f"\n## Ticks, by partnerships (SQLite)\n\nA look with nothing due:\n\n{table((*heads, *LOOK), looks)}\n\n"
        f"Monday at nine, a weekly post and {REMINDERS} reminders for each:\n\n{table((*heads, *WROTE), mondays)}\n\n"
        f"{pace}, beside the same with nothing due:\n\n"
        f"{table((*heads, *WAITED), taps)}\n"
    )


LOOK = ("", "CPU ms", "statements", "longest transaction, CPU ms")
WROTE = (
    "letters", "CPU s", "CPU ms of a letter", "beside the smallest", "s at work", "minutes by the clock",
    "longest transaction, ms", "CPU ms of the dearest one",
)  # fmt: skip
WAITED = ("taps", "p50 / p99 ms, nothing due", "p50 / p99 ms meanwhile", "times: p50", "times: p99")


def _size(shape: Shape) -> tuple[str, str]:
    return f"{shape.partnerships:,}", f"{shape.people:,}"


def _look(found: Sequence[tuple[Cost, int]]) -> tuple[str, ...]:
    costs, statements = zip(*found, strict=True)
    longest = spread([1000 * cost.longest_cpu for cost in costs], 1)
    return spread([1000 * cost.cpu for cost in costs], 1), f"{max(statements):,}", longest


def _monday(some: Sequence[Round], smallest: Sequence[Round]) -> tuple[str, ...]:
    beside = [one.of_a_letter / small.of_a_letter for one, small in zip(some, smallest, strict=True)]
    return (
        f"{some[0].letters:,}",
        spread([one.monday.cpu for one in some], 1),
        spread([one.of_a_letter for one in some], 2),
        spread(beside, 2),
        spread([one.monday.seconds for one in some], 1),
        spread([one.minutes for one in some], 0),
        spread([1000 * one.monday.longest for one in some], 0),
        spread([1000 * one.monday.longest_cpu for one in some], 0),
    )


def _taps(some: Sequence[Round]) -> tuple[str, ...]:
    waits = [
        " / ".join(spread([1000 * quantile(which(one), share) for one in some], 1) for share in SHARES)
        for which in (attrgetter("alone"), attrgetter("beside"))
    ]
    times = [spread([one.wait(share) for one in some], 2) for share in SHARES]
    return f"{sum(len(one.beside) for one in some):,}", *waits, *times


if __name__ == "__main__":
    sys.exit(main())
