"""Two replicas write to one person: nothing is lost, and what is newer comes last, whatever befalls one of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime
from typing import ClassVar

import pytest

from bot.delivery.replies import Delivery
from bot.letters import Delivered, Envelope, Letter, Postponed, Receipt
from bot.survey.traits import Traits
from storage import contacts, letters
from storage.engine.database import Database
from storage.upkeep.migrate import migrate
from tests.house import SECRET
from tests.patience import PATIENCE

ANNA = "5000000001"


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
        self._chat, self._takes, self._works = chat, first_takes, works

    async def deliver(self, address: str, letter: Letter) -> Receipt:
        takes, self._takes = self._takes, 0.0
        await asyncio.sleep(takes)
        if not self._works:
            return Postponed()
        self._chat.show(letter.text)
        return Delivered()


class Replica:
    def __init__(self, url: str, line: Line) -> None:
        self.database = Database(url, SECRET)
        self.delivery = Delivery(self.database, {"telegram": line}, now)

    def answers(self, text: str, *more: str) -> None:
        """What a turn says, with what was not delivered before it."""
        self.delivery.post([self.written(one) for one in (text, *more)])

    def written(self, text: str) -> Envelope:
        with self.database.transaction() as tx:
            contact = contacts.meet(tx, "telegram", ANNA, "nl", now())
            number = letters.reply(tx, contact, Letter(text), now())
            older = tuple(letters.before(tx, contact, number))
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


def now() -> datetime:
    return datetime.now(UTC)


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


async def test_who_is_slow_is_waited_for(url: str, chat: Chat) -> None:
    async with two(url, Line(chat, first_takes=5), Line(chat)) as (slow, other):
        slow.answers("1")
        other.answers("2")
        await chat.shows("1", "2", by=(slow, other))


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
