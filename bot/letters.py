"""Letters: what goes out, in an envelope, and the receipts that say what became of it.

Plain data: a letter can wait in the database.
"""

import json
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Literal

from bot.survey.conversation.views import Form, Grid

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or a file, as its description: see `bot.rendering`. A plain file is described by its own text."""

    kind: Literal["picture", "file"]
    name: str
    described: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Text with only `<b>` as markup, everything else escaped; rows of buttons as (label, data).

    `replaces` is the channel's number of the message that this one takes the place of. A form and a grid are for
    a page, which is shown at once: they do not wait in the database.
    """

    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    replaces: int | None = None
    attachment: Attachment | None = None
    form: Form[str] | None = None
    grid: Grid[str] | None = None

    def to_json(self) -> str:
        attached = astuple(self.attachment) if self.attachment else None
        return json.dumps([self.text, self.rows, self.replaces, attached], ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> "Letter":
        text, rows, replaces, attached = json.loads(body)
        buttons = tuple(tuple((label, data) for label, data in row) for row in rows)
        return cls(text, buttons, replaces, Attachment(*attached) if attached else None)


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter with its address. Without a number it is not stored: it is for somebody whom we keep nothing about.

    `after` are older replies to the same contact that were not delivered when this was written.
    """

    channel: str
    address: str
    letter: Letter
    number: int | None = None
    contact: int | None = None
    attempts: int = 0
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """Try again, after so many seconds where the channel says so."""

    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """They cannot be written to until they return. `reason`, where it is another, is for the operator."""

    reason: str = "unreachable"


@dataclass(frozen=True, slots=True)
class Refused:
    """This letter can never be delivered; `reason` is for the operator."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The contact lives at another address now."""

    address: str


Receipt = Delivered | Postponed | Unreachable | Refused | Moved
