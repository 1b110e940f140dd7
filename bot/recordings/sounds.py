"""Sounds: files of any kind decoded, measured, filtered and written as MP3. It needs the extra `audio`.

Samples are numbers from -1 to 1, in mono, 24,000 a second. A file gives its sound and nothing else: what it says of
other files or addresses is not followed.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from io import BytesIO
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

import av
from av.filter import Graph

from bot.survey.sound import Trouble

RATE = 24_000  # hertz
BITS = 32_000  # a second, of an MP3
LONGEST_READ = 120  # seconds
KINDS = "mov,mp4,m4a,3gp,mp3,ogg,wav,flac,aac,amr,caf,aiff,asf,matroska,webm"
NOTHING_ELSE = {"format_whitelist": KINDS, "protocol_whitelist": ""}
SILENCE = -70.0  # LUFS, below which nothing is measured

if TYPE_CHECKING:
    Samples = array[float]


class NoSound(ValueError):
    """A file of which no recording can be made; the message says why to an operator, `trouble` to a coordinator."""

    def __init__(self, message: str, trouble: Trouble = "unreadable") -> None:
        super().__init__(message)
        self.trouble = trouble


class Level(NamedTuple):
    """As EBU R 128 measures it: how loud it is in LUFS, and its true peak in dB below full scale."""

    loudness: float
    peak: float


def read(file: Path) -> "Samples":
    """Raises NoSound, and OSError."""
    if not file.is_file():
        raise NoSound("not a file")
    with file.open("rb") as source:
        return decode(source)


def decode(source: BinaryIO) -> "Samples":
    """Raises NoSound, and OSError."""
    if not source.read(1):
        raise NoSound("empty: 0 bytes", "empty")
    source.seek(0)
    try:
        with av.open(source, options=NOTHING_ELSE, metadata_errors="replace") as opened:
            return _decoded(opened)
    except av.FFmpegError as error:
        raise NoSound(f"no sound that can be read: {error.strerror}") from None


def level(samples: "Samples") -> Level:
    measured: Mapping[str, str] = {}
    for frame in _filtered(samples, ("ebur128", "metadata=1:peak=true")):
        measured = frame.metadata or measured
    loudness, peak = (float(measured.get(f"lavfi.r128.{name}", 0)) for name in ("I", "true_peak"))
    return Level(loudness, 20 * log10(peak)) if peak else Level(SILENCE, SILENCE)


def louder(samples: "Samples", decibels: float, highest: float) -> "Samples":
    """Or softer. Peaks above `highest` (dB) are rounded off, also those between two samples; nothing is moved."""
    rounding = f"limit={10 ** (highest / 20):.4f}:level=0:attack=5:release=50:latency=1"
    steps = ("volume", f"{decibels:.2f}dB"), ("aresample", f"{4 * RATE}"), ("alimiter", rounding)
    return _joined(_filtered(samples, *steps, ("aresample", f"{RATE}"), ("aformat", "sample_fmts=flt")))


def as_mp3(samples: "Samples") -> bytes:
    """32 kbit/s; the same samples are the same bytes."""
    written = BytesIO()
    with av.open(written, "w", format="mp3", container_options={"id3v2_version": "0"}) as file:
        stream = file.add_stream("libmp3lame", rate=RATE, layout="mono", format="fltp")
        stream.bit_rate = BITS
        for packet in (*stream.encode(_frame(samples)), *stream.encode(None)):
            file.mux(packet)
    return written.getvalue()


def _decoded(opened: Any) -> "Samples":
    if not opened.streams.audio:
        raise NoSound("there is no sound in it")
    samples, resampler = array("f"), av.AudioResampler(format="flt", layout="mono", rate=RATE)
    for frame in opened.decode(audio=0):
        samples.extend(_resampled(resampler, frame))
        if len(samples) > LONGEST_READ * RATE:
            raise NoSound(f"longer than {LONGEST_READ // 60} minutes: each line is a file of its own", "long")
    samples.extend(_resampled(resampler, None))
    return samples


def _resampled(resampler: Any, frame: Any) -> "Samples":
    try:
        return _joined(resampler.resample(frame))
    except av.FFmpegError:
        raise
    except ValueError:  # all that it says of a frame that is not like those before
        raise NoSound("a sound that becomes of another kind halfway") from None


def _filtered(samples: "Samples", *steps: tuple[str, str]) -> Iterator[Any]:
    graph = Graph()
    begin = graph.add_abuffer(sample_rate=RATE, format="flt", layout="mono", time_base=Fraction(1, RATE))
    graph.link_nodes(begin, *(graph.add(*step) for step in steps), graph.add("abuffersink")).configure()
    for one in (_frame(samples), None):
        graph.push(one)
    while True:
        try:
            yield graph.pull()
        except av.EOFError:
            return


def _frame(samples: "Samples") -> "av.AudioFrame":
    frame = av.AudioFrame("flt", "mono", len(samples))
    frame.planes[0].update(samples.tobytes())
    frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), 0
    return frame


def _joined(frames: Iterable[Any]) -> "Samples":
    samples = array("f")
    for frame in frames:
        samples.extend(_samples(frame))
    return samples


def _samples(frame: Any) -> "Samples":
    found = array("f")
    found.frombytes(bytes(frame.planes[0])[: frame.samples * found.itemsize])
    return found
