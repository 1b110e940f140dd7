"""The command line, as scripts and operators use it: output to rely on, and a clear sentence for every mistake."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import dev
from bot.__main__ import COMMANDS, main
from bot.runtime import logs
from bot.survey import short_codes
from tests.databases import begin_migrated
from tests.house import SECRET, House
from tests.telegram_server import TelegramServer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, with nothing set but the secret."""
    for name in list(os.environ):
        if name.startswith(("TELEGRAM_", "SAMENSPRAAK_", "DATABASE_URL", "PUBLIC_URL", "LOG_")) or name in (
            "HOST",
            "PORT",
        ):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SAMENSPRAAK_SECRET", SECRET)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        logs, "set_up", lambda level, form: None
    )  # it would write to this test's standard error for ever
    return tmp_path


@pytest.fixture
def command(folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """On a database that was migrated before: a `run` that migrates takes the place of its process, which is ours. A
    rehearsal has one of its own, and leaves none here."""

    def run(*arguments: str) -> tuple[int, str, str]:
        if arguments[0] != "rehearse" and not (folder / "data").exists():
            begin_migrated(f"sqlite:///{folder}/data/samenspraak.db")
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


def test_the_first_command_makes_the_database(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("partnership", "list")) == 0
    assert (folder / "data" / "samenspraak.db").is_file()
    assert capsys.readouterr().err.startswith("There are no partnerships yet.")


def test_a_partnership_is_made_listed_closed_and_summarised(command: Any) -> None:
    code, out, _ = command("partnership", "add", "De Verbinders", "--minimum-group", "3", "--json")
    made = json.loads(out)
    assert code == 0
    assert made["partnership"] == 1
    assert made["invitation_links"] == [f"http://127.0.0.1:8000/i/{made['invitation_code']}"]
    assert made["coordinator_links"] == [f"http://127.0.0.1:8000/i/{made['coordinator_code']}"]
    assert len(made["invitation_code"]) == len(made["coordinator_code"]) == 26
    assert made["invitation_code"] != made["coordinator_code"]
    assert short_codes.written(short_codes.find(made["short_code"])) == made["short_code"]
    assert made["short_addresses"] == [f"127.0.0.1:8000/{made['short_code']}"]

    code, out, _ = command("partnership", "list", "--json")
    (listed,) = json.loads(out)
    assert (listed["name"], listed["state"], listed["started"]) == ("De Verbinders", "open", 0)
    assert listed["invitation_code"] == made["invitation_code"]
    assert "De Verbinders" in command("partnership", "list")[1]

    assert "De scores ziet u als de ronde sluit" in command("summary", "1")[1]
    assert command("wave", "close", "de verbinders")[0] == 2
    assert command("wave", "close", "De Verbinders")[0] == 0
    code, _, err = command("wave", "close", "1")
    assert (code, err) == (2, "Wave 1 of De Verbinders was closed before.\n")
    summary = json.loads(command("summary", "De Verbinders", "--json")[1])
    assert summary["withheld"].startswith("Fewer than 3 people finished this round.")
    assert summary["dimensions"] == {}
    assert summary["total"] is None


def test_a_wave_that_is_not_there_is_told_with_those_that_are(command: Any) -> None:
    assert command("partnership", "add", "De Verbinders")[0] == 0
    assert command("summary", "1", "--wave", "1", "--json") == command("summary", "1", "--json")
    for number in ("0", "2"):
        told = f"De Verbinders has no wave {number}. It has: 1.\n"
        assert command("summary", "1", "--wave", number) == (2, "", told)


@pytest.mark.parametrize("number", ["-1", "all", "", "1.5", "１", "99999", "x"])
def test_the_number_of_a_wave_is_a_number(command: Any, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        command("summary", "1", f"--wave={number}")
    assert "argument --wave: a number" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["a" * 5000], "The name has 5000 characters; 80 is the most."),
        (["  \n\t "], "The name is empty."),
        (["12"], "The name must not be just a number"),
        (["X", "--language", "klingon"], "--language: one of ar, en, nl, pl, tr, uk."),
        (["X", "--languages", "nl,klingon"], "--languages: of ar, en, nl, pl, tr, uk, with commas between."),
        (["X", "--languages", ""], "--languages: of ar, en, nl, pl, tr, uk, with commas between."),
        (["X", "--timezone", "Mars/Olympus"], "--timezone: a name such as Europe/Amsterdam."),
        (["X", "--timezone", "../../etc/passwd"], "--timezone: "),
        (["X", "--minimum-group", "2"], "--minimum-group: 3 or more."),
        (["X", "--organisation", "o" * 81], "--organisation: 80"),
        (["X", "--contact", "c" * 161], "--contact: 160"),
        (["X", "--remind-after", "5,2"], "--remind-after: two numbers of days"),
        (["X", "--remind-after", "two"], "--remind-after: "),
        (["X", "--keep-contacts", "0"], "--keep-contacts: 1 to 1000 days."),
        (["X", "--keep-answers", "121"], "--keep-answers: 1 to 120 months."),
    ],
)
def test_a_partnership_that_cannot_be_is_refused_in_words(command: Any, arguments: Sequence[str], told: str) -> None:
    code, out, err = command("partnership", "add", *arguments)
    assert code == 2
    assert told in err
    assert out == ""
    assert command("partnership", "list")[1] == ""


def test_all_mistakes_in_a_partnership_are_told_at_once(command: Any) -> None:
    _, _, err = command("partnership", "add", "", "--language", "x", "--timezone", "y", "--minimum-group", "0")
    assert len(err.splitlines()) == 4


def test_a_name_is_one_line_and_taken_once(command: Any) -> None:
    assert command("partnership", "add", " <b>Samen</b>\u202e & \n\x00 'Sterk' 👩‍👩‍👧 ")[0] == 0
    assert "<b>Samen</b> & 'Sterk' 👩‍👩‍👧" in command("partnership", "list")[1]
    code, _, err = command("partnership", "add", "<b>Samen</b> & 'Sterk' 👩‍👩‍👧")
    assert code == 2
    assert "already" in err


@pytest.mark.parametrize("arguments", [["summary", "Nobody"], ["wave", "close", "7"], ["summary", ""]])
def test_an_unknown_partnership_is_told(command: Any, arguments: Sequence[str]) -> None:
    code, _, err = command(*arguments)
    assert code == 2
    assert "There is no partnership" in err


def test_a_lost_coordinator_link_is_replaced(command: Any) -> None:
    command("partnership", "add", "X")
    code, out, _ = command("partnership", "link", "X")
    assert (code, len(out.removeprefix("http://127.0.0.1:8000/i/").strip())) == (0, 26)
    assert command("partnership", "link", "Y")[0] == 2


def test_a_port_that_is_taken_is_told(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PORT", str(taken.getsockname()[1]))
        code, _, err = command("run")
    assert code == 2
    assert "Choose another PORT" in err


def test_wrong_settings_stop_every_command(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "none")
    monkeypatch.setenv("DATABASE_URL", "oracle://x")
    code, _, err = command("partnership", "list")
    assert code == 2
    assert [line.split(":")[0] for line in err.splitlines()] == ["PORT", "DATABASE_URL"]


def test_an_unusable_data_folder_is_told(command: Any, folder: Path) -> None:
    (folder / "data").write_text("a file where a folder should be")
    code, _, err = command("partnership", "list")
    assert code == 2
    assert "unable to open database file" in err


def test_another_secret_is_refused(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    command("partnership", "add", "X")
    monkeypatch.setenv("SAMENSPRAAK_SECRET", "a quite different secret")
    code, _, err = command("partnership", "list")
    assert code == 2
    assert "another secret" in err


async def test_a_running_bot_is_given_its_links_and_not_a_second_runner(house: House) -> None:
    code, out, _ = await house.command("partnership", "add", "Beside a running bot", "--json")
    made = json.loads(out)
    assert code == 0
    for kind in ("invitation", "coordinator"):
        telegram, page = made[f"{kind}_links"]
        assert telegram == f"https://t.me/samenspraak_bot?start={made[f'{kind}_code']}"
        assert page == f"{house.page}/i/{made[f'{kind}_code']}"
    _, out, _ = await house.command(
        "partnership", "add", "In public", "--json", PUBLIC_URL="https://samenspraak.example.org"
    )
    first = json.loads(out)["invitation_links"][0]
    assert first.startswith("https://samenspraak.example.org/i/"), "a page that everybody reaches goes first"
    code, _, err = await house.command("run")
    assert code == 2
    assert "already running" in err


async def test_a_token_that_telegram_refuses_is_told(house: House, server: TelegramServer) -> None:
    await house.stop()
    code, _, err = await house.command("run", TELEGRAM_TOKEN="1:wrong")
    assert code == 2
    assert "Telegram refuses TELEGRAM_TOKEN" in err
    assert "1:wrong" not in err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main((name, "--help"))
    assert capsys.readouterr().out.startswith(f"usage: samenspraak {name} ")


@pytest.mark.parametrize(
    "given", [(), ("walk",), ("doctor.py",), ("",), ("--json", "doctor"), ("--no-such",), ("partnership",), ("common",)]
)
def test_what_is_no_command_is_told(given: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(given)
    assert capsys.readouterr().err.startswith("usage: samenspraak")


def test_the_project_s_script_is_there() -> None:
    found = subprocess.run(
        [sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert all(name in found.stdout for name in ("run", "partnership", "wave", "summary"))


def test_the_developers_door_runs_the_bot_of_its_own_environment(tmp_path: Path) -> None:
    """Up to its first clear sentence; the door is not left open to set .venv up anew under this test."""
    if not dev.is_there(dev.TO_DEVELOP):
        pytest.skip(".venv is not as the lock says")
    clean = {name: value for name, value in os.environ.items() if name != "TELEGRAM_TOKEN"}
    command = [sys.executable, "-I", str(ROOT / "dev.py"), "run"]
    found = subprocess.run(
        command, cwd=tmp_path, env={**clean, "TELEGRAM_TOKEN": "nonsense"}, capture_output=True, text=True
    )
    assert (found.returncode, found.stderr.split(":")[0]) == (2, "TELEGRAM_TOKEN")
