"""Memory: what the bot holds after ever more completed walks: `python -m bench.memory [--walks N] [--pictures SHARE]`.

The whole stack: the program in a process of its own, and people who answer 26 statements over Telegram on the loopback.
Who is finished is forgotten by the Bot API and others come, always as many at once, so that only the bot could grow;
its memory is read from the kernel.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import machine, options
from bench.bots import Bot, running
from bench.figures import slope, table
from bench.people import Respondent
from bench.rounds import WHOLE
from tests.telegram_server import TelegramServer

AT_ONCE = 64
READINGS, SHOWN = 200, 10  # as many as there may be, and rows in the table
SETTLING = 0.1  # of the walks: what every program takes once is taken then
STEP = 10_000  # walks


@dataclass(frozen=True)
class Reading:
    walks: int
    memory: float  # MB
    cpu: float  # seconds


def main() -> int:
    asked = options.read(__doc__, walks=100_000, pictures=0.05, minutes=600.0, short=False)
    walks = 10 * AT_ONCE if asked.short else asked.walks
    found = asyncio.run(measure(walks, asked.pictures, 60 * asked.minutes))
    print(report(found, asked.pictures))
    return 0


async def measure(walks: int, pictures: float, seconds: float) -> list[Reading]:
    with tempfile.TemporaryDirectory() as folder:
        async with TelegramServer() as server, running("ours", server, Path(folder), None) as bot:
            walking = Walking(server, bot, walks, pictures, time.monotonic() + seconds)
            return [reading async for reading in walking.readings()]


class Walking:
    """So many walks, as long as there is time."""

    def __init__(self, server: TelegramServer, bot: Bot, walks: int, pictures: float, until: float) -> None:
        self._server, self._bot, self._pictures, self._until = server, bot, pictures, until
        self._each, self._numbers = max(1, walks // READINGS), iter(range(walks))
        self._done = 0
        self._found: asyncio.Queue[Reading | None] = asyncio.Queue()

    async def readings(self) -> AsyncIterator[Reading]:
        """One before anybody came, and one after each so many walks, while the others walk on."""
        yield self._read()
        walkers = [asyncio.create_task(self._one_after_the_other(self._numbers)) for _ in range(AT_ONCE)]
        ended = asyncio.gather(*walkers)
        ended.add_done_callback(lambda _: self._found.put_nowait(None))
        while reading := await self._found.get():
            yield reading
        await ended

    async def _one_after_the_other(self, numbers: Iterator[int]) -> None:
        for number in numbers:
            if time.monotonic() > self._until:
                return
            await self._walk(number)
            self._done += 1
            if self._done % self._each == 0:
                self._found.put_nowait(self._read())

    async def _walk(self, number: int) -> None:
        """From the link to the thanks, or to the picture; then nobody here knows of it."""
        person = self._server.person()
        is_asked = int((number + 1) * self._pictures) > int(number * self._pictures)
        await Respondent(person, number, self._bot.code).take(
            [*WHOLE, Respondent.ask_for_picture] if is_asked else WHOLE
        )
        del self._server.chats[person.id]
        self._server.files.clear()
        for query in [query for query, (whose, _) in self._server.presses.items() if whose is person]:
            del self._server.presses[query]

    def _read(self) -> Reading:
        process = self._bot.process
        return Reading(self._done, machine.memory(process), machine.cpu_seconds(process))


def report(found: list[Reading], pictures: float) -> str:
    rows, before = [], found[0]
    for one in found[:: max(1, len(found) // SHOWN)]:
        answers = 26 * (one.walks - before.walks)
        each = f"{1000 * (one.cpu - before.cpu) / answers:.2f}" if answers else ""
        rows.append((f"{one.walks:,}", f"{one.memory:.1f}", each))
        before = one
    head = ("completed walks", "memory MB", "CPU ms per answer")
    said = f"{grows(found)} {pictures:.0%} of the people asked for a picture."
    return f"\n## Memory after completed walks\n\n{table(head, rows)}\n\n{said}"


def grows(found: list[Reading]) -> str:
    """How much, once it has what every run takes."""
    settled = [one for one in found if one.walks >= SETTLING * found[-1].walks and one.walks]
    if len(settled) < 3:  # a line with an interval needs as many
        return "Too few walks to say how it grows."
    grown, about = slope([one.walks / STEP for one in settled], [one.memory for one in settled])
    return (
        f"From {settled[0].walks:,} walks on it grows by {grown:.2f} MB for each {STEP:,} walks "
        f"(95 %: {grown - about:.2f}..{grown + about:.2f}; {len(settled)} readings)."
    )


if __name__ == "__main__":
    sys.exit(main())
