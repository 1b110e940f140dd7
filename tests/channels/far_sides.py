"""The far side of each channel: where people are. A channel is under the contract when it has one here."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from bot.channels import CHANNELS
from bot.channels.listed import Kind
from bot.channels.port import Channel
from tests.channels.lines.exchange import exchange
from tests.house import House, Somebody
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor

WEB, TELEGRAM = CHANNELS


class FarSide(Protocol):
    channel: Kind[Channel]
    environment: Mapping[str, str]
    """What sets the channel up."""
    nobody: str
    """An address at which nobody is."""

    async def comes_in_by(self, house: House, link: str) -> Somebody:
        """Somebody new, who speaks English, opens a link that the channel gave as its entrance."""

    async def read(self, person: Somebody) -> str:
        """They look again, and read all that is new."""


class Telegram:
    channel: Kind[Channel] = TELEGRAM
    nobody = "1"

    def __init__(self, server: TelegramServer) -> None:
        self._server = server
        self.environment: Mapping[str, str] = {"TELEGRAM_TOKEN": server.token, "TELEGRAM_API_URL": server.url}

    async def comes_in_by(self, house: House, link: str) -> Somebody:
        person = self._server.person(language_code="en")
        await person.write(f"/start {parse_qs(urlsplit(link).query)['start'][0]}")
        return person

    async def read(self, person: Somebody) -> str:
        return str(person.last)


class Browsers:
    channel: Kind[Channel] = WEB
    nobody = "no such token"
    environment: Mapping[str, str] = {}

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack

    async def comes_in_by(self, house: House, link: str) -> Somebody:
        visitor = await self._stack.enter_async_context(Visitor(house.page, "en"))
        await visitor.open(urlsplit(link).path)
        return visitor

    async def read(self, person: Somebody) -> str:
        assert isinstance(person, Visitor)
        return (await person.open("/")).whole


@asynccontextmanager
async def telegram(server: TelegramServer) -> AsyncIterator[FarSide]:
    yield Telegram(server)


@asynccontextmanager
async def browsers(_server: TelegramServer) -> AsyncIterator[FarSide]:
    async with AsyncExitStack() as stack:
        yield Browsers(stack)


FAR_SIDES: Mapping[str, Callable[[TelegramServer], AbstractAsyncContextManager[FarSide]]] = {
    "web": browsers,
    "telegram": telegram,
    "lines": exchange,
}
