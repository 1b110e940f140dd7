"""Finishing: what somebody spoke, without the silence around it, as loud as every other recording, as MP3.

What cannot be mended is refused; what can be heard all the same is told.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log10
from operator import mul
from pathlib import Path
from typing import TYPE_CHECKING

from bot.recordings import sounds
from bot.recordings.sounds import RATE, NoSound
from bot.survey.sound import LONGEST

if TYPE_CHECKING:
    from bot.recordings.sounds import Samples

LOUDNESS, HIGHEST = -18.0, -2.5  # LUFS, and dB below full scale
KEPT = 0.2  # seconds of silence at both ends
WINDOW = RATE // 50  # samples in which it is either silent or not
AT_ONCE = 3  # windows that a voice lasts at least; a click lasts shorter
SOFTEST, BELOW_LOUDEST = -55.0, 20.0  # dB: softer is silence, and what is so far below the loudest may be a voice
FULL, MOST_CLIPPED = 0.98, 0.001  # of full scale, and of the samples
MOST_RAISED = 20.0  # dB
NO_POWER = 1e-12
DOUBTS: Mapping[str, str] = {
    "cracks": "it cracks (clipped): record it again, with the phone further away",
    "soft": "very soft, so its noise is heard too: record it again, with the phone closer",
}
ROUNDS = 3  # to come to the level: the limiter takes some of it each time


@dataclass(frozen=True, slots=True)
class Finished:
    """`cut` seconds were silence; it was so loud, and now is (LUFS). `doubts` say what is not well with it."""

    content: bytes
    seconds: float
    cut: float
    was: float
    loudness: float
    doubts: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The same in words, for an operator."""
        return tuple(DOUBTS[one] for one in self.doubts)


def of_file(file: Path) -> Finished:
    """Raises NoSound, and OSError."""
    return finish(sounds.read(file))


def finish(spoken: "Samples") -> Finished:
    """Raises NoSound."""
    voice = trimmed(spoken)
    if len(voice) > LONGEST * RATE:
        raise NoSound(f"{len(voice) / RATE:.0f} seconds, more than {LONGEST:.0f}: speak a little faster", "long")
    was = sounds.level(voice).loudness
    if was <= sounds.SILENCE:
        raise NoSound("silent: nobody is heard", "silent")
    levelled, loudness = _levelled(voice, was)
    cut = (len(spoken) - len(voice)) / RATE
    return Finished(sounds.as_mp3(levelled), len(voice) / RATE, cut, was, loudness, tuple(_doubts(spoken, was)))


def trimmed(spoken: "Samples") -> "Samples":
    """From a moment before the voice until a moment after it; raises NoSound where there is none."""
    levels = [_decibels(spoken[at : at + WINDOW]) for at in range(0, len(spoken), WINDOW)]
    heard = _where_it_is_heard(levels)
    if not heard:
        raise NoSound("silent: nobody is heard", "silent")
    kept = round(KEPT * RATE)
    return spoken[max(heard[0] * WINDOW - kept, 0) : (heard[-1] + AT_ONCE) * WINDOW + kept]


def _where_it_is_heard(levels: Sequence[float]) -> Sequence[int]:
    """The windows with which a voice begins. What is silent depends on the room: the threshold lies above its noise."""
    ordered = sorted(levels) or [SOFTEST]
    room, loudest = ordered[len(ordered) // 10], ordered[-1]
    threshold = max(SOFTEST, min(room + (loudest - room) / 4, loudest - BELOW_LOUDEST))
    beginnings = range(len(levels) - AT_ONCE + 1)
    return [at for at in beginnings if min(levels[at : at + AT_ONCE]) >= threshold]


def _levelled(voice: "Samples", was: float) -> tuple["Samples", float]:
    raised, loudness, levelled = 0.0, was, voice
    for _ in range(ROUNDS):
        raised += LOUDNESS - loudness
        levelled = sounds.louder(voice, raised, HIGHEST)
        loudness = sounds.level(levelled).loudness
    return levelled, loudness


def _doubts(spoken: "Samples", was: float) -> Iterator[str]:
    if sum(abs(one) >= FULL for one in spoken) > MOST_CLIPPED * len(spoken):
        yield "cracks"
    if LOUDNESS - was > MOST_RAISED:
        yield "soft"


def _decibels(window: "Samples") -> float:
    return 10 * log10(max(sum(map(mul, window, window)) / len(window), NO_POWER))
