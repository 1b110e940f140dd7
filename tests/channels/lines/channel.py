"""Lines of text over a socket, by an exchange that holds the phones. There are no buttons, so answers are numbered.

A number means what stood beside it in the last message; after a restart nobody knows that any more, and then the number
is something that we cannot read: the screen comes again, with its numbers.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import count
from typing import ClassVar, Self

from bot.channels.port import Channel, Entrance, House, Update
from bot.channels.typed_text import said
from bot.letters import Delivered, Envelope, Postponed, Receipt, Unreachable
from bot.runtime.health import Finding
from bot.runtime.settings import Settings, Variable
from bot.survey.conversation.buttons import decode
from bot.survey.traits import Traits
from bot.texts.texts import plain

NUMBER = "+31800000000"  # ours
ANSWER_WITHIN = 60.0  # seconds; an exchange in a test is as slow as the machine


class LinesChannel(Channel):
    traits: ClassVar[Traits] = Traits("lines", reaches_out=True, most_text=4096, per_second=100)
    variables: ClassVar[Mapping[str, Variable]] = {
        "LINES": Variable("", lambda text: text.rpartition(":")[2].isdigit(), "the host and the port of the exchange"),
    }
    examined = ("lines",)

    def __init__(self, place: str) -> None:
        self.errors = Counter[str]()
        self._host, _, self._port = place.rpartition(":")
        self.entrance = Entrance(self.traits, f"sms:{NUMBER}?body=")
        self._writer: asyncio.StreamWriter | None = None
        self._offered: dict[str, list[str]] = {}
        self._numbers, self._asked = count(1), dict[int, asyncio.Future[bool]]()

    @classmethod
    def built(cls, settings: Settings) -> Self | None:
        place = settings.taken["LINES"]
        return cls(place) if place else None

    async def introduce(self) -> None:
        """Our number is known."""

    async def open(self, house: House) -> None:
        self._house = house
        self._reader, self._writer = await asyncio.open_connection(self._host, int(self._port))
        self._send("here")

    async def run(self) -> None:
        await self._house.caught_up(self.traits.name)
        while line := await self._reader.readline():
            match json.loads(line):
                case ["said", int(number), str(phone), str(text)]:
                    await self._house.receive(self._update(number, phone, text))
                    self._send("taken", number)
                case ["sent", int(number), bool(arrived)] if number in self._asked:
                    self._asked.pop(number).set_result(arrived)

    def _update(self, number: int, phone: str, text: str) -> Update:
        offered = dict(enumerate(self._offered.get(phone, ()), 1))
        pressed = decode(offered.get(int(text), "")) if text.isascii() and text.isdigit() else None
        return Update(f"lines:{number}", self.traits.name, phone, pressed or said(text))

    async def deliver(self, envelope: Envelope) -> Receipt:
        if self._writer is None:
            return Postponed()
        address, letter = envelope.address, envelope.letter
        number = next(self._numbers)
        self._asked[number] = asyncio.get_running_loop().create_future()
        labels = [label for row in letter.rows for label, _ in row]
        self._offered[address] = [data for row in letter.rows for _, data in row]
        numbered = (f"{n}. {label}" for n, label in enumerate(labels, 1))
        self._send("say", number, address, "\n".join((plain(letter.text), *numbered)))
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                return Delivered() if await self._asked[number] else Unreachable()
        except TimeoutError:
            return Postponed()

    async def close(self) -> None:
        if self._writer:
            self._writer.close()
            self._writer = None

    async def examine(self, now: datetime) -> Sequence[Finding]:
        _, writer = await asyncio.open_connection(self._host, int(self._port))
        writer.close()
        return (Finding("lines", True, "the exchange answers"),)

    def _send(self, *words: object) -> None:
        if self._writer:
            self._writer.write(json.dumps(words).encode() + b"\n")
