"""A storm: a thousand faults of every kind while a hundred people answer, on SQLite and on PostgreSQL with 3 replicas.

Bots are processes of their own; people, the Bot API and the door in front of the replicas live in this one. What people
do and which fault comes when is drawn from a seed, which is printed: FIRE_SEED draws it again, FIRE_FAULTS sets how
many there are, FIRE_PEOPLE how many answer at a time.
"""

import asyncio
import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from storage.engine.sealing import Seal
from tests.databases import ANSWERED, by_address
from tests.fire.cluster import full, is_own_disk
from tests.fire.stage import COORDINATOR_NUMBER, SILENT_NUMBER, Stage, on_postgresql, on_sqlite
from tests.fire.test_kill import FIRST_NUMBER, PHONES, BotProcess, causes
from tests.house import SECRET
from tests.patience import PATIENCE
from tests.people import ITEMS, Reader, Respondent
from tests.telegram_server import BotMessage, Json, TelegramServer

FAULTS = int(os.environ.get("FIRE_FAULTS", "25"))
PEOPLE = int(os.environ.get("FIRE_PEOPLE", "12"))
SEED = int(os.environ.get("FIRE_SEED", "0")) or random.randrange(1, 10**6)
GAP = 0.5  # seconds between two faults, on average
REPLICAS = 3
SILENT, POSTS = 12, 5  # people to be reminded, and coordinators to be written to, while it storms
JUST_BEFORE, JUST_AFTER = 1.0, 3.0  # seconds around a fault in which a letter may be on its way
METHODS = ("editMessageText", "sendMessage", "answerCallbackQuery", "getUpdates")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_nothing_is_lost_and_nobody_is_stuck(kind: str, tmp_path: Path) -> None:
    print(f"FIRE_SEED={SEED} FIRE_FAULTS={FAULTS} FIRE_PEOPLE={PEOPLE} on {kind}")
    async with TelegramServer() as server, AsyncExitStack() as stack:
        stage = await stack.enter_async_context(
            on_sqlite(server) if kind == "sqlite" else on_postgresql(server, REPLICAS)
        )
        storm = Storm(server, stage, stage.furnish(SILENT, POSTS, FAULTS * GAP))
        try:
            async with asyncio.timeout(PATIENCE * (5 + FAULTS / 10)):
                await storm.rage()
        except BaseException as error:
            raise AssertionError(f"{causes(error)}\n{storm.story()}") from error
        print(storm.figures())
        complaints = storm.complaints()
        assert not complaints, "\n".join(complaints)


# People


class Unhurried(Respondent):
    """Thinks longer, and waits longer for an answer: there are many, and the ground shakes."""

    INSISTS_AFTER = 4.0, 7.0
    THOUGHT = 0.1, 0.7
    CALM_FOR = 5.0


class Listener(Reader):
    """Somebody who is written to, and notes when."""

    def __init__(self, server: TelegramServer, number: int) -> None:
        super().__init__(server, number, "nl")
        self.known = True
        self.came: list[float] = []

    def show(self, message: BotMessage) -> Json:
        self.came.append(time.monotonic())
        return super().show(message)


# The storm


@dataclass
class Blow:
    """A fault, from when to when."""

    what: str
    began: float
    ended: float | None = None

    def covers(self, moment: float) -> bool:
        return self.began - JUST_BEFORE <= moment <= (self.ended or time.monotonic()) + JUST_AFTER


class Storm:
    def __init__(self, server: TelegramServer, stage: Stage, code: str) -> None:
        self.server, self.stage, self.code = server, stage, code
        self.random = random.Random(SEED)
        self.people: list[Respondent] = []
        self.silent = [Listener(server, SILENT_NUMBER + number) for number in range(SILENT)]
        self.coordinators = [Listener(server, COORDINATOR_NUMBER + number) for number in range(POSTS)]
        self.blows: list[Blow] = []
        self.held: set[int | str] = set()  # bots, by number, and other things that a fault is busy with
        self.busy: set[asyncio.Task[None]] = set()
        self.is_over = False
        self.all_answer = asyncio.Event()
        self.happened = Counter[str]()
        self.seal = Seal(SECRET)

    async def rage(self) -> None:
        for bot in self.stage.bots:
            bot.start()
        await asyncio.gather(*(bot.running() for bot in self.stage.bots))
        async with asyncio.TaskGroup() as tasks:
            for _ in range(PEOPLE):
                tasks.create_task(self.seat())
            await self.all_answer.wait()
            posting = tasks.create_task(self.post())
            await self.blow_by_blow()
            await posting
            await asyncio.gather(*self.busy)
            self.is_over = True
            self.server.faults.clear()
            for one in self.people:
                one.is_calm = True
            self.calm_began = time.monotonic()
        await self.quiet()

    async def seat(self) -> None:
        while not self.is_over:
            number = len(self.people)
            person = Reader(self.server, FIRST_NUMBER + number, PHONES[number % len(PHONES)])
            self.people.append(Unhurried(person, self.code, f"{SEED}:{number}", self.hear))
            await self.people[-1].live()

    def hear(self, what: str) -> None:
        self.happened[what] += 1
        if len(self.people) >= PEOPLE and all(one.acknowledged for one in self.people[:PEOPLE]):
            self.all_answer.set()

    async def post(self) -> None:
        for number in range(POSTS):
            await asyncio.sleep(FAULTS * GAP / POSTS)
            await self.stage.post_now(number)

    async def blow_by_blow(self) -> None:
        faults = self.faults()
        for _ in range(FAULTS):
            await asyncio.sleep(self.random.expovariate(1 / GAP))
            what = self.random.choices(list(faults), [weight for weight, _ in faults.values()])[0]
            self.begin(what, faults[what][1])

    def faults(self) -> Mapping[str, tuple[float, Callable[[], Coroutine[None, None, None]]]]:
        """Each with how often it is drawn."""
        common: dict[str, tuple[float, Callable[[], Coroutine[None, None, None]]]] = {
            "a bot is killed": (4.0, self.kill_a_bot),
            "Telegram fails": (8.0, self.fail_telegram),
            "Telegram is away": (1.0, self.take_telegram_away),
            "updates come again": (3.0, self.redeliver),
            "updates come in another order": (2.0, self.shuffle),
        }
        if is_own_disk(self.stage.folder):
            common["the disk is full"] = (1.0, self.fill_the_disk)
        if self.stage.cluster:
            return common | {
                "the sender is killed": (2.0, self.kill_the_sender),
                "the sender hangs": (1.5, self.hang_the_sender),
                "PostgreSQL is killed": (0.7, self.kill_postgresql),
                "connections are dropped": (2.0, self.stage.cluster.drop_connections),
                "an update comes to two at once": (2.0, self.bring_to_all),
            }
        return common | {"the bot hangs": (1.5, self.hang_the_sender)}

    def begin(self, what: str, fault: Callable[[], Coroutine[None, None, None]]) -> None:
        blow = Blow(what, time.monotonic())
        self.blows.append(blow)

        async def befall() -> None:
            try:
                await fault()
            finally:
                blow.ended = time.monotonic()

        task = asyncio.create_task(befall())
        self.busy.add(task)
        task.add_done_callback(self.busy.discard)

    # What can happen

    async def kill_a_bot(self) -> None:
        await self.kill(self.random.randrange(len(self.stage.bots)))

    async def kill_the_sender(self) -> None:
        await self.kill(self.stage.bots.index(await self.stage.sender()))

    async def kill(self, number: int) -> None:
        bot = self.stage.bots[number]
        async with self.hold(number) as is_free:
            if is_free:
                bot.kill()
                await asyncio.sleep(self.random.uniform(0, 0.7))
                bot.start()
                await self.up(bot)

    async def up(self, bot: BotProcess) -> None:
        """Until it runs; whoever cannot start, while the database is away or the disk is full, is started again."""
        while True:
            try:
                return await bot.running()
            except AssertionError:
                self.happened["a start that was refused"] += 1
                await asyncio.sleep(0.5)
                bot.start()

    async def hang_the_sender(self) -> None:
        sender = await self.stage.sender()
        async with self.hold(self.stage.bots.index(sender)) as is_free:
            if is_free:
                os.kill(sender.pid, signal.SIGSTOP)
                await asyncio.sleep(self.random.uniform(1, 14 if self.stage.cluster else 3))
                os.kill(sender.pid, signal.SIGCONT)

    @asynccontextmanager
    async def hold(self, thing: int | str) -> AsyncIterator[bool]:
        """No other fault does anything to this bot or thing meanwhile; not, when one does already."""
        if thing in self.held:
            self.happened["a fault in a fault"] += 1
            yield False
            return
        self.held.add(thing)
        try:
            yield True
        finally:
            self.held.discard(thing)

    async def kill_postgresql(self) -> None:
        assert self.stage.cluster
        async with self.hold("PostgreSQL") as is_free:
            if is_free:
                self.stage.cluster.kill()
                await asyncio.sleep(self.random.uniform(0, 1.5))
                await self.stage.cluster.start()

    async def fill_the_disk(self) -> None:
        async with self.hold("PostgreSQL" if self.stage.cluster else "the disk") as is_free:
            if is_free:
                with full(self.stage.folder):
                    await asyncio.sleep(self.random.uniform(0.3, 2))
                if self.stage.cluster:
                    await self.stage.cluster.start()  # it gives up on a full disk

    async def fail_telegram(self) -> None:
        kinds: list[tuple[int, Json]] = [
            (429, {"retry_after": 1}),
            (500, {}),
            (502, {"garbage": True}),
            (200, {"garbage": True}),
            (200, {"hang": 2.0}),
            (500, {"hang": 1.0, "after": True}),
            (504, {"after": True}),
        ]
        status, how = self.random.choice(kinds)
        method, times = self.random.choice(METHODS), self.random.randint(1, 4)
        if all(fault.method != method for fault in self.server.faults):  # else it would fail for ever
            self.server.fail(method, status, times=times, **how)

    async def take_telegram_away(self) -> None:
        async with self.hold("Telegram") as is_free:
            if is_free:
                await self.server.stop()
                await asyncio.sleep(self.random.uniform(0, 1))
                await self.server.start()

    async def redeliver(self) -> None:
        await self.server.redeliver(self.random.randint(1, 20))

    async def shuffle(self) -> None:
        self.random.shuffle(self.server.updates.waiting)

    async def bring_to_all(self) -> None:
        """What one has taken, or is taking, comes to all at once."""
        hook = self.server.updates.webhook
        past = [*self.server.updates.past, *self.server.updates.waiting][-5:]
        if not hook or not past:
            return
        update, headers = self.random.choice(past), {"X-Telegram-Bot-Api-Secret-Token": hook.settings[1]}
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout, headers=headers) as http:
            places = [f"http://127.0.0.1:{bot.environment['PORT']}/telegram" for bot in self.stage.bots]
            await asyncio.gather(*(self._bring(http, place, update.body) for place in places))

    async def _bring(self, http: aiohttp.ClientSession, place: str, body: Json) -> None:
        with suppress(aiohttp.ClientError, TimeoutError):
            async with http.post(place, json=body) as answer:
                await answer.read()

    # What is left afterwards

    async def quiet(self) -> None:
        """Return when everything is delivered."""
        patience = time.monotonic() + PATIENCE
        while missing := self.missing():
            assert time.monotonic() < patience, missing
            await asyncio.sleep(0.5)

    def missing(self) -> str:
        """What is not delivered."""
        waiting = self.count("SELECT COUNT(*) FROM letters WHERE settled_at IS NULL")
        unwritten = [one.id for one in (*self.silent, *self.coordinators) if not one.came]
        return f"{waiting} letters wait, nobody wrote to {unwritten}" if waiting or unwritten else ""

    def count(self, query: str) -> int:
        with self.stage.database.transaction() as tx:
            return int(tx.connection.execute(text(query)).scalar() or 0)

    def complaints(self) -> list[str]:
        stored = self.answers()
        return [
            *(f"not finished: {one}" for one in self.people if not one.is_finished),
            *(wrong for one in self.people for wrong in self.wrong_answers(one, stored[self.key_of(one)])),
            *self.wrong_rows(),
            *(
                f"{one.id} was written to {len(one.came)} times: {one.pages}"
                for one in self.doubled()
                if not self.excuse(one)
            ),
            *(f"bot {number} stopped by itself" for number, bot in enumerate(self.stage.bots) if bot.stop()),
        ]

    def wrong_answers(self, one: Respondent, own: dict[int, str]) -> list[str]:
        return [
            "\n  ".join((f"{one.person.id}, {item}: may be {one.possible(item)}, kept {own.get(item)}", *one.diary))
            for item in range(1, ITEMS + 1)
            if own.get(item) not in one.possible(item, in_order=False)
        ]

    def wrong_rows(self) -> list[str]:
        people = len(self.people)
        expected = {
            "SELECT COUNT(*) FROM responses WHERE completed_at IS NOT NULL": people,
            "SELECT COUNT(*) FROM answers": people * ITEMS,
            "SELECT COUNT(*) FROM respondents": people + SILENT,
            "SELECT COUNT(*) FROM letters WHERE key LIKE 'reminder:%'": SILENT,
            "SELECT COUNT(*) FROM letters WHERE key LIKE 'summary:%'": POSTS,
            "SELECT COUNT(*) FROM letters WHERE settled_at IS NULL": 0,
            "SELECT COUNT(*) FROM letters WHERE refused IS NOT NULL": 0,
        }
        found = {query: self.count(query) for query in expected}
        return [f"{query}: {found[query]}, not {value}" for query, value in expected.items() if found[query] != value]

    def answers(self) -> defaultdict[bytes, dict[int, str]]:
        with self.stage.database.transaction() as tx:
            return by_address(tx.connection.execute(text(ANSWERED)))

    def key_of(self, one: Respondent) -> bytes:
        return self.seal.key("telegram", str(one.person.id))

    def doubled(self) -> list[Listener]:
        return [one for one in (*self.silent, *self.coordinators) if len(one.came) > 1]

    def excuse(self, one: Listener) -> str | None:
        """What befell the sender while the letter was on its way: then nobody can know that it arrived."""
        silencing = ("killed", "hangs", "away", "dropped", "full", "fails")
        return next(
            (blow.what for blow in self.blows if blow.covers(one.came[0]) and blow.what.endswith(silencing)), None
        )

    def figures(self) -> str:
        drawn = Counter(blow.what for blow in self.blows)
        more = {
            "faults": len(self.blows),
            **drawn,
            **self.happened,
            "people": len(self.people),
            "acknowledged": sum(one.acknowledgements for one in self.people),
            "not sure of": sum(len(one.possible(item)) > 1 for one in self.people for item in one.acknowledged),
            "starts": sum(bot.starts for bot in self.stage.bots),
            "letters that came twice": len(self.doubled()),
            "seconds until the last had finished": round(time.monotonic() - self.calm_began),
        }
        return ", ".join(f"{value} {name}" for name, value in more.items())

    def story(self) -> str:
        stuck = [str(one) for one in self.people if not one.is_finished]
        logs = [line for bot in self.stage.bots if bot.log.exists() for line in bot.log.read_text().splitlines()[-25:]]
        faults = [f"{blow.began:.1f}-{blow.ended or 0:.1f} {blow.what}" for blow in self.blows[-30:]]
        return "\n".join((f"FIRE_SEED={SEED}", "not finished:", *stuck, "last faults:", *faults, "logs end:", *logs))
