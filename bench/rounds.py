"""The rounds: in each, every bot has its turn under every load, the first bot another one each time.

Coming in, agreeing and warming up are not counted; what the bot still does after its last reply is.
"""

import asyncio
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine
from bench.bots import BOTS, BenchError, Bot, running
from bench.check import check
from bench.people import Respondent
from tests.telegram_server import TelegramServer

FEWEST, AT_LEAST_EACH = 32, 2  # questionnaires in a run: in all, and for each of the people at once
FEWEST_IN_SHORT = 8
WARMING_UP = 10  # people
QUIET = 0.05  # seconds in which a bot that is done does nothing


@dataclass(frozen=True)
class Run:
    """One bot under one load, once: seconds, and memory in MB."""

    bot: str
    people: int
    answers: int
    seconds: float
    cpu: float
    server_cpu: float
    others_cpu: float
    polls: int
    median: float
    slowest: float  # all but one in a hundred are quicker
    memory_before: float
    memory_after: float

    @property
    def cpu_each(self) -> float:
        """Milliseconds of CPU for an answer."""
        return 1000 * self.cpu / self.answers

    @property
    def a_second(self) -> float:
        return self.answers / self.seconds

    @property
    def server_share(self) -> float:
        return self.server_cpu / self.seconds

    @property
    def others_share(self) -> float:
        return self.others_cpu / self.seconds


@dataclass(frozen=True)
class Outcome:
    """Every run, and how many answers were found in our database as they were tapped."""

    runs: tuple[Run, ...]
    found: int


async def measure(rounds: int, loads: Sequence[int], short: bool, core: int | None) -> Outcome:
    runs: list[Run] = []
    found = 0
    for number, name in _turns(rounds):
        with TemporaryDirectory() as folder:
            turn = Turn(name, Path(folder), core, short)
            runs += await turn.take(loads)
            found += turn.found
        said = ", ".join(f"{run.cpu_each:.2f} ms with {run.people} at once" for run in runs[-len(loads) :])
        print(f"round {number + 1} of {rounds}, {name}: {said}", file=sys.stderr)
    return Outcome(tuple(runs), found)


def _turns(rounds: int) -> Iterator[tuple[int, str]]:
    names = tuple(BOTS)
    for number in range(rounds):
        first = number % len(names)
        yield from ((number, name) for name in names[first:] + names[:first])


class Turn:
    """The turn of one bot: a fresh process, a fresh folder, every load."""

    def __init__(self, name: str, folder: Path, core: int | None, short: bool) -> None:
        self._name, self._folder, self._core, self._short = name, folder, core, short
        self._everybody: list[Respondent] = []
        self.found = 0

    async def take(self, loads: Sequence[int]) -> list[Run]:
        async with TelegramServer() as self._server:
            async with running(self._name, self._server, self._folder, self._core) as bot:
                at_start = machine.memory(bot.process)
                runs = [await self._load(bot, people, at_start) for people in loads]
            if self._name == "ours":
                self.found = check(bot.database, self._everybody)
        return runs

    async def _load(self, bot: Bot, people: int, at_start: float) -> Run:
        warming_up = min(people, WARMING_UP)
        await _walk(await self._invite(bot, warming_up), warming_up)
        total = max(FEWEST_IN_SHORT, people) if self._short else max(FEWEST, AT_LEAST_EACH * people)
        respondents = await self._invite(bot, total)
        await quiet(bot.process)
        return await self._count(bot, respondents, people, at_start)

    async def _invite(self, bot: Bot, total: int) -> list[Respondent]:
        """So many new people, each with the first statement on the screen."""
        known = len(self._everybody)
        new = [Respondent(self._server.person(), known + number) for number in range(total)]
        self._everybody += new
        await asyncio.gather(*(one.come_in(bot.code) for one in new))
        return new

    async def _count(self, bot: Bot, respondents: list[Respondent], people: int, at_start: float) -> Run:
        before = self._read(bot)
        taken = sorted(await _walk(respondents, people))
        replied = self._read(bot)
        await self._server.called("answerCallbackQuery", before.calls["answerCallbackQuery"] + len(taken))
        await quiet(bot.process)
        after = self._read(bot)
        _same_work(bot, len(taken), after.calls - before.calls)
        return Run(
            bot=bot.name,
            people=people,
            answers=len(taken),
            seconds=replied.at - before.at,
            cpu=after.cpu - before.cpu,
            server_cpu=replied.server - before.server,
            others_cpu=replied.others - before.others,
            polls=(replied.calls - before.calls)["getUpdates"],
            median=statistics.median(taken),
            slowest=taken[int(0.99 * len(taken))],
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


async def _walk(respondents: list[Respondent], at_once: int) -> list[float]:
    """Everybody walks the statements, so many at once; the seconds of every answer."""
    waiting = iter(respondents)

    async def one_after_the_other() -> list[float]:
        return [seconds for respondent in waiting for seconds in await respondent.walk()]

    taken = await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return [seconds for some in taken for seconds in some]


async def quiet(process: int) -> None:
    """Return when a bot or page has done what it had in hand."""
    before = -1.0
    while (now := machine.cpu_seconds(process)) - before > QUIET / 20:
        before = now
        await asyncio.sleep(QUIET)


def _same_work(bot: Bot, answers: int, calls: Counter[str]) -> None:
    counted = tuple(calls[method] for method in ("answerCallbackQuery", "editMessageText", "sendMessage"))
    if counted != (answers, answers, 0):
        raise BenchError(f"{bot.name}: {answers} answers with {dict(calls)}: not the work that is compared")
