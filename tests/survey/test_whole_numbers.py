"""Numbers: what is one as we write them, and what only looks like it."""

import pytest

from bot.survey.whole_numbers import as_number


@pytest.mark.parametrize(
    ("text", "found"),
    [("0", 0), ("7", 7), ("007", 7), ("250", 250), ("251", None), ("0250", None), ("", None)]
    + [(odd, None) for odd in ("-1", "+1", " 1", "1 ", "1_0", "1e2", "0x1", "٣", "²", "9" * 5000)],
)
def test_a_number_is_digits_up_to_the_most(text: str, found: int | None) -> None:
    assert as_number(text, 250) == found
