"""Transactions: what a tap on the page asks of SQLite, as SQLite itself tells it, until nothing more comes.

One person, one tap after the other, so that nothing shares a commit with anybody else. `python -m bench.transactions`.
"""

import asyncio
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, event

from bench.figures import table
from bench.page_people import PagePerson
from tests.house import Clock, House
from tests.telegram_server import TelegramServer

SETTLED = 0.4  # seconds in which what is written together after a tap is written
WRITES = {"INSERT", "UPDATE", "DELETE", "REPLACE"}
COLUMNS = ("a tap, the median of a walk", "transactions", "of which write", "SELECT", "INSERT, UPDATE, DELETE")


def main() -> int:
    print(asyncio.run(measure()))
    return 0


async def measure() -> str:
    rows = [("with script", *await counted(has_script=True)), ("without script", *await counted(has_script=False))]
    return f"## Transactions for a tap on the page (SQLite)\n\n{table(COLUMNS, rows)}"


async def counted(*, has_script: bool) -> tuple[str, ...]:
    said: list[str] = []
    event.listen(Engine, "connect", traced := _trace(said))
    try:
        taps = await walked(has_script, said)
    finally:
        event.remove(Engine, "connect", traced)
    return tuple(f"{statistics.median(tap[name] for tap in taps):g}" for name in COLUMNS[1:])


def _trace(said: list[str]) -> Any:
    def connected(connection: Any, _record: object) -> None:
        connection.set_trace_callback(said.append)

    return connected


async def walked(has_script: bool, said: list[str]) -> list[Counter[str]]:
    """What was asked of the database for each tap."""
    clock, taps = Clock(), []
    with TemporaryDirectory() as folder:
        async with (
            TelegramServer(clock=clock.timestamp) as server,
            House(Path(folder), server, clock) as house,
            PagePerson(house.page, None, 0, has_script) as person,
        ):
            await person.come_in(f"/i/{house.add().invitation}")
            await asyncio.sleep(SETTLED)
            while person.sees("a:"):
                said.clear()
                await person.press("a:")
                await asyncio.sleep(SETTLED)
                taps.append(summed(said))
    return taps


def summed(said: list[str]) -> Counter[str]:
    """How often each; a transaction writes when there is a change between its BEGIN and the next one."""
    verbs = [statement.split(None, 1)[0].upper() for statement in said]
    found = Counter({"transactions": verbs.count("BEGIN"), "SELECT": verbs.count("SELECT") + verbs.count("WITH")})
    found["INSERT, UPDATE, DELETE"] = sum(verb in WRITES for verb in verbs)
    found["of which write"] = sum(any(verb in WRITES for verb in some) for some in transactions(verbs))
    return found


def transactions(verbs: list[str]) -> Iterator[list[str]]:
    begins = [place for place, verb in enumerate(verbs) if verb == "BEGIN"]
    yield from (verbs[begin:end] for begin, end in pairwise((*begins, len(verbs))))


if __name__ == "__main__":
    sys.exit(main())
