"""The people: each reads what the bot shows, taps an answer, and taps the next one only after the reply.

They know nothing of a bot but its messages, so every bot has the same people.
"""

import time

from bot.survey.conversation.buttons import ChooseOption, Finish, decode
from tests.telegram_server import BotMessage, Person

PATIENCE = 120.0  # seconds; whoever waits longer ends the benchmark
MOST_AT_THE_DOOR = 5  # presses before the first statement


class Respondent:
    """One of the people. `taps` is statement -> option, as tapped; `number` varies what is tapped."""

    def __init__(self, person: Person, number: int) -> None:
        self.person, self.number = person, number
        self.taps: dict[int, str] = {}

    async def come_in(self, code: str) -> None:
        """Up to the first statement: agree, choose a group, by the first button on every message."""
        await self.person.write(f"/start {code}")
        shown = await self.person.wait(bool, PATIENCE)
        for _ in range(MOST_AT_THE_DOOR):
            if options_on(shown):
                return
            shown = await self._press(shown.rows[0][0][1])
        raise AssertionError(f"no statement after {MOST_AT_THE_DOOR} presses, but: {shown}")

    async def walk(self) -> list[float]:
        """Answer every statement; the seconds from each tap to its reply."""
        taken: list[float] = []
        shown = self.person.last
        while options := options_on(shown):
            data, choice = options[(self.number + len(taken)) % len(options)]
            started = time.perf_counter()
            shown = await self._press(data)
            taken.append(time.perf_counter() - started)
            self.taps[choice.item] = choice.option
        return taken

    async def finish(self) -> None:
        """Done: the last tap, on the review of all answers."""
        done = next(data for row in self.person.last.rows for _, data in row if isinstance(decode(data), Finish))
        before = self.person.last
        await self.person.press_data(done, before)
        await self.person.wait(lambda shown: shown is not before and not _is_review(shown), PATIENCE)

    async def _press(self, data: str) -> BotMessage:
        before = self.person.last
        await self.person.press_data(data, before)
        return await self.person.wait(lambda message: message is not before, PATIENCE)


def options_on(message: BotMessage) -> list[tuple[str, ChooseOption]]:
    """The buttons of a message that answer a statement, as data and as what they mean."""
    meanings = ((data, decode(data)) for row in message.rows for _, data in row)
    return [(data, meaning) for data, meaning in meanings if isinstance(meaning, ChooseOption)]


def _is_review(message: BotMessage) -> bool:
    return any(isinstance(decode(data), Finish) for row in message.rows for _, data in row)
