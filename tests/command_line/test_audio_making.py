"""`audio script`, `import` and `synthesise`, as an operator runs them: from paper to a statement that is heard."""

import hashlib
import shutil
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.command_line import audio_making
from bot.recordings import keeping, parts, script, sounds, synthesis
from bot.recordings.folders import TABLE
from bot.recordings.recordings import Recordings
from bot.texts.texts import Texts
from tests.command_line.test_commands import command, folder
from tests.recordings.made import silence
from tests.recordings.sounding import voice, write_sound
from tests.rendering.paper import pages

__all__ = ["command", "folder"]  # fixtures

pytestmark = pytest.mark.long

Run = Callable[..., tuple[int, str, str]]
FATIMA = ("--spoken-by", "Fatima")
needs_espeak = pytest.mark.skipif(not shutil.which(synthesis.PROGRAM), reason="needs: apt-get install espeak-ng")


@pytest.fixture
def sent(folder: Path) -> Path:
    """What somebody sent in: three lines, of which one by its name."""
    write_sound(folder / "sent/07.m4a", voice(0.6, before=0.5))
    write_sound(folder / "sent/8.ogg", voice(0.8))
    write_sound(folder / "sent/answers.wav", voice(1))
    return folder / "sent"


def table(folder: Path, whose: str = "nl") -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = tomllib.loads((folder / "data/audio" / whose / TABLE).read_text("utf-8"))["recording"]
    return read


def everything(folder: Path) -> dict[str, str]:
    """What lies there, by its bytes, without what says who is at work there."""
    there = (one for one in sorted(folder.rglob("*")) if one.is_file() and one.name != ".lock")
    return {str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest() for one in there}


def test_from_the_script_to_recordings_that_are_heard(command: Run, folder: Path, texts: Texts) -> None:
    assert command("audio", "script", "nl") == (0, "audio-nl.pdf\n", "")
    printed = " ".join(page.words for page in pages((folder / "audio-nl.pdf").read_bytes()))
    for line in script.lines(texts, "nl"):
        assert line.file in printed
        write_sound(folder / "sent" / line.file, voice(0.5 + line.number / 100, before=0.3))
    code, out, err = command("audio", "import", "sent", "nl", *FATIMA, "--licence", "CC BY 4.0", "--consent", "paper")
    assert (code, err) == (0, "")
    assert "07.mp3: statement-07, 0.8 s (0.1 s of silence cut)" in out
    assert "31 recordings are kept in data/audio/nl." in out
    found = Recordings.load(texts, folder / "data/audio")
    assert found.problems == ()
    for part in parts.every(texts, "nl"):
        recording = found.find(1, "nl", part.name, part.wording)
        assert recording
        assert (recording.spoken_by, recording.computer) == ("Fatima", False)
        assert sounds.level(sounds.read(Path(recording.where))).loudness == pytest.approx(-18, abs=1)
    assert {(row["licence"], row["consent"]) for row in table(folder)} == {("CC BY 4.0", "paper")}
    assert command("audio", "check", "nl") == (0, "nl: 31 of 31 parts are heard\n", "")


def test_of_a_partnership_its_own_folder_and_its_welcome(command: Run, folder: Path, texts: Texts) -> None:
    command("partnership", "add", "De Buren")
    assert command("audio", "script", "nl", "out.pdf", "--partnership", "De Buren") == (0, "out.pdf\n", "")
    assert "De Buren vraagt u" in " ".join(page.words for page in pages((folder / "out.pdf").read_bytes()))
    write_sound(folder / "sent/32.mp3", voice())
    code, out, _ = command("audio", "import", "sent", "nl", "--partnership", "1", *FATIMA)
    assert code == 0
    assert "32.mp3: welcome, " in out
    assert [row["part"] for row in table(folder, "1/nl")] == ["welcome"]


def test_what_is_wrong_with_one_is_told_and_the_others_go_on(command: Run, folder: Path, sent: Path) -> None:
    (sent / "01.mp3").write_bytes(b"")
    (sent / "02.mp3").write_bytes(b"a note" * 99)
    (sent / "04.mp3").write_bytes(silence(60) * 90)
    (sent / "photo.jpg").write_bytes(b"\xff\xd8")
    (sent / ".DS_Store").write_bytes(b"")
    (sent / "more").mkdir()
    write_sound(sent / "03.wav", voice(0, before=2))
    write_sound(sent / "05.wav", voice(45))
    write_sound(sent / "06.wav", voice(1, 3, rate=96_000), 96_000, stereo=True)
    code, out, _ = command("audio", "import", str(sent), "nl", *FATIMA)
    assert code == 1
    told = dict(line.split(": ", 1) for line in out.splitlines()[:10])
    assert told["01.mp3"] == "REFUSED, empty: 0 bytes"
    assert told["02.mp3"].startswith("REFUSED, no sound that can be read")
    assert told["03.wav"] == "REFUSED, silent: nobody is heard"
    assert told["04.mp3"].startswith("REFUSED, longer than 2 minutes")
    assert told["05.wav"].startswith("REFUSED, 45 seconds, more than 40")
    assert ". BUT it cracks" in told["06.wav"]
    assert told["photo.jpg"] == "REFUSED, neither the number nor the name of a line in the script"
    assert {row["part"] for row in table(folder)} == {"statement-06", "statement-07", "statement-08", "answers"}
    assert "Nobody has spoken yet: 01.mp3, 02.mp3, 03.mp3, 04.mp3, 05.mp3, 09.mp3" in out
    assert command("audio", "check", "nl")[1].startswith("nl: 4 of 31 parts are heard")


def test_nothing_that_is_there_is_written_over_unless_asked(command: Run, folder: Path, sent: Path) -> None:
    command("audio", "import", str(sent), "nl", *FATIMA)
    before = everything(folder / "data/audio")
    write_sound(sent / "07.m4a", voice(1.2))
    code, out, _ = command("audio", "import", str(sent), "nl", "--spoken-by", "Jan")
    assert code == 1
    assert "07.m4a: REFUSED, statement-07 is there already; to take this one instead: --replace" in out
    assert "Nothing was changed." in out
    assert everything(folder / "data/audio") == before
    code, _, _ = command("audio", "import", str(sent), "nl", "--spoken-by", "Jan", "--replace")
    assert code == 0
    assert {row["spoken_by"] for row in table(folder)} == {"Jan"}
    assert len(everything(folder / "data/audio")) == 3 + 1, "and the former ones are gone"


def test_what_was_spoken_for_other_words_stays(command: Run, folder: Path, sent: Path) -> None:
    command("audio", "import", str(sent), "nl", *FATIMA)
    file = folder / "data/audio/nl" / TABLE
    (row,) = (row for row in table(folder) if row["part"] == "statement-07")
    file.write_text(file.read_text("utf-8").replace(row["wording"], "oflastyear"), "utf-8")
    for other in ("8.ogg", "answers.wav"):
        (sent / other).unlink()
    write_sound(sent / "07.m4a", voice(0.7))
    assert command("audio", "import", str(sent), "nl", *FATIMA)[0] == 0
    wordings = [one["wording"] for one in table(folder) if one["part"] == "statement-07"]
    assert wordings == ["oflastyear", row["wording"]]
    assert command("audio", "check", "nl")[1].startswith("nl: 3 of 31 parts are heard")


@pytest.mark.parametrize("failing", [1, 2, 3, 4])
def test_a_disk_that_fails_half_way_leaves_what_was_there(
    command: Run, folder: Path, sent: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    """Three files and the table: none of them can be the last thing that was written."""
    command("audio", "import", str(sent), "nl", *FATIMA)
    for name in ("07.m4a", "8.ogg", "answers.wav"):
        write_sound(sent / name, voice(1.4))
    before, calls, replace = everything(folder / "data/audio"), list[Path](), Path.replace

    def full(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == failing:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    code, _, err = command("audio", "import", str(sent), "nl", *FATIMA, "--replace")
    assert (code, err) == (2, "data/audio/nl cannot be written, so nothing is changed: No space left on device\n")
    after = everything(folder / "data/audio")
    assert {name: after[name] for name in before} == before
    monkeypatch.undo()


@pytest.mark.parametrize("broken", ["[[recording]\n", "licence = 'x'\n", "[[recording]]\npart = 3\n", "recording = 3"])
def test_a_table_that_is_broken_is_left_as_it_is(command: Run, folder: Path, sent: Path, broken: str) -> None:
    file = folder / "data/audio/nl" / TABLE
    file.parent.mkdir(parents=True)
    file.write_text(broken)
    code, out, err = command("audio", "import", str(sent), "nl", *FATIMA)
    assert (code, out) == (2, "")
    assert "nothing is changed" in err
    assert everything(file.parent) == {TABLE: hashlib.sha256(broken.encode()).hexdigest()}


def test_what_is_said_of_a_speaker_is_kept_on_one_line_as_it_was(command: Run, folder: Path, sent: Path) -> None:
    name = 'Fatima "de stem"\n\\ é 👩\x7f'
    command("audio", "import", str(sent), "nl", "--spoken-by", name)
    assert {row["spoken_by"] for row in table(folder)} == {'Fatima "de stem" \\ é 👩'}
    assert {row["licence"] for row in table(folder)} == {audio_making.LICENCE}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("script", "xx"), "There is no language 'xx'. There are: ar, en, nl, pl, tr, uk."),
        (("script", "nl", "no/such/folder.pdf"), "The script cannot be written to no/such/folder.pdf: No such file"),
        (("script", "nl", "--partnership", "9"), "There is no partnership '9'."),
        (("import", "none", "nl", *FATIMA), "none cannot be read: No such file or directory."),
        (("import", ".git", "nl", *FATIMA), ".git holds no files."),
    ],
)
def test_what_cannot_be_done_is_said(command: Run, folder: Path, arguments: tuple[str, ...], said: str) -> None:
    (folder / ".git").mkdir()
    code, out, err = command("audio", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(said)


def test_without_the_extra_it_says_what_to_install(command: Run, sent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("bot.recordings.finishing", "bot.recordings.sounds"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.delattr("bot.recordings.finishing", raising=False)
    monkeypatch.delattr("bot.recordings.sounds", raising=False)
    code, out, err = command("audio", "import", str(sent), "nl", *FATIMA)
    assert (code, out, err) == (2, "", "This needs av: pip install 'samenspraak[audio]'\n")


@needs_espeak
@pytest.mark.fire
def test_a_computer_speaks_what_nobody_spoke_and_makes_way_line_by_line(
    command: Run, folder: Path, sent: Path, texts: Texts
) -> None:
    command("audio", "import", str(sent), "nl", *FATIMA)
    code, out, err = command("audio", "synthesise", "nl")
    assert (code, err) == (0, "")
    assert out.count(" LUFS") == 31 - 3
    spoken = {row["part"]: (row["spoken_by"], row["computer"]) for row in table(folder)}
    assert spoken["statement-07"] == ("Fatima", False)
    assert spoken["statement-01"] == ("espeak-ng", True)
    assert command("audio", "check", "nl") == (0, "nl: 31 of 31 parts are heard\n", "")
    assert command("audio", "synthesise", "nl") == (0, "Nothing was changed.\n", "")
    write_sound(sent / "01.wav", voice())
    assert "01.wav: statement-01" in command("audio", "import", str(sent), "nl", *FATIMA)[1]
    assert next(row for row in table(folder) if row["part"] == "statement-01")["computer"] is False
    assert len(everything(folder / "data/audio/nl")) == 31 + 1


@needs_espeak
@pytest.mark.parametrize("word", synthesis.RESPELT["nl"])
def test_a_word_that_is_said_wrong_is_respelt(word: str) -> None:
    said = synthesis.respelt(f"Met {word} erbij, {word}heid niet.", "nl")
    assert said == f"Met {synthesis.RESPELT['nl'][word]} erbij, {word}heid niet."
    plain, mended = (_sounds(one) for one in (word, synthesis.RESPELT["nl"][word]))
    assert plain != mended
    assert mended == synthesis.RESPELT["nl"][word].strip("[]"), "the program takes it as it is written"


def _sounds(words: str) -> str:
    return synthesis.run(["-q", "-x", words], "nl").stdout.decode().strip()


@needs_espeak
def test_a_language_without_a_voice_is_told(tmp_path: Path) -> None:
    assert synthesis.has_voice("nl")
    assert not synthesis.has_voice("xx")
    with pytest.raises(synthesis.NoVoice, match="does not speak xx"):
        synthesis.speak(["a"], "xx", tmp_path / "a.wav")


def test_without_the_program_it_says_what_to_install(
    command: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(folder))
    code, out, err = command("audio", "synthesise", "nl")
    assert (code, out) == (2, "")
    assert err == "The program espeak-ng is not installed. On Debian or Ubuntu: apt-get install espeak-ng\n"


def test_nobody_else_s_file_is_taken_away(tmp_path: Path, texts: Texts) -> None:
    """Whatever a table says, only what lies in its folder goes."""
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    part = parts.answers(texts, "nl")
    rows = [{"part": "answers", "wording": part.wording, "file": "../secret.mp3"}]
    keeping.keep(tmp_path / "nl", {part: silence()}, audio_making.COMPUTER, rows)
    assert (tmp_path / "secret.mp3").exists()
