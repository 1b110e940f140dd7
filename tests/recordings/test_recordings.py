"""Folders of recordings: which of them is found, and every way in which one can be wrong."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bot.recordings import parts
from bot.recordings.folders import TABLE, Problem, read
from bot.recordings.keeping import Speaker, keep, rows
from bot.recordings.recordings import Recordings
from bot.survey.conversation.buttons import Screen
from bot.texts.texts import Texts
from tests.recordings.made import FATIMA, STEREO_24_KHZ, entry, put, recorded, silence, write
from tests.recordings.test_mp3 import WAV

NINETY_MINUTES = silence(60) * 90


def loaded(texts: Texts, folder: Path, shipped: Path | None = None) -> Recordings:
    return Recordings.load(texts, folder, shipped or folder / "none")


def told(texts: Texts, folder: Path) -> list[str]:
    return [str(problem).replace(f"{folder}/", "") for problem in loaded(texts, folder).problems]


def wording(texts: Texts, part: str, language: str = "nl") -> str:
    return next(one.wording for one in parts.every(texts, language) if one.name == part)


def test_without_a_folder_there_is_nothing_and_nothing_is_wrong(texts: Texts, tmp_path: Path) -> None:
    found = loaded(texts, tmp_path / "audio")
    assert not found
    assert found.problems == ()
    assert found.find(1, "nl", "answers", wording(texts, "answers")) is None


def test_none_comes_with_the_program(texts: Texts, tmp_path: Path) -> None:
    assert not Recordings.load(texts, tmp_path)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_there_is_to_record(texts: Texts, language: str) -> None:
    every = parts.every(texts, language)
    names = [one.name for one in every]
    assert names == [
        *("group", "language", "erase", "erased"),
        *(f"statement-{number:02}" for number in range(1, 27)),
        "answers",
    ]
    assert {*names} <= parts.names(26)
    for number in range(1, 27):
        assert texts.wording()[language][str(number)] == wording(texts, parts.of_statement(number), language)
    assert not any("{" in word or "<b>" in word for one in every for word in one.words)


def test_a_statement_is_read_with_its_plain_line_first_and_the_answers_with_what_is_asked(texts: Texts) -> None:
    item, every = texts.checklist.items[1], {one.name: one for one in parts.every(texts, "nl")}
    assert every["statement-01"].words[0] == texts.word(item.plain, "nl")
    assert every["statement-01"].words[-1] == texts.word(item.statement, "nl")
    assert every["answers"].words == (
        *("Klopt dit voor u?", "Nee", "Meer nee dan ja", "Ertussenin", "Meer ja dan nee", "Ja"),
        *("Weet ik niet", "Geldt niet voor mij"),
    )


def test_every_screen_has_a_name_that_is_no_other_s() -> None:
    assert len({parts.of_screen(screen) for screen in Screen}) == len(Screen)


def test_theirs_goes_before_the_installation_s_and_that_before_the_one_that_came_with_us(
    texts: Texts, tmp_path: Path
) -> None:
    data, shipped, words = tmp_path / "data", tmp_path / "locales", wording(texts, "answers")
    for folder in (shipped / "nl/audio", data / "nl", data / "7/nl"):
        recorded(folder, texts, only=["answers"])
        found = loaded(texts, data, shipped)
        assert found.problems == ()
        here = found.find(7, "nl", "answers", words)
        assert here
        assert Path(here.where).parent == folder
    other = found.find(8, "nl", "answers", words)
    assert other
    assert Path(other.where).parent == data / "nl"
    assert found.find(7, "en", "answers", words) is None


def test_it_is_found_for_its_own_words_only(texts: Texts, tmp_path: Path) -> None:
    old = write(tmp_path / "7/nl", [entry("answers", "of last year")])
    put(old, "answers.mp3", silence())
    recorded(tmp_path / "nl", texts, only=["answers"])
    found = loaded(texts, tmp_path)
    here = found.find(7, "nl", "answers", wording(texts, "answers"))
    assert here
    assert Path(here.where).parent == tmp_path / "nl", "theirs is for other words"
    assert found.find(7, "nl", "answers", "nothing like it") is None


def test_what_is_known_of_one(texts: Texts, tmp_path: Path) -> None:
    recorded(tmp_path / "nl", texts, only=["answers"], computer=True)
    here = loaded(texts, tmp_path).find(1, "nl", "answers", wording(texts, "answers"))
    assert here
    assert (here.part, here.spoken_by, here.computer) == ("answers", FATIMA, True)
    assert here.seconds == pytest.approx(0.504)
    assert here.is_there


def test_several_are_one_sound_as_long_as_the_files_are_what_they_were(texts: Texts, tmp_path: Path) -> None:
    recorded(tmp_path / "nl", texts, only=["answers", "statement-01"])
    found = loaded(texts, tmp_path)
    both = [found.find(1, "nl", one, wording(texts, one)) for one in ("statement-01", "answers")]
    digests = [one.digest for one in both if one]
    files = [(tmp_path / f"nl/{one}.mp3").read_bytes() for one in ("statement-01", "answers")]
    assert found.content(digests) == b"".join(files)
    put(tmp_path / "nl", "answers.mp3", silence(0.24))
    assert not found.by_digest(digests[1]).is_there  # type: ignore[union-attr]
    with pytest.raises(LookupError, match="not what it was"):
        found.content(digests)
    (tmp_path / "nl/answers.mp3").unlink()
    with pytest.raises(LookupError):
        found.content(digests)
    with pytest.raises(LookupError):
        found.content(["no such one"])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("answers.mp3", b"", "empty: 0 bytes"),
        ("answers.mp3", WAV, "a WAV file (stereo, 96 kHz), and not an MP3"),
        ("answers.mp3", NINETY_MINUTES, "20.6 MB, more than 1: a recording is 40 seconds at most"),
        ("answers.mp3", silence(41), "41 seconds, more than 40"),
        ("answers.wav", silence(), "does not end in .mp3"),
        ("answers.MP3", silence(), "does not end in .mp3"),
        ("answers.mp3", silence()[:-96] + b"what is this" * 9, "an MP3 that is broken at byte 1920"),
        ("other.mp3", silence(), "is not there"),
    ],
)
def test_a_file_that_is_not_right_is_told_and_not_played(
    texts: Texts, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    named = name if name.startswith("answers") else "answers.mp3"
    put(tmp_path / "nl", name, content)
    write(tmp_path / "nl", [entry("answers", wording(texts, "answers"), file=named)])
    assert told(texts, tmp_path) == [f"nl/{named}: {said}"]
    assert not loaded(texts, tmp_path)


def test_one_in_stereo_is_told_and_played(texts: Texts, tmp_path: Path) -> None:
    put(write(tmp_path / "nl", [entry("answers", wording(texts, "answers"))]), "answers.mp3", silence(1, STEREO_24_KHZ))
    assert told(texts, tmp_path) == ["nl/answers.mp3: in stereo: in mono it is half as large"]
    assert loaded(texts, tmp_path)


GOOD = entry("answers", "3f2a")


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([{**GOOD, "colour": "red"}], ["recording 1 (answers): unknown key: colour"]),
        ([{**GOOD, "part": "statement-27"}], ["recording 1 (statement-27): there is no such part"]),
        ([{**GOOD, "part": "item"}], ["recording 1 (item): there is no such part"]),
        ([{**GOOD, "file": "../answers.mp3"}], ["'../answers.mp3' is not the name of a file in this folder"]),
        ([{**GOOD, "file": "/etc/passwd"}], ["'/etc/passwd' is not the name of a file in this folder"]),
        ([{**GOOD, "file": ".."}], ["..: not a file"]),
        ([{**GOOD, "file": "..\\answers.mp3"}], ["is not the name of a file in this folder"]),
        ([{**GOOD, "file": "a\0.mp3"}], ["is not there"]),
        ([{**GOOD, "spoken_by": ""}], ["recording 1 (answers): spoken_by must be a text"]),
        ([{**GOOD, "computer": "no"}], ["recording 1 (answers): computer must be true or false"]),
        ([{**GOOD, "wording": 3}], ["recording 1 (answers): wording must be a text"]),
        (
            [{"part": "answers"}],
            [f"{name} is missing" for name in ("file", "wording", "spoken_by", "licence", "consent")],
        ),
        ([GOOD, GOOD], ["recording 2 (answers): is there twice for the same words", "its file is there twice"]),
        ([GOOD, {**GOOD, "part": "group"}], ["recording 2 (group): its file is there twice"]),
    ],
)
def test_a_table_that_is_not_right_is_told_line_by_line(
    texts: Texts, tmp_path: Path, entries: Sequence[dict[str, Any]], said: Sequence[str]
) -> None:
    put(tmp_path / "nl", "answers.mp3", silence())
    put(tmp_path, "answers.mp3", silence())
    write(tmp_path / "nl", entries)
    found = told(texts, tmp_path)
    assert len(found) == len(said)
    for line, wanted in zip(found, said, strict=True):
        assert wanted in line
    assert len(loaded(texts, tmp_path).found) == len(entries) - 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (b"[[recording]\n", "cannot be read: "),
        (b"\xff\xfe", "cannot be read: "),
        (b"[recording]\npart = 'answers'", "holds something else"),
        (b"recording = 3", "holds something else"),
        (b"recording = [3]", "holds something else"),
        (b"licence = 'CC BY'", "holds something else"),
        (None, "is not there, so nothing in this folder is played"),
    ],
)
def test_a_table_that_is_broken_is_told(texts: Texts, tmp_path: Path, table: bytes | None, said: str) -> None:
    put(tmp_path / "nl", "answers.mp3", silence())
    if table is not None:
        put(tmp_path / "nl", TABLE, table)
    (line,) = told(texts, tmp_path)
    assert line.startswith(f"nl/{TABLE}: {said}")
    assert not loaded(texts, tmp_path)


def test_a_file_that_lies_elsewhere_is_not_read_by_a_way_around(texts: Texts, tmp_path: Path) -> None:
    put(tmp_path, "secret.mp3", silence())
    folder = write(tmp_path / "nl", [entry("answers", wording(texts, "answers"))])
    (folder / "answers.mp3").symlink_to(tmp_path / "secret.mp3")
    assert told(texts, tmp_path) == ["nl/answers.mp3: leads out of its folder"]


def test_what_is_no_file_is_not_waited_for(texts: Texts, tmp_path: Path) -> None:
    folder = write(tmp_path / "nl", [entry("answers", wording(texts, "answers"))])
    os.mkfifo(folder / "answers.mp3")
    assert told(texts, tmp_path) == ["nl/answers.mp3: not a file"]


def test_a_folder_that_is_nobody_s_is_told(texts: Texts, tmp_path: Path) -> None:
    for name in ("dutch", "7/dutch", "7/nl"):
        (tmp_path / name).mkdir(parents=True)
    write(tmp_path / "7/nl", [])
    assert told(texts, tmp_path) == [
        f"{name}: neither one of our languages nor the number of a partnership" for name in ("7/dutch", "dutch")
    ]


def test_one_that_is_wrong_takes_no_other_along(texts: Texts, tmp_path: Path) -> None:
    recorded(tmp_path / "nl", texts)
    put(tmp_path / "nl", "statement-03.mp3", b"")
    assert told(texts, tmp_path) == ["nl/statement-03.mp3: empty: 0 bytes"]
    assert len(loaded(texts, tmp_path).found) == len(parts.every(texts, "nl")) - 1


def test_who_keeps_recordings_at_once_in_one_folder_loses_none_of_the_other(texts: Texts, tmp_path: Path) -> None:
    every, by = parts.every(texts, "nl"), Speaker("Fatima", "any", "on paper")
    with ThreadPoolExecutor(8) as at_once:
        kept = [at_once.submit(keep, tmp_path, {part: silence()}, by, ()) for part in (*every, *every[:3])]
    assert [one.exception() for one in kept] == [None] * (len(every) + 3)
    assert sorted(row["part"] for row in rows(tmp_path)) == sorted(part.name for part in every)
    assert not [one for one in read(tmp_path, 26) if isinstance(one, Problem)]
