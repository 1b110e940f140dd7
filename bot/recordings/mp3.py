"""MP3: what a file holds, read frame by frame; nothing is decoded.

Whatever is not frames from the first byte to the last, but for the tags that programs put around them, is no recording.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

RATES = {0: (11_025, 12_000, 8_000), 2: (22_050, 24_000, 16_000), 3: (44_100, 48_000, 32_000)}  # hertz, by version
NEWEST = 3  # of the versions; it has frames of twice as many samples
RATES_OF_BITS = {
    True: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}  # thousands a second, of the newest version and of the others
LAYER_3, MONO = 1, 3
SYNC = 0xFFE0
HEADER = 4  # bytes
ABOUT_FRAMES = (b"Xing", b"Info", b"VBRI")  # in a first frame that is silent, and counts the others
OTHERS = ((0, b"OggS", "an Ogg file"), (0, b"fLaC", "a FLAC file"), (4, b"ftyp", "an M4A or MP4 file"))
LAST_TAG = 128  # bytes


class NotMp3(ValueError):
    """No MP3, or a broken one; the message says what it is."""


@dataclass(frozen=True, slots=True)
class Sound:
    """`frames` are the file without its tags: those of two sounds with the same `rate` (in hertz) and as many channels
    are one sound behind each other."""

    seconds: float
    rate: int
    channels: int
    frames: bytes

    def fits(self, other: "Sound") -> bool:
        return (self.rate, self.channels) == (other.rate, other.channels)


class _Frame(NamedTuple):
    size: int
    samples: int
    rate: int
    channels: int


def read(content: bytes) -> Sound:
    """Raises NotMp3."""
    begin, end = _after_tags(content), _before_tags(content)
    frames = list(_frames(content, begin, end))
    if not frames:
        raise NotMp3(_what_it_is(content))
    if _is_about_frames(content[begin : begin + frames[0].size]):
        begin += frames.pop(0).size
    kinds = {(frame.rate, frame.channels) for frame in frames}
    if len(kinds) != 1:
        raise NotMp3("an MP3 without sound" if not kinds else "an MP3 that changes its kind halfway")
    ((rate, channels),) = kinds
    size = sum(frame.size for frame in frames)
    return Sound(sum(frame.samples for frame in frames) / rate, rate, channels, content[begin : begin + size])


def joined(sounds: Sequence[Sound]) -> bytes | None:
    """One after the other, in one file; None where a player could not go on from one to the next."""
    if not all(sound.fits(sounds[0]) for sound in sounds):
        return None
    return b"".join(sound.frames for sound in sounds)


def _frames(content: bytes, begin: int, end: int) -> Iterator[_Frame]:
    """A last one that is cut off is left out: many programs end a file so."""
    at = begin
    while at + HEADER <= end:
        frame = _frame(content[at : at + HEADER])
        if frame is None:
            if at > begin and not content[at:end].strip(b"\0"):
                return
            raise NotMp3(_what_it_is(content) if at == begin else f"an MP3 that is broken at byte {at}")
        if at + frame.size > end:
            return
        yield frame
        at += frame.size


def _frame(header: bytes) -> _Frame | None:
    bits = int.from_bytes(header, "big")
    version, layer, mode = bits >> 19 & 3, bits >> 17 & 3, bits >> 6 & 3
    of_bits, of_samples = bits >> 12 & 15, bits >> 10 & 3
    is_one = bits >> 16 & SYNC == SYNC and layer == LAYER_3 and version in RATES
    if not is_one or of_bits in (0, 15) or of_samples == 3:
        return None
    is_newest = version == NEWEST
    rate, thousands = RATES[version][of_samples], RATES_OF_BITS[is_newest][of_bits - 1]
    samples = 1152 if is_newest else 576
    return _Frame(samples * thousands * 125 // rate + (bits >> 9 & 1), samples, rate, 1 if mode == MONO else 2)


def _after_tags(content: bytes) -> int:
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + 10:
        size = 0
        for byte in content[at + 6 : at + 10]:
            size = size << 7 | byte & 127
        at += 10 + size + (10 if content[at + 5] & 16 else 0)
    return at


def _before_tags(content: bytes) -> int:
    end = len(content) - LAST_TAG if content[-LAST_TAG:-125] == b"TAG" else len(content)
    ape = content.rfind(b"APETAGEX", max(end - 2**16, 0), end)
    first = content.find(b"APETAGEX", max(end - 2**16, 0), end)
    return first if ape >= 0 else end


def _is_about_frames(frame: bytes) -> bool:
    return any(sign in frame[HEADER : HEADER + 40] for sign in ABOUT_FRAMES)


def _what_it_is(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE" and len(content) >= 28:
        channels, rate = (int.from_bytes(content[a:b], "little") for a, b in ((22, 24), (24, 28)))
        return f"a WAV file ({'mono' if channels == 1 else 'stereo'}, {rate / 1000:g} kHz), and not an MP3"
    found = (name for at, sign, name in OTHERS if content[at : at + len(sign)] == sign)
    return f"{name}, and not an MP3" if (name := next(found, "")) else "not an MP3"
