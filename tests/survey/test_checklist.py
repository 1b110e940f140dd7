"""The checklist: what a sound file holds, and that every fault of a broken one is named."""

from importlib.resources import files

import pytest

from bot.survey.checklist import Checklist, ChecklistError, fingerprint, parse

SOUND = files("bot.survey").joinpath("checklist.toml").read_text("utf-8")


def test_it_has_26_items_in_six_dimensions_in_their_order(checklist: Checklist) -> None:
    assert [len(dimension.items) for dimension in checklist.dimensions] == [1, 7, 5, 5, 4, 4]
    assert [number for dimension in checklist.dimensions for number in dimension.items] == list(range(1, 27))
    assert [option.score for option in checklist.options.values()] == [0, 25, 50, 75, 100, None, None]


def test_only_the_statements_on_having_an_organisation_carry_a_hint(checklist: Checklist) -> None:
    assert [item.number for item in checklist.items.values() if item.hint] == [5, 19]


@pytest.mark.parametrize(
    ("sound", "broken", "named"),
    [
        ('dimension = "task"', 'dimension = "tusk"', "item 9: dimension 'tusk' does not exist"),
        ('dimension = "general"', 'topic = "general"', "item 1: dimension None does not exist"),
        ("number = 26", "number = 27", "items must be numbered 1 to 26"),
        ("score = 25", "score = 30", "options must be scored"),
        ('plain = "The work"', 'plain = ""', "dimension task: plain is missing"),
        ('plain = "I feel strongly involved in this partnership."', f'plain = "{"o" * 141}"', "item 7: plain has 141"),
        ('version = "2025-draft-2"', "", "version is missing"),
        ('statement = "The partnership partners are willing', 'statement = "{x} partners are willing', "item 16"),
        ("[[items]]", "[[items]", "checklist.toml: "),
        ("[[dimensions]]", "[[dimension]]", "there must be 6 dimensions, not 0"),
    ],
)
def test_a_fault_is_named_with_file_and_place(sound: str, broken: str, named: str) -> None:
    assert sound in SOUND
    with pytest.raises(ChecklistError) as caught:
        parse(SOUND.replace(sound, broken))
    assert named in str(caught.value)
    assert all(line.startswith("checklist.toml: ") for line in str(caught.value).splitlines())


def test_all_faults_are_named_at_once() -> None:
    text = SOUND.replace('dimension = "task"', 'dimension = "tusk"').replace("score = 25", "score = 26")
    with pytest.raises(ChecklistError) as caught:
        parse(text)
    assert len(str(caught.value).splitlines()) >= 7


@pytest.mark.parametrize("text", ["", "items = 3", "items = [1, 2]", 'options = "x"\n[dimensions]\na = 1', "\x00"])
def test_nonsense_is_refused_and_does_not_break_the_parser(text: str) -> None:
    with pytest.raises(ChecklistError):
        parse(text)


def test_a_fingerprint_changes_with_any_text() -> None:
    assert fingerprint("a", "b") != fingerprint("ab") != fingerprint("a", "c")
    assert len(fingerprint("a")) == 12
