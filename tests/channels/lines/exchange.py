"""The exchange: holds the phones, keeps what they say until it is taken, and brings them what is said."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from bot.channels.listed import Kind
from bot.channels.port import Channel
from tests.channels.lines.channel import LinesChannel
from tests.house import House, Somebody
from tests.telegram_server import TelegramServer


@dataclass
class Message:
    text: str

    @property
    def rows(self) -> list[list[tuple[str, str]]]:
        return [[(label, number)] for number, label in re.findall(r"^(\d+)\. (.+)$", self.text, re.MULTILINE)]


class Phone:
    def __init__(self, exchange: "Exchange", number: str) -> None:
        self._exchange, self.number = exchange, number
        self.last = Message("")

    async def write(self, text: str) -> None:
        await self._exchange.bring(self.number, text)

    async def press(self, label: str) -> None:
        numbers = {text.removeprefix("✓ "): number for row in self.last.rows for text, number in row}
        await self.write(numbers[label])

    async def press_data(self, data: str, message: Any = None) -> None:
        await self.write(data)


class Exchange:
    channel: Kind[Channel] = LinesChannel
    nobody = "+31600000000"

    def __init__(self) -> None:
        self.phones: dict[str, Phone] = {}
        self._numbers, self._waiting = count(1), dict[int, asyncio.Event]()
        self._line: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.environment: Mapping[str, str] = {"LINES": f"127.0.0.1:{port}"}
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def comes_in_by(self, house: House, link: str) -> Somebody:
        phone = Phone(self, f"+3161{len(self.phones):07}")
        self.phones[phone.number] = phone
        await phone.write(parse_qs(urlsplit(link).query)["body"][0])
        await house.settle()
        if "English" in phone.last.text:  # of a phone number nobody knows which language it speaks
            await phone.press("English")
        return phone

    async def read(self, person: Somebody) -> str:
        return str(person.last.text)

    async def bring(self, phone: str, text: str) -> None:
        number = next(self._numbers)
        self._waiting[number] = asyncio.Event()
        self._send("said", number, phone, text)
        await self._waiting[number].wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            match json.loads(line):
                case ["here"]:
                    self._line = writer
                case ["taken", int(number)]:
                    self._waiting.pop(number).set()
                case ["say", int(number), str(phone), str(text)]:
                    if phone in self.phones:
                        self.phones[phone].last = Message(text)
                    self._send("sent", number, phone in self.phones)
        writer.close()

    def _send(self, *words: object) -> None:
        assert self._line
        self._line.write(json.dumps(words).encode() + b"\n")


@asynccontextmanager
async def exchange(_server: TelegramServer) -> AsyncIterator[Exchange]:
    async with Exchange() as running:
        yield running
