"""Shapes: what an export is made of, and the numbers that stand for answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.survey.checklist import Checklist, Item
from bot.survey.errors import OperatorError
from bot.survey.paper import ASSISTED, ON_PAPER

NOT_REACHED, WITHHELD = -3, -4
UNSCORED = {"dont_know": -1, "not_applicable": -2}
GROUPS = {None: NOT_REACHED, "resident": 1, "professional": 2, "other": 3, "withheld": WITHHELD}
MODES = {None: 1, ASSISTED: 2, ON_PAPER: 3}
T = TypeVar("T")
Value = int | str
Table = Sequence[Sequence[Value]]


class ExportError(OperatorError):
    """The export cannot be made; the message says why and what to do. No file has been left behind."""


@dataclass(frozen=True, slots=True)
class Record:
    """One person in one wave. `person` is our own number for them; it is never written. Answers: item -> option."""

    person: int
    wave: int
    group: str | None
    language: str
    completed: bool
    answers: Mapping[int, str]
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """A column: what it says, and what its codes mean. A code below 0 is a missing one."""

    name: str
    label: str
    codes: Mapping[int, str] = field(default_factory=dict)
    item: Item | None = None

    @property
    def missing(self) -> list[int]:
        return [code for code in self.codes if code < 0]


@dataclass(frozen=True, slots=True)
class Export:
    variables: Sequence[Variable]
    rows: Table
    codebook: Table
    change: Table = ()

    @property
    def data(self) -> Table:
        return [[variable.name for variable in self.variables], *self.rows]


def codes_of(checklist: Checklist) -> dict[str, int]:
    return {
        option.key: UNSCORED[option.key] if option.score is None else option.score
        for option in checklist.options.values()
    }


def one_of(value: T, allowed: Collection[T], what: str) -> T:
    if value not in allowed:
        raise ExportError(f"{what} is one of {', '.join(map(str, allowed))}, not {value!r}.")
    return value
