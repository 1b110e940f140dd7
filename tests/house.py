"""The house under test: the real application on a real database, with a Bot API on loopback.

The test is the clock; nothing is replaced by something that only looks like it.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from bot.app import App
from bot.channels import CHANNELS
from bot.channels.listed import Kind
from bot.channels.port import Channel, Outlet
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.web.channel import WebChannel
from bot.notifiers import NOTIFIERS
from bot.runtime import settings
from bot.runtime.settings import Settings
from bot.survey.conversation.buttons import ChooseOption, decode, encode
from bot.survey.conversation.dialogue import Partnership
from bot.ticks import ticks
from storage import partnerships
from storage.partnerships import Codes
from storage.schema import answers
from tests.commands import ran
from tests.databases import SECRET as SECRET
from tests.databases import begin_migrated
from tests.ports import free_port as free_port
from tests.telegram_server import TelegramServer

ROOT = Path(__file__).parent.parent
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
COMMANDS = ThreadPoolExecutor(thread_name_prefix="command")  # that wait for one


def read(
    environment: Mapping[str, str],
    folder: Path,
    channels: Sequence[Kind[Channel]] = CHANNELS,
    notifiers: Sequence[Kind[Outlet]] = NOTIFIERS,
) -> Settings:
    """The settings of the house, with those of its channels and notifiers."""
    return settings.read(environment, folder, (*channels, *notifiers))


class Clock:
    """The time it is, until the test says otherwise."""

    def __init__(self, now: datetime = MONDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def timestamp(self) -> float:
        return self.now.timestamp()

    def pass_time(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class Somebody(Protocol):
    """Whoever answers, in any channel."""

    @property
    def last(self) -> Any: ...
    async def write(self, text: str) -> Any: ...
    async def press(self, label: str) -> Any: ...
    async def press_data(self, data: str, message: Any = None) -> Any: ...


class House:
    channels: Sequence[Kind[Channel]] = CHANNELS
    notifiers: Sequence[Kind[Outlet]] = NOTIFIERS

    def __init__(self, folder: Path, server: TelegramServer, clock: Clock, **environment: str) -> None:
        self.folder, self.server, self.clock = folder, server, clock
        self.environment = {**environment_for(folder, server), **environment}
        self._running: asyncio.Task[None] | None = None

    @property
    def page(self) -> str:
        """Where a browser on this machine finds us."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def cookie(self) -> str:
        """The name of the one by which it knows who is there."""
        return f"samenspraak-{self.port}"

    @property
    def port(self) -> int:
        return int(self.environment["PORT"])

    @property
    def settings(self) -> Settings:
        return read(self.environment, self.folder, self.channels, self.notifiers)

    @property
    def web(self) -> WebChannel:
        found = self.app.channels["web"]
        assert isinstance(found, WebChannel)
        return found

    @property
    def telegram(self) -> TelegramChannel:
        found = self.app.channels["telegram"]
        assert isinstance(found, TelegramChannel)
        return found

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        if self.environment.get("SAMENSPRAAK_SECRET") == SECRET:
            begin_migrated(self.environment["DATABASE_URL"])
        self.app = App(self.settings, self.clock, self.channels, self.notifiers)
        ready = asyncio.Event()
        self._running = asyncio.create_task(self.app.run(ready.set))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait((self._running, waiting), return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._running.done():
            self._running.result()

    async def stop(self) -> None:
        if self._running:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._running = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def settle(self) -> None:
        """Return when everything that was said is taken, and everything to say is delivered."""
        await self.server.confirmed()
        await self.app.delivery.idle()

    async def alive_until(self, task: "asyncio.Task[None]") -> None:
        """Wait for it while the application runs; when that ends, by itself, this raises why."""
        assert self._running
        await asyncio.wait((task, self._running), return_when=asyncio.FIRST_COMPLETED)
        await (task if task.done() else self._running)

    async def command(self, *arguments: str, **environment: str) -> tuple[int, str, str]:
        """A command in a process of its own, beside whatever runs here."""
        given = {**os.environ, **self.environment, **environment}
        return await asyncio.get_running_loop().run_in_executor(COMMANDS, ran, arguments, ROOT, given)

    async def caught_up(self) -> None:
        """Return when all that the time asks for is written, and the letters that fell due are delivered."""
        await self.app.beat()
        await self.app.delivery.look_once()
        await self.app.delivery.idle()

    async def try_again(self) -> None:
        """A second passes, and return when what was postponed until then is tried again."""
        self.clock.pass_time(seconds=1)
        await self.app.delivery.look_once()
        await self.app.delivery.idle()

    def add(self, name: str = "De Verbinders", **more: Any) -> Codes:
        """A partnership with its first wave open, which a tick has looked at."""
        asked_by, texts, now = partnership(name, **more), self.app.texts, self.clock()
        with self.app.database.transaction() as tx:
            _, codes = partnerships.add(tx, asked_by, texts.wording(), now)
            while ticks.look_at_wave(tx, texts, now):
                pass  # else a beat would, while a test compares rows
            return codes

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        from sqlalchemy import text

        with self.app.database.transaction() as tx:
            return [tuple(row) for row in tx.connection.execute(text(query), values)]


def environment_for(folder: Path, server: TelegramServer) -> Mapping[str, str]:
    return {
        "TELEGRAM_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "DATABASE_URL": f"sqlite:///{folder}/data/samenspraak.db",
        "SAMENSPRAAK_SECRET": SECRET,
        "PORT": str(free_port()),
    }


def partnership(name: str = "De Verbinders", **more: Any) -> Partnership:
    facts: dict[str, Any] = {
        "organisation": "Buurthuis De Schakel",
        "contact": "Fatima: 06 12 34 56 78",
        "language": "nl",
        "timezone": "Europe/Amsterdam",
        "minimum_group": 5,
    }
    return Partnership(id=0, name=name, **{**facts, **more})


async def agree(house: House, person: Somebody, code: str, yes: str = "Ja, ik doe mee", group: str = "Anders") -> None:
    """Come in by the link, agree and choose a group: the first statement is on the screen."""
    await person.write(f"/start {code}")
    await house.settle()
    for label in (yes, group):
        await person.press(label)
        await house.settle()


async def fill(house: House, person: Somebody, sheet: Mapping[int, str], done: str = "Klaar") -> None:
    """Answer every statement, and be done. Only the first and the last are tapped; the others are put where taps would
    have left them, for it is the whole sheet that matters to whoever comes here."""
    first, *between, last = sheet
    shown = (decode(data) for row in person.last.rows for _, data in row)
    (response,) = {press.response for press in shown if isinstance(press, ChooseOption) and press.item == first}
    await _choose(house, person, ChooseOption(response, first, sheet[first]))
    rows = [
        {"response_id": response, "item": one, "option": sheet[one], "answered_on": house.clock().date()}
        for one in between
    ]
    with house.app.database.transaction() as tx:
        tx.connection.execute(tx.insert(answers), rows)
    await _choose(house, person, ChooseOption(response, last, sheet[last]))
    await person.press(done)
    await house.settle()


async def _choose(house: House, person: Somebody, option: ChooseOption) -> None:
    await person.press_data(encode(option))
    await house.settle()
