"""People: simulated people who take part as people do, each in their own way and all from a seed.

They know nothing but the buttons on their screen, and press one of them; what that does is up to the core.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from bot.letters import Letter
from bot.survey.checklist import Checklist
from bot.survey.conversation.buttons import (
    ChooseGroup,
    ChooseMoment,
    ChooseOption,
    Finish,
    Go,
    Join,
    Position,
    Press,
    Resume,
    Screen,
    Switch,
    WantResult,
    decode,
)

Kind = TypeVar("Kind")

LIKELY = (
    *(90,),
    *(55, 90, 40, 95, 85, 95, 90),
    *(55, 85, 50, 55, 35),
    *(65, 55, 70, 50, 55),
    *(85, 80, 85, 70),
    *(45, 50, 65, 70),
)
"""The mean that each item tends to in the first round, in the order of the checklist: about what partnerships see."""

DRIFT = {"task": 18, "visibility": 15, "relation": -16}
"""What the first project phase does to each dimension; each one after it does half as much as the one before."""

GROUPS = {"resident": 11, "professional": 7, "other": 1, "withheld": 1}
TILT = {"professional": {"task": 6, "relation": -5}, "resident": {"task": -4, "relation": 4, "visibility": -4}}
UNSCORED = 0.04  # of the answers
STOPS, PAUSES = 0.15, 0.25  # of the people in a round
NEW, ONCE = 0.2, 0.2  # of the people: only in the second round, only in the first
MOST_PRESSES = 90  # in one outing, whatever happens


@dataclass(frozen=True, slots=True)
class Outing:
    """When somebody sits down to answer, and after how many answers they get up; when they are finished, if none."""

    wave: int
    number: int
    day: int
    minute: int
    answers: int | None = None
    is_entry: bool = True


class Neighbour:
    """One person. `screen` holds the buttons that they see."""

    def __init__(self, checklist: Checklist, seed: int, number: int, group: str, language: str) -> None:
        self.checklist, self.group, self.language = checklist, group, language
        self.seed, self.number = seed, number
        self.random = Random(f"{seed}:{number}")
        self.mood = self.random.gauss(0, 8)
        self.is_curious, self.is_fickle = self.random.random() < 0.3, self.random.random() < 0.2
        self.other_language = self.random.random() < 0.1
        self.screen: tuple[Press, ...] = ()
        self.wave = 1
        self.left: int | None = None

    def read(self, letters: Iterable[Letter]) -> None:
        for letter in letters:
            buttons = (decode(data) for row in letter.rows for _, data in row)
            self.screen = tuple(press for press in buttons if press) or self.screen

    def presses(self, outing: Outing) -> Iterator[Press]:
        """What they press, each on the screen that they see by then, until they put the phone away."""
        self.wave, self.left = outing.wave, outing.answers
        while press := self._next_press():
            yield press
            if isinstance(press, ChooseMoment | WantResult):
                return

    def _next_press(self) -> Press | None:
        if joins := self._see(Join):
            return joins[0]
        if groups := self._see(ChooseGroup):
            return next((press for press in groups if press.group == self.group), groups[-1])
        if options := self._see(ChooseOption):
            return self._consider(options)
        if moments := self._see(ChooseMoment):
            return self.random.choice(moments)
        wishes = [press for press in self._see(WantResult) if press.wanted and self.is_curious]
        ways_on: list[Press] = [*self._see(Finish), *self._see(Resume), *wishes]
        return ways_on[0] if ways_on else None

    def _see(self, kind: type[Kind]) -> list[Kind]:
        return [press for press in self.screen if isinstance(press, kind)]

    def _consider(self, options: Sequence[ChooseOption]) -> Press | None:
        """A statement: nearly always they answer it."""
        if self.left == 0:
            return self._get_up()
        if doubt := self._doubt(options[0].item):
            return doubt
        self.left = None if self.left is None else self.left - 1
        wanted = self._opinion(options[0].item)
        return next(press for press in options if press.option == wanted)

    def _get_up(self) -> Press | None:
        """Half of those who stop say so."""
        pauses = [press for press in self._see(Go) if press.position.screen == Screen.PAUSE]
        return pauses[0] if pauses and self.number % 2 else None

    def _doubt(self, item: int) -> Press | None:
        """Now and then somebody looks back, or wants to read it in another language."""
        if self.other_language and item == 3 and (switches := self._see(Switch)):
            self.other_language = False
            return switches[0]
        back = [press for press in self._see(Go) if press.position == Position(Screen.ITEM, item - 1)]
        return back[0] if back and self.is_fickle and self.random.random() < 0.1 else None

    def _opinion(self, item: int) -> str:
        """The option for a statement: somebody's own view stays near itself from round to round."""
        own = Random(f"{self.seed}:{self.number}:{item}").gauss(0, 13)
        if self.random.random() < UNSCORED:
            return self.random.choice([key for key, option in self.checklist.options.items() if option.score is None])
        wanted = self._tendency(item) + self.mood + own + self.random.gauss(0, 7)
        scored = {key: option.score for key, option in self.checklist.options.items() if option.score is not None}
        return min(scored, key=lambda key: abs(scored[key] - wanted))

    def _tendency(self, item: int) -> float:
        dimension = self.checklist.items[item].dimension
        drift = DRIFT.get(dimension, 0) * 2 * (1 - 0.5 ** (self.wave - 1))
        return LIKELY[item - 1] + drift + TILT.get(self.group, {}).get(dimension, 0)


def neighbourhood(
    checklist: Checklist, seed: int, people: int, language: str, languages: Sequence[str]
) -> list[Neighbour]:
    """So many people; most of their phones speak the language of the partnership."""
    chance = Random(f"{seed}:neighbourhood")
    groups = chance.sample([*GROUPS], counts=GROUPS.values(), k=sum(GROUPS.values()))
    spoken = [other for other in languages if other != language] or [language]
    phones = [chance.choice(spoken) if chance.random() < 0.15 else language for _ in range(people)]
    return [
        Neighbour(checklist, seed, number, groups[number % len(groups)], phone) for number, phone in enumerate(phones)
    ]


def outings(people: int, waves: Sequence[tuple[int, int]], seed: int) -> list[Outing]:
    """Those of everybody in waves of (first day, days), in the order in which they go."""
    chance = Random(f"{seed}:outings")
    order = chance.sample(range(people), people)
    new, once = round(NEW * people), round(ONCE * people)
    absent = [order[:new], *[order[people - once :]] * (len(waves) - 1)] if len(waves) > 1 else [[]]
    found: list[Outing] = []
    for wave, (gone, when) in enumerate(zip(absent, waves, strict=True), 1):
        found += _of_wave(chance, wave, [number for number in range(people) if number not in gone], *when)
    return sorted(found, key=lambda one: (one.day, one.minute, one.number))


def _of_wave(chance: Random, wave: int, present: Sequence[int], first: int, days: int) -> Iterator[Outing]:
    stopping = chance.sample(present, round(STOPS * len(present)))
    for number in present:
        day, minute = first + int((days - 3) * chance.random() ** 1.5), chance.randrange(60, 8 * 60)
        stop = chance.randint(3, 20)
        pauses = number not in stopping and chance.random() < PAUSES
        yield Outing(wave, number, day, minute, stop if pauses or number in stopping else None)
        if pauses:
            yield Outing(wave, number, day + chance.randint(1, 2), minute, is_entry=False)
