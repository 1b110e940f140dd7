"""Finishing: how long a tap waits while others finish and ask for their picture, beside how long it waits otherwise.

`python -m bench.finishing [--people 64]`. All in one run of one bot, over Telegram's wire: the same people answer on,
while as many others answer too, and then while these press Done at once and ask for the picture.
"""

import argparse
import asyncio
import statistics
import tempfile
from pathlib import Path

from bench.people import Respondent, options_on
from bot.survey.conversation.buttons import Go, Screen, decode
from tests.house import Clock, House
from tests.telegram_server import TelegramServer

STATEMENTS = 12  # in each of the two halves


class Walker(Respondent):
    async def some(self, count: int) -> list[float]:
        """Answer so many statements; the seconds from each tap to its reply."""
        taken: list[float] = []
        loop = asyncio.get_running_loop()
        for _ in range(count):
            data, _ = options_on(self.person.last)[self.number % 5]
            began = loop.time()
            await self._press(data)
            taken.append(loop.time() - began)
        return taken

    async def finish_and_look(self) -> None:
        await self.finish()
        await self._press(next(data for row in self.person.last.rows for _, data in row if _is_picture(data)))


def _is_picture(data: str) -> bool:
    meant = decode(data)
    return isinstance(meant, Go) and meant.position.screen == Screen.PICTURE


async def measure(people: int) -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with TelegramServer() as server, House(Path(folder), server, Clock()) as house:
            code = house.add().invitation
            every = [Walker(server.person(language_code="nl"), number) for number in range(2 * people)]
            await asyncio.gather(*(one.come_in(code) for one in every))
            walking, finishing = every[:people], every[people:]
            with_others = await asyncio.gather(*(one.some(STATEMENTS) for one in every))
            await asyncio.gather(*(one.walk() for one in finishing))
            done = asyncio.gather(*(one.finish_and_look() for one in finishing))
            beside = await asyncio.gather(*(one.some(STATEMENTS) for one in walking))
            await done
    both = [sorted(second for one in half for second in one) for half in (with_others[:people], beside)]
    (middle, slow), (middle_beside, slow_beside) = [
        (statistics.median(half), half[int(len(half) * 0.99)]) for half in both
    ]
    return (
        f"| {people} people answer | median | p99 |\n|---|---|---|\n"
        f"| while {people} others answer | {middle * 1000:.0f} ms | {slow * 1000:.0f} ms |\n"
        f"| while {people} others finish and ask for a picture | {middle_beside * 1000:.0f} ms | "
        f"{slow_beside * 1000:.0f} ms |\n| times | {middle_beside / middle:.2f} | {slow_beside / slow:.2f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser("bench.finishing")
    parser.add_argument("--people", type=int, default=64)
    print(asyncio.run(measure(parser.parse_args().people)))


if __name__ == "__main__":
    main()
