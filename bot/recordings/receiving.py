"""Receiving: what somebody recorded on the page, made into what is kept; or what is wrong with it.

Where PyAV is (the extra `audio`) it becomes an MP3 like every other recording. Elsewhere it stays as it was recorded,
if browsers play that. It takes up to some seconds: ask in a thread.
"""

from io import BytesIO

from bot.recordings import kinds, loudness, mp3
from bot.recordings.kinds import MP3
from bot.survey.sound import LONGEST, MOST_BYTES, Sound, Trouble


def received(content: bytes) -> Sound | Trouble:
    if len(content) > MOST_BYTES:
        return "large"
    if not content:
        return "empty"
    return _finished(content) if loudness.can_be_measured() else as_recorded(content)


def _finished(content: bytes) -> Sound | Trouble:
    from bot.recordings import finishing, sounds  # a bot on whose page nobody records loads nothing of it

    try:
        made = finishing.finish(sounds.decode(BytesIO(content)))
    except sounds.NoSound as error:
        return error.trouble
    return Sound(made.content, MP3, made.seconds, sounds.RATE, 1, "".join(made.doubts[:1]))


def as_recorded(content: bytes) -> Sound | Trouble:
    media = kinds.media_of(content)
    if media is None:
        return "unreadable"
    if media != MP3:
        return Sound(content, media)
    read = mp3.read(content)
    return Sound(content, media, read.seconds, read.rate, read.channels) if read.seconds <= LONGEST else "long"
