"""Start-up: seconds and memory from the command to the first update answered, beside bare bots: `-m bench.start`.

An update waits at the Bot API before the bot is started; the clock stops when its answer is seen. Turns interleaved.
"""

import argparse
import asyncio
import statistics
import sys
import time
from asyncio.subprocess import DEVNULL
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine
from bench.bots import BOTS, command_of, environment_for, partnership_in
from tests.telegram_server import TelegramServer

PATIENCE = 60.0  # seconds
COLUMNS = ("bot", "seconds to the first answer", "CPU seconds", "memory MB")


@dataclass(frozen=True)
class Start:
    """Seconds, CPU seconds and MB when the first answer was seen."""

    seconds: float
    cpu: float
    memory: float


def main() -> int:
    parser = argparse.ArgumentParser("bench.start")
    parser.add_argument("--rounds", type=int, default=5)
    found = asyncio.run(measure(parser.parse_args().rounds))
    print("\n## From the command to the first update answered\n")
    print("\n".join(f"| {' | '.join(line)} |" for line in (COLUMNS, ["---"] * 4, *map(row, found.items()))))
    return 0


async def measure(rounds: int) -> dict[str, list[Start]]:
    found = defaultdict[str, list[Start]](list)
    for number in range(rounds):
        for name in (*BOTS,) if number % 2 else reversed((*BOTS,)):
            with TemporaryDirectory() as folder:
                found[name].append(await start(name, Path(folder)))
    return found


async def start(name: str, folder: Path) -> Start:
    """One start; ours has its tables and a partnership already, as after every deploy."""
    async with TelegramServer() as server:
        environment = environment_for(server, folder)
        code = await partnership_in(environment, folder) if name == "ours" else "hello"
        person, command = server.person(), command_of(name, server, folder)
        await person.write(f"/start {code}")
        began = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=environment, stdout=DEVNULL, stderr=DEVNULL
        )
        try:
            await person.wait(bool, PATIENCE)
            seconds = time.perf_counter() - began
            return Start(seconds, machine.cpu_seconds(process.pid), machine.memory(process.pid))
        finally:
            process.kill()
            await process.wait()


def row(found: tuple[str, list[Start]]) -> tuple[str, ...]:
    name, starts = found
    middle = [statistics.median(getattr(one, fact) for one in starts) for fact in ("seconds", "cpu", "memory")]
    return (BOTS[name], f"{middle[0]:.2f}", f"{middle[1]:.2f}", f"{middle[2]:.0f}")


if __name__ == "__main__":
    sys.exit(main())
