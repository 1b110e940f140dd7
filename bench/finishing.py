"""Finishing: how long a tap waits while others finish and ask for their picture, beside how long it waits otherwise.

`python -m bench.finishing [--people 64]`. All in one run of one bot, over Telegram's wire: the same people answer on,
while as many others answer too, and then while these press Done at once and ask for the picture.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from bench import options
from bench.figures import quantile, table
from bench.people import Respondent, Step, options_on
from tests.house import Clock, House
from tests.telegram_server import TelegramServer

STATEMENTS = 12  # in each of the two halves
FINISHING: tuple[Step, ...] = (Respondent.finish, Respondent.ask_for_picture)


def main() -> int:
    print(asyncio.run(measure(options.read(__doc__, people=64).people)))
    return 0


async def measure(people: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with TelegramServer() as server, House(Path(folder), server, Clock()) as house:
            code = house.add().invitation
            every = [Respondent(server.person(), number, code) for number in range(2 * people)]
            await asyncio.gather(*(one.come_in() for one in every))
            walking, finishing = every[:people], every[people:]
            with_others = await asyncio.gather(*(some(one) for one in every))
            await asyncio.gather(*(one.walk() for one in finishing))
            done = asyncio.gather(*(one.take(FINISHING) for one in finishing))
            beside = await asyncio.gather(*(some(one) for one in walking))
            await done
    return report(people, *([second for one in half for second in one] for half in (with_others[:people], beside)))


async def some(one: Respondent) -> list[float]:
    """Answer so many statements; the seconds from each tap to its reply."""
    return [await one.choose(*options_on(one.person.last)[one.number % 5]) for _ in range(STATEMENTS)]


def report(people: int, with_others: list[float], beside: list[float]) -> str:
    waits = [[quantile(half, share) for share in (0.5, 0.99)] for half in (with_others, beside)]
    names = (f"while {people} others answer", f"while {people} others finish and ask for a picture")
    rows = [(name, *(f"{1000 * wait:.0f} ms" for wait in of)) for name, of in zip(names, waits, strict=True)]
    times = [f"{later / before:.2f}" for before, later in zip(*waits, strict=True)]
    return table((f"{people} people answer", "median", "p99"), [*rows, ("times", *times)])


if __name__ == "__main__":
    sys.exit(main())
