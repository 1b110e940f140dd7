"""Options: each bad value is refused with what would be right, by every command in the same words."""

import sys
from pathlib import Path

import pytest

from bench import options

DEFAULTS = {
    "rounds": 3, "people": (64, 1), "pictures": 0.05, "minutes": 60.0, "short": False, "python": sys.executable
}  # fmt: skip


def read(monkeypatch: pytest.MonkeyPatch, *given: str) -> dict[str, object]:
    monkeypatch.setattr(sys, "argv", ["bench", *given])
    return vars(options.read("What it is.\n\nMore.", what=("chat", "page"), **DEFAULTS))


def test_what_is_not_given_is_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch) == {"what": "chat", **DEFAULTS}


def test_what_is_given_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    given = ("page", "--rounds", "5", "--people", "2", "3", "--pictures", "1", "--minutes", "0.5", "--short")
    found = {"what": "page", "rounds": 5, "people": [2, 3], "pictures": 1.0, "minutes": 0.5, "short": True}
    assert read(monkeypatch, *given) == {**DEFAULTS, **found}


def test_a_program_is_known_by_its_whole_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    link = tmp_path / "python"
    link.symlink_to(sys.executable)
    monkeypatch.chdir(tmp_path)
    assert read(monkeypatch, "--python", "./python")["python"] == str(link)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--rounds", "0"), "1 or more, not '0'"),
        (("--rounds", "-1"), "1 or more, not '-1'"),
        (("--rounds", "²"), "1 or more, not '²'"),
        (("--rounds", "2.5"), "1 or more, not '2.5'"),
        (("--people", "64", "x"), "1 or more, not 'x'"),
        (("--people",), "expected at least one argument"),
        (("--pictures", "1.5"), "from 0 to 1, not '1.5'"),
        (("--minutes", "nan"), "0 or more, not 'nan'"),
        (("--minutes", "-2"), "0 or more, not '-2'"),
        (("--minutes", "inf"), "0 or more, not 'inf'"),
        (("--python", "/nowhere"), "no program that can be run: '/nowhere'"),
        (("pages",), "invalid choice: 'pages'"),
        (("--fast",), "unrecognized arguments: --fast"),
    ],
)
def test_a_bad_value_is_refused_with_what_would_be_right(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], given: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        read(monkeypatch, *given)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err
