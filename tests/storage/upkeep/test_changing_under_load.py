"""The secret is changed while people answer, and killed at ten moments: everybody goes on, and nobody is there twice.

The bot and the commands are processes of their own; people, in Telegram and on the page, live on in this one.
"""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.engine.database import Database
from storage.engine.sealing import Seal
from storage.schema import contacts
from storage.upkeep.migrate import marks_of_secrets, migrate
from tests.actors import item_on
from tests.databases import ANSWERED, Source, by_address, programs
from tests.fire.test_kill import BotProcess
from tests.house import ROOT, SECRET, Clock, House
from tests.patience import PATIENCE
from tests.people import ITEMS, Reader
from tests.storage.beginnings import CHANNEL, add, join
from tests.storage.upkeep.test_restoring import FIRST_NUMBER, Crowd, within
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor

NEW = "a secret that is another one: 7Gq2"
BOTH = {"SAMENSPRAAK_SECRET": NEW, "SAMENSPRAAK_OLD_SECRET": SECRET}
ANSWERING, OTHERS = 6, 600  # people
KILLS = 10
UNDER_THE_OLD = {Seal(SECRET).key(CHANNEL, f"somebody {number}") for number in range(OTHERS)}
SEED = int(os.environ.get("FIRE_SEED", "0")) or random.randrange(1, 10**6)


@pytest.mark.fire
async def test_everybody_goes_on_while_the_secret_is_changed_and_killed_at_ten_moments(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"FIRE_SEED={SEED}")
    monkeypatch.setenv("PATH", programs())
    with source.new() as url, source.new(migrated=False) as elsewhere:
        async with TelegramServer() as server:
            house = House(tmp_path, server, Clock(), DATABASE_URL=url)
            code = str(json.loads((await house.command("partnership", "add", "Hier", "--json"))[1])["invitation_code"])
            inhabit(url)
            crowd = Crowd([Reader(server, FIRST_NUMBER + number) for number in range(ANSWERING)], code, str(SEED))
            await change(house, crowd, code)
        changed = stored_under(url, NEW)
        people = [str(one.person.id) for one in crowd.people]
        for one, address in zip(crowd.people, people, strict=True):
            assert all(changed[address][item] in one.possible(item) for item in one.acknowledged), "\n".join(one.diary)
        assert all(len(one.acknowledged) == ITEMS for one in crowd.people)
        await the_old_back_up_is_whole(house, elsewhere, tmp_path / "before")


def inhabit(url: str) -> None:
    with closing(Database(url, SECRET)) as database, database.transaction() as tx:
        number = add(tx)
        for other in range(OTHERS):
            join(tx, f"somebody {other}", number)


async def change(house: House, crowd: Crowd, code: str) -> None:
    """The bot knows the old secret, then both, and in the end the new one; Vera's page is older than each of them."""
    bot = BotProcess({**os.environ, **house.environment}, house.folder / "bot.log")
    bot.start()
    await bot.running()
    try:
        async with Visitor(house.page) as vera, crowd.living():
            await vera.open(f"/i/{code}")
            await press(vera, "Ja, ik doe mee", "Anders", "Ja")
            await within(PATIENCE, crowd.have_answered(3 * ANSWERING), crowd)
            assert (await house.command("backup", str(house.folder / "before")))[0] == 0
            await change_meanwhile(house, bot, crowd, vera)
            await started_again(bot, {"SAMENSPRAAK_SECRET": NEW, "SAMENSPRAAK_OLD_SECRET": ""})
            await vera.open("/")
            assert item_on(vera) == 5
            await within(3 * PATIENCE, crowd.all_finished(), crowd)
    finally:
        bot.kill()


async def press(vera: Visitor, *labels: str) -> None:
    for label in labels:
        await vera.press(label)


async def change_meanwhile(house: House, bot: BotProcess, crowd: Crowd, vera: Visitor) -> None:
    await started_again(bot, BOTH)
    await press(vera, "Ja")
    await within(PATIENCE, crowd.have_answered(crowd.answers + ANSWERING), crowd)
    await killed_again_and_again(house, bot)
    crowd.sign.set()
    await press(vera, "Ja")
    code, out, wrong = await house.command("secret", "rotate", **BOTH)
    assert code == 0, wrong
    print(out.partition(".")[0], "were left to the end")
    await press(vera, "Ja")


async def started_again(bot: BotProcess, secrets: dict[str, str]) -> None:
    """Ended in one moment, with what was in hand."""
    bot.kill()
    bot.environment.update(secrets)
    bot.start()
    await bot.running()


async def killed_again_and_again(house: House, bot: BotProcess) -> None:
    """At ten moments of the work, one of them before it began; the bot dies after every third."""
    drawn = random.Random(SEED)
    moments = [OTHERS, *sorted(drawn.sample(range(1, OTHERS), KILLS - 1), reverse=True)]
    with closing(Database(house.environment["DATABASE_URL"], NEW, former=SECRET)) as database:
        migrate(database)
        for number, moment in enumerate(moments):
            await asyncio.to_thread(kill_when_so_many_are_left, house, database, moment)
            assert len(marks_of_secrets(database)) == 1 + (number > 0)
            if number % 3 == 1:
                await started_again(bot, BOTH)
    print("killed when so many were left:", moments)


def kill_when_so_many_are_left(house: House, database: Database, moment: int) -> None:
    environment, told = {**os.environ, **house.environment, **BOTH}, house.folder / "rotation.log"
    with told.open("ab") as log:
        command = (sys.executable, "-m", "bot", "secret", "rotate")
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    while behind(database) > moment and process.poll() is None:
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL, told.read_text()


def behind(database: Database) -> int:
    """How many of the others are under the old secret still; it holds nobody up."""
    with closing(database.engine.raw_connection()) as raw:
        cursor = raw.cursor()
        cursor.execute("SELECT address_key FROM contacts")
        return len(UNDER_THE_OLD & {bytes(key) for (key,) in cursor.fetchall()})


def stored_under(url: str, secret: str) -> dict[str, dict[int, str]]:
    """Whoever is in the database, by the address that is sealed there, with their answers; nobody twice."""
    with closing(Database(url, secret)) as database, database.transaction() as tx:
        found = tx.connection.execute(select(contacts)).all()
        people = {tx.seal.open(row.channel, row.address_sealed): row for row in found}
        assert len(people) == len(found)
        assert all(row.address_key == tx.seal.key(row.channel, address) for address, row in people.items())
        answers = by_address(tx.connection.execute(text(ANSWERED)))
        return {address: answers[bytes(row.address_key)] for address, row in people.items()}


async def the_old_back_up_is_whole(house: House, elsewhere: str, copy: Path) -> None:
    house.environment["DATABASE_URL"] = elsewhere
    code, _, told = await house.command("restore", str(copy), SAMENSPRAAK_SECRET=NEW)
    assert (code, "was made with another secret" in told) == (2, True)
    code, _, said = await house.command("restore", str(copy), SAMENSPRAAK_SECRET=SECRET)
    assert (code, {line.partition(":")[0] for line in said.splitlines()}) == (0, {"Restoring"})
    restored = stored_under(elsewhere, SECRET)
    assert len(restored) == OTHERS + ANSWERING + 1
