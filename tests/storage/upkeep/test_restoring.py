"""A back-up taken while people answer, put back elsewhere: the doctor is content, and everybody goes on and finishes.

The bots are processes of their own and so are the commands; the people and the Bot API live on in this one.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storage import state
from storage.engine.database import Database
from storage.engine.sealing import Seal
from tests.databases import ANSWERED, Source, by_address, programs
from tests.fire.test_kill import BotProcess
from tests.house import SECRET, Clock, House, free_port
from tests.patience import PATIENCE
from tests.people import ITEMS, Reader, Respondent, Sight
from tests.telegram_server import TelegramServer

AT_ONCE, HALF_WAY = 6, ITEMS // 2
NOT_IN_IT = "The secret is not in it: keep that elsewhere."
FIRST_NUMBER = 6_000_000_001


class Waiting(Respondent):
    """Somebody who stops half-way, and goes on when there is a sign."""

    def __init__(self, person: Reader, code: str, seed: str, crowd: "Crowd") -> None:
        super().__init__(person, code, seed, lambda _: crowd.stirred.set())
        self._sign = crowd.sign

    async def _consider(self, sight: Sight) -> None:
        if sight.item == HALF_WAY:
            await self._sign.wait()
        await super()._consider(sight)


class Crowd:
    """People who answer at the same time, each from the link to the thanks."""

    def __init__(self, readers: list[Reader], code: str, seed: str) -> None:
        self.stirred, self.sign = asyncio.Event(), asyncio.Event()
        self.people = [Waiting(one, code, f"{seed}:{one.id}", self) for one in readers]

    @property
    def answers(self) -> int:
        return sum(one.acknowledgements for one in self.people)

    async def have_answered(self, number: int) -> None:
        while self.answers < number:
            self.stirred.clear()
            await self.stirred.wait()

    @asynccontextmanager
    async def living(self) -> AsyncIterator[None]:
        self.lives = [asyncio.create_task(one.live()) for one in self.people]
        try:
            yield
        finally:
            for life in self.lives:
                life.cancel()
            ended = await asyncio.gather(*self.lives, return_exceptions=True)
        assert [end for end in ended if isinstance(end, Exception)] == []

    async def all_finished(self) -> None:
        await asyncio.gather(*self.lives)

    def __str__(self) -> str:
        return "\n".join(f"{one}\n{life}" for one, life in zip(self.people, self.lives, strict=True))


@pytest.mark.fire
async def test_a_back_up_under_load_goes_on_elsewhere(
    source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", programs())
    with source.new(migrated=False) as first, source.new(migrated=False) as second:
        async with TelegramServer() as server:
            readers = [Reader(server, FIRST_NUMBER + number) for number in range(AT_ONCE)]
            before = House(tmp_path, server, Clock(), DATABASE_URL=first)
            after = House(tmp_path, server, Clock(), DATABASE_URL=second, PORT=str(free_port()))
            code = await back_up_while_they_answer(before, readers, tmp_path / "copy")
            await put_back(after, tmp_path / "copy")
            crowd = Crowd(readers, code, "after")
            await go_on(after, crowd)
        for one, stored in zip(crowd.people, stored_in(second, readers), strict=True):
            assert all(stored[item] in one.possible(item) for item in one.acknowledged), "\n".join(one.diary)
        assert all(len(one.acknowledged) == ITEMS for one in crowd.people)


async def back_up_while_they_answer(house: House, readers: list[Reader], copy: Path) -> str:
    """Nobody is past half-way, a back-up is made, they answer on, and then that machine is no more."""
    made = json.loads((await house.command("partnership", "add", "De Verbinders", "--json"))[1])
    crowd = Crowd(readers, invited_by := str(made["invitation_code"]), "before")
    async with running(house), crowd.living():
        await within(PATIENCE, crowd.have_answered(3 * AT_ONCE), crowd)
        code, told, said = await house.command("backup", str(copy))
        assert (code, told) == (0, f"{copy}: {copy.stat().st_size // 1024} kB. {NOT_IN_IT}\n")
        assert {line.partition(":")[0] for line in said.splitlines()} == {"Copying the database"}
        crowd.sign.set()
        await within(PATIENCE, crowd.have_answered(crowd.answers + AT_ONCE), crowd)  # which will be lost
    return invited_by


async def put_back(house: House, copy: Path) -> None:
    code, _, told = await house.command("restore", str(copy), SAMENSPRAAK_SECRET="quite another secret")
    assert (code, "was made with another secret" in told) == (2, True)
    code, told, wrong = await house.command("restore", str(copy))
    assert code == 0, wrong
    assert told.startswith(f"Restored: {copy}, of 20")
    assert "Taken for sent" in told
    assert (await house.command("restore", str(copy)))[0] == 2, "nothing is put over it"
    code, told, _ = await house.command("doctor", "--json")
    findings = json.loads(told)["findings"]
    assert (code, [name for name, one in findings.items() if one["ok"] is False]) == (1, ["bot"])


async def go_on(house: House, crowd: Crowd) -> None:
    async with running(house):
        await house.server.confirmed()  # a press that waited at Telegram is theirs too
        stored = stored_in(house.settings.database_url, [one.person for one in crowd.people])
        for one, kept in zip(crowd.people, stored, strict=True):
            one.acknowledged, one.tried = kept, {item: [option] for item, option in kept.items()}
        await finish(house, crowd)


async def finish(house: House, crowd: Crowd) -> None:
    crowd.sign.set()
    async with crowd.living():
        with closing(Database(house.settings.database_url, SECRET)) as database, database.transaction() as tx:
            state.write_moment(tx, "last tick", datetime.now(UTC))
        code, told, wrong = await house.command("doctor")
        assert code == 0, (told, wrong)
        await within(2 * PATIENCE, crowd.all_finished(), crowd)


async def within(seconds: float, done: Awaitable[Any], crowd: Crowd) -> None:
    try:
        await asyncio.wait_for(done, seconds)
    except TimeoutError:
        raise AssertionError(f"somebody is stuck:\n{crowd}") from None


@asynccontextmanager
async def running(house: House) -> AsyncIterator[None]:
    """A bot that is there, and then from one moment to the next is not."""
    bot = BotProcess({**os.environ, **house.environment}, house.folder / f"{house.port}.log")
    bot.start()
    try:
        await bot.running()
        yield
    finally:
        bot.kill()


def stored_in(url: str, readers: list[Reader]) -> list[dict[int, str]]:
    """The answers that are in the database, of each of them."""
    with closing(Database(url, SECRET)) as database, database.transaction() as tx:
        found = by_address(tx.connection.execute(text(ANSWERED)))
    return [found[Seal(SECRET).key("telegram", str(one.id))] for one in readers]
