"""Finishing: whatever was sent in comes out as long as the voice, as loud as every other, as an MP3; or is refused."""

from pathlib import Path
from random import Random

import pytest

from bot.recordings import mp3, sounds
from bot.recordings.finishing import HIGHEST, LOUDNESS, finish, of_file, trimmed
from bot.recordings.sounds import RATE, NoSound
from bot.survey.sound import LONGEST
from tests.recordings.made import silence
from tests.recordings.sounding import CODECS, tone, voice, write_sound

FRAMES = 0.1  # seconds that MP3 adds: it comes in frames


def measured(content: bytes, folder: Path) -> sounds.Level:
    (folder / "measured.mp3").write_bytes(content)
    return sounds.level(sounds.read(folder / "measured.mp3"))


@pytest.mark.parametrize("ending", CODECS)
def test_every_kind_of_file_is_read(tmp_path: Path, ending: str) -> None:
    done = of_file(write_sound(tmp_path / f"07{ending}", voice(2, before=1, after=1.5)))
    assert done.seconds == pytest.approx(2.4, abs=0.08)
    assert done.cut == pytest.approx(2.1, abs=0.12)
    assert done.warnings == ()
    sound = mp3.read(done.content)
    assert (sound.rate, sound.channels) == (RATE, 1)
    assert sound.seconds == pytest.approx(done.seconds, abs=FRAMES)
    assert len(done.content) == pytest.approx(4000 * sound.seconds, rel=0.05), "32 kbit/s"


def test_what_is_in_stereo_at_96_khz_comes_out_the_same(tmp_path: Path) -> None:
    done = of_file(write_sound(tmp_path / "07.wav", voice(2, 0.2, rate=96_000), 96_000, stereo=True))
    assert (mp3.read(done.content).rate, mp3.read(done.content).channels) == (RATE, 1)
    assert measured(done.content, tmp_path).loudness == pytest.approx(LOUDNESS, abs=1)


@pytest.mark.parametrize("height", [0.05, 0.3, 0.9])
def test_it_is_as_loud_as_every_other(tmp_path: Path, height: float) -> None:
    """Also where its loudest moments are far above the rest, as in speech; and those do not crack."""
    spoken = voice(0.5, height / 8, before=0.5, rate=RATE)
    for _ in range(10):
        spoken.extend(voice(0.008, height, after=0.001, rate=RATE))
        spoken.extend(voice(0.4, height / 8, rate=RATE))
    done = finish(spoken)
    found = measured(done.content, tmp_path)
    assert done.loudness == pytest.approx(LOUDNESS, abs=0.5)
    assert found.loudness == pytest.approx(LOUDNESS, abs=1)
    assert found.peak < HIGHEST + 1.5, "MP3 itself moves a peak a little"


def test_silence_at_both_ends_goes_but_for_a_moment_and_that_within_stays(tmp_path: Path) -> None:
    spoken = voice(1, before=2, after=1, rate=RATE)
    spoken.extend(voice(1, after=3, rate=RATE))
    assert len(trimmed(spoken)) / RATE == pytest.approx(1 + 1 + 1 + 0.4, abs=0.03)


def test_the_noise_of_a_room_and_a_click_are_no_voice() -> None:
    random = Random(1)
    spoken = voice(1, before=2, after=2, rate=RATE)
    for at in range(100, 200):
        spoken[at] = 0.9
    noisy = type(spoken)("f", (one + random.uniform(-0.01, 0.01) for one in spoken))
    assert len(trimmed(noisy)) / RATE == pytest.approx(1.4, abs=0.05)


def test_a_voice_without_silence_stays_whole() -> None:
    assert trimmed(tone(1, rate=RATE)) == tone(1, rate=RATE)


def test_what_begins_and_ends_softly_keeps_that() -> None:
    spoken = voice(0.5, before=1, after=1, rate=RATE)
    soft = voice(0.3, 0.3 / 8, rate=RATE)
    at = RATE - len(soft)
    spoken[at:RATE] = soft
    assert len(trimmed(spoken)) / RATE == pytest.approx(0.8 + 0.4, abs=0.03)


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (voice(0, before=3, rate=RATE), "silent: nobody is heard"),
        (voice(3, 0.0005, rate=RATE), "silent: nobody is heard"),
        (voice(0.02, before=1, after=1, rate=RATE), "silent: nobody is heard"),
        (voice(0, rate=RATE), "silent: nobody is heard"),
        (voice(LONGEST + 1, rate=RATE), "41 seconds, more than 40: speak a little faster"),
    ],
)
def test_what_nobody_would_hear_is_refused(samples: "sounds.Samples", said: str) -> None:
    with pytest.raises(NoSound, match=said):
        finish(samples)


@pytest.mark.parametrize(
    ("samples", "said"),
    [(voice(1, 3, rate=RATE), "it cracks (clipped)"), (voice(1, 0.005, rate=RATE), "very soft")],
)
def test_what_is_not_well_is_told(samples: "sounds.Samples", said: str) -> None:
    (warning,) = finish(samples).warnings
    assert warning.startswith(said)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty: 0 bytes"),
        (b"no sound at all, but a note" * 99, "no sound that can be read"),
        (b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nother.wav\n#EXT-X-ENDLIST\n", "no sound that can be read"),
        (b"ffconcat version 1.0\nfile other.wav\n", "no sound that can be read"),
    ],
)
def test_what_is_no_sound_is_refused_and_leads_nowhere_else(tmp_path: Path, content: bytes, said: str) -> None:
    write_sound(tmp_path / "other.wav", voice())
    (tmp_path / "07.mp3").write_bytes(content)
    with pytest.raises(NoSound, match=said):
        of_file(tmp_path / "07.mp3")


def test_one_of_ninety_minutes_is_not_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "07.mp3").write_bytes(silence(60) * 90)
    with pytest.raises(NoSound, match="longer than 2 minutes"):
        of_file(tmp_path / "07.mp3")


def test_what_a_file_says_of_itself_may_be_in_any_letters(tmp_path: Path) -> None:
    """As the tags of an old phone or program: they are not read."""
    content = write_sound(tmp_path / "plain.m4a", voice()).read_bytes()
    (tmp_path / "07.m4a").write_bytes(content.replace(b"Lavf", b"Caf\xe9"))
    assert b"Caf\xe9" in (tmp_path / "07.m4a").read_bytes()
    assert of_file(tmp_path / "07.m4a").seconds > 0.9


def test_one_that_becomes_of_another_kind_halfway_is_refused(tmp_path: Path) -> None:
    first = write_sound(tmp_path / "a.flac", voice()).read_bytes()
    (tmp_path / "07.flac").write_bytes(first + write_sound(tmp_path / "b.flac", voice(), stereo=True).read_bytes())
    with pytest.raises(NoSound, match="becomes of another kind halfway"):
        of_file(tmp_path / "07.flac")


def test_a_folder_and_what_is_gone_are_no_sound(tmp_path: Path) -> None:
    for file in (tmp_path, tmp_path / "gone.mp3"):
        with pytest.raises(NoSound, match="not a file"):
            of_file(file)


def test_the_same_voice_is_the_same_bytes() -> None:
    assert finish(voice(rate=RATE)) == finish(voice(rate=RATE))
