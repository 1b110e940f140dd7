"""What passes through a channel: updates in, letters out, and the one port through which letters leave.

Both are plain data. A letter can wait in the database; of what a person types, an update keeps nothing.
"""

import json
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.survey.conversation.buttons import Press
from bot.survey.conversation.dialogue import Commanded, Expired, Wrote

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody came in by a link; the code may be an invitation, a coordinator's, or nothing at all."""

    code: str


@dataclass(frozen=True, slots=True)
class Left:
    """They closed the door: the channel says that we cannot reach them."""


@dataclass(frozen=True, slots=True)
class Returned:
    """They opened the door again."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Where people come in, each address to be followed by a code; empty where there is none.

    `page` is the browser's; unless `is_public`, only this machine can reach it.
    """

    page: str = ""
    telegram: str = ""
    is_public: bool = False

    def links(self, code: str) -> tuple[str, ...]:
        """The links that can be handed out, the one for everybody first: a page asks for no app and no account."""
        doors = (self.page, self.telegram) if self.is_public else (self.telegram or self.page,)
        return tuple(f"{door}{code}" for door in doors if door)

    def every(self, code: str) -> list[str]:
        """Those, and the page that only this machine can reach."""
        return list(dict.fromkeys((*self.links(code), f"{self.page}{code}")))


@dataclass(frozen=True, slots=True)
class Update:
    """One thing that happened in a channel. `id` is unique over all channels.

    `phone_language` is what the phone says it speaks; `message` is the channel's number of the pressed message; `doors`
    are those of this house, told by it and by no channel; `in_group` says that the address is a chat of several.
    """

    id: str
    channel: str
    address: str
    event: Press | Commanded | Wrote | Expired | Opened | Left | Returned
    phone_language: str | None = None
    message: int | None = None
    doors: Doors = Doors()
    in_group: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture or a file, as its description: see `bot.rendering`. A plain file is described by its own text."""

    kind: Literal["picture", "file"]
    name: str
    described: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Text with only `<b>` as markup, everything else escaped; rows of buttons as (label, data).

    `replaces` is the channel's number of the message that this one takes the place of.
    """

    text: str
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    replaces: int | None = None
    attachment: Attachment | None = None

    def to_json(self) -> str:
        attached = astuple(self.attachment) if self.attachment else None
        return json.dumps([self.text, self.rows, self.replaces, attached], ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> "Letter":
        text, rows, replaces, attached = json.loads(body)
        buttons = tuple(tuple((label, data) for label, data in row) for row in rows)
        return cls(text, buttons, replaces, Attachment(*attached) if attached else None)


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees before they do anything, and who they are to us; see `bot.turns.preview`.

    `role` is that of their seat; `letter` what stands behind the door that they look at, or at no door. A letter
    that `knocks` is about a link that works once: it is used by a press and not by a look. `is_member` says that they
    take part already in what is behind the door; `standing` is another one when time has changed what they can do.
    """

    language: str
    letter: Letter
    takes_part: bool = False
    role: str = ""
    code_is_right: bool = False
    knocks: bool = False
    is_member: bool = False
    standing: str = ""

    @property
    def is_known(self) -> bool:
        return self.takes_part or bool(self.role)


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
    """They closed the door: nothing is sent until they return. `reason`, where it is another, is for the operator."""

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


class Messenger(Protocol):
    """A channel, seen from the inside. One that `reaches_out` can write to people at any moment; of another, letters
    wait in the database until the person is there."""

    reaches_out: bool

    async def deliver(self, address: str, letter: Letter) -> Receipt: ...
