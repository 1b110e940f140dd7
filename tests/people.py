"""People: simulated respondents who live in the chat, each in their own way and all from a seed.

They know nothing but what is on their screen. What a screen says is theirs to swear to, in `acknowledged`; which of
their taps it answers they do not ask.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cached_property, partial
from random import Random

from tests.patience import PATIENCE
from tests.telegram_server import BotMessage, Json, Person, TelegramServer

ITEMS = 26
KEYS = ("no", "rather_no", "middle", "rather_yes", "yes", "dont_know", "not_applicable")
DUTCH = ("Nee", "Meer nee dan ja", "Ertussenin", "Meer ja dan nee", "Ja", "Weet ik niet", "Geldt niet voor mij")
ENGLISH = ("No", "More no than yes", "In between", "More yes than no", "Yes", "I don't know", "Does not apply to me")
OPTIONS = dict(zip(DUTCH + ENGLISH, KEYS * 2, strict=True))
"""What a button says -> the option that it stands for."""

SIGNS = {
    **dict.fromkeys(("Ja, ik doe mee", "Yes, I will take part"), "welcome"),
    **dict.fromkeys(("Dat zeg ik liever niet", "I would rather not say"), "group"),
    **dict.fromkeys(("Geen bericht", "No message"), "pause"),
    **dict.fromkeys(("Klaar", "Done"), "review"),
    **dict.fromkeys(("✓ Nederlands", "✓ English"), "language"),
}
"""A button that only one screen has -> that screen."""

LANGUAGES = ("Nederlands", "English")
BACK, FORWARD, PAUSE = ("‹ Terug", "‹ Back"), ("Verder ›", "Next ›"), ("Pauze", "Pause")
THANKS = re.compile(r"^(Dank u wel|Thank you)!", re.MULTILINE)
STATEMENT = re.compile(r"^(?:Zin|Statement) (\d+) (?:van|of) 26 · ", re.MULTILINE)
GIVEN = re.compile(r"^(\d+)\. .* → (.+)$", re.MULTILINE)  # a statement and its answer, when one looks back
GO_ON = re.compile(r"Verdergaan|Go on|Verder met zin \d+|Go on with statement \d+")
PAST_THE_ITEMS = ("review",)  # not the thanks: they answer Done, never a statement
REMARKS = ("Moet dit nou?", "/help", "/privacy", "/mydata", "/mijngegevens", "/language", "/taal")
GO_ON_COMMANDS = ("/verder", "/continue")
CHANGES_OF_MIND = 6  # at most; then they want it over with


class Sight:
    """A message of the bot, as a person reads it."""

    def __init__(self, message: BotMessage) -> None:
        self.message = message
        self.labels = [label for row in message.rows for label, _ in row]

    @cached_property
    def options(self) -> dict[str, str]:
        """Option -> the label that says it, with its mark if it was chosen before."""
        marked = {OPTIONS.get(label.removeprefix("✓ "), ""): label for label in self.labels}
        return {option: label for option, label in marked.items() if option}

    @cached_property
    def item(self) -> int:
        """The number of the statement; 0 when this is none."""
        found = STATEMENT.search(self.message.text) if self.options else None
        return int(found[1]) if found else 0

    @cached_property
    def kind(self) -> str:
        if THANKS.search(self.message.text):
            return "thanks"
        if self.item:
            return "item"
        if self.labels and {*self.labels} <= {*LANGUAGES}:
            return "languages"
        return next((kind for sign, kind in SIGNS.items() if sign in self.labels), "aside" if self.go_on else "lost")

    @property
    def go_on(self) -> str | None:
        return next((label for label in self.labels if GO_ON.fullmatch(label)), None)

    @property
    def is_answered(self) -> bool:
        return self.one_of(FORWARD) is not None

    @cached_property
    def says(self) -> dict[int, str]:
        """Item -> option, of each answer that can be read here."""
        listed = {int(item): OPTIONS[label] for item, label in GIVEN.findall(self.message.text) if label in OPTIONS}
        marked = [option for option, label in self.options.items() if label.startswith("✓ ")]
        return {self.item: marked[0]} if self.item and marked else listed

    def one_of(self, labels: tuple[str, ...]) -> str | None:
        return next((label for label in labels if label in self.labels), None)

    def is_past(self, item: int) -> bool:
        return self.item > item or self.kind in PAST_THE_ITEMS


class Reader(Person):
    """Somebody with Telegram who reads all that the bot shows, however short it stays."""

    def __init__(self, server: TelegramServer, number: int, language_code: str = "nl") -> None:
        super().__init__(server, number, {"first_name": "Anna"}, language_code)
        self.pages: list[str] = []

    def show(self, message: BotMessage) -> Json:
        self.pages.append(message.text)
        return super().show(message)


class Respondent:
    """One person from the link to the thanks. `happened` hears of every "press", "screen" and "insistence", at once.

    `tried` is item -> the options that they tapped there, each once, in that order; `acknowledged` is item -> the last
    of these of which a screen was sure: it stood there as the answer, or was the only one when a screen was past it.
    Who `is_calm` waits longer before they insist.
    """

    INSISTS_AFTER = 1.5, 3.0  # seconds, between which they wait for another screen before they insist
    THOUGHT = 0.03, 0.2  # seconds at least, and more on average, before they act
    CALM_FOR = PATIENCE  # seconds more, in which whoever is calm gets an answer, or none ever comes

    def __init__(
        self, person: Reader, code: str, seed: str, happened: Callable[[str], None] = lambda what: None
    ) -> None:
        self.person, self.code, self.happened = person, code, happened
        self.random = Random(seed)
        self.wishes = {item: self._any_option() for item in range(1, ITEMS + 1)}
        self.tried: dict[int, list[str]] = {}
        self.acknowledged: dict[int, str] = {}
        self.acknowledgements = 0
        self.waits = False
        self.has_joined = False
        self.is_calm = False
        self.diary: list[str] = []
        self._seen: BotMessage | None = person.newest  # what stands there already is no news
        self._changes_of_mind = 0
        self._again: Callable[[], Awaitable[None]] = self._knock
        self._acts: dict[str, Callable[[Sight], Awaitable[None]]] = {
            "welcome": self._welcomed,
            "group": self._press_any,
            "item": self._consider,
            "pause": self._press_any,
            "language": self._press_any,
            "languages": self._press_any,
            "aside": self._go_on,
            "review": self._look_back,
            "thanks": self._rest,
            "lost": self._ask_the_way,
        }

    @property
    def is_finished(self) -> bool:
        return self._seen is not None and Sight(self._seen).kind == "thanks"

    async def live(self) -> None:
        await self._knock()
        while not self.is_finished:
            if await self._sees_something_new():
                await self._react()
            else:
                await self._insist()

    def __str__(self) -> str:
        shows = str(self.person.newest).replace("\n", " | ")[:300]
        state = "waits" if self.waits else "thinks"
        return f"{self.person.id}: {len(self.acknowledged)} acknowledged, {state}, sees: {shows}"

    async def _sees_something_new(self) -> bool:
        """Wait for another screen than the last one, as long as the patience lasts."""
        if not (await self._sees_within(self.random.uniform(*self.INSISTS_AFTER)) or await self._keeps_calm()):
            return False
        self.waits = False
        self._tell("screen", f"sees {str(self.person.last)[:60]!r}")
        return True

    async def _keeps_calm(self) -> bool:
        return self.is_calm and await self._sees_within(self.CALM_FOR)

    async def _sees_within(self, seconds: float) -> bool:
        try:
            await self.person.wait(lambda message: message is not self._seen, seconds)
        except AssertionError:
            return False
        return True

    async def _react(self) -> None:
        await self._think()
        self._seen = self.person.last
        sight = Sight(self._seen)
        self._note(sight)
        await self._acts[sight.kind](sight)

    async def _think(self) -> None:
        at_least, more = self.THOUGHT
        await asyncio.sleep(at_least + self.random.expovariate(1 / more))

    def possible(self, item: int, *, in_order: bool = True) -> set[str]:
        """What their answer may be: what they were told, or what they tapped since, for that may be under way. Where
        taps do not arrive `in_order`, so may what they tapped before."""
        if item not in self.acknowledged:
            return set()
        tried = self.tried.get(item, [self.acknowledged[item]])
        return set(tried[tried.index(self.acknowledged[item]) if in_order else 0 :])

    def _note(self, sight: Sight) -> None:
        """What this screen says of their answers. An option is tapped on an item for the first time once, so one that
        stands there was taken, and so was or will be, before it, all that they tapped before."""
        for item, tried in self.tried.items():
            if item not in self.acknowledged and sight.is_past(item):
                self._is_told(item, tried[0])
            elif sight.says.get(item) in tried:
                self._is_told(item, sight.says[item])
        self.has_joined |= sight.kind not in ("welcome", "languages", "lost")

    def _is_told(self, item: int, option: str) -> None:
        tried, known = self.tried[item], self.acknowledged.get(item)
        if known is None or tried.index(option) > tried.index(known):
            self.acknowledged[item] = option
            self.acknowledgements += 1
            self.diary.append(f"  is sure of {item}: {option}")

    async def _insist(self) -> None:
        """No reply came: do it again, or ask where we are."""
        self._tell("insistence" if self.has_joined else "second knock", "insists")
        await (self._again() if self.random.random() < 0.6 else self._ask_the_way())

    async def _knock(self) -> None:
        await self._say(f"/start {self.code}")

    async def _ask_the_way(self, _sight: Sight | None = None) -> None:
        await (self._say(self.random.choice(GO_ON_COMMANDS)) if self.has_joined else self._knock())

    async def _say(self, text: str) -> None:
        self.waits, self._again = True, partial(self._say, text)
        await self.person.write(text)
        self._tell("press", f"says {text}")

    async def _press(self, label: str | None, message: BotMessage, times: int = 1) -> None:
        assert label, f"{message} does not have the button that belongs to it"
        self.waits, self._again = True, partial(self._press, label, message)
        for _ in range(times):
            await self.person.press(label, message)
            self._tell("press", f"presses {label} on {Sight(message).item or Sight(message).kind}")

    async def _welcomed(self, sight: Sight) -> None:
        agree = sight.one_of(("Ja, ik doe mee", "Yes, I will take part"))
        await self._press(agree if self.random.random() < 0.9 else sight.one_of(LANGUAGES), sight.message)

    async def _press_any(self, sight: Sight) -> None:
        await self._press(self.random.choice(sight.labels), sight.message)

    async def _go_on(self, sight: Sight) -> None:
        await self._press(sight.go_on, sight.message)

    async def _rest(self, _sight: Sight) -> None:
        """There is nothing left to do."""

    async def _consider(self, sight: Sight) -> None:
        """A statement: nearly always they answer it."""
        mood = self.random.random()
        if mood < 0.04:
            await self._say(self.random.choice(REMARKS))
        elif mood < 0.11:
            await self._press(sight.one_of(LANGUAGES if mood < 0.08 else PAUSE), sight.message)
        elif mood < 0.17 and sight.item > 1:
            await self._press(sight.one_of(BACK), sight.message)
        elif sight.is_answered and sight.item in self.acknowledged:
            await self._reconsider(sight)
        else:
            await self._tap(sight)

    async def _reconsider(self, sight: Sight) -> None:
        """A statement that was answered before: leave it so, or choose something else."""
        others = [option for option in KEYS if option not in self.tried[sight.item]]
        if self.random.random() < 0.3 or not others:
            await self._press(sight.one_of(FORWARD), sight.message)
        else:
            self._changes_of_mind += 1
            self.wishes[sight.item] = self.random.choice(others)
            await self._tap(sight)

    async def _tap(self, sight: Sight) -> None:
        option = self.wishes[sight.item]
        tried = self.tried.setdefault(sight.item, [])
        tried += [option] if option not in tried else []
        await self._press(sight.options[option], sight.message, times=1 if self.random.random() < 0.85 else 2)

    async def _look_back(self, sight: Sight) -> None:
        """The review: change something, or be done with it."""
        choices = [label for label in sight.labels if label.isdigit()]
        if self._changes_of_mind < CHANGES_OF_MIND and self.random.random() < 0.4:
            await self._press(self.random.choice(choices), sight.message)
        else:
            await self._press(sight.one_of(("Klaar", "Done")), sight.message)

    def _tell(self, what: str, how: str) -> None:
        self.diary.append(f"{datetime.now(UTC):%H:%M:%S.%f} {how}")
        self.happened(what)

    def _any_option(self) -> str:
        return self.random.choice(KEYS)
