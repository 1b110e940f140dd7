"""`samenspraak programme`: what an operator may get wrong has a sentence, and then nothing is made or changed."""

import json
from typing import Any

import pytest

from tests.command_line.test_commands import command as command
from tests.command_line.test_commands import folder as folder


@pytest.fixture
def three(command: Any) -> Any:
    for name in ("Noord", "Zuid", "West"):
        assert command("partnership", "add", name)[0] == 0
    return command


def listed(command: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(command("programme", "list", "--json")[1])
    return found


def test_a_programme_is_made_changed_linked_and_ended(three: Any) -> None:
    code, out, _ = three("programme", "add", "Stad", "Noord", "2", "--json")
    made = json.loads(out)
    assert (code, made["programme"], made["partnerships"]) == (0, 1, [1, 2])
    assert len(made["reader_code"]) == 26
    assert made["reader_links"] == [f"http://127.0.0.1:8000/i/{made['reader_code']}"]
    assert "Stad  read by 0: Noord, Zuid" in three("programme", "list")[1]
    code, out, _ = three("programme", "change", "Stad", "--add", "West", "--leave-out", "Noord")
    assert (code, out) == (0, "The partnerships of Stad: West, Zuid.\n")
    assert listed(three)[0]["partnerships"] == [{"partnership": 3, "name": "West"}, {"partnership": 2, "name": "Zuid"}]
    code, out, _ = three("programme", "link", "1")
    assert code == 0
    assert out.startswith("http://127.0.0.1:8000/i/")
    assert made["reader_code"] not in out
    code, out, _ = three("programme", "remove", "Stad")
    assert (code, out.split(".")[0]) == (0, "Stad is ended")
    assert listed(three) == []
    assert len(json.loads(three("partnership", "list", "--json")[1])) == 3


def test_in_words_it_says_what_to_do_with_the_link(three: Any) -> None:
    _, out, _ = three("programme", "add", "  Stad \n en   land ", "Noord")
    assert out.startswith("Stad en land is number 1. Its partnerships: Noord.\n\nFor who reads it, once:  http://")
    assert three("programme", "remove", "Stad en land")[0] == 0
    _, out, err = three("programme", "list")
    assert not out
    assert "There are no programmes yet. Make one: samenspraak programme add NAME PARTNERSHIP" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("", "Noord"), "The name is empty."),
        ((" \u200b\n", "Noord"), "The name is empty."),
        (("x" * 5000, "Noord"), "The name has 5000 characters; 80 is the most."),
        (("12", "Noord"), "The name must not be just a number: commands take a number or a name."),
        (("Stad", "Oost"), "There is no partnership 'Oost'. See them all: samenspraak partnership list"),
        (("Stad", "y" * 5000), f"There is no partnership '{'y' * 80}...'. See them all: samenspraak partnership list"),
        (("Stad", "99"), "There is no partnership '99'. See them all: samenspraak partnership list"),
        (("Stad", ""), "There is no partnership ''. See them all: samenspraak partnership list"),
        (("Stad", "Noord", "Noord"), "Noord is named twice."),
        (("Stad", "Noord", "1"), "Noord is named twice."),
        (("Stad", "Noord", "--language", "xx"), "--language: one of ar, en, nl, pl, tr, uk."),
        (("Er is al", "Noord"), "There is a programme with the name 'Er is al' already."),
    ],
)
def test_what_cannot_be_made_is_told(three: Any, arguments: tuple[str, ...], told: str) -> None:
    three("programme", "add", "Er is al", "Zuid")
    assert three("programme", "add", *arguments) == (2, "", f"{told}\n")
    assert [one["name"] for one in listed(three)] == ["Er is al"]


def test_every_mistake_is_told_at_once(three: Any) -> None:
    code, _, err = three("programme", "add", "", "Oost", "1", "1", "--language", "xx")
    assert code == 2
    assert [line.split(".")[0] for line in err.splitlines()] == [
        "The name is empty",
        "--language: one of ar, en, nl, pl, tr, uk",
        "There is no partnership 'Oost'",
        "Noord is named twice",
    ]


def test_without_a_partnership_there_is_no_programme(three: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        three("programme", "add", "Stad")
    assert stopped.value.code == 2
    assert "the following arguments are required: partnership" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Say what changes: --add PARTNERSHIP, or --leave-out PARTNERSHIP."),
        (("--add", "Noord"), "Noord is in Stad already."),
        (("--leave-out", "West"), "West is not in Stad."),
        (("--add", "Oost"), "There is no partnership 'Oost'. See them all: samenspraak partnership list"),
        (("--add", "West", "3"), "West is named twice."),
        (("--leave-out", "1", "2"), "No partnership would be left. To end it: samenspraak programme remove"),
    ],
)
def test_what_cannot_be_changed_is_told(three: Any, arguments: tuple[str, ...], told: str) -> None:
    three("programme", "add", "Stad", "Noord", "Zuid")
    before = listed(three)
    code, _, err = three("programme", "change", "Stad", *arguments)
    assert (code, err) == (2, f"{told}\n")
    assert listed(three) == before


def test_a_token_is_made_listed_and_revoked(three: Any) -> None:
    three("programme", "add", "Stad", "Noord")
    code, out, _ = three("programme", "token", "Stad")
    made, told = out.rstrip().split("\n\n")
    assert (code, made[:12], len(made)) == (0, "samenspraak_", 55)
    assert "http://127.0.0.1:8000/api/v1" in told
    another = json.loads(three("programme", "token", "1", "--json")[1])
    assert {*another} == {"programme", "token", "expires_on", "address"}
    assert another["token"] != made
    assert "   1  of the operator, made on 20" in three("programme", "tokens", "Stad")[1]
    code, out, _ = three("programme", "revoke", "Stad", "1")
    assert (code, out) == (0, "Token 1 of Stad works no more.\n")
    (left,) = json.loads(three("programme", "tokens", "Stad", "--json")[1])
    assert (left["token"], left["used_on"]) == (2, None)
    told = "Stad has no token of that number. See them all: programme tokens\n"
    for wrong in ("1", "x", made, "9" * 40):
        assert three("programme", "revoke", "Stad", wrong) == (2, "", told)
    for _ in range(9):
        assert three("programme", "token", "Stad")[0] == 0
    code, out, err = three("programme", "token", "Stad")
    assert (code, out) == (2, "")
    assert "Stad has 10 tokens of yours, and that is the most." in err


@pytest.mark.parametrize("action", ["change", "link", "remove", "token", "tokens"])
def test_an_unknown_programme_is_told(three: Any, action: str) -> None:
    told = "There is no programme 'Stad'. See them all: samenspraak programme list\n"
    assert three("programme", action, "Stad") == (2, "", told)
