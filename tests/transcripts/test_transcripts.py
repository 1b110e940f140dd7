"""Transcripts: each `.txt` file is a test, documentation and review copy in one.

    > what a person writes            > [Label] a button that they press, on the newest message that has it
    > [Label] x 9 pressed nine times  > [Label] on 2   pressed on the second message of the chat
    > (photo) something else          < what they then see, its buttons under it in rows; ! the line on a button
    @ Fatima                          from here on somebody else, with a phone of the same language
    ~ restart   ~ redeliver   ~ +3 days   ~ +2 hours   ~ close the wave   ~ the bot is away for 10 minutes
    ~ five people answer              so that their item means are those of the published table
    ~ they answer again               in the next wave, with other scores in three dimensions
    # phone: nl   # languages: en nl   # on the page    above it all: of the phone, those that are offered, and where

Every transcript is played twice, the second time with a restart between all steps. `pytest --update` writes what the
chat shows now.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from storage import partnerships, state
from tests.data import five_sheets, moved_sheets
from tests.house import Clock, House, agree, fill
from tests.telegram_server import BotMessage, Person, TelegramServer
from tests.visitor import Visitor

HERE = Path(__file__).parent
TRANSCRIPTS = sorted(HERE.glob("*.txt"))
PICTURES = ("coordinator", "second-wave")
"""Those in which pictures are drawn."""


class Play:
    """One transcript being played."""

    def __init__(self, house: House, server: TelegramServer, clock: Clock, script: str, always_restart: bool) -> None:
        self.house, self.server, self.clock, self.always_restart = house, server, clock, always_restart
        self.script = script
        self.phone = self.said("phone", "nl")
        offered = {"languages": self.said("languages", "en nl")}
        codes, other = house.add("De Verbinders in Moerwijk", **offered), house.add("Samen Sterk in Zuid")
        self.codes = {"INVITATION": codes.invitation, "COORDINATOR": codes.coordinator, "ANOTHER": other.invitation}
        self.people: dict[str, Person] = {}
        self.five: list[Person] = []
        self.seen: dict[tuple[int, int], int] = {}
        self.toasts = 0

    def said(self, about: str, usual: str) -> str:
        """What stands above it all."""
        found = re.search(rf"^# {about}: (.+)", self.script, re.MULTILINE)
        return found[1] if found else usual

    async def play(self) -> str:
        """The transcript as it turns out."""
        head = [line for line in self.script.splitlines() if line.startswith("#")]
        self.turn_to("the first")
        lines = []
        for line in self.script.splitlines():
            if line.startswith("@"):
                self.turn_to(line[1:].strip())
                lines += ["", line]
            elif line[:1] in (">", "~"):
                lines += ["", line, *await self.step(line)]
        return re.sub(r"\b[a-z2-9]{26}\b", "CODE", "\n".join((*head, *lines))) + "\n"

    def turn_to(self, name: str) -> None:
        """Every name is one person, with a chat of their own."""
        if name not in self.people:
            self.people[name] = self.server.person(language_code=self.phone)
        self.person = self.people[name]
        self.toasts = len(self.person.toasts)

    async def step(self, line: str) -> list[str]:
        if line.startswith("~"):
            await self.direct(line[1:].strip())
        else:
            await self.say(line[1:].strip())
        await self.house.settle()
        await self.house.caught_up()
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
        later = re.fullmatch(r"\+(\d+) (day|hour|minute)s?", what)
        away = re.fullmatch(r"the bot is away for (\d+) minutes", what)
        if what == "restart":
            await self.house.restart()
        elif what == "redeliver":
            await self.server.redeliver(1)
        elif what == "close the wave":
            with self.house.app.database.transaction() as tx:
                partnerships.close_wave(tx, 1, self.clock())
        elif what == "five people answer":
            await self.five_answer()
        elif what == "they answer again":
            await self.answer_again()
        elif later:
            self.clock.pass_time(**{f"{later[2]}s": int(later[1])})
            with self.house.app.database.transaction() as tx:  # Telegram answered all that time
                state.write_moment(tx, "telegram answered", self.clock())
        elif away:
            await self.house.stop()
            self.clock.pass_time(minutes=int(away[1]))
            await self.house.start()
        else:
            pytest.fail(f"no such stage direction: {what}")

    async def five_answer(self) -> None:
        for sheet in five_sheets():
            person = self.server.person(language_code="nl")
            await agree(self.house, person, self.codes["INVITATION"])
            self.five.append(person)
            await fill(self.house, person, sheet)

    async def answer_again(self) -> None:
        for person, sheet in zip(self.five, moved_sheets(), strict=True):
            await person.write("/verder")
            await self.house.settle()
            await fill(self.house, person, sheet)

    def on_buttons(self) -> list[str]:
        new, self.toasts = self.person.toasts[self.toasts :], len(self.person.toasts)
        return [f"! {toast}" for toast in new if toast]

    def on_screen(self) -> list[str]:
        """Every message that is new or edited since the last step."""
        mine = {(message.chat_id, message.id): message for message in self.person.messages}
        changed = [message for key, message in mine.items() if self.seen.get(key) != message.edits]
        self.seen |= {key: message.edits for key, message in mine.items()}
        return [line for message in changed for line in as_lines(message)]


class OnPage(Play):
    """What one visitor is shown on the page, after each step; above it the language, and the way that it runs."""

    def turn_to(self, name: str) -> None:
        self.visitor = Visitor(self.house.page, self.phone)

    async def play(self) -> str:
        played = await super().play()
        await self.visitor.session.close()
        return played

    async def say(self, what: str) -> None:
        if button := re.fullmatch(r"\[(.+?)\](?: x (\d+))?", what):
            for _ in range(int(button[2] or 1)):
                await self.visitor.press(button[1])
        else:
            await self.visitor.write(what.replace("INVITATION", self.codes["INVITATION"]))

    def on_buttons(self) -> list[str]:
        return [f"! {alert}"] if (alert := self.visitor.last.alert) else []

    def on_screen(self) -> list[str]:
        page = self.visitor.last
        text = [f"< {line}" for line in page.whole.splitlines()]
        return [f"({' '.join(page.parts[0])})", *text, *as_rows(page.rows)]


def as_lines(message: BotMessage) -> list[str]:
    text = [f"< {line}".rstrip() for line in message.text.splitlines()]
    kind = "picture" if message.photo else "file"
    file = [f"< ({kind}: {message.filename})"] if message.filename or message.photo else []
    return [*file, *text, *as_rows(message.rows)]


def as_rows(rows: Iterable[Sequence[tuple[str, str]]]) -> Iterator[str]:
    return ("".join(f"[{label}]" for label, _ in row) for row in rows)


def marks_of(path: Path) -> list[pytest.MarkDecorator]:
    return [pytest.mark.long] if path.name.startswith(PICTURES) else []


@pytest.mark.parametrize(
    "always_restart", [pytest.param(False, id="straight"), pytest.param(True, id="restarted", marks=pytest.mark.fire)]
)
@pytest.mark.parametrize("path", [pytest.param(one, id=one.stem, marks=marks_of(one)) for one in TRANSCRIPTS])
async def test_transcript(
    path: Path, always_restart: bool, house: House, server: TelegramServer, clock: Clock, request: pytest.FixtureRequest
) -> None:
    script = path.read_text("utf-8")
    kind = OnPage if "\n# on the page\n" in script else Play
    played = await kind(house, server, clock, script, always_restart).play()
    if request.config.getoption("--update") and not always_restart:
        path.write_text(played, "utf-8")
    assert played == path.read_text("utf-8")


def test_there_are_transcripts() -> None:
    assert len(TRANSCRIPTS) >= 7
