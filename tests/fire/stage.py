"""The stage of a storm: bots as processes, a database on a disk of its own, and whom they write to."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from bot.texts.texts import load
from storage import contacts, coordinators, links, partnerships, respondents
from storage.engine.database import Database, StorageError, Tx
from storage.partnerships import Codes
from storage.schema import leases, responses, waves
from storage.upkeep.migrate import migrate
from tests.databases import permissions_kept
from tests.fire.cluster import Cluster, disk
from tests.fire.test_kill import BotProcess
from tests.house import SECRET, Clock, House, partnership
from tests.ports import free_port
from tests.replicas import Door
from tests.telegram_server import TelegramServer

SILENT_NUMBER, COORDINATOR_NUMBER = 6_000_000_001, 6_500_000_001


@dataclass
class Stage:
    server: TelegramServer
    folder: Path
    house: House
    bots: list[BotProcess]
    cluster: Cluster | None = None

    def __post_init__(self) -> None:
        self.database = Database(self.house.environment["DATABASE_URL"], SECRET)

    def furnish(self, silent_ones: int, posts_to: int, seconds: float) -> str:
        """Those who are to be reminded within so many seconds, and coordinators; the code for those who answer."""
        migrate(self.database)
        with self.database.transaction() as tx:
            now = datetime.now(UTC)
            answering, silent, *posts = [
                partnerships.add(tx, partnership(name, timezone=daytime()), load().wording(), now)
                for name in ("De Verbinders", "De Stillen", *(f"Buurt {number}" for number in range(posts_to)))
            ]
            for number, (_, codes) in enumerate(posts):
                _take_seat(tx, codes.coordinator, str(COORDINATOR_NUMBER + number), now - timedelta(days=3))
            for number in range(silent_ones):
                moment = now + timedelta(seconds=15 + seconds * number / silent_ones)
                _fall_silent(tx, silent, str(SILENT_NUMBER + number), now, moment)
            tx.connection.execute(update(waves).values(opened_at=now - timedelta(days=3)))
            for one in partnerships.every(tx):  # the last post was before the wave opened
                partnerships.change(tx, one.id, now, summary_day=(now.weekday() + 2) % 7)
        return answering[1].invitation

    async def post_now(self, number: int) -> None:
        """It is time for the weekly post of this partnership."""

        def change(tx: Tx) -> None:
            found = partnerships.find(tx, f"Buurt {number}")
            assert found
            partnerships.change(
                tx, found.id, datetime.now(UTC), summary_day=datetime.now(UTC).weekday(), summary_hour=9
            )

        await self.insist(change)

    async def insist(self, work: Callable[[Tx], Any]) -> Any:
        """Do it in the database, as soon as that can be used."""

        def once() -> Any:
            with self.database.transaction() as tx:
                return work(tx)

        while True:
            with suppress(StorageError):
                return await asyncio.to_thread(once)
            await asyncio.sleep(0.2)

    async def sender(self) -> BotProcess:
        """The bot that sends bulk mail; any, when none does."""
        holder = select(leases.c.holder).where(leases.c.name == "bulk mail telegram")
        found = await self.insist(lambda tx: tx.connection.execute(holder).scalar())
        pid = int(found.split(":")[1]) if found else 0
        return next((bot for bot in self.bots if bot.pid == pid), self.bots[0])

    def close(self) -> None:
        for bot in self.bots:
            bot.kill()
        self.database.close()


def _take_seat(tx: Tx, code: str, address: str, now: datetime) -> None:
    link = links.link(tx, code, now)
    assert link
    coordinators.use_link(tx, code, link, contacts.meet(tx, "telegram", address, "nl", now), now)


def _fall_silent(tx: Tx, made: tuple[int, Codes], address: str, now: datetime, moment: datetime) -> None:
    """Somebody takes part and wants to hear from us at this moment."""
    number, codes = made
    contact = respondents.join(tx, "telegram", address, "nl", number, codes.invitation, "x", now)
    response = respondents.enter_wave(tx, contact, number, partnerships.last_wave(tx, number), now)
    tx.connection.execute(update(responses).where(responses.c.id == response).values(remind_at=moment))


def daytime() -> str:
    """A time zone in which it is about noon."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


@asynccontextmanager
async def on_sqlite(server: TelegramServer) -> AsyncIterator[Stage]:
    """One bot that fetches its updates, on a file on a disk of its own."""
    with disk() as folder:
        url = f"sqlite:///{folder}/data/samenspraak.db"
        house = House(folder, server, Clock(), PORT=str(free_port()), DATABASE_URL=url)
        bot = BotProcess({**os.environ, **house.environment}, folder / "bot.log")
        stage = Stage(server, folder, house, [bot])
        try:
            yield stage
        finally:
            stage.close()


@asynccontextmanager
async def on_postgresql(server: TelegramServer, replicas: int) -> AsyncIterator[Stage]:
    """Bots behind a door, to which updates are brought, on a PostgreSQL on a disk of its own."""
    with disk() as folder, postgresql(folder) as cluster:
        async with Door() as door:
            common = {"PUBLIC_URL": door.url, "TELEGRAM_UPDATES": "webhook", "DATABASE_URL": cluster.url}
            houses = [House(folder, server, Clock(), PORT=str(free_port()), **common) for _ in range(replicas)]
            door.behind = [house.page for house in houses]
            logs = Path(os.environ.get("FIRE_LOGS", str(folder)))
            bots = [
                BotProcess({**os.environ, **house.environment}, logs / f"bot{number}.log")
                for number, house in enumerate(houses)
            ]
            stage = Stage(server, folder, houses[0], bots, cluster)
            try:
                yield stage
            finally:
                stage.close()


@contextmanager
def postgresql(folder: Path) -> Iterator[Cluster]:
    with permissions_kept((*folder.parents, *Path(sys.prefix, "lib").parents)):
        data = folder / "pg"
        data.mkdir()
        cluster = Cluster(data)
        try:
            yield cluster
        finally:
            cluster.stop()
