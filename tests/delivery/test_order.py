"""One process, or two, write to one person: nothing is lost, and what is newer comes last, whatever befalls one."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from bot.delivery import rate_limit
from bot.delivery.replies import Delivery
from bot.letters import Carrier, Clock, Delivered, Envelope, Letter, Postponed, Receipt
from bot.survey.traits import Traits
from storage import contacts, letters
from storage.engine.database import Database
from storage.upkeep.migrate import migrate
from tests import house
from tests.house import SECRET
from tests.patience import PATIENCE
from tests.variants import variants

ANNA = "5000000001"


def now() -> datetime:
    return datetime.now(UTC)


class Chat:
    """What Anna saw, by whom, in order."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._changed = asyncio.Event()

    def show(self, text: str) -> None:
        self.seen.append(text)
        self._changed.set()

    async def shows(self, *texts: str, by: "tuple[Replica, ...]") -> None:
        async with asyncio.timeout(PATIENCE):
            while len(self.seen) < len(texts):
                self._changed.clear()
                await self._changed.wait()
        for replica in by:  # nothing comes after it
            await replica.delivery.look_once()
            await replica.delivery.idle()
        assert self.seen == [*texts]


class Line:
    """A channel that takes so long for its first letter, or does not work at all."""

    traits: ClassVar = Traits("line", reaches_out=True)

    def __init__(self, chat: Chat, first_takes: float = 0.0, *, works: bool = True) -> None:
        self._chat, self._takes, self.works = chat, first_takes, works

    async def deliver(self, envelope: Envelope) -> Receipt:
        takes, self._takes = self._takes, 0.0
        await asyncio.sleep(takes)
        if not self.works:
            return Postponed()
        self._chat.show(envelope.letter.text)
        return Delivered()


class Fickle:
    """A channel that takes a letter now and then."""

    traits: ClassVar = Traits("line", reaches_out=True)

    def __init__(self, chat: Chat, dice: random.Random) -> None:
        self._chat, self._dice = chat, dice

    async def deliver(self, envelope: Envelope) -> Receipt:
        await asyncio.sleep(0)
        if self._dice.random() < 0.5:
            return Postponed(self._dice.choice((None, 1.0, 60.0)))
        self._chat.show(envelope.letter.text)
        return Delivered()


class Meanwhile(Line):
    """A channel during which something happens elsewhere, each time."""

    def __init__(self, chat: Chat, happens: Callable[[], None]) -> None:
        super().__init__(chat)
        self._happens = happens

    async def deliver(self, envelope: Envelope) -> Receipt:
        self._happens()
        return await super().deliver(envelope)


class Replica:
    def __init__(self, url: str, line: Carrier, clock: Clock = now) -> None:
        self.database = Database(url, SECRET)
        self.delivery = Delivery(self.database, {"telegram": line}, clock)
        self._clock = clock

    def answers(self, text: str, *more: str) -> None:
        """What a turn says, with what was not delivered before it."""
        self.delivery.post([self.written(one) for one in (text, *more)])

    def written(self, text: str) -> Envelope:
        with self.database.transaction() as tx:
            contact = contacts.meet(tx, "telegram", ANNA, "nl", self._clock())
            number, _ = letters.reply(tx, contact, Letter(text), self._clock())
            older = tuple(letters.before(tx, contact, number)) if tx.is_shared else ()
        return Envelope("telegram", ANNA, Letter(text), number, contact, after=older)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Replica"]:
        looking = asyncio.create_task(self.delivery.look())
        try:
            yield self
        finally:
            looking.cancel()
            await self.delivery.close()
            self.database.close()


@pytest.fixture
def url(postgresql_url: str) -> Iterator[str]:
    with closing(Database(postgresql_url, SECRET)) as database:
        migrate(database)
        yield postgresql_url


@pytest.fixture
def chat() -> Chat:
    return Chat()


@asynccontextmanager
async def two(url: str, first: Line, second: Line) -> AsyncIterator[tuple[Replica, Replica]]:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(Replica(url, first).running())
        yield one, await stack.enter_async_context(Replica(url, second).running())


@pytest.mark.fire
async def test_who_is_slow_is_waited_for(url: str, chat: Chat) -> None:
    async with two(url, Line(chat, first_takes=5), Line(chat)) as (slow, other):
        slow.answers("1")
        other.answers("2")
        await chat.shows("1", "2", by=(slow, other))


@pytest.mark.fire
async def test_what_stood_too_long_in_a_slow_line_is_left_to_others(url: str, chat: Chat) -> None:
    async with two(url, Line(chat, first_takes=6), Line(chat)) as (slow, other):
        slow.answers("1", "2")
        other.answers("3")
        await chat.shows("1", "2", "3", by=(slow, other))


async def test_who_cannot_reach_the_channel_leaves_it_to_who_can(url: str, chat: Chat) -> None:
    async with two(url, Line(chat, works=False), Line(chat)) as (deaf, other):
        deaf.answers("1")
        other.answers("2")
        await chat.shows("1", "2", by=(deaf, other))


async def test_what_is_posted_in_the_other_order_comes_in_order(url: str, chat: Chat) -> None:
    async with two(url, Line(chat), Line(chat)) as (one, another):
        first, second = one.written("1"), one.written("2")
        one.delivery.post([second])
        await asyncio.sleep(0.3)
        one.delivery.post([first])
        await chat.shows("1", "2", by=(one, another))


async def test_a_database_that_is_away_for_a_moment_changes_no_order(url: str, chat: Chat) -> None:
    async with two(url, Line(chat, first_takes=2), Line(chat)) as (slow, other):
        slow.answers("1")
        second = other.written("2")
        other.database.close()
        other.delivery.post([second])
        await chat.shows("1", "2", by=(slow, other))


@pytest.mark.parametrize("where", ["url", "alone"])
async def test_bulk_mail_that_another_let_go_is_not_sent_from_the_line(
    where: str, chat: Chat, request: pytest.FixtureRequest, second: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another replica, or on SQLite a command beside the bot."""
    monkeypatch.setattr(rate_limit, "SECOND", second)
    url = request.getfixturevalue(where)

    def finish() -> None:
        with other.database.transaction() as tx:
            letters.withdraw(tx, letters.with_keys(["reminder:2:1"]), now())

    one, other = Replica(url, Meanwhile(chat, finish)), Replica(url, Line(chat))
    with one.database.transaction() as tx:
        contact = contacts.meet(tx, "telegram", ANNA, "nl", now())
        for number in (1, 2, 3):
            letters.enqueue(tx, contact, Letter(f"{number}"), now(), f"reminder:{number}:1")
    await one.delivery.look_once()
    await chat.shows("1", "3", by=(one, other))
    for replica in (one, other):
        await replica.delivery.close()
        replica.database.close()


# On SQLite, where one process is alone


@pytest.fixture
def alone(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/alone.db"
    with closing(Database(url, SECRET)) as database:
        migrate(database)
    return url


async def test_what_was_postponed_goes_before_what_was_said_since(alone: str, chat: Chat) -> None:
    clock, line = house.Clock(), Line(chat, works=False)
    one = Replica(alone, line, clock)
    async with one.running():
        one.answers("1", "2")
        await one.delivery.idle()
        line.works = True
        one.answers("3")
        await one.delivery.idle()
        assert chat.seen == []
        clock.pass_time(seconds=1)
        await chat.shows("1", "2", "3", by=(one,))
        one.answers("4")
        await chat.shows("1", "2", "3", "4", by=(one,))


async def test_who_was_shut_off_while_letters_waited_hears_the_next_one(alone: str, chat: Chat) -> None:
    one = Replica(alone, line := Line(chat, works=False))
    async with one.running():
        one.answers("1")
        await one.delivery.idle()
        with one.database.transaction() as tx:
            tx.connection.exec_driver_sql("DELETE FROM letters")
        line.works = True
        one.answers("2")
        await chat.shows("2", by=(one,))


@pytest.mark.parametrize("seed", variants(range(20), always=3))
async def test_however_often_the_channel_fails_all_comes_once_in_order(alone: str, chat: Chat, seed: int) -> None:
    dice, clock = random.Random(seed), house.Clock()
    one = Replica(alone, Fickle(chat, dice), clock)
    said = [str(number) for number in range(12)]
    for text in said:
        one.answers(text)
        looking = asyncio.create_task(one.delivery.look_once()) if dice.random() < 0.5 else None
        clock.pass_time(seconds=dice.choice((0, 0, 1, 100)))
        await (one.delivery.idle() if dice.random() < 0.3 else asyncio.sleep(dice.choice((0, 0.003))))
        await (looking or asyncio.sleep(0))
    async with asyncio.timeout(PATIENCE):
        while len(chat.seen) < len(said):
            clock.pass_time(minutes=6)
            await one.delivery.look_once()
            await one.delivery.idle()
    assert chat.seen == said
    await one.delivery.close()
    one.database.close()
