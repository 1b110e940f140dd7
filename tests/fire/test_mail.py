"""Notices by e-mail under fire: a thousand things go wrong on their way, kills among them, and none is lost.

A mail may come again where the server had it and we did not hear so: then it has the same Message-ID.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import select

from bot.channels.web.traits import TRAITS as PAGE
from bot.delivery import bulk, rate_limit
from bot.delivery.replies import Delivery
from bot.letters import Delivered, Envelope, Receipt
from bot.notifiers.email import answers, connections
from bot.notifiers.email.notifier import EmailNotifier
from bot.notifiers.email.traits import TRAITS
from bot.texts.texts import Texts
from storage import contacts, letters, notification_addresses
from storage.engine.database import Database, Tx
from storage.schema import letters as table
from storage.upkeep.migrate import migrate
from tests.house import MONDAY, SECRET, Clock
from tests.mail_server import MailServer
from tests.notifiers.email.conftest import REMINDER, Home, opened

pytestmark = pytest.mark.fire

NOTICES, FAULTS, KILLS = 200, 1000, 25
DOES = ("grey", "full", "busy", "policy", "broken", "closes", "drop", "hang")
TOO_LONG = 240  # seconds


class Quick(EmailNotifier):
    """At the pace of this machine: how many a second, is for tests about that alone. It counts whose mail it was told
    that it is taken: one of which a slow machine hears nothing in time is sent again, and should be."""

    traits = replace(TRAITS, per_second=2000)
    heard: ClassVar = Counter[str]()

    async def deliver(self, envelope: Envelope) -> Receipt:
        receipt = await super().deliver(envelope)
        self.heard[envelope.address] += receipt == Delivered()
        return receipt


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "SECOND", 0.01)
    monkeypatch.setattr(connections, "ANSWERS_WITHIN", 0.5)
    monkeypatch.setattr(bulk, "REST", 0.05)
    for name in ("HOLD", "BUSY"):
        monkeypatch.setattr(answers, name, 0.05)


def address(number: int) -> str:
    return f"person{number}@example.org"


def write(tx: Tx) -> None:
    """A notice to each of many who answer on the page and left their address."""
    for number in range(NOTICES):
        contact = contacts.meet(tx, PAGE.name, f"token {number}", "nl", MONDAY)
        notification_addresses.keep(tx, contact, TRAITS.name, address(number), MONDAY)
        assert letters.enqueue(tx, contact, replace(REMINDER, text=f"Zin {number}"), MONDAY, f"reminder:{number}:1")


@asynccontextmanager
async def delivering(database: Database, home: Home, folder: Path, server: MailServer) -> AsyncIterator[Delivery]:
    """Until it dies: nothing in hand is finished then."""
    async with opened(home, folder, f"smtp://127.0.0.1:{server.port}", Quick) as notifier:
        running = Delivery(database, {TRAITS.name: notifier}, home.clock)
        await running.catch_up()
        try:
            yield running
        finally:
            await running.close(patience=0)


def unsettled(database: Database) -> set[str]:
    with database.transaction() as tx:
        keys = tx.connection.execute(select(table.c.key).where(table.c.settled_at.is_(None))).scalars()
        return {address(int(key.split(":")[1])) for key in keys if key}


def given_up(database: Database) -> list[str]:
    with database.transaction() as tx:
        found = select(table.c.refused).where(table.c.refused.is_not(None))
        return [str(one) for one in tx.connection.execute(found).scalars()]


def scripts(chance: random.Random) -> dict[str, list[str]]:
    """What goes wrong for each of them before their mail is taken."""
    each, more = divmod(FAULTS - KILLS, NOTICES)
    return {address(number): chance.choices(DOES, k=each + (number < more)) for number in range(NOTICES)}


async def under_fire(
    database: Database, home: Home, folder: Path, server: MailServer, chance: random.Random
) -> Counter[str]:
    """Until all are settled; how often each of them was there, and a kill came before we had written that down."""
    unwritten, kills, clock = Counter[str](), KILLS, Clock()
    home.clock = clock
    while left := unsettled(database):
        async with delivering(database, home, folder, server) as running:
            with suppress(TimeoutError):
                async with asyncio.timeout(chance.uniform(0.05, 0.6) if kills else None):
                    await until_settled(database, running, clock)
        kills = max(0, kills - 1)
        unwritten.update({mail.recipient for mail in server.mails} & left & unsettled(database))
    assert kills == 0
    return unwritten


async def until_settled(database: Database, running: Delivery, clock: Clock) -> None:
    while unsettled(database):
        await running.look_once()
        await running.idle()
        clock.pass_time(hours=4)


async def test_a_thousand_things_go_wrong_and_every_notice_arrives(texts: Texts, tmp_path: Path) -> None:
    chance, home = random.Random(14), Home(texts)
    database = Database(f"sqlite:///{tmp_path}/samenspraak.db", SECRET, (replace(PAGE, notifiers=(TRAITS,)),))
    migrate(database)
    with database.transaction() as tx:
        write(tx)
    async with MailServer() as server, asyncio.timeout(TOO_LONG):
        server.script = scripts(chance)
        unwritten = await under_fire(database, home, tmp_path, server, chance)
    assert not any(server.script.values()), "all that was to go wrong went wrong"
    assert given_up(database) == []
    copies = Counter(mail.recipient for mail in server.mails)
    assert copies.keys() == {address(number) for number in range(NOTICES)}
    assert not {name: found for name, found in Quick.heard.items() if found > 1 + unwritten[name]}
    assert all(len({mail.message["Message-ID"] for mail in server.to(name)}) == 1 for name in copies)
    assert not [file for file in tmp_path.glob("samenspraak.db*") if b"@example.org" in file.read_bytes()]
    database.close()
