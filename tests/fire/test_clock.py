"""The clock of the machine: a real process that is started again two, five and eight days later, in a few seconds.

Debian's `faketime` shifts the clock of the bot, and of nothing else; people and the Bot API live on in real time. What
should come is computed from plain dates.
"""

import asyncio
import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.fire.test_kill import BotProcess, rows_of
from tests.house import Clock, House
from tests.patience import PATIENCE
from tests.people import ITEMS
from tests.ports import free_port
from tests.telegram_server import Person, TelegramServer

HERE = ZoneInfo("Europe/Amsterdam")
THURSDAY, NOON = 3, time(12)  # so that a Monday lies between two days and five, and no change of clocks makes it night
MISSING = "the clock cannot be shifted: there is no `faketime` here (on Debian: apt-get install faketime)"
A_LOOK = 2.5  # seconds, in which a bot that has nothing to do looks once for letters
YES, MORE = ("Yes, I will take part", "Other"), "Yes"


class Machine:
    """A machine on which it is so many days later, every time that the bot is started."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house, self.database = house, folder / "data/samenspraak.db"
        self.began = first_noon(datetime.now(HERE))
        self.offset = self.began - datetime.now(UTC)
        self.bot = BotProcess({**os.environ, **house.environment}, folder / "bot.log")

    def shifted(self, days: int) -> dict[str, str]:
        seconds = round((self.offset + timedelta(days=days)).total_seconds())
        return {"LD_PRELOAD": library(), "FAKETIME": f"+{seconds}", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    async def start(self, days: int) -> None:
        self.bot.environment.update(self.shifted(days))
        self.bot.start()
        async with asyncio.timeout(PATIENCE):
            await self.bot.running()

    async def caught_up(self, before: str) -> None:
        """Return when all that the day asked for is done and delivered: the last thing done leaves a mark."""
        async with asyncio.timeout(PATIENCE):
            while self.mark() == before or self.waiting():
                self.bot.check_alive()
                await asyncio.sleep(0.05)

    def mark(self) -> str:
        found = rows_of(self.database, "SELECT value FROM marks WHERE name = 'forgot'")
        return str(found[0][0]) if found else ""

    def waiting(self) -> int:
        return int(rows_of(self.database, "SELECT COUNT(*) FROM letters WHERE settled_at IS NULL")[0][0])

    async def day(self, days: int) -> None:
        before = self.mark()
        await self.start(days)
        await self.caught_up(before)


def library() -> str:
    """What `faketime` loads before a program, so that the program sees another time."""
    asked = ["faketime", "-f", "+0d", "sh", "-c", "echo $LD_PRELOAD"]
    return subprocess.run(asked, capture_output=True, check=True, text=True).stdout.strip()


def first_noon(now: datetime) -> datetime:
    """Noon in Amsterdam on the first Thursday after today."""
    day = now.date() + timedelta(days=1 + (THURSDAY - now.weekday() - 1) % 7)
    return datetime.combine(day, NOON, HERE).astimezone(UTC)


def mondays(begin: datetime, end: datetime) -> list[datetime]:
    """Every Monday, nine o'clock in Amsterdam, between two moments."""
    days = (begin.astimezone(HERE).date() + timedelta(days=n) for n in range((end - begin).days + 2))
    nines = (datetime.combine(day, time(9), HERE) for day in days if day.weekday() == 0)
    return [nine for nine in nines if begin <= nine <= end]


async def press(person: Person, *labels: str) -> None:
    for label in labels:
        seen = person.newest
        await person.press(label)
        await person.wait(lambda message, seen=seen: message is not seen)  # type: ignore[misc]


async def come_in(person: Person, code: str, statements: int) -> None:
    await person.write(f"/start {code}")
    await person.wait(lambda message: "Yes, I will take part" in str(message))
    await press(person, *YES, *[MORE] * statements)


async def finish(person: Person, already: int) -> None:
    await press(person, *[MORE] * (ITEMS - already))
    await person.press("Done")
    await person.wait(lambda message: "Thank you!" in message.text)


def reminders_of(person: Person) -> list[str]:
    """The statement in each reminder; one that was answered since shows the next statement, and is no reminder now."""
    shown = "\n".join(message.text for message in person.messages)
    return re.findall(r"You were at statement (\d+) of 26", shown)


def posts_to(person: Person) -> list[str]:
    return [week for message in person.messages for week in re.findall(r"· week (\d+)", message.text)]


@pytest.mark.skipif(shutil.which("faketime") is None, reason=MISSING)
async def test_a_process_that_is_started_again_days_later_reminds_and_posts_once(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        house = House(tmp_path, server, Clock(), PORT=str(free_port()))
        machine = Machine(house, tmp_path)
        try:
            await live_through(machine, server)
        except BaseException as error:
            raise AssertionError(f"{error!r}\n{machine.bot.log.read_text()[-3000:]}") from error
        finally:
            machine.bot.kill()


@dataclass(frozen=True)
class Cast:
    fatima: Person
    anna: Person
    ben: Person
    cas: Person
    dana: Person

    @property
    def neighbours(self) -> tuple[Person, ...]:
        return (self.anna, self.ben, self.cas, self.dana)


async def live_through(machine: Machine, server: TelegramServer) -> None:
    cast = Cast(*(server.person(language_code="en") for _ in range(5)))
    await the_first_day(machine, cast)
    await two_days_later(machine, cast)
    seen = Counter({person.id: unasked(person) for person in (cast.fatima, *cast.neighbours)})
    await five_days_later(machine, cast)
    assert came(seen, cast) == {cast.anna.id: 1, cast.fatima.id: 1}
    for day in (machine.day, machine.start):
        await day(8)
        await asyncio.sleep(A_LOOK)
        assert machine.bot.stop() == 0
        assert reminders_of(cast.dana) == ["6"], "five days after what she answered last"
        assert came(seen, cast) == {cast.anna.id: 1, cast.fatima.id: 1, cast.dana.id: 1}
    assert sent_by_ticks(machine) == {"reminder": 5, "summary": 1}


async def the_first_day(machine: Machine, cast: Cast) -> None:
    adding = ("partnership", "add", "De Verbinders", "--language", "en", "--timezone", str(HERE), "--json")
    made = json.loads((await machine.house.command(*adding, **machine.shifted(0)))[1])
    await machine.day(0)
    await cast.fatima.write(f"/start {made['coordinator_code']}")
    await cast.fatima.wait(lambda message: "You are now coordinator" in message.text)
    await asyncio.gather(*(come_in(person, made["invitation_code"], 3) for person in cast.neighbours))
    await finish(cast.ben, 3)
    assert machine.bot.stop() == 0
    assert opened_at(machine) - machine.began < timedelta(minutes=2), "the clock of the bot is shifted"


async def two_days_later(machine: Machine, cast: Cast) -> None:
    """All who are not finished are reminded; then one finishes, and one goes on."""
    await machine.day(2)
    assert [reminders_of(person) for person in cast.neighbours] == [["4"], [], ["4"], ["4"]]
    assert posts_to(cast.fatima) == []
    await finish(cast.cas, 3)
    await press(cast.dana, MORE, MORE)
    assert machine.bot.stop() == 0


async def five_days_later(machine: Machine, cast: Cast) -> None:
    """The second reminder for who did nothing, and the post of the Monday that lies between."""
    await machine.day(5)
    assert reminders_of(cast.anna) == ["4", "4"]
    (monday,) = mondays(machine.began, machine.began + timedelta(days=5))
    assert posts_to(cast.fatima) == [str(monday.isocalendar().week)]
    assert machine.bot.stop() == 0


def unasked(person: Person) -> int:
    """How many messages, but for those that show the screen again after the machine was off."""
    return sum("Something was wrong on our side for a while" not in message.text for message in person.messages)


def came(before: Counter[int], cast: Cast) -> dict[int, int]:
    """How many messages each got since then."""
    new = {person.id: unasked(person) - before[person.id] for person in (cast.fatima, *cast.neighbours)}
    return {number: messages for number, messages in new.items() if messages}


def opened_at(machine: Machine) -> datetime:
    with closing(sqlite3.connect(machine.database)) as connection:
        ((moment,),) = connection.execute("SELECT opened_at FROM waves").fetchall()
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def sent_by_ticks(machine: Machine) -> dict[str, int]:
    keys = rows_of(machine.database, "SELECT key FROM letters WHERE key IS NOT NULL")
    kinds = Counter(key.split(":")[0] for (key,) in keys)
    return {kind: kinds[kind] for kind in kinds if kind != "silence"}
