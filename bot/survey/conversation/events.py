"""Events: what somebody does, in any channel: a press, a command, a form that is sent, words, or nothing we know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.survey.conversation.buttons import Call, Coordinate, OfAResponse, Write
from bot.survey.sound import Sound, Trouble


@dataclass(frozen=True, slots=True)
class Commanded:
    """A command of the menu, by its English name, and what was typed behind it: only a coordinator's is looked at."""

    name: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that somebody sent: what is done with it, and the fields that they changed, by their names."""

    press: Call | Coordinate | Write
    values: Mapping[str, str] = field(repr=False)

    @property
    def response(self) -> int | None:
        """Of a respondent's form, the response that it was made for."""
        return self.press.response if isinstance(self.press, Write) else None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A line that somebody read aloud, or why there is nothing to keep of it."""

    press: Coordinate
    sound: Sound | Trouble


@dataclass(frozen=True, slots=True)
class Wrote:
    """Anything that is not a tap or a command. Its text is looked at where words are asked for, and kept nowhere else;
    of what is no text there is none."""

    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Expired:
    """A press on a button that means nothing to us, or no longer."""


Event = OfAResponse | Commanded | Filled | Wrote | Expired
