"""Buttons: what each one means, and the at most 64 bytes in which that travels through a channel.

A press names the response and the item it was made for, so an old button can never act on another one. Whoever is not
yet a respondent has nothing stored: their buttons carry the invitation and the language.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, cast

from bot.survey.whole_numbers import as_number

MOST_BYTES = 64
MOST = 10**18 - 1  # within the database's range


class Screen(StrEnum):
    """What a respondent can be shown; the value travels in buttons, so it is short and never changes."""

    GROUP = "g"
    ITEM = "i"
    PAUSE = "p"
    PAUSED = "q"
    REVIEW = "r"
    THANKS = "t"
    CLOSED = "c"
    LANGUAGE = "l"
    HELP = "h"
    PRIVACY = "v"
    ACCESSIBILITY = "y"
    MY_DATA = "m"
    ERASE = "e"
    ERASED = "x"
    STOPPED = "o"
    PICK = "k"
    REMINDERS = "s"
    REMINDER = "b"
    INVITED = "a"
    RESULT = "u"
    PICTURE = "f"
    TABLE = "n"
    OPEN_QUESTION = "w"


LOOK_AROUND = {
    Screen.LANGUAGE,
    Screen.HELP,
    Screen.PRIVACY,
    Screen.ACCESSIBILITY,
    Screen.MY_DATA,
    Screen.ERASE,
    Screen.STOPPED,
    Screen.REMINDERS,
    Screen.REMINDER,
    Screen.INVITED,
}
"""Screens that can be shown at any moment and leave the person where they were."""

FORMER_SCREENS = {"d": Screen.REVIEW}
"""Screens that are no more, in old buttons and stored positions -> what took their place. The review had parts."""


@dataclass(frozen=True, slots=True)
class Position:
    """A screen, with the number of the item on it where it has one."""

    screen: Screen
    number: int = 0

    def __str__(self) -> str:
        return f"{self.screen}{self.number or ''}"


def position_from(code: str) -> Position | None:
    screen, number = code[:1], code[1:]
    try:
        there = Position(Screen(FORMER_SCREENS.get(screen, screen)), _number(number) if number else 0)
    except ValueError:
        return None
    return Position(there.screen) if screen in FORMER_SCREENS else there


@dataclass(frozen=True, slots=True)
class Welcome:
    """Show the invitation again, in this language."""

    invitation: str
    language: str


@dataclass(frozen=True, slots=True)
class Terms:
    """Show all that is agreed to, in this language."""

    invitation: str
    language: str


@dataclass(frozen=True, slots=True)
class ChooseLanguage:
    """Show in which languages the invitation can be read."""

    invitation: str


@dataclass(frozen=True, slots=True)
class Join:
    invitation: str
    language: str


@dataclass(frozen=True, slots=True)
class Decline:
    language: str


@dataclass(frozen=True, slots=True)
class ChooseGroup:
    response: int
    group: str


@dataclass(frozen=True, slots=True)
class ChooseOption:
    response: int
    item: int
    option: str


@dataclass(frozen=True, slots=True)
class Go:
    """Show another position of the same response."""

    response: int
    position: Position


@dataclass(frozen=True, slots=True)
class Resume:
    """Show where the answers put this person."""

    response: int


@dataclass(frozen=True, slots=True)
class Switch:
    """Say what stands on this message in another language."""

    response: int
    language: str
    position: Position


@dataclass(frozen=True, slots=True)
class ChooseMoment:
    response: int
    moment: str


@dataclass(frozen=True, slots=True)
class Finish:
    response: int


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take *Done* back, to change something after all."""

    response: int


@dataclass(frozen=True, slots=True)
class Erase:
    response: int


@dataclass(frozen=True, slots=True)
class WantResult:
    """Whether the group result is to be sent when the wave is closed."""

    response: int
    wanted: int  # 1 or 0


@dataclass(frozen=True, slots=True)
class Write:
    """Send what was filled in at the open question; as a button, with nothing filled in, take away what was written."""

    response: int


@dataclass(frozen=True, slots=True)
class Hear:
    """Read this item aloud."""

    response: int
    item: int


@dataclass(frozen=True, slots=True)
class HearAll:
    """Whether every statement is to be read aloud from now on."""

    response: int
    wanted: int  # 1 or 0


@dataclass(frozen=True, slots=True)
class Coordinate:
    """Something a coordinator does with a partnership; the actions are in `bot.coordination`, by subject."""

    partnership: int
    action: str
    argument: str = "-"


@dataclass(frozen=True, slots=True)
class ReadProgramme:
    """Something that a reader of a programme asks for, or with 0 of the only one; see `bot.coordination.programme`."""

    programme: int
    action: str = "home"
    argument: str = "-"


@dataclass(frozen=True, slots=True)
class Call:
    """Something that somebody on a page does about being called; see `bot.turns.calling`."""

    action: str = "home"
    argument: str = "-"


Where = Position | Coordinate | ReadProgramme | Call
"""What has a place of its own."""
BeforeJoining = Welcome | Terms | ChooseLanguage | Join | Decline
OfAResponse = (
    ChooseGroup
    | ChooseOption
    | Go
    | Resume
    | Switch
    | ChooseMoment
    | Finish
    | TakeBack
    | Erase
    | WantResult
    | Write
    | Hear
    | HearAll
)
Press = BeforeJoining | OfAResponse | Coordinate | ReadProgramme | Call
ASIDE = Go | Switch | Welcome | ChooseLanguage
"""What only leads elsewhere: beside what is read aloud."""

LETTERS: dict[str, type[Any]] = {
    "w": Welcome,
    "t": Terms,
    "i": ChooseLanguage,
    "j": Join,
    "n": Decline,
    "k": ChooseGroup,
    "a": ChooseOption,
    "g": Go,
    "r": Resume,
    "l": Switch,
    "m": ChooseMoment,
    "f": Finish,
    "b": TakeBack,
    "x": Erase,
    "u": WantResult,
    "o": Write,
    "h": Hear,
    "v": HearAll,
    "c": Coordinate,
    "p": ReadProgramme,
    "y": Call,
}
_LETTER_OF = {kind: letter for letter, kind in LETTERS.items()}
_FIELDS = {kind: fields(kind) for kind in LETTERS.values()}


def encode(press: Press) -> str:
    """A press as callback data; at most 64 bytes, by a test over all of them."""
    values = (str(getattr(press, field.name)) for field in _FIELDS[type(press)])
    return ":".join((_LETTER_OF[type(press)], *values))


def around_response(data: str) -> tuple[str, str]:
    """The callback data of a press of a response, before and after its number."""
    letter, _, rest = data.split(":", 2)
    return f"{letter}:", f":{rest}"


def decode(data: str) -> Press | None:
    """The press that callback data stands for; None when it is none of ours."""
    letter, *parts = data.split(":")
    kind = LETTERS.get(letter)
    if kind is None or len(data) > MOST_BYTES or len(parts) != len(_FIELDS[kind]):
        return None
    try:
        values = [_value(field.type, part) for field, part in zip(_FIELDS[kind], parts, strict=True)]
        return cast(Press, kind(*values))
    except ValueError:
        return None


def _value(wanted: object, text: str) -> "str | int | Position":
    if wanted is int:
        return _number(text)
    if wanted is Position:
        if (position := position_from(text)) is None:
            raise ValueError(text)
        return position
    if not (text and text.isascii() and text.isprintable()):
        raise ValueError(text)
    return text


def _number(text: str) -> int:
    if (found := as_number(text, MOST)) is None:
        raise ValueError(text)
    return found
