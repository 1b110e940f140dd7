"""The rounds: in each, every bot does each kind of work with so many people at once, in another order each time.

Each of these legs has a process, a folder and a database of its own. People who warm up go all the way first; what the
bot still does after its last reply is counted.
"""

import asyncio
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine
from bench.bots import BOTS, BenchError, Bot, running
from bench.check import check
from bench.figures import quantile
from bench.people import Respondent, Step
from tests.telegram_server import TelegramServer

FEWEST, AT_LEAST_EACH = 32, 2  # questionnaires in a leg: in all, and for each of the people at once
FEWEST_IN_SHORT = 8
WARMING_UP = 10  # people
QUIET = 0.05  # seconds in which a bot that is done does nothing
COUNTED = ("answerCallbackQuery", "editMessageText", "sendMessage", "sendPhoto")
WHOLE: Sequence[Step] = (Respondent.come_in, Respondent.walk, Respondent.finish)
WORKS: Mapping[str, tuple[Sequence[Step], Sequence[Step]]] = {
    "a warm answer": ((Respondent.come_in,), (Respondent.walk,)),
    "a whole respondent": ((), WHOLE),
    "a whole respondent with the picture": ((), (*WHOLE, Respondent.ask_for_picture)),
}
"""What is done before it is counted, and what is counted; all of it by the answers that are stored."""


@dataclass(frozen=True)
class Leg:
    bot: str
    work: str
    people: int


@dataclass(frozen=True)
class Run:
    """A leg that was run: seconds, and memory in MB."""

    leg: Leg
    answers: int
    seconds: float
    cpu: float
    server_cpu: float
    others_cpu: float
    calls: Counter[str]
    median: float
    slowest: float  # all but one in a hundred are quicker
    memory_before: float
    memory_after: float
    found: int = 0  # answers in our database, as they were tapped

    @property
    def cpu_each(self) -> float:
        """Milliseconds of CPU for an answer."""
        return 1000 * self.cpu / self.answers

    @property
    def a_second(self) -> float:
        return self.answers / self.seconds

    @property
    def polls(self) -> float:
        return self.calls["getUpdates"] / self.answers

    @property
    def server_share(self) -> float:
        return self.server_cpu / self.seconds

    @property
    def others_share(self) -> float:
        return self.others_cpu / self.seconds


async def measure(rounds: int, loads: Sequence[int], short: bool, core: int | None) -> list[Run]:
    runs: list[Run] = []
    for number, leg in _legs(rounds, loads):
        with TemporaryDirectory() as folder:
            runs.append(await Going(leg, Path(folder), _total(leg, short)).go(core))
        said = f"round {number + 1} of {rounds}: {leg.bot}, {leg.work}, {leg.people} at once"
        print(f"{said}: {runs[-1].cpu_each:.2f} ms", file=sys.stderr)
    same_work(runs)
    return runs


def _legs(rounds: int, loads: Sequence[int]) -> Iterator[tuple[int, Leg]]:
    """Bots that are compared come right after each other."""
    names = tuple(BOTS)
    for number in range(rounds):
        first = number % len(names)
        order = names[first:] + names[:first]
        yield from ((number, Leg(bot, work, people)) for people in loads for work in WORKS for bot in order)


def _total(leg: Leg, short: bool) -> int:
    return max(FEWEST_IN_SHORT, leg.people) if short else max(FEWEST, AT_LEAST_EACH * leg.people)


class Going:
    """A leg as it goes, with so many people in all that are counted."""

    def __init__(self, leg: Leg, folder: Path, total: int) -> None:
        self._leg, self._folder, self._total = leg, folder, total
        self._before, self._counted = WORKS[leg.work]
        self._everybody: list[Respondent] = []

    async def go(self, core: int | None) -> Run:
        async with TelegramServer() as self._server:
            async with running(self._leg.bot, self._server, self._folder, core) as bot:
                at_start = machine.memory(bot.process)
                warming_up = min(self._leg.people, WARMING_UP)
                await walked(self._invited(bot, warming_up), warming_up, (*self._before, *self._counted))
                respondents = self._invited(bot, self._total)
                await walked(respondents, self._total, self._before)
                await quiet(bot.process)
                run = await self._count(bot, respondents, at_start)
            found = check(bot.database, self._everybody) if self._leg.bot == "ours" else 0
        return replace(run, found=found)

    def _invited(self, bot: Bot, total: int) -> list[Respondent]:
        known = len(self._everybody)
        new = [Respondent(self._server.person(), known + number, bot.code) for number in range(total)]
        self._everybody += new
        return new

    async def _count(self, bot: Bot, respondents: list[Respondent], at_start: float) -> Run:
        before, pressed = self._read(bot), _presses(respondents)
        taken = await walked(respondents, self._leg.people, self._counted)
        replied, pressed = self._read(bot), _presses(respondents) - pressed
        await self._server.called("answerCallbackQuery", before.calls["answerCallbackQuery"] + pressed)
        await quiet(bot.process)
        after = self._read(bot)
        return Run(
            leg=self._leg,
            answers=len(taken),
            seconds=replied.at - before.at,
            cpu=after.cpu - before.cpu,
            server_cpu=replied.server - before.server,
            others_cpu=replied.others - before.others,
            calls=after.calls - before.calls,
            median=statistics.median(taken),
            slowest=quantile(taken, 0.99),
            memory_before=at_start,
            memory_after=machine.memory(bot.process),
        )

    def _read(self, bot: Bot) -> "Reading":
        cpu, server, busy = machine.cpu_seconds(bot.process), time.process_time(), machine.busy_seconds()
        return Reading(time.perf_counter(), cpu, server, busy - cpu - server, self._server.calls.copy())


@dataclass(frozen=True)
class Reading:
    """All clocks and counters at one moment; `others` is the CPU of every other program."""

    at: float
    cpu: float
    server: float
    others: float
    calls: Counter[str]


def _presses(respondents: Sequence[Respondent]) -> int:
    return sum(one.presses for one in respondents)


async def walked(respondents: Sequence[Respondent], at_once: int, steps: Sequence[Step]) -> list[float]:
    """Everybody takes these steps, so many at once; the seconds of every answer."""
    waiting = iter(respondents)

    async def one_after_the_other() -> list[float]:
        return [seconds for respondent in waiting for seconds in await respondent.take(steps)]

    taken = await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return [seconds for some in taken for seconds in some]


async def quiet(process: int) -> None:
    """Return when a bot or page has done what it had in hand."""
    before = -1.0
    while (now := machine.cpu_seconds(process)) - before > QUIET / 20:
        before = now
        await asyncio.sleep(QUIET)


def same_work(runs: Sequence[Run]) -> None:
    """Every bot made the same calls for the same work."""
    made: dict[tuple[str, int], set[tuple[int, ...]]] = {}
    for run in runs:
        calls = (run.answers, *(run.calls[method] for method in COUNTED))
        made.setdefault((run.leg.work, run.leg.people), set()).add(calls)
    for leg, different in made.items():
        if len(different) > 1:
            raise BenchError(f"{leg}: not the same work: answers, {', '.join(COUNTED)}: {sorted(different)}")
