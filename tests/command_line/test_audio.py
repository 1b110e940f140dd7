"""`audio check`: what is missing, spoken for other words, or not right, each with its file; and the doctor's line."""

import io
import json
import math
import re
import sys
from array import array
from pathlib import Path

import av
import pytest

from bot.__main__ import main
from bot.command_line.audio import NOT_MEASURED
from bot.command_line.doctor import look
from bot.recordings import loudness
from bot.runtime.health import Finding
from bot.texts.texts import Texts
from tests.house import House
from tests.recordings.made import MONO_16_KHZ, entry, put, recorded, silence, write
from tests.recordings.test_mp3 import WAV
from tests.recordings.test_recordings import wording

RATE = 24_000


def spoken(level: float, seconds: float = 1.0, layout: str = "mono") -> bytes:
    """A tone of so many decibels, as an MP3; above 0 it is clipped."""
    height = 32767 * math.sqrt(2) * 10 ** (level / 20)
    wave = (height * math.sin(2 * math.pi * 300 * n / RATE) for n in range(round(seconds * RATE)))
    heard = (max(-32767, min(32767, round(one))) for one in wave)
    return encoded(array("h", (one for one in heard for _ in range(1 if layout == "mono" else 2))), layout)


def encoded(samples: "array[int]", layout: str) -> bytes:
    written = io.BytesIO()
    with av.open(written, "w", format="mp3") as file:
        stream = file.add_stream("libmp3lame", rate=RATE, layout=layout, bit_rate=64_000)
        frame = av.AudioFrame(format="s16", layout=layout, samples=len(samples) // (1 if layout == "mono" else 2))
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate = RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)
    return written.getvalue()


GOOD = spoken(-18)


@pytest.fixture
def audio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where recordings of this installation are; a fresh machine in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data" / "audio"


def whole(folder: Path, texts: Texts) -> Path:
    """Every part in Dutch, well spoken."""
    recorded(folder, texts)
    for file in folder.glob("*.mp3"):
        file.write_bytes(GOOD)
    return folder


def checked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    code = main(["audio", "check", *arguments])
    return code, capsys.readouterr().out.splitlines()


def others(texts: Texts) -> list[str]:
    """What is told of the languages that nobody here reads aloud."""
    return [f"{language}: no recordings" for language in texts.languages if language != "nl"]


def test_without_recordings_all_is_as_it_should_be(
    audio: Path, texts: Texts, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(capsys) == (0, sorted([*others(texts), "nl: no recordings"]))
    code, said = checked(capsys, "nl")
    assert (code, said[:2], len(said)) == (1, ["nl: no recordings", "nl: group is missing"], 32)
    assert not audio.exists()


def test_a_whole_language_is_right(audio: Path, texts: Texts, capsys: pytest.CaptureFixture[str]) -> None:
    whole(audio / "nl", texts)
    assert checked(capsys) == (0, sorted([*others(texts), "nl: 31 of 31 parts are heard"]))


def test_what_is_not_right_is_told_with_its_file(audio: Path, texts: Texts, capsys: pytest.CaptureFixture[str]) -> None:
    folder = whole(audio / "nl", texts)
    every = [entry(one, wording(texts, one)) for one in (*(f"statement-{n:02}" for n in range(1, 10)), "answers")]
    every[0]["wording"] = "of last year"
    write(folder, [*every, {**entry("statement-10", "x"), "file": "../x.mp3"}])
    contents = {
        "statement-02": b"", "statement-03": WAV, "statement-04": silence(41), "statement-05": spoken(-45),
        "statement-06": spoken(6), "statement-07": silence(kind=MONO_16_KHZ), "statement-08": silence(),
    }  # fmt: skip
    for name, content in contents.items():
        put(folder, f"{name}.mp3", content)
    code, said = checked(capsys, "nl")
    at = "data/audio/nl"
    assert (code, said[0]) == (1, "nl: 6 of 31 parts are heard")
    for line in (
        f"{at}/audio.toml: recording 11 (statement-10): '../x.mp3' is not the name of a file in this folder",
        f"{at}/statement-01.mp3: statement-01 was spoken for other words than there are now",
        f"{at}/statement-02.mp3: empty: 0 bytes",
        "nl: statement-02 is missing",
        f"{at}/statement-03.mp3: a WAV file (stereo, 96 kHz), and not an MP3",
        f"{at}/statement-04.mp3: 41 seconds, more than 40",
        f"{at}/statement-05.mp3: too quiet: -45 dB",
        f"{at}/statement-07.mp3: 16 kHz mono, and the answers are 24 kHz mono",
        f"{at}/statement-08.mp3: silent",
        "nl: statement-11 is missing",
    ):
        assert line in said
    assert any(re.fullmatch(rf"{at}/statement-06\.mp3: clipped: .*% of it is as loud as can be", one) for one in said)
    assert not any("statement-09" in one for one in said)


def test_what_could_be_smaller_is_told_and_is_not_wrong(
    audio: Path, texts: Texts, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = whole(audio / "nl", texts)
    for name in ("group", "erased"):
        put(folder, f"{name}.mp3", spoken(-18, layout="stereo"))
    told = [f"data/audio/nl/{name}.mp3: in stereo: in mono it is half as large" for name in ("group", "erased")]
    code, said = checked(capsys)
    assert (code, sorted(said)) == (0, sorted([*others(texts), "nl: 31 of 31 parts are heard", *told]))


def test_without_the_extra_it_says_what_it_left_out(
    audio: Path, texts: Texts, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = whole(audio / "nl", texts)
    put(folder, "statement-05.mp3", silence())
    assert main(["audio", "check"]) == 1
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "av", None)
    assert not loudness.can_be_measured()
    assert main(["audio", "check"]) == 0
    assert capsys.readouterr().err.strip() == NOT_MEASURED


def test_a_language_that_there_is_not(audio: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audio", "check", "dutch"]) == 2
    assert "There is no language 'dutch'. There are: ar, en, nl, pl, tr, uk." in capsys.readouterr().err


async def test_of_a_partnership_with_its_own_voice_and_the_words_of_its_round(house: House) -> None:
    whole(house.folder / "data/audio/nl", house.app.texts)
    house.add()
    recorded(house.folder / "data/audio/1/nl", house.app.texts, only=["answers"])
    put(house.folder / "data/audio/1/nl", "answers.mp3", spoken(-18, 2))
    found = await told(house, "nl", "--partnership", "De Verbinders")
    assert found == (1, "nl: 31 of 32 parts are heard\nnl: welcome is missing"), "it has a welcome of its own"
    other = house.app.texts.wording()
    other["nl"]["3"] = "another"
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE waves SET wording = ?", (json.dumps(other),))
    code, said = await told(house, "nl", "--partnership", "1")
    assert code == 1
    assert "nl: statement 3 reads otherwise than when the round was opened: not heard in it" in said
    assert await told(house, "nl") == (0, "nl: 31 of 31 parts are heard")
    code, said = await told(house, "nl", "--partnership", "9")
    assert (code, said) == (2, "")


async def told(house: House, *arguments: str) -> tuple[int, str]:
    code, out, _ = await house.command("audio", "check", *arguments)
    return code, out.strip()


async def test_the_doctor_says_how_many_there_are_and_whether_some_are_stale(house: House) -> None:
    assert (await found(house)).found == "no recordings in folders"
    folder = recorded(house.folder / "data/audio/nl", house.app.texts)
    recorded(house.folder / "data/audio/1/nl", house.app.texts, only=["answers"])
    assert (await found(house)).found == "32 recordings in folders"
    put(folder, "group.mp3", b"")
    write(house.folder / "data/audio/1/nl", [entry("answers", "of last year")])
    here = await found(house)
    assert (here.ok, here.advice) == (False, "See which: samenspraak audio check")
    assert here.figures == {"recordings": 30, "stale": 0, "wrong": 1}, "theirs is old, and the other one is heard"
    write(folder, [entry("answers", "of last year")])
    assert (await found(house)).figures == {"recordings": 2, "stale": 2, "wrong": 0}


async def found(house: House) -> Finding:
    return next(one for one in await look(house.settings, house.clock()) if one.name == "audio")
