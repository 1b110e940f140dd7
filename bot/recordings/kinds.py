"""Kinds: what sort of sound some bytes are. What a phone or a person calls them is not looked at.

Where nobody can decode them, only what all or most browsers play is kept, as it was recorded.
"""

from collections.abc import Sequence
from typing import NamedTuple

from bot.recordings import mp3

MP3 = "audio/mpeg"


class Kind(NamedTuple):
    """What stands at which place in its bytes, and what must be in them somewhere; what a browser calls it."""

    at: int
    sign: bytes
    needs: bytes
    media: str


PLAYED: Sequence[Kind] = (
    Kind(0, b"\x1aE\xdf\xa3", b"OpusHead", "audio/webm"),  # Chromium, Firefox; iPhones from iOS 17 on
    Kind(4, b"ftyp", b"moov", "audio/mp4"),  # iPhones; without a table of what is in it, nobody can play it
    Kind(0, b"OggS", b"OpusHead", "audio/ogg"),
    Kind(8, b"WAVE", b"data", "audio/wav"),
)


def media_of(content: bytes) -> str | None:
    """What a browser plays; nothing of any other kind, and of an MP3 that is broken."""
    found = (kind for kind in PLAYED if content[kind.at : kind.at + len(kind.sign)] == kind.sign)
    if kind := next(found, None):
        return kind.media if kind.needs in content else None
    try:
        mp3.read(content)
    except mp3.NotMp3:
        return None
    return MP3
