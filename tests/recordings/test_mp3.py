"""An MP3, frame by frame: how long it lasts, and what is none."""

import struct

import pytest

from bot.recordings import mp3
from bot.recordings.mp3 import NotMp3
from tests.recordings.made import MONO_16_KHZ, MONO_24_KHZ, SIZES, STEREO_24_KHZ, silence

ID3 = b"ID3\x04\0\0\0\0\x02\x01" + bytes(257)
OLD_TAG = b"TAG" + b"Fatima".ljust(125, b"\0")
INFO = MONO_24_KHZ + bytes(9) + b"Info" + bytes(SIZES[MONO_24_KHZ] - 17)
OF_320_KBIT = b"\xff\xfb\xe0\xc4"  # the newest version, 44.1 kHz, mono
WAV = b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHI", 16, 1, 2, 96_000) + bytes(100)


def test_its_length_its_rate_and_its_channels_are_read_from_the_frames() -> None:
    sound = mp3.read(silence(1.2))
    assert (sound.seconds, sound.rate, sound.channels) == (1.2, 24_000, 1)
    assert mp3.read(silence(1.2, STEREO_24_KHZ)).channels == 2
    assert mp3.read(silence(3.6, MONO_16_KHZ)).seconds == pytest.approx(3.6)


def test_a_frame_of_the_newest_version_is_twice_as_long() -> None:
    frame = OF_320_KBIT + bytes(1044 - len(OF_320_KBIT))
    sound = mp3.read(frame * 100)
    assert (sound.rate, sound.channels) == (44_100, 1)
    assert sound.seconds == pytest.approx(100 * 1152 / 44_100)


def test_tags_around_it_and_a_frame_about_the_others_are_no_sound() -> None:
    sound = mp3.read(ID3 + INFO + silence(0.48) + OLD_TAG)
    assert sound.seconds == pytest.approx(0.48)
    assert sound.frames == silence(0.48)


def test_a_last_frame_that_is_cut_off_is_left_out() -> None:
    assert mp3.read(silence(0.48)[:-10]).seconds == pytest.approx(0.456)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not an MP3"),
        (b"hello, this is a text", "not an MP3"),
        (WAV, r"a WAV file \(stereo, 96 kHz\), and not an MP3"),
        (b"OggS" + bytes(100), "an Ogg file"),
        (b"fLaC" + bytes(100), "a FLAC file"),
        (b"\0\0\0\x1cftypM4A " + bytes(100), "an M4A or MP4 file"),
        (ID3, "not an MP3"),
        (INFO, "without sound"),
        (silence(0.24) + b"<html>" + silence(0.24), "broken at byte 960"),
        (silence(0.24) + silence(0.24, STEREO_24_KHZ), "changes its kind"),
    ],
)
def test_what_is_none_is_told_by_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(NotMp3, match=said):
        mp3.read(content)


def test_two_of_one_kind_are_one_sound_behind_each_other() -> None:
    one, other = mp3.read(ID3 + INFO + silence(0.48, mark="a")), mp3.read(silence(0.24, mark="b"))
    both = mp3.joined([one, other])
    assert both == silence(0.48, mark="a") + silence(0.24, mark="b")
    assert mp3.read(both).seconds == pytest.approx(0.72)


def test_two_of_different_kinds_are_not() -> None:
    assert mp3.joined([mp3.read(silence()), mp3.read(silence(kind=MONO_16_KHZ))]) is None
