"""Start-up: seconds and memory from the command to the first update answered, beside bare bots: `-m bench.start`.

An update waits at the Bot API before the bot is started; the clock stops when its answer is seen. Turns interleaved.
All run in the environment of requirements.lock, made of this Python, or of another one: `--python`.
"""

import asyncio
import sys
import time
from asyncio.subprocess import DEVNULL
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import machine, options, production
from bench.bots import BOTS, command_of, environment_for, partnership_in
from bench.figures import spread, table
from tests.telegram_server import TelegramServer

PATIENCE = 60.0  # seconds
FACTS = ("seconds", "cpu", "memory")
COLUMNS = ("bot", "seconds to the first answer", "CPU seconds", "memory MB")


@dataclass(frozen=True)
class Start:
    """Seconds, CPU seconds and MB when the first answer was seen."""

    seconds: float
    cpu: float
    memory: float


def main() -> int:
    asked = options.read(__doc__, rounds=5, short=False, python=sys.executable)
    found = asyncio.run(measure(1 if asked.short else asked.rounds, production.python(asked.python)))
    print(f"\n## From the command to the first update answered\n\n{table(COLUMNS, map(row, found.items()))}\n")
    print(f"{table(('ours / a bare bot', *FACTS), [beside(found, name) for name in BOTS if name != 'ours'])}")
    return 0


async def measure(rounds: int, python: str) -> dict[str, list[Start]]:
    """After one start of each, in which Python keeps what it has compiled."""
    found = defaultdict[str, list[Start]](list)
    for number in range(rounds + 1):
        for name in (*BOTS,) if number % 2 else reversed((*BOTS,)):
            with TemporaryDirectory() as folder:
                found[name].append(await start(name, Path(folder), python))
    return {name: starts[1:] for name, starts in found.items()}


async def start(name: str, folder: Path, python: str) -> Start:
    """One start; ours has its tables and a partnership already, as after every deploy."""
    async with TelegramServer() as server:
        environment = environment_for(server, folder)
        code = await partnership_in(environment, folder) if name == "ours" else "hello"
        person, command = server.person(), command_of(name, server, folder, python)
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
    return BOTS[name], *(spread([getattr(one, fact) for one in starts], 2) for fact in FACTS)


def beside(found: dict[str, list[Start]], name: str) -> tuple[str, ...]:
    """Within each round."""
    pairs = [*zip(found["ours"], found[name], strict=True)]
    return BOTS[name], *(spread([getattr(us, fact) / getattr(it, fact) for us, it in pairs], 2) for fact in FACTS)


if __name__ == "__main__":
    sys.exit(main())
