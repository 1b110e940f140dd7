"""A sound: what somebody recorded for a line, as it is kept; and what is said of one that is not well.

A sound is told by its bytes: what a phone calls it is not looked at.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.survey.phrases import Phrase, say

MOST_BYTES = 2 * 2**20
LONGEST = 40  # seconds
Trouble = Literal["empty", "large", "long", "silent", "unreadable", "changed", "cracks", "soft"]

TROUBLES: Mapping[Trouble, Phrase] = {
    "empty": say("There is no sound in it. Please record the line again."),
    "large": say("This recording is too large. It can be {most} MB. Please record the line again.", most=2),
    "long": say("This is too long. A line can last {seconds} seconds. Please record it again.", seconds=LONGEST),
    "silent": say("We hear nobody. Is the microphone on? Please record the line again."),
    "unreadable": say("We cannot read this file as a sound. Please record the line again."),
    "changed": say("The words of this line have changed. Please read the new words."),
}
"""Why a recording is not kept."""
DOUBTS: Mapping[str, Phrase] = {
    "cracks": say("It cracks. Hold the phone further away, and record this line again."),
    "soft": say("It is very soft. Hold the phone closer, and record this line again."),
}
"""What is not well with one that is kept all the same."""


@dataclass(frozen=True, slots=True)
class Sound:
    """`media` is what a browser is told that it is. What is not known of it, as nobody here can decode it, is 0.
    `doubt` is what is not well with it."""

    content: bytes = field(repr=False)
    media: str
    seconds: float = 0.0
    rate: int = 0
    channels: int = 0
    doubt: str = ""

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()[:32]
