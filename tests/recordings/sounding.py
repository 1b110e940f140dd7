"""Sounds as people send them in: a voice (a tone that comes and goes) between silences, in files of every kind."""

from array import array
from fractions import Fraction
from itertools import chain, repeat
from math import pi, sin
from pathlib import Path
from typing import cast

import av

CODECS = {
    ".m4a": "aac", ".mp3": "libmp3lame", ".ogg": "libopus", ".opus": "libopus", ".wav": "pcm_s16le", ".webm": "libopus",
    ".flac": "flac",
}  # fmt: skip


def tone(seconds: float, height: float = 0.3, rate: int = 48_000) -> "array[float]":
    return array("f", (height * sin(2 * pi * 300 * at / rate) for at in range(round(seconds * rate))))


def voice(
    seconds: float = 1.0, height: float = 0.3, before: float = 0.0, after: float = 0.0, rate: int = 48_000
) -> "array[float]":
    """Between so many seconds of silence. What is higher than 1 is clipped."""
    first, last = (repeat(0.0, round(one * rate)) for one in (before, after))
    heard = (max(-1.0, min(1.0, one)) for one in tone(seconds, height, rate))
    return array("f", chain(first, heard, last))


def write_sound(file: Path, samples: "array[float]", rate: int = 48_000, *, stereo: bool = False) -> Path:
    """As its ending says."""
    file.parent.mkdir(parents=True, exist_ok=True)
    layout = "stereo" if stereo else "mono"
    frame = av.AudioFrame("flt", layout, len(samples))
    frame.planes[0].update(array("f", (one for one in samples for _ in range(2 if stereo else 1))).tobytes())
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
    with av.open(file, "w") as opened:
        stream = cast(av.AudioStream, opened.add_stream(CODECS[file.suffix], rate=rate, layout=layout))
        for packet in (*stream.encode(frame), *stream.encode(None)):
            opened.mux(packet)
    return file
