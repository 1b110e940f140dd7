"""The people: each reads what the bot shows, taps an answer, and taps the next one only after the reply.

They know nothing of a bot but its messages, so every bot has the same people.
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from bot.survey.conversation.buttons import ChooseOption, Finish, Go, Screen, decode
from tests.telegram_server import BotMessage, Person

PATIENCE = 120.0  # seconds; whoever waits longer ends the benchmark
MOST_AT_THE_DOOR = 5  # presses before the first statement


class Respondent:
    """One of the people, with the code of a link. `taps` is statement -> option, as tapped; `number` varies what is
    tapped; `presses` counts every button."""

    def __init__(self, person: Person, number: int, code: str) -> None:
        self.person, self.number, self.code = person, number, code
        self.taps: dict[int, str] = {}
        self.presses = 0

    async def take(self, steps: "Iterable[Step]") -> list[float]:
        """Do these, such as `Respondent.walk`; the seconds from each tap at a statement to its reply."""
        return [seconds for step in steps for seconds in await step(self)]

    async def come_in(self) -> Sequence[float]:
        """Up to the first statement: agree, choose a group, by the first button on every message."""
        await self.person.write(f"/start {self.code}")
        shown = await self.person.wait(bool, PATIENCE)
        for _ in range(MOST_AT_THE_DOOR):
            if options_on(shown):
                return ()
            shown = await self._press(shown.rows[0][0][1])
        raise AssertionError(f"no statement after {MOST_AT_THE_DOOR} presses, but: {shown}")

    async def walk(self) -> Sequence[float]:
        """Answer every statement."""
        taken: list[float] = []
        while options := options_on(self.person.last):
            taken.append(await self.choose(*options[(self.number + len(taken)) % len(options)]))
        return taken

    async def finish(self) -> Sequence[float]:
        """Done: the last tap, on the review of all answers."""
        await self._press(_button(self.person.last, _is_done))
        return ()

    async def ask_for_picture(self) -> Sequence[float]:
        """Of their own answers; it comes beside the message, and the message tells so."""
        before = self.person.last
        await self._send(_button(before, _is_picture))
        await self.person.wait(lambda _: self._has_picture_beside(before), PATIENCE)
        return ()

    def _has_picture_beside(self, before: BotMessage) -> bool:
        is_told = self.person.shown[before.id] is not before
        return is_told and any(message.photo for message in self.person.messages)

    async def choose(self, data: str, choice: ChooseOption) -> float:
        """One answer; the seconds until its reply."""
        started = time.perf_counter()
        await self._press(data)
        self.taps[choice.item] = choice.option
        return time.perf_counter() - started

    async def _press(self, data: str) -> BotMessage:
        before = self.person.last
        await self._send(data)
        return await self.person.wait(lambda message: message is not before, PATIENCE)

    async def _send(self, data: str) -> None:
        self.presses += 1
        await self.person.press_data(data, self.person.last)


Step = Callable[[Respondent], Awaitable[Sequence[float]]]


def options_on(message: BotMessage) -> list[tuple[str, ChooseOption]]:
    """The buttons of a message that answer a statement, as data and as what they mean."""
    meanings = ((data, decode(data)) for row in message.rows for _, data in row)
    return [(data, meaning) for data, meaning in meanings if isinstance(meaning, ChooseOption)]


def _button(message: BotMessage, wanted: Callable[[object], bool]) -> str:
    found = [data for row in message.rows for _, data in row if wanted(decode(data))]
    assert found, f"no such button on: {message}"
    return found[0]


def _is_done(meant: object) -> bool:
    return isinstance(meant, Finish)


def _is_picture(meant: object) -> bool:
    return isinstance(meant, Go) and meant.position.screen == Screen.PICTURE
