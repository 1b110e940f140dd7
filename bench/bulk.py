"""Bulk mail under Telegram's limits, while somebody keeps tapping: `python -m bench.bulk [--letters N] [--latency S]`.

The Bot API on loopback enforces the limits as Telegram words them; what is seen goes to standard output as Markdown.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench import options
from bench.figures import quantile, table
from bot.letters import Letter
from storage import contacts, letters
from tests.house import Clock, House, agree
from tests.telegram_server import BotMessage, Chat, Json, Limits, Person, TelegramServer

THINKS = 0.7  # seconds between an answer and the next tap
ROUND = ("‹ Terug", "Verder ›", "‹ Terug", "Verder ›", "/verder")  # the last one brings a new message


@dataclass(frozen=True)
class Seen:
    """What a burst looked like; `answers` are the seconds that the one who kept tapping waited for each answer."""

    letters: int
    seconds: float
    missing: int
    double: int
    too_fast: int
    answers: Sequence[float]

    @property
    def rate(self) -> float:
        return self.letters / self.seconds

    @property
    def share(self) -> float:
        """Of what the limits allow."""
        return self.rate / Limits().overall_per_second


class Addressee(Person):
    """Somebody to whom the bot may write, and who notes what came when."""

    def __init__(self, server: TelegramServer, number: int) -> None:
        super().__init__(server, number, {"first_name": "Anna"}, "nl")
        self.known = True
        self.came: list[tuple[float, str]] = []

    def show(self, message: BotMessage) -> Json:
        self.came.append((time.monotonic(), message.text))
        return super().show(message)


def crowd(server: TelegramServer, number: int) -> list[Addressee]:
    return [Addressee(server, 4_000_000_000 + one) for one in range(number)]


def write_to(house: House, people: Iterable[Chat], text: str = "Doet u weer mee?", timezone: str | None = None) -> None:
    """A letter to each, which is due now."""
    now = house.clock()
    with house.app.database.transaction() as tx:
        for person in people:
            contact = contacts.meet(tx, "telegram", str(person.id), "nl", now)
            letters.enqueue(tx, contact, Letter(text), now, f"{text}:{contact}", timezone)


async def burst(house: House, number: int) -> Seen:
    """So many letters at once, while somebody keeps tapping."""
    server = house.server
    people, tapper, answers = crowd(server, number), server.person(), list[float]()
    await agree(house, tapper, house.add().invitation)
    write_to(house, people, timezone="Europe/Amsterdam")
    server.limits = Limits()
    tapping = asyncio.create_task(tap(tapper, answers))
    began = time.monotonic()
    await house.caught_up()
    tapping.cancel()
    with suppress(asyncio.CancelledError):
        await tapping
    times = [came for person in people for came, _ in person.came]
    counts = [len(person.came) for person in people]
    return Seen(
        letters=number,
        seconds=max(times, default=began) - began,
        missing=counts.count(0),
        double=sum(count > 1 for count in counts),
        too_fast=server.too_fast,
        answers=answers,
    )


async def tap(person: Person, answers: list[float]) -> None:
    """Go to and fro between two statements for ever, and note how long each answer took."""
    await _answered(person, "Ja")
    while True:
        for what in ROUND:
            await asyncio.sleep(THINKS)
            answers.append(await _answered(person, what))


async def _answered(person: Person, what: str) -> float:
    before, began = person.last, time.monotonic()
    await (person.write(what) if what.startswith("/") else person.press(what))
    await person.wait(lambda message: message is not before, timeout=30)
    return time.monotonic() - began


def report(seen: Seen) -> str:
    rows = {
        "letters": f"{seen.letters}",
        "never arrived / twice": f"{seen.missing} / {seen.double}",
        "seconds": f"{seen.seconds:.1f}",
        "a second": f"{seen.rate:.1f}",
        "share of what is allowed": f"{seen.share:.1%}",
        "refused as too fast (429)": f"{seen.too_fast}",
        "taps meanwhile": f"{len(seen.answers)}",
        "answer to a tap, median": f"{quantile(seen.answers, 0.5) * 1000:.0f} ms",
        "answer to a tap, p99": f"{quantile(seen.answers, 0.99) * 1000:.0f} ms",
    }
    return table(("", ""), rows.items())


async def _measure(number: int, latency: float) -> Seen:
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        async with TelegramServer(clock=clock.timestamp) as server, House(Path(folder), server, clock) as house:
            server.latency = latency
            return await burst(house, number)


def main() -> int:
    asked = options.read(__doc__, letters=5_000, latency=0.0)
    seen = asyncio.run(_measure(asked.letters, asked.latency))
    print(report(seen))
    return 0 if seen.missing == seen.double == seen.too_fast == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
