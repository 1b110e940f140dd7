"""`kill -9` at random moments while 20 people answer: nothing that a screen acknowledged is lost, changed or doubled.

The bot is a process of its own, on a database file of its own; people and the Bot API live on in this one. What people
do and when the bot dies comes from a seed, which is printed: FIRE_SEED plays it again, FIRE_KILLS sets how often.
"""

import asyncio
import json
import math
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.engine.sealing import Seal
from tests.databases import ANSWERED, by_address
from tests.house import ROOT, SECRET, Clock, House
from tests.patience import PATIENCE
from tests.people import ITEMS, Reader, Respondent
from tests.ports import free_port
from tests.telegram_server import TelegramServer

KILLS = int(os.environ.get("FIRE_KILLS", "50"))
SEED = int(os.environ.get("FIRE_SEED", "0")) or random.randrange(1, 10**6)
AT_ONCE = 20  # people who answer at the same time
FIRST_NUMBER = 5_000_000_001
PHONES = ("nl", "nl", "en", "de")
RUNNING = "Samenspraak is running"
MOMENTS = {"while starting": 2, "any": 4, "at a press": 2, "at a screen": 4}
"""Kinds of moment to kill at, and how often each is drawn."""


async def test_nothing_acknowledged_is_lost_when_the_bot_is_killed_again_and_again(tmp_path: Path) -> None:
    print(f"FIRE_SEED={SEED} FIRE_KILLS={KILLS}")
    async with TelegramServer() as server:
        house = House(tmp_path, server, Clock(), PORT=str(free_port()))
        code = json.loads((await house.command("partnership", "add", "De Verbinders", "--json"))[1])["invitation_code"]
        bot = BotProcess({**os.environ, **house.environment}, tmp_path / "bot.log")
        fire = Fire(server, bot, tmp_path / "data/samenspraak.db", code)
        try:
            async with asyncio.timeout(PATIENCE * (2 + KILLS)):
                await fire.burn()
            assert bot.stop() == 0
        except BaseException as error:
            raise AssertionError(f"{causes(error)}\n{fire.story()}") from error
        finally:
            bot.kill()
    print(fire.figures())
    assert complaints(fire) == []


class BotProcess:
    """`python -m bot run` as a process of its own; what it says goes to a file."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.environment, self.log = environment, log
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._runs_since = math.inf

    def start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as log:
            command = (sys.executable, "-m", "bot", "run")
            self._process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self._runs_since = math.inf
        self._said_before = self.log.stat().st_size

    async def running(self) -> None:
        """Return when it says that it runs."""
        while RUNNING not in self.log.read_bytes()[self._said_before :].decode():
            self.check_alive()
            await asyncio.sleep(0.01)
        self._runs_since = time.monotonic()

    def has_run(self, seconds: float) -> bool:
        return time.monotonic() > self._runs_since + seconds

    def check_alive(self) -> None:
        assert self._process
        assert self._process.poll() is None, f"the bot ended by itself with exit code {self._process.returncode}"

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> int:
        """End it as an operator does; its exit code."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(PATIENCE)


@dataclass
class Fuse:
    """Burns down with every event of a kind."""

    event: str
    left: int
    burnt: asyncio.Event = field(default_factory=asyncio.Event)


class Fire:
    """The people, and whoever kills the bot among them."""

    def __init__(self, server: TelegramServer, bot: BotProcess, database: Path, code: str) -> None:
        self.server, self.bot, self.database, self.code = server, bot, database, code
        self.random = random.Random(SEED)
        self.seal = Seal(SECRET)
        self.people: list[Respondent] = []
        self.first_update = server.updates.next_id
        self.figure: Counter[str] = Counter()
        self.all_answer = asyncio.Event()
        self.is_over = False
        self._fuse: Fuse | None = None

    async def burn(self) -> None:
        """Kill and start again; return when the last one has finished."""
        self.bot.start()
        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(self.seat())
            await self.all_answer.wait()
            for _ in range(KILLS):
                await self.kill_once()
                self.bot.start()
            self.calm_down()
            await self.bot.running()
            self.check()

    def calm_down(self) -> None:
        """That was the last kill: whoever does not get an answer now, will never get one."""
        self.is_over = True
        for one in self.people:
            one.is_calm = True

    async def seat(self) -> None:
        """One of the 20: somebody answers to the end, and then the next one does."""
        while not self.is_over:
            number = len(self.people)
            person = Reader(self.server, FIRST_NUMBER + number, PHONES[number % len(PHONES)])
            self.people.append(Respondent(person, self.code, f"{SEED}:{number}", self.happened))
            await self.people[-1].live()

    async def kill_once(self) -> None:
        moment = self.random.choices(list(MOMENTS), list(MOMENTS.values()))[0]
        self.figure[f"killed {moment}"] += 1
        if moment != "while starting":
            await self.bot.running()
            self.check()
        if moment.startswith("at a"):
            await self.kill_at(moment.split()[-1], 1 + int(self.random.expovariate(1 / 12)))
        else:
            await self.kill_after(self.random.expovariate(1 / 0.6))

    async def kill_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.kill()

    async def kill_at(self, event: str, count: int) -> None:
        """Kill right at the count-th event from now."""
        self._fuse = Fuse(event, count)
        await self._fuse.burnt.wait()

    def happened(self, what: str) -> None:
        self.figure[what] += 1
        self.figure["answers that never came"] += what == "insistence" and self.bot.has_run(PATIENCE)
        if len(self.people) == AT_ONCE and all(one.acknowledged for one in self.people):
            self.all_answer.set()
        if (fuse := self._fuse) and fuse.event == what:
            fuse.left -= 1
            if fuse.left == 0:
                self._fuse = None
                self.kill()
                fuse.burnt.set()

    def kill(self) -> None:
        self.bot.check_alive()
        self.bot.kill()
        answering = [one for one in self.people if one.acknowledged and not one.is_finished]
        self.figure["kills"] += 1
        self.figure["kills while somebody answered"] += bool(answering)
        self.figure["kills with a press under way"] += any(one.waits for one in answering)
        for one in answering:
            one.diary.append(f"{datetime.now(UTC):%H:%M:%S.%f} --- the bot is killed ---")
        self.figure["presses under way at kills"] += sum(one.waits for one in answering)

    def check(self) -> None:
        """No acknowledged answer is gone or another, but for what the person has tapped since."""
        self.figure["checks"] += 1
        stored = answers_in(self.database)
        for one in self.people:
            own = stored.get(self.key_of(one), {})
            for item in one.acknowledged:
                assert own.get(item) in one.possible(item), wrong(one, item, own)

    def key_of(self, one: Respondent) -> bytes:
        return self.seal.key("telegram", str(one.person.id))

    def figures(self) -> str:
        more = {
            "people": len(self.people),
            "starts": self.bot.starts,
            "acknowledgements": sum(one.acknowledgements for one in self.people),
        }
        return ", ".join(f"{value} {name}" for name, value in {**self.figure, **more}.items())

    def story(self) -> str:
        stuck = [str(one) for one in self.people if not one.is_finished]
        log = self.bot.log.read_text().splitlines()[-40:]
        return "\n".join((f"FIRE_SEED={SEED}", self.figures(), "not finished:", *stuck, "the bot's log ends:", *log))


def complaints(fire: Fire) -> list[str]:
    """Everything that is not as people saw it; the bot must be down."""
    return [
        *(f"not finished: {one}" for one in fire.people if not one.is_finished),
        *(complaint for one in fire.people for complaint in wrong_answers(fire, one)),
        *wrong_rows(fire),
        *wrong_figures(fire),
    ]


def wrong_figures(fire: Fire) -> list[str]:
    expected = {"kills": KILLS, "kills while somebody answered": KILLS, "answers that never came": 0}
    return [f"{name}: {fire.figure[name]}" for name, value in expected.items() if fire.figure[name] != value]


def wrong_answers(fire: Fire, one: Respondent) -> list[str]:
    stored = answers_in(fire.database).get(fire.key_of(one), {})
    return [
        wrong(one, item, stored)
        for item in sorted(stored.keys() | set(range(1, ITEMS + 1)))
        if stored.get(item) not in one.possible(item)
    ]


def wrong(one: Respondent, item: int, stored: dict[int, str]) -> str:
    found = f"{one.person.id}, item {item}: may be {one.possible(item)}, stored {stored.get(item)}"
    return "\n  ".join((found, *one.diary))


def wrong_rows(fire: Fire) -> list[str]:
    people = len(fire.people)
    expected = {
        "PRAGMA integrity_check": "ok",
        "SELECT COUNT(*) FROM updates": fire.server.updates.next_id - fire.first_update,
        "SELECT COUNT(*) FROM contacts": people,
        "SELECT COUNT(*) FROM respondents": people,
        "SELECT COUNT(*) FROM responses": people,
        "SELECT COUNT(*) FROM responses WHERE completed_at IS NOT NULL": people,
        "SELECT COUNT(*) FROM answers": people * ITEMS,
        "SELECT COUNT(*) FROM letters WHERE settled_at IS NULL": 0,
        "SELECT COUNT(*) FROM letters WHERE refused IS NOT NULL": 0,
    }
    found = {query: rows_of(fire.database, query)[0][0] for query in expected}
    return [f"{query}: {found[query]}, not {value}" for query, value in expected.items() if found[query] != value]


def answers_in(database: Path) -> dict[bytes, dict[int, str]]:
    """Address key -> item -> option."""
    return by_address(rows_of(database, ANSWERED))


def rows_of(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Read only, so that the bot finds what a kill left behind, and not what a test tidied up."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def causes(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(map(causes, error.exceptions))
    return f"{type(error).__name__}: {error}"
