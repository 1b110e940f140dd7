"""Numbers: read as we write them ourselves, in buttons, commands and links; whatever else is written is no number."""

from collections.abc import Iterable
from itertools import groupby


def as_number(text: str, most: int) -> int | None:
    """A whole number from 0 to `most`: no sign, no spaces, no other alphabets, no more digits than `most` has."""
    is_one = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return found if is_one and (found := int(text)) <= most else None


def spans(numbers: Iterable[int]) -> str:
    """In order, what follows each other together: 1-12, 15."""
    every = sorted(numbers)
    together = (tuple(those) for _, those in groupby(enumerate(every), key=lambda pair: pair[1] - pair[0]))
    ends = ((those[0][1], those[-1][1]) for those in together)
    return ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in ends)
