"""Loudness: how loud a recording is. It must be decoded for that, so only a check asks, where PyAV is installed.

Levels are those of the speech: what is silent between words is left out. 0 decibels is as loud as can be.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from io import BytesIO
from math import log10

BLOCK = 2_400  # samples, at most rates about a tenth of a second
LOUDEST = 2**15 - 1
AT_THE_LIMIT = 0.95 * LOUDEST  # an MP3 makes what was cut off flat a little less so
SILENT, QUIET = -60.0, -30.0  # decibels
MOST_CLIPPED = 0.001  # of the samples


@dataclass(frozen=True, slots=True)
class Loudness:
    level: float
    clipped: float

    @property
    def trouble(self) -> str:
        if self.clipped > MOST_CLIPPED:
            return f"clipped: {self.clipped:.1%} of it is as loud as can be"
        if self.level <= SILENT:
            return "silent"
        return f"too quiet: {self.level:.0f} dB" if self.level < QUIET else ""


def can_be_measured() -> bool:
    """Whether the extra `audio` is installed."""
    try:
        return find_spec("av") is not None
    except ValueError:
        return False


def measure(content: bytes) -> Loudness:
    """Raises ValueError of what cannot be decoded."""
    samples = array("h")
    for piece in _decoded(content):
        samples.frombytes(piece)
    blocks = (samples[at : at + BLOCK] for at in range(0, len(samples), BLOCK))
    levels = [level for block in blocks if (level := _level(block)) > SILENT]
    power = sum(10 ** (level / 10) for level in levels)
    clipped = sum(abs(one) >= AT_THE_LIMIT for one in samples) / max(len(samples), 1)
    return Loudness(10 * log10(power / len(levels)) if levels else SILENT, clipped)


def _level(block: "array[int]") -> float:
    power = sum(one * one for one in block) / len(block)
    return 10 * log10(power / LOUDEST**2) if power else SILENT


def _decoded(content: bytes) -> Iterator[bytes]:
    import av  # the running bot never does

    resampler = av.AudioResampler(format="s16", layout="mono")
    try:
        with av.open(BytesIO(content), "r", format="mp3", metadata_errors="replace") as file:
            for frame in (*file.decode(audio=0), None):
                for one in resampler.resample(frame):
                    yield bytes(one.planes[0])[: one.samples * 2]
    except av.FFmpegError as error:
        raise ValueError(f"cannot be decoded: {error.strerror}") from None
