"""Transcripts: each `.txt` file is a test, documentation and review copy in one.

    > what a person writes            > [Label] a button that they press, on the newest message that has it
    > [Label] x 9 pressed nine times  > [Label] on 2   pressed on the second message of the chat
    > (photo) something else          < what they then see, its buttons under it in rows; ! the line on a button
    ~ restart   ~ redeliver   ~ +3 days   ~ close the wave   ~ the bot is away for 10 minutes

Every transcript is played twice, the second time with a restart between all steps. `pytest --update` writes what the
chat shows now.
"""

import re
from pathlib import Path

import pytest

from storage import partnerships
from tests.house import Clock, House
from tests.telegram_server import BotMessage, TelegramServer

HERE = Path(__file__).parent
TRANSCRIPTS = sorted(HERE.glob("*.txt"))


class Play:
    """One transcript being played."""

    def __init__(self, house: House, server: TelegramServer, clock: Clock, always_restart: bool) -> None:
        self.house, self.server, self.clock, self.always_restart = house, server, clock, always_restart
        codes, other = house.add("De Verbinders in Moerwijk"), house.add("Samen Sterk in Zuid")
        self.codes = {"INVITATION": codes.invitation, "COORDINATOR": codes.coordinator, "ANOTHER": other.invitation}
        self.seen: dict[int, int] = {}
        self.toasts = 0

    async def play(self, script: str) -> str:
        """The transcript as it turns out."""
        head = [line for line in script.splitlines() if line.startswith("#")]
        phone = re.search(r"^# phone: (\w+)", script, re.MULTILINE)
        self.person = self.server.person(language_code=phone[1] if phone else "nl")
        lines = []
        for line in script.splitlines():
            if line[:1] in (">", "~"):
                lines += ["", line, *await self.step(line)]
        return "\n".join((*head, *lines)) + "\n"

    async def step(self, line: str) -> list[str]:
        if line.startswith("~"):
            await self.direct(line[1:].strip())
        else:
            await self.say(line[1:].strip())
        await self.house.settle()
        shown = [*self.on_buttons(), *self.on_screen()]
        if self.always_restart:
            await self.house.restart()
        return shown

    async def say(self, what: str) -> None:
        button = re.fullmatch(r"\[(.+?)\](?: x (\d+))?(?: on (\d+))?", what)
        if what.startswith("("):
            await self.person.send(**{what.strip("()"): True})
        elif not button:
            for name, code in self.codes.items():
                what = what.replace(name, code)
            await self.person.write(what)
        else:
            label, times, message = button.groups()
            for _ in range(int(times or 1)):
                await self.press(label, self.person.messages[int(message) - 1] if message else None)

    async def press(self, label: str, message: BotMessage | None) -> None:
        await self.person.press(label, message=message)
        await self.house.settle()

    async def direct(self, what: str) -> None:
        days, away = re.fullmatch(r"\+(\d+) days?", what), re.fullmatch(r"the bot is away for (\d+) minutes", what)
        if what == "restart":
            await self.house.restart()
        elif what == "redeliver":
            await self.server.redeliver(1)
        elif what == "close the wave":
            with self.house.app.database.transaction() as tx:
                partnerships.close_wave(tx, 1, self.clock())
        elif days:
            self.clock.pass_time(days=int(days[1]))
        elif away:
            await self.house.stop()
            self.clock.pass_time(minutes=int(away[1]))
            await self.house.start()
            await self.house.caught_up()
        else:
            pytest.fail(f"no such stage direction: {what}")

    def on_buttons(self) -> list[str]:
        new, self.toasts = self.person.toasts[self.toasts :], len(self.person.toasts)
        return [f"! {toast}" for toast in new if toast]

    def on_screen(self) -> list[str]:
        """Every message that is new or edited since the last step."""
        changed = [message for message in self.person.messages if self.seen.get(message.id) != message.edits]
        self.seen = {message.id: message.edits for message in self.person.messages}
        return [line for message in changed for line in as_lines(message)]


def as_lines(message: BotMessage) -> list[str]:
    text = [f"< {line}".rstrip() for line in message.text.splitlines()]
    file = [f"< (file: {message.filename})"] if message.filename else []
    return [*file, *text, *("".join(f"[{label}]" for label, _ in row) for row in message.rows)]


@pytest.mark.parametrize("always_restart", [False, True], ids=["straight", "restarted"])
@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_transcript(
    path: Path, always_restart: bool, house: House, server: TelegramServer, clock: Clock, request: pytest.FixtureRequest
) -> None:
    script = path.read_text("utf-8")
    played = await Play(house, server, clock, always_restart).play(script)
    if request.config.getoption("--update") and not always_restart:
        path.write_text(played, "utf-8")
    assert played == path.read_text("utf-8")


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 7
