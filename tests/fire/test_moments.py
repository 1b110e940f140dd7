"""The exact moments at which something can break: a death between two steps, a locked database, Telegram in trouble.

In process and without a kill, so that each moment is chosen and not hit by chance; the fire itself is test_kill.py.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import http
from storage.engine import connecting
from tests.house import Clock, House, agree
from tests.patience import PATIENCE
from tests.people import Reader
from tests.telegram_server import Json, Person, TelegramServer

BLOCKED = "Forbidden: bot was blocked by the user"
ONE_MESSAGE_AFTER_ANOTHER = ("/help", "hallo", "/privacy", "/taal", "/verder")
EVERYTHING = (
    "SELECT * FROM contacts",
    "SELECT * FROM responses",
    "SELECT * FROM answers ORDER BY response_id, item",
    "SELECT * FROM letters",
)


class Mortal(House):
    """A house that can die on the spot."""

    async def die(self) -> None:
        """Stop at once: nothing in hand is finished, nothing more is stored."""
        assert self._running
        while not self._running.done():
            self._running.cancel()
            await asyncio.sleep(0)
        await self.app.delivery.close(patience=0)
        await self.telegram.close()
        self.app.database.close()

    @property
    def waiting(self) -> int:
        """The letters that are not delivered yet, or were given up."""
        undelivered = "SELECT COUNT(*) FROM letters WHERE settled_at IS NULL OR refused IS NOT NULL"
        return int(self.rows(undelivered)[0][0])

    @property
    def answers(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT item, option FROM answers ORDER BY response_id, item")


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock) -> AsyncIterator[Mortal]:
    async with Mortal(tmp_path, server, clock) as running:
        yield running


@pytest.fixture
async def anna(house: Mortal, server: TelegramServer) -> Person:
    """Somebody with the first statement on her screen."""
    return await on_the_first_statement(house, server.person())


async def on_the_first_statement(house: House, person: Person) -> Person:
    await agree(house, person, house.add(f"Buurt {person.id}").invitation)
    assert "Zin 1 van 26" in person.last.text
    return person


async def until(true: Callable[[], bool], seconds: float = PATIENCE) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - a row in the database rings no bell
            await asyncio.sleep(0.01)


def shows(person: Person, text: str) -> int:
    """How many of her messages say this."""
    return sum(text in message.text for message in person.messages)


# Delivery dies


async def test_a_letter_sent_and_not_recorded_comes_exactly_twice(
    house: Mortal, server: TelegramServer, anna: Person
) -> None:
    server.fail("sendMessage", 200, hang=30)
    await anna.write("hallo")
    await anna.wait(lambda message: "niet bewaard" in message.text)
    await house.die()
    await house.start()
    await until(lambda: house.waiting == 0)
    await house.restart()
    await house.settle()
    assert shows(anna, "niet bewaard") == 2


async def test_a_screen_sent_and_not_recorded_is_the_same_screen(
    house: Mortal, server: TelegramServer, anna: Person
) -> None:
    server.fail("editMessageText", 200, hang=30)
    await anna.press("Ja")
    await anna.wait(lambda message: "Zin 2 van 26" in message.text)
    messages = anna.messages
    await house.die()
    await house.start()
    await until(lambda: house.waiting == 0)
    assert anna.messages == messages
    assert house.answers == [(1, "yes")]


async def test_a_letter_written_and_never_sent_comes_after_the_restart(
    house: Mortal, server: TelegramServer, anna: Person
) -> None:
    server.fail("editMessageText", 500, hang=30)
    server.fail("answerCallbackQuery", 500, hang=30)
    await anna.press("Ja")
    await until(lambda: server.calls["editMessageText"] == 1 + anna.last.edits)
    await house.die()
    assert "Zin 1 van 26" in anna.last.text
    await house.start()
    await anna.wait(lambda message: "Zin 2 van 26" in message.text)
    assert house.answers == [(1, "yes")]


async def test_a_tap_that_is_refused_says_so_even_when_the_bot_dies_over_it(
    house: Mortal, server: TelegramServer, anna: Person
) -> None:
    first = anna.last
    await anna.press("Ja")
    await house.settle()
    for method in ("editMessageText", "answerCallbackQuery"):
        server.fail(method, 500, hang=30)
    await anna.press("Nee", first)
    await until(lambda: not server.faults)
    await house.die()
    await house.start()
    await anna.wait(lambda message: "heeft u al gekozen" in message.text)
    assert house.answers == [(1, "yes")]


async def test_a_lost_answer_of_telegram_costs_exactly_one_duplicate(
    house: Mortal, server: TelegramServer, anna: Person
) -> None:
    server.fail("sendMessage", 502, after=True, garbage=True)
    await anna.write("hallo")
    await house.settle()
    assert shows(anna, "niet bewaard") == 1
    await house.try_again()
    assert shows(anna, "niet bewaard") == 2
    assert house.waiting == 0


async def test_a_stop_in_the_middle_doubles_nothing(house: Mortal, server: TelegramServer) -> None:
    people = [await on_the_first_statement(house, server.person()) for _ in range(10)]
    server.fail("sendMessage", 200, hang=0.2, times=len(people))
    for person in people * 2:
        await person.write("hallo")
    await people[-1].wait(lambda message: "niet bewaard" in message.text)
    await house.restart()
    await until(lambda: house.waiting == 0)
    await house.settle()
    assert [shows(person, "niet bewaard") for person in people] == [2] * len(people)


async def test_no_reply_overtakes_a_letter_that_was_left_over(house: Mortal, server: TelegramServer) -> None:
    code = house.add().invitation
    anna, bert = Reader(server, 5_000_000_001), Reader(server, 5_000_000_002)
    for one, method in ((anna, "sendMessage"), (bert, "editMessageText")):
        await agree(house, one, code)
        server.fail(method, 500, hang=30, chat_id=one.id)
    first = bert.last
    for _ in range(100):
        await anna.write("hallo")
    await server.confirmed()
    await bert.press("Ja", first)
    await until(lambda: not server.faults)
    await house.die()
    await bert.press("Pauze", first)
    await anna.write("/help")
    await house.start()
    await house.settle()
    assert ["Zin 2" in page or "pauze" in page for page in bert.pages[-2:]] == [True, True]
    assert "pauze" in bert.last.text
    assert anna.last.text.startswith("Hulp")
    assert house.waiting == 0


async def test_a_letter_that_cannot_be_read_holds_up_nobody(
    house: Mortal, server: TelegramServer, anna: Person
) -> None:
    server.fail("editMessageText", 500, hang=30)
    await anna.press("Ja")
    await until(lambda: not server.faults)
    await house.die()
    with closing(sqlite3.connect(house.folder / "data/samenspraak.db", isolation_level=None)) as other:
        other.execute("UPDATE letters SET body_sealed = x'00'")
    await house.start()
    assert house.rows("SELECT refused FROM letters") == [("cannot be read",)]
    await anna.write("/verder")
    await house.settle()
    assert "Zin 2 van 26" in anna.last.text


# Updates come again


async def test_redelivered_updates_change_nothing(
    house: Mortal, server: TelegramServer, anna: Person, clock: Clock
) -> None:
    for label in ("Ja", "Ertussenin", "‹ Terug", "Nee", "Pauze", "Geen bericht", "Verder met zin 3", "Weet ik niet"):
        await anna.press(label)
        await house.settle()
    await anna.write("hallo")
    await house.settle()
    before = [house.rows(query) for query in EVERYTHING], anna.messages
    clock.pass_time(minutes=1)
    for again in (1, 5, 100):
        await server.redeliver(again)
        await house.settle()
        await house.restart()
        await house.settle()
    assert ([house.rows(query) for query in EVERYTHING], anna.messages) == before


# The database


@pytest.mark.parametrize("patience", [5000, 20], ids=["it waits", "it gives up and tries again"])
async def test_nothing_is_confirmed_while_the_database_is_locked(
    house: Mortal, server: TelegramServer, monkeypatch: pytest.MonkeyPatch, patience: int
) -> None:
    people = [await on_the_first_statement(house, server.person()) for _ in range(5)]
    monkeypatch.setattr(connecting, "PRAGMAS", (*connecting.PRAGMAS, f"PRAGMA busy_timeout={patience}"))
    await house.restart()
    with locked(house.folder / "data/samenspraak.db"):
        for person in people:
            await person.press("Ja")
            await person.press("Ja")
        await asyncio.sleep(1)
        assert len(server.updates.alive()) == 2 * len(people)
        assert all("Zin 1 van 26" in person.last.text for person in people)
    await house.settle()
    monkeypatch.undo()  # who looks here is patient again
    await house.restart()
    assert house.answers == [(1, "yes")] * len(people)
    assert all("Zin 2 van 26" in person.last.text for person in people)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


# Telegram in trouble

TROUBLE: dict[str, Json] = {
    "too many requests": {"status": 429, "retry_after": 1},
    "an error": {"status": 500},
    "garbage": {"status": 502, "garbage": True},
    "a late answer": {"status": 200, "hang": 0.5},
    "no answer in time": {"status": 500, "hang": 2},
    "a lost answer": {"status": 500, "after": True},
}


@pytest.mark.parametrize("trouble", TROUBLE.values(), ids=TROUBLE)
async def test_every_letter_arrives_in_order(
    house: Mortal, server: TelegramServer, monkeypatch: pytest.MonkeyPatch, trouble: Json
) -> None:
    monkeypatch.setattr(http, "TIMEOUT", 1.0)  # seconds; it would be 10
    calm, *troubled = [Reader(server, 5_000_000_000 + number) for number in range(4)]
    code = house.add().invitation
    for one in (calm, *troubled):
        await agree(house, one, code)
    await say_a_lot(calm)
    await house.settle()
    for one, method in zip(troubled, ("sendMessage", "editMessageText", "getUpdates"), strict=True):
        server.fail(method, **trouble, **({} if method == "getUpdates" else {"chat_id": one.id}))
    await asyncio.gather(*map(say_a_lot, troubled))
    await house.settle()
    await house.try_again()
    assert len(story(calm)) > 8
    assert [story(one) for one in troubled] == [story(calm)] * 3
    assert house.waiting == 0


def story(reader: Reader) -> list[str]:
    """What was shown, without what was shown twice in a row."""
    return [page for page, _ in groupby(reader.pages)]


async def say_a_lot(person: Person) -> None:
    """Without waiting for anything: one press, some messages, and two presses on the first screen."""
    first = person.last
    await person.press("Ja", first)
    for text in ONE_MESSAGE_AFTER_ANOTHER:
        await person.write(text)
    await person.press("Pauze", first)
    await person.press("Ja", first)


async def test_whoever_blocks_the_bot_is_unreachable_until_they_write_again(
    house: Mortal, server: TelegramServer, anna: Person
) -> None:
    server.fail("editMessageText", 403, description=BLOCKED)
    await anna.press("Ja")
    await house.settle()
    assert house.rows("SELECT unreachable_at IS NULL FROM contacts") == [(False,)]
    assert house.rows("SELECT body_sealed, refused FROM letters") == [(None, "unreachable")]
    assert house.answers == [(1, "yes")]
    await anna.write("/start")
    await house.settle()
    assert "Zin 2 van 26" in anna.last.text
    assert house.rows("SELECT unreachable_at IS NULL FROM contacts") == [(True,)]


async def test_a_block_and_its_end_are_heard_of(house: Mortal, anna: Person) -> None:
    reachable = []
    for change in (anna.block, anna.unblock):
        await change()
        await house.settle()
        reachable.append(bool(house.rows("SELECT unreachable_at IS NULL FROM contacts")[0][0]))
    assert reachable == [False, True]


@pytest.mark.parametrize("status", [401, 404, 409])
async def test_a_refused_poll_does_not_end_the_bot(
    house: Mortal, server: TelegramServer, anna: Person, status: int
) -> None:
    server.fail("getUpdates", status, times=1)
    await anna.press("Ja")  # answers the poll that is open
    await anna.press("Ja")
    await anna.wait(lambda message: "Zin 2 van 26" in message.text)
    await anna.press("Nee")
    await house.settle()
    assert not server.faults
    assert house.answers == [(1, "yes"), (2, "no")]


async def test_an_answer_that_nobody_can_read_does_not_end_the_bot(
    house: Mortal, server: TelegramServer, anna: Person
) -> None:
    server.fail("getUpdates", 200, garbage="[" * 100_000)
    await anna.press("Ja")  # answers the poll that is open
    await anna.wait(lambda message: "Zin 2 van 26" in message.text)
    await anna.press("Nee")
    await house.settle()
    assert not server.faults
    assert house.answers == [(1, "yes"), (2, "no")]
