"""Offered languages: which of the installed languages a partnership asks people in; its own is always one of them."""

from collections.abc import Iterable
from functools import lru_cache

USUAL = "en nl"
"""Codes with a space between, as a partnership has them."""


def codes_of(languages: Iterable[str]) -> str:
    return " ".join(sorted(set(languages)))


@lru_cache(256)
def offered(chosen: str, own: str, installed: tuple[str, ...]) -> tuple[str, ...]:
    """In the order in which they are installed. What was chosen once and is not installed any more is passed over."""
    wanted = {own, *chosen.split()}
    return tuple(code for code in installed if code in wanted) or installed
