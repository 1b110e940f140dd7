"""Free text: what people type, on one line, with what their script needs."""

import pytest

from bot.survey.free_text import length_of, tidy


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  een \n\t bankje\x00 ", "een bankje"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🌾 ❤\ufe0f", "👩\u200d🌾 ❤\ufe0f"),
        ("a\u202eb\ud800c", "a b c"),
        (" \n ", ""),
    ],
)
def test_what_is_kept_of_what_is_typed(typed: str, kept: str) -> None:
    assert tidy(typed) == kept


def test_most_emoji_are_two_characters_to_a_messenger() -> None:
    assert length_of("a👩") == 3
