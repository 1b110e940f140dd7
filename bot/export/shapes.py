"""Shapes: what an export is made of, and the numbers that stand for answers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar

from bot.survey.checklist import Checklist, Item
from bot.survey.errors import OperatorError
from bot.survey.paper import ASSISTED, ON_PAPER
from storage.records import Record

NOT_REACHED, WITHHELD, NOT_TOLD = -3, -4, -5
UNSCORED = {"dont_know": -1, "not_applicable": -2}
GROUPS = {None: NOT_REACHED, "resident": 1, "professional": 2, "other": 3, "withheld": WITHHELD}
MODES = {None: 1, ASSISTED: 2, ON_PAPER: 3}
T = TypeVar("T")
Value = int | float | str | None
Table = Sequence[Sequence[Value]]
Words = Sequence[Sequence[str]]
Wordings = Mapping[int, Mapping[str, Mapping[str, str]]]
"""Wave -> language -> number of an item -> fingerprint."""


class ExportError(OperatorError):
    """The export cannot be made; the message says why and what to do. No file has been left behind."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where answers come from: whose, k, and in which wording they were asked. Of a rehearsal they are invented."""

    partnership: int
    k: int
    exported_on: date
    wordings: Wordings = field(default_factory=dict)
    is_synthetic: bool = False


@dataclass(frozen=True, slots=True)
class Variable:
    """A column: what it says of a record, and what its codes mean. A code below 0 is a missing one."""

    name: str
    label: str
    of: Callable[[Record], Value]
    codes: Mapping[int, str] = field(default_factory=dict)
    item: Item | None = None
    kind: Literal["code", "number", "text", "id", "month"] = "code"

    @property
    def missing(self) -> list[int]:
        return [code for code in self.codes if code < 0]


@dataclass(frozen=True, slots=True)
class Export:
    """`notes` are what a codebook and a README both say, by name; `language` is that of the labels."""

    variables: Sequence[Variable]
    rows: Table
    codebook: Words
    change: Words
    notes: Mapping[str, str]
    origin: Origin
    language: str

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
