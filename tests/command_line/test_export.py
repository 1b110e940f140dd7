"""`samenspraak export`, as an operator runs it: it asks first, says what it wrote, and marks what is invented."""

import csv
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.runtime import logs
from tests.actors import walk
from tests.command_line.test_commands import command, folder
from tests.house import House, agree
from tests.telegram_server import TelegramServer

__all__ = ["command", "folder"]  # fixtures

pytestmark = [pytest.mark.long, pytest.mark.process]

FEW = ("--people", "10", "--weeks", "2")


async def test_an_export_asks_first_and_gives_back_the_answers(
    house: House,
    server: TelegramServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    anna = server.person(language_code="en")
    await walk(house, anna, house.add().invitation)
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(logs, "set_up", lambda level, form: None)
    asked = ["export", "1", "--wave", "1", "--out", str(tmp_path / "out")]
    monkeypatch.setattr("builtins.input", lambda question: "no")
    assert main(asked) == 2
    assert not (tmp_path / "out").exists()
    for form in ("csv", "xlsx", "sav"):
        assert main([*asked, "--format", form, "--yes"]) == 0
    assert main([*asked, "--yes"]) == 2, "nothing is written over"
    with (tmp_path / "out" / "partnership-1-wave-1.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert {row[f"i{item:02}"] for item in range(1, 27)} == {"100"}
    assert str(anna.id) not in str(row)
    assert main(["export", "1", "--wave", "2", "--yes"]) == 2
    assert "no answers in wave 2" in capsys.readouterr().err


async def test_all_that_is_written_is_told_and_a_wave_that_nobody_finished_is_exported_too(
    house: House, server: TelegramServer, tmp_path: Path
) -> None:
    anna = server.person(language_code="en")
    await agree(house, anna, house.add().invitation, "Yes, I will take part", "Other")
    for form in ("csv", "xlsx", "sav"):
        code, out, err = await house.command(
            "export", "1", "--wave", "1", "--yes", "--format", form, "--out", str(tmp_path / form)
        )
        assert code == 0, err
        assert sorted(out.splitlines()) == sorted(map(str, (tmp_path / form).iterdir()))
    with (tmp_path / "csv" / "partnership-1-wave-1.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    told = [row[name] for name in ("place", "channel", "completed", "month", "synthetic", "i01", "total")]
    assert told == ["-5", "telegram", "0", "", "0", "-3", ""]
    readme = (tmp_path / "csv" / "partnership-1-wave-1-csv-README.txt").read_text()
    assert re.search(r"Exported on 20\d\d-\d\d-\d\d\. k = 5\.", readme)
    assert "Wave 1: 1 began, 0 finished." in readme
    assert "De Verbinders" not in readme, "whose answers they are is for others to tell"


def test_where_nobody_can_agree_nothing_is_written(command: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a crontab: there is nobody at the other end of standard input."""
    assert command("rehearse", *FEW, "--no-page", "--keep", ".")[0] == 0
    (kept,) = folder.iterdir()
    monkeypatch.chdir(kept)
    monkeypatch.delenv("SAMENSPRAAK_SECRET")
    monkeypatch.setattr("sys.stdin", StringIO(""))
    code, _, err = command("export", "1", "--wave", "1", "--out", "out")
    assert (code, err) == (2, "Nothing was written.\n")
    assert not (kept / "out").exists()


def test_what_a_rehearsal_made_up_is_marked_at_once_and_when_it_was_kept(
    command: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = command("rehearse", *FEW, "--no-page", "--keep", ".", "--export", "out")
    assert code == 0, err
    exported = {path.name for path in (folder / "out").iterdir()}
    assert len(exported) == 5
    assert all(name.startswith("SYNTHETIC-partnership-1-wave-all") for name in exported)
    assert all(name in out for name in exported)
    (kept,) = (path for path in folder.iterdir() if path.name != "out")
    monkeypatch.chdir(kept)
    monkeypatch.delenv("SAMENSPRAAK_SECRET")
    code, out, err = command("export", "1", "--wave", "2", "--format", "xlsx", "--yes")
    assert code == 0, err
    assert [line.startswith("SYNTHETIC-") for line in out.splitlines()] == [True, True]


def test_a_rehearsal_that_cannot_be_exported_says_why(command: Any, folder: Path) -> None:
    (folder / "file").write_text("mine")
    code, _, err = command("rehearse", *FEW, "--no-page", "--export", "file")
    assert (code, err.splitlines()[-1]) == (2, "file exists already and is not overwritten. Choose another folder.")
    assert [path.name for path in folder.iterdir()] == ["file"]
