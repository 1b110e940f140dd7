"""Replicas take turns on one PostgreSQL: people do not notice, and one of them at a time sends bulk mail."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from bench.bulk import crowd, write_to
from bot.letters import Letter
from storage import contacts, leases, letters
from storage.engine.database import Database, Tx
from storage.upkeep.migrate import migrate
from tests.house import SECRET, Clock, House, agree
from tests.replicas import replicas, settled
from tests.telegram_server import Limits, TelegramServer

LEASE = "bulk mail telegram"


@pytest.fixture
async def houses(
    postgresql_url: str, tmp_path: Path, server: TelegramServer, clock: Clock
) -> AsyncIterator[tuple[House, ...]]:
    async with replicas(3, postgresql_url, tmp_path, server, clock) as running:
        yield running


@pytest.fixture
def database(postgresql_url: str) -> Iterator[Database]:
    found = Database(postgresql_url, SECRET)
    yield found
    found.close()


async def test_one_person_is_served_by_all_in_turn(houses: tuple[House, ...], server: TelegramServer) -> None:
    anna = server.person()
    await anna.write(f"/start {houses[0].add().invitation}")
    await settled(houses)
    for label in ("Ja, ik doe mee", "Anders", *("Ja",) * 26, "Klaar"):
        await anna.press(label)
        await settled(houses)
    assert "Dank u wel" in anna.last.text
    assert houses[0].rows("SELECT COUNT(*), MIN(option), MAX(option) FROM answers") == [(26, "yes", "yes")]
    shares = [house.app.metrics.answers["telegram"] for house in houses]
    assert sum(shares) == 26
    assert min(shares) > 0


@pytest.mark.fire
async def test_taps_of_one_person_on_all_at_once_leave_the_newest_screen(
    houses: tuple[House, ...], server: TelegramServer, clock: Clock
) -> None:
    anna = server.person()
    code = houses[0].add().invitation
    await agree(houses[0], anna, code)
    await settled(houses)
    server.fail("editMessageText", 500, times=2)  # so that an older screen is still under way
    for _ in range(6):
        statement = anna.last
        await asyncio.gather(*(anna.press("Ja", statement) for _ in range(3)))
        await settled(houses)
        while houses[0].rows("SELECT 1 FROM letters"):
            clock.pass_time(seconds=1)  # what failed is due again
            await asyncio.sleep(0.2)
            await settled(houses)
    [(answered,)] = houses[0].rows("SELECT COUNT(*) FROM answers")
    assert f"Zin {answered + 1} van 26" in anna.last.text


async def test_bulk_mail_arrives_once_and_one_at_a_time_sends_it(
    houses: tuple[House, ...], server: TelegramServer
) -> None:
    people = crowd(server, 150)
    write_to(houses[0], people)
    server.limits = Limits()
    for person in people:
        await person.wait(lambda message: "weer" in message.text)
    await settled(houses)
    assert Counter(len(person.came) for person in people) == {1: 150}
    assert server.too_fast == 0
    assert sorted(house.app.delivery.outcomes["delivered"] for house in houses) == [0, 0, 150]


async def test_ticks_on_all_at_once_remind_once(
    houses: tuple[House, ...], server: TelegramServer, clock: Clock
) -> None:
    code = houses[0].add().invitation
    people = [server.person() for _ in range(5)]
    for person in people:
        await agree(houses[0], person, code)
    await settled(houses)
    before = [len(person.messages) for person in people]
    clock.pass_time(days=2, hours=1)
    await asyncio.gather(*(house.app.beat() for house in houses))
    for house in houses:
        await house.caught_up()
    await asyncio.sleep(2.5)
    await settled(houses)
    assert [len(person.messages) - count for person, count in zip(people, before, strict=True)] == [1] * 5


async def test_who_stops_hands_bulk_mail_over_at_once(houses: tuple[House, ...], server: TelegramServer) -> None:
    first, second = crowd(server, 2)
    write_to(houses[0], [first])
    await first.wait(lambda message: "weer" in message.text)
    await settled(houses)
    holder = next(house for house in houses if house.app.delivery.outcomes["delivered"])
    await holder.stop()
    others = [house for house in houses if house is not holder]
    write_to(others[0], [second], "Nog iets")
    await second.wait(lambda message: "Nog" in message.text, 4)


# The lease


def test_a_lease_is_one_holders_until_it_ends(database: Database) -> None:
    def take(holder: str, seconds: float = 60) -> bool:
        with database.transaction() as tx:
            return leases.take(tx, LEASE, holder, seconds)

    assert take("a")
    assert take("a", 0.3), "it can be kept"
    assert not take("b")
    with database.transaction() as tx:
        tx.connection.exec_driver_sql("SELECT pg_sleep(0.4)")
    assert take("b"), "nobody heard of it any more"
    assert not take("a")
    with database.transaction() as tx:
        leases.give_back(tx, LEASE, "a")
    assert not take("a"), "it was not a's to give"
    with database.transaction() as tx:
        leases.give_back(tx, LEASE, "b")
    assert take("a")


def test_who_hangs_amid_a_claim_is_cut_off(database: Database, postgresql_url: str) -> None:
    other = Database(postgresql_url, SECRET)
    with other.engine.connect() as hanging:
        hanging.begin()
        assert leases.take(Tx(hanging, other.seal), LEASE, "hangs", 60)
        with database.transaction() as tx:  # waits for the row, and then finds that nobody has it
            assert leases.take(tx, LEASE, "lives", 60)
        with pytest.raises(DBAPIError):
            hanging.exec_driver_sql("SELECT 1")
        hanging.invalidate()
    other.close()


async def test_what_a_dead_holder_left_is_taken_over(
    houses: tuple[House, ...], server: TelegramServer, clock: Clock
) -> None:
    (person,) = crowd(server, 1)
    await asyncio.gather(*(house.app.delivery.idle() for house in houses))
    with houses[0].app.database.transaction() as tx:
        tx.connection.exec_driver_sql("DELETE FROM leases")
        assert leases.take(tx, LEASE, "dead", 24 * 3600)
        contact = contacts.meet(tx, "telegram", str(person.id), "nl", clock())
        letters.enqueue(tx, contact, Letter("Dag"), clock(), "one")
    await asyncio.sleep(2)
    assert not person.came
    houses[0].rows("UPDATE leases SET until = now() WHERE holder = 'dead' RETURNING name")  # as if a day had passed
    await person.wait(lambda message: message.text == "Dag")


def test_on_sqlite_there_is_nobody_else(tmp_path: Path) -> None:
    alone = Database(f"sqlite:///{tmp_path}/alone.db", SECRET)
    migrate(alone)
    with alone.transaction() as tx:
        assert leases.take(tx, LEASE, "a", 60)
        assert leases.take(tx, LEASE, "b", 60)
    alone.close()


async def test_a_tap_brings_what_a_dead_replica_had_in_hand(
    houses: tuple[House, ...], server: TelegramServer, database: Database, clock: Clock
) -> None:
    anna = server.person()
    await agree(houses[0], anna, houses[0].add().invitation)
    await settled(houses)
    with database.transaction() as tx:
        [(contact,)] = houses[0].rows("SELECT id FROM contacts")
        letters.reply(tx, contact, Letter("Dit was nog onderweg."), clock())
    await anna.press("Ja")
    await asyncio.sleep(0.5)
    assert "Zin 1 van 26" in anna.last.text, "it may be on its way"
    clock.pass_time(seconds=leases.REPLY.total_seconds())
    await anna.wait(lambda message: "Zin 2 van 26" in message.text)
    await settled(houses)
    assert [message.text for message in anna.messages if "onderweg" in message.text] == ["Dit was nog onderweg."]
    assert houses[0].rows("SELECT COUNT(*) FROM letters") == [(0,)]
