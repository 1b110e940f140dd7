"""Letters: what goes out, in an envelope, and the receipts that say what became of it.

Plain data: a letter can wait in the database.
"""

import json
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from typing import ClassVar, Literal, NamedTuple, Protocol

from bot.survey.conversation.views import Form, Grid
from bot.survey.traits import Traits

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or a file, as its description: see `bot.rendering`. A plain file is described by its own text."""

    kind: Literal["picture", "file", "voice"]
    name: str
    described: str


class Upload(NamedTuple):
    """A recording as one bot has it with its messenger."""

    bot_id: int
    kind: str
    digest: str


class Heard(NamedTuple):
    """A recording, by the fingerprint of its bytes, and who spoke it; a computer did where it says so."""

    digest: str
    spoken_by: str
    computer: bool


@dataclass(frozen=True, slots=True)
class Letter:
    """Text with only `<b>` as markup, everything else escaped; rows of buttons as (label, data).

    `replaces` is the channel's number of the message that this one takes the place of, `removes` are those of messages
    that are over. `about` says in one line what it is about, and names nobody: it is what a notifier shows before
    anything is opened. A form, a grid, and the recordings that are `heard`, one after the other, are for a page, which
    is shown at once: they do not wait in the database.
    """

    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    replaces: int | None = None
    attachment: Attachment | None = None
    about: str = ""
    form: Form[str] | None = None
    grid: Grid[str] | None = None
    heard: tuple[Heard, ...] = ()
    removes: tuple[int, ...] = ()

    def to_json(self) -> str:
        attached = astuple(self.attachment) if self.attachment else None
        more = [self.about, self.removes] if self.removes else [self.about] if self.about else []  # as few as can be
        return json.dumps([self.text, self.rows, self.replaces, attached, *more], ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> "Letter":
        text, rows, replaces, attached, *more = json.loads(body)
        about, removes = more[0] if more else "", more[1] if more[1:] else ()
        buttons = tuple(tuple((label, data) for label, data in row) for row in rows)
        attachment = Attachment(*attached) if attached else None
        return cls(text, buttons, replaces, attachment, about, removes=tuple(removes))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter with its address, and the channel or the notifier that carries it there. Without a number it is not
    stored: it is for somebody whom we keep nothing about.

    `after` are older replies to the same contact that were not delivered when this was written. Of bulk mail `key` says
    what it is about, and `language` which the contact speaks; with a `timezone` it must not come at night there. Where
    a notifier carries it, `notified` is the number of the notification address; it is 0 where a channel does.
    """

    carrier: str
    address: str
    letter: Letter
    number: int | None = None
    contact: int | None = None
    attempts: int = 0
    after: tuple[int, ...] = ()
    key: str = ""
    language: str = ""
    notified: int = 0
    timezone: str = ""

    @property
    def kind(self) -> str:
        """The first word of its key, such as `reminder`."""
        return self.key.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Delivered:
    """It arrived; a voice as the message with this number. Under a `reference` it is only taken, and its carrier says
    later whether it arrived."""

    voice: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Postponed:
    """Try again, after so many seconds where the carrier says so. Then all that it carries waits as long, unless this
    is about one letter `alone`."""

    seconds: float | None = None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """They cannot be written to until they return. `reason`, where it is another, is for the operator."""

    reason: str = "unreachable"


@dataclass(frozen=True, slots=True)
class Refused:
    """This letter can never be delivered; `reason` is for the operator."""

    reason: str


NOT_RECORDED = Refused("a recording is there no more")
"""Of a voice that waited while somebody took it back or recorded it anew: nobody has to do anything."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Not by this carrier now: the next one that can call them may carry it. `reason` is for the operator, where there
    is none."""

    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The contact lives at another address now."""

    address: str


Receipt = Delivered | Postponed | Unreachable | Refused | Elsewhere | Moved


class Carrier(Protocol):
    """All that delivery needs to know of a channel or a notifier."""

    traits: ClassVar[Traits]

    async def deliver(self, envelope: Envelope) -> Receipt:
        """One letter, and what became of it. It never raises."""
