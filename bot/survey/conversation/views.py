"""Views: what stands on a screen, as phrases, buttons and fields to fill in, in no language yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Generic, Literal, TypeVar

from bot.survey.conversation.buttons import Call, Coordinate, Press, Write
from bot.survey.phrases import Phrase


@dataclass(frozen=True, slots=True)
class Button:
    label: Phrase
    press: Press
    chosen: bool = False


T = TypeVar("T")
"""Phrases in a view; words in a letter."""


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """Something to fill in. `kept` is what there is, `value` what was filled in instead, with its `error`; a date lies
    `between` two, a choice is one of `choices`, and `language` is that of what one writes in it, and of its label. Of a
    sound, the label are the words to read aloud, and `kept` is the fingerprint of what people hear now; of a tick, the
    hint is in that language too."""

    name: str
    label: T
    kept: str = ""
    kind: Literal["line", "text", "date", "choice", "address", "code", "tick", "sound"] = "line"
    hint: T | None = None
    between: tuple[str, str] = ("", "")
    choices: tuple[tuple[str, T], ...] = ()
    language: str = ""
    value: str = ""
    error: T | None = None


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """Fields that are sent together, by a button that says `send`."""

    press: Call | Coordinate | Write
    send: T
    fields: tuple[Field[T], ...]

    @property
    def is_wrong(self) -> bool:
        return any(field.error for field in self.fields)

    @property
    def records(self) -> bool:
        return any(field.kind == "sound" for field in self.fields)


@dataclass(frozen=True, slots=True)
class Grid(Generic[T]):
    """Rows under a head, with as many cells; a row of one cell is a heading over those below it. `pictograms` are those
    of rows, by their first cell."""

    head: tuple[T, ...]
    rows: tuple[tuple[T, ...], ...]
    pictograms: Mapping[T, str] = field(default_factory=dict)


Row = tuple[Button, ...]
Paragraph = tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One text, or paragraphs of lines where they are counted out; and rows of buttons under it. A form is for a
    channel that has fields, a grid for one that has tables; `at` is where this stands, when that is not at what was
    asked for. `about` says in one line what it is about, where it is sent by a notifier."""

    text: Phrase | tuple[Paragraph, ...]
    rows: tuple[Row, ...] = ()
    form: Form[Phrase] | None = None
    at: Coordinate | None = None
    grid: Grid[Phrase] | None = None
    about: Phrase | None = None

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return ((self.text,),) if isinstance(self.text, Phrase) else self.text

    def under(self, *lines: Phrase) -> "View":
        """The same, with these lines first."""
        return replace(self, text=(lines, *self.paragraphs))


def in_rows(buttons: Iterable[Button], width: int = 3) -> tuple[Row, ...]:
    row = tuple(buttons)
    return tuple(row[start : start + width] for start in range(0, len(row), width))
