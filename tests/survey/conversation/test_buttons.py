"""Buttons: what is encoded comes back, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.survey.conversation.buttons import (
    LETTERS,
    MOST_BYTES,
    ChooseGroup,
    ChooseMoment,
    ChooseOption,
    Erase,
    Finish,
    Go,
    Join,
    Position,
    Press,
    Resume,
    Screen,
    Switch,
    TakeBack,
    Terms,
    Welcome,
    decode,
    encode,
    position_from,
)

MOST = 10**18 - 1
PLACES = st.builds(Position, st.sampled_from(Screen), st.integers(0, 26))
WORDS = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=14)
RESPONSES = st.integers(0, MOST)
PRESSES = st.one_of(
    st.builds(ChooseOption, RESPONSES, st.integers(0, 26), WORDS),
    st.builds(ChooseGroup, RESPONSES, WORDS),
    st.builds(ChooseMoment, RESPONSES, WORDS),
    st.builds(Go, RESPONSES, PLACES),
    st.builds(Switch, RESPONSES, WORDS, PLACES),
    st.builds(Resume, RESPONSES),
    st.builds(Finish, RESPONSES),
    st.builds(TakeBack, RESPONSES),
    st.builds(Erase, RESPONSES),
    st.builds(Welcome, WORDS, WORDS),
    st.builds(Terms, WORDS, WORDS),
    st.builds(Join, WORDS, WORDS),
)


@given(PRESSES)
def test_a_press_comes_back_as_it_was(press: Press) -> None:
    assert decode(encode(press)) == press
    assert len(encode(press).encode()) <= MOST_BYTES


@given(st.one_of(st.text(max_size=80), st.from_regex(r"[a-z]:[-+ \d٣]{1,30}(:[a-z]?\d*)*", fullmatch=True)))
def test_whatever_else_arrives_is_a_press_of_ours_or_nothing(data: str) -> None:
    press = decode(data)
    assert press is None or decode(encode(press)) == press


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ":",
        "a",
        "a:1",
        "a:1:2",
        "a:-1:2:yes",
        "a:1:2:yes:no",
        "a:1 :2:yes",
        "a:١:2:yes",
        "a:1e3:2:yes",
        "a:1:2:",
        "a:1:2:ja\u00e4",
        "g:1:z",
        "g:1:",
        "g:1:i-1",
        "?:1",
        "a:9999999999999999999:1:yes",
        "x:",
        "A:1:2:yes",
        "c:1:place:" + "9" * 5000,
        "c:1:place:" + "9" * 55,
    ],
)
def test_forged_data_is_nothing(forged: str) -> None:
    assert decode(forged) is None


def test_what_led_to_a_part_of_the_review_leads_to_the_review() -> None:
    assert decode("g:7:d2") == Go(7, Position(Screen.REVIEW))
    assert decode("l:7:en:d") == Switch(7, "en", Position(Screen.REVIEW))
    assert position_from("d6") == Position(Screen.REVIEW)
    assert position_from("dx") is None


def test_every_kind_of_press_has_a_letter_of_its_own() -> None:
    assert len(set(LETTERS.values())) == len(LETTERS)
    assert all(len(letter) == 1 for letter in LETTERS)
