"""Bulk mail: all of it, once, in order and under Telegram's limits, whatever happens on the way; replies go first.

With BULK=5000 in the environment the burst is the largest there is; it takes three minutes.
"""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from heapq import heappop, heappush
from itertools import count, pairwise
from operator import is_not
from pathlib import Path
from typing import ClassVar

import pytest

from bench.bulk import Addressee, burst, crowd, write_to
from bot.channels.telegram.traits import TRAITS
from bot.delivery.rate_limit import RateLimit
from bot.delivery.replies import Delivery
from bot.letters import Delivered, Envelope, Letter, Postponed, Receipt
from bot.survey.traits import Traits
from storage import contacts, letters
from storage.engine.database import Database
from storage.upkeep.migrate import migrate
from tests.fire.test_moments import Mortal
from tests.house import MONDAY, SECRET, Clock, House, agree
from tests.patience import PATIENCE
from tests.telegram_server import Limits, TelegramServer
from tests.variants import variants

pytestmark = pytest.mark.long

PER_SECOND = TRAITS.per_second
BURST = int(os.environ.get("BULK", "120"))
AMSTERDAM = "Europe/Amsterdam"
BLOCKED = "Forbidden: bot was blocked by the user"


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock) -> AsyncIterator[Mortal]:
    async with Mortal(tmp_path, server, clock) as running:
        yield running


# All of it


@pytest.mark.parametrize("latency", variants((0.1, 0.0)))
async def test_a_burst_arrives_once_and_under_the_limits_and_who_taps_is_answered(house: House, latency: float) -> None:
    """How quickly, is for `bench.bulk`."""
    house.server.latency = latency
    seen = await burst(house, BURST)
    assert (seen.missing, seen.double, seen.too_fast) == (0, 0, 0)
    assert seen.answers, "before all of it was sent"


@pytest.mark.fire
async def test_new_messages_to_people_who_write_fit_in_between(house: House, server: TelegramServer) -> None:
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    write_to(house, crowd(server, 90))
    server.limits = Limits()
    sending = asyncio.create_task(house.caught_up())
    for _ in range(2):
        await asyncio.sleep(1.2)
        before = anna.last
        await anna.write("/help")
        assert "Hulp" in (await anna.wait(partial(is_not, before))).text
    await sending
    assert server.too_fast == 0


async def test_to_one_chat_goes_one_a_second_in_order_and_nobody_waits_for_it(
    house: House, server: TelegramServer
) -> None:
    anna, *others = crowd(server, 25)
    for text in ("one", "two", "three"):
        write_to(house, [anna], text)
    write_to(house, others)
    server.limits = Limits()
    await house.caught_up()
    assert [text for _, text in anna.came] == ["one", "two", "three"]
    assert all(later - sooner >= 1 for (sooner, _), (later, _) in pairwise(anna.came))
    assert min(came for one in others for came, _ in one.came) < anna.came[1][0]
    assert server.too_fast == 0


async def test_bulk_mail_keeps_its_distance_from_a_reply(house: House, server: TelegramServer) -> None:
    anna = Addressee(server, 4_100_000_000)
    await agree(house, anna, house.add().invitation)
    server.limits = Limits()
    await anna.write("/help")
    await anna.wait(lambda message: "Hulp" in message.text)
    write_to(house, [anna])
    await house.caught_up()
    (help_came, _), (letter_came, text) = anna.came[-2:]
    assert text == "Doet u weer mee?"
    assert letter_came - help_came >= 1
    assert server.too_fast == 0


# By day


async def test_a_letter_of_the_evening_that_missed_its_moment_waits_for_the_morning(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna, ben = crowd(server, 2)
    clock.pass_time(hours=9, minutes=29)  # 19:59 in Amsterdam
    write_to(house, [anna], timezone=AMSTERDAM)
    write_to(house, [ben])
    await house.stop()
    clock.pass_time(hours=7)
    await house.start()
    await house.caught_up()
    assert (len(anna.came), len(ben.came)) == (0, 1)
    clock.pass_time(hours=6)
    await house.restart()
    await house.caught_up()
    assert anna.came == []
    clock.pass_time(minutes=1)
    await house.caught_up()
    assert len(anna.came) == 1


async def test_a_start_brings_no_letter_forward(house: House, server: TelegramServer, clock: Clock) -> None:
    (anna,) = crowd(server, 1)
    with house.app.database.transaction() as tx:
        contact = contacts.meet(tx, "telegram", str(anna.id), "nl", clock())
        letters.enqueue(tx, contact, Letter("tomorrow"), MONDAY.replace(day=3), "tomorrow")
    await house.restart()
    await house.caught_up()
    assert anna.came == []
    clock.pass_time(days=1)
    await house.caught_up()
    assert [text for _, text in anna.came] == ["tomorrow"]


# The end comes in the middle


async def test_a_stop_in_the_middle_of_a_burst_doubles_nothing(house: House, server: TelegramServer) -> None:
    people = await in_the_middle(house, server)
    await house.restart()
    await house.caught_up()
    assert [len(person.came) for person in people] == [1] * len(people)


@pytest.mark.fire
async def test_a_death_in_the_middle_of_a_burst_doubles_only_what_was_on_its_way(
    house: Mortal, server: TelegramServer
) -> None:
    people = await in_the_middle(house, server)
    await house.die()
    unmarked = house.rows("SELECT COUNT(*) FROM letters WHERE settled_at IS NULL")[0][0]
    not_there = sum(not person.came for person in people)
    await house.start()
    await house.caught_up()
    counts = [len(person.came) for person in people]
    assert set(counts) <= {1, 2}
    assert counts.count(2) <= unmarked - not_there < PER_SECOND
    assert house.waiting == 0


async def in_the_middle(house: House, server: TelegramServer) -> list[Addressee]:
    """A burst of which some letters arrived, some are on their way, and some are not claimed yet."""
    people = crowd(server, 100)
    server.latency = 0.2
    write_to(house, people)
    await house.app.delivery.look_once()
    async with asyncio.timeout(PATIENCE):
        while sum(len(person.came) for person in people) < 35:  # noqa: ASYNC110 - arriving rings no bell here
            await asyncio.sleep(0.01)
    return people


# Telegram in trouble


@pytest.mark.fire
async def test_told_to_wait_all_of_it_waits_and_the_one_that_was_refused_comes_later(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna, *others = crowd(server, 30)
    for text in ("one", "two"):
        write_to(house, [anna], text)
    write_to(house, others)
    server.fail("sendMessage", 429, retry_after=2, chat_id=anna.id)
    began = time.monotonic()
    await house.caught_up()
    assert anna.came == []
    assert [len(person.came) for person in others] == [1] * len(others)
    assert max(came for person in others for came, _ in person.came) - began > 2
    clock.pass_time(seconds=2)
    await house.caught_up()
    assert [text for _, text in anna.came] == ["one", "two"]


async def test_while_bulk_mail_must_wait_replies_go(house: House, server: TelegramServer) -> None:
    anna, ben = server.person(), crowd(server, 1)[0]
    await agree(house, anna, house.add().invitation)
    write_to(house, [ben])
    server.fail("sendMessage", 429, retry_after=24 * 3600, chat_id=ben.id)
    await house.app.delivery.look_once()
    await server.called("sendMessage", server.calls["sendMessage"] + 1)
    await anna.press("Ja")
    await anna.wait(lambda message: "Zin 2 van 26" in message.text)
    assert ben.came == []


@pytest.mark.parametrize(
    "trouble",
    variants(({"status": 500}, {"status": 502, "garbage": True}, {"status": 429, "retry_after": 1})),
    ids=["error", "garbage", "too fast"],
)
async def test_who_is_refused_or_blocked_the_bot_holds_up_nobody(
    house: House, server: TelegramServer, clock: Clock, trouble: dict[str, int]
) -> None:
    people = crowd(server, 30)
    failing, blocking, strange = people[3], people[6], people[9]
    for text in ("one", "two"):
        write_to(house, people, text)
    server.fail("sendMessage", **trouble, chat_id=failing.id)
    server.fail("sendMessage", 403, description=BLOCKED, chat_id=blocking.id)
    server.fail("sendMessage", 400, description="Bad Request: no such thing", chat_id=strange.id)
    await house.caught_up()
    assert failing.came == [] == blocking.came
    assert [text for _, text in strange.came] == ["two"]
    clock.pass_time(seconds=10)
    await house.caught_up()
    rest = [person for person in people if person not in (blocking, strange)]
    assert [[text for _, text in person.came] for person in rest] == [["one", "two"]] * len(rest)
    refused = house.rows("SELECT refused FROM letters WHERE refused IS NOT NULL ORDER BY id")
    assert refused == [("unreachable",), ("No such thing",), ("unreachable",)]


async def test_who_moved_is_written_to_at_the_new_address_in_order(house: House, server: TelegramServer) -> None:
    anna, group = server.person(), server.group()
    await group.add_bot(anna)
    await house.settle()
    for text in ("one", "two"):
        write_to(house, [group], text)
    group.migrate()
    await house.settle()
    await house.caught_up()
    assert [message.text for message in group.messages] == ["one", "two"]


@pytest.mark.fire
async def test_when_telegram_is_down_bulk_mail_lets_it_be(
    house: House, server: TelegramServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.bulk.REST", 1.0)
    people = crowd(server, 40)
    write_to(house, people)
    server.fail("sendMessage", 502, times=20)
    began = time.monotonic()
    await house.caught_up()
    assert time.monotonic() - began > 1
    clock.pass_time(minutes=10)
    await house.caught_up()
    assert [len(person.came) for person in people] == [1] * len(people)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/letters.db", SECRET)
    migrate(database)
    yield database
    database.close()


# The pace


def steady(seconds: float) -> Callable[[], float]:
    return lambda: seconds


def uneven(least: float, most: float, seed: str) -> Callable[[], float]:
    dice = random.Random(seed)
    return lambda: dice.uniform(least, most) + (dice.random() < 0.02) * 0.7


NETWORKS = {
    "near": (steady(0.001), steady(0.001), 0.93),
    "100 ms": (steady(0.05), steady(0.05), 0.9),
    "100 ms on the way there": (steady(0.1), steady(0.0), 0.9),
    "100 ms on the way back": (steady(0.0), steady(0.1), 0.9),
    "uneven": (uneven(0.01, 0.1, "there"), uneven(0.01, 0.1, "back"), 0.8),
}


@pytest.mark.parametrize(("there", "back", "share"), NETWORKS.values(), ids=NETWORKS)
def test_no_second_has_too_many_and_few_places_stay_empty(
    there: Callable[[], float], back: Callable[[], float], share: float
) -> None:
    arrived = simulated(2000, there, back)
    assert max(most_in_a_second(arrived)) < PER_SECOND
    assert len(arrived) / (arrived[-1] - arrived[0]) >= share * Limits().overall_per_second


def simulated(letters: int, there: Callable[[], float], back: Callable[[], float]) -> list[float]:
    """When each of so many bulk messages arrives, in seconds; each to a chat of its own."""
    now, arrived, on_their_way, numbers = 0.0, list[float](), list[tuple[float, int, Callable[[], None]]](), count()
    pace = RateLimit(PER_SECOND, lambda: now)
    while len(arrived) < letters:
        while on_their_way and on_their_way[0][0] <= now:
            heappop(on_their_way)[2]()
        if wait := pace.wait():
            now = min([now + wait + 1e-9, *(answer for answer, _, _ in on_their_way[:1])])
            continue
        arrived.append(now + there())
        heappush(on_their_way, (arrived[-1] + back(), next(numbers), pace.bulk(len(arrived))))
    assert pace.chats < 100
    return sorted(arrived)


def most_in_a_second(moments: list[float]) -> Iterator[int]:
    first = 0
    for last, moment in enumerate(moments):
        while moments[first] <= moment - 1:
            first += 1
        yield last - first + 1


def test_replies_take_their_places_and_bulk_keeps_a_few() -> None:
    now = 100.0
    pace = RateLimit(PER_SECOND, lambda: now)
    for chat in range(pace.most):
        pace.reply(chat)()
    sent = 0
    while pace.wait() == 0:
        pace.bulk(f"bulk {sent}")()
        sent += 1
    assert sent == 5
    assert 0 < pace.wait() <= 1.1


def test_a_few_letters_go_at_once_and_then_one_after_another() -> None:
    pace, sent = RateLimit(PER_SECOND, lambda: 100.0), 0
    while pace.wait() == 0:
        pace.bulk(sent)()
        sent += 1
    assert sent == pace.at_once + 1
    assert pace.wait() == pytest.approx(pace.gap)


def test_many_replies_to_one_chat_take_one_place() -> None:
    now = 100.0
    pace = RateLimit(PER_SECOND, lambda: now)
    for _ in range(1000):
        pace.reply("anna")()
    sent = 0
    while (wait := pace.wait()) < 0.5:
        now += wait
        pace.bulk(sent)()
        sent += 1
    assert sent == pace.most - 1


def test_told_to_wait_the_pace_waits_as_long() -> None:
    now = 100.0
    pace = RateLimit(PER_SECOND, lambda: now)
    pace.hold(30)
    pace.hold(1)
    assert (pace.wait(), pace.held) == (30, 30)
    now += 30
    assert (pace.wait(), pace.held) == (0, 0)


# Two channels


class Free:
    """A channel that takes every letter."""

    traits: ClassVar = Traits("free", reaches_out=True)

    def __init__(self) -> None:
        self.tried = asyncio.Queue[str]()

    async def deliver(self, envelope: Envelope) -> Receipt:
        self.tried.put_nowait(envelope.letter.text)
        return Delivered()


class Held(Free):
    """One that says how long to wait."""

    traits: ClassVar = Traits("held", reaches_out=True)

    async def deliver(self, envelope: Envelope) -> Receipt:
        await super().deliver(envelope)
        return Postponed(30)


async def test_a_channel_that_must_wait_holds_up_no_other(database: Database, clock: Clock) -> None:
    held, free = Held(), Free()
    delivery = Delivery(database, {"held": held, "free": free}, clock)

    async def send(text: str) -> None:
        with database.transaction() as tx:
            for name in ("held", "free"):
                contact = contacts.meet(tx, name, f"{text} at {name}", "nl", clock())
                letters.enqueue(tx, contact, Letter(text), clock(), f"{text}:{name}")
        await delivery.look_once()

    async with asyncio.timeout(PATIENCE):
        await send("first")
        assert [await one.tried.get() for one in (held, free)] == ["first", "first"]
        while not delivery._rates["held"].held:  # noqa: ASYNC110 - nothing tells
            await asyncio.sleep(0)
        await send("second")
        assert await free.tried.get() == "second"
    assert held.tried.empty(), "it is held for half a minute, and asked nothing meanwhile"
    await delivery.close(patience=0)
