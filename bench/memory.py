"""Memory: what the bot holds after ever more completed walks: `python -m bench.memory [--walks N]`.

The whole stack: the program in a process of its own, people who answer 26 statements over Telegram on the loopback. A
person is forgotten by the Bot API when finished, so that only the bot could grow; its memory is read from the kernel.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench import machine
from bench.bots import Bot, running
from bench.people import Respondent
from tests.telegram_server import TelegramServer

AT_ONCE = 64
READINGS = 10


@dataclass(frozen=True)
class Reading:
    walks: int
    memory: float  # MB
    cpu: float  # seconds


def main() -> int:
    parser = argparse.ArgumentParser("bench.memory")
    parser.add_argument("--walks", type=int, default=5_000)
    parser.add_argument("--minutes", type=float, default=60.0, help="stop after so long, wherever it is")
    asked = parser.parse_args()
    print(table(asyncio.run(measure(asked.walks, 60 * asked.minutes))))
    return 0


async def measure(walks: int, seconds: float) -> list[Reading]:
    with tempfile.TemporaryDirectory() as folder:
        async with TelegramServer() as server, running("ours", server, Path(folder), None) as bot:
            return await walked(server, bot, walks, time.monotonic() + seconds)


async def walked(server: TelegramServer, bot: Bot, walks: int, until: float) -> list[Reading]:
    found = [read(bot, 0)]
    while (done := found[-1].walks) < walks and time.monotonic() < until:
        waiting = iter(range(done, min(walks, done + max(AT_ONCE, walks // READINGS))))
        counts = await asyncio.gather(*(one_after_the_other(server, bot, waiting) for _ in range(AT_ONCE)))
        found.append(read(bot, done + sum(counts)))
        print(f"{found[-1].walks:,} walks: {found[-1].memory:.1f} MB", file=sys.stderr)
    return found


async def one_after_the_other(server: TelegramServer, bot: Bot, numbers: Iterator[int]) -> int:
    """Whole walks, from the link to the thanks; how many."""
    done = 0
    for number in numbers:
        person = server.person()
        respondent = Respondent(person, number)
        await respondent.come_in(bot.code)
        await respondent.walk()
        await respondent.finish()
        del server.chats[person.id]
        done += 1
    return done


def read(bot: Bot, walks: int) -> Reading:
    return Reading(walks, machine.memory(bot.process), machine.cpu_seconds(bot.process))


def table(found: list[Reading]) -> str:
    head = ("| completed walks | memory MB | CPU ms per answer |", "|---|---|---|")
    lines = ["", "## Memory after completed walks", "", *head]
    before = found[0]
    for one in found:
        answers = 26 * (one.walks - before.walks)
        each = f"{1000 * (one.cpu - before.cpu) / answers:.2f}" if answers else ""
        lines.append(f"| {one.walks:,} | {one.memory:.1f} | {each} |")
        before = one
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
