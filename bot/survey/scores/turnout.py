"""Turnout: what may be told of how many take part, beside the totals, which everybody with a seat is told exactly.

A count of few people is about people whom somebody knows, whether it is shown or follows from what is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import inf
from typing import TypeVar

Key = TypeVar("Key")

HOUR = timedelta(hours=1)


def shown(counts: Mapping[Key, Sequence[int]], k: int) -> set[Key]:
    """Which of these may be shown: those of which every number is nobody or at least k people, as far as the numbers
    of all that are not shown, taken together, are nobody or at least k people as well.

    The numbers of one key are the parts that its people fall into; the total of each part is known. Where few would
    follow by subtraction, the smallest that could be shown are left out too, and those with nobody last.
    """
    hidden = {key for key, parts in counts.items() if _is_about_few(parts, k)}
    rest = sorted((key for key in counts if key not in hidden), key=lambda key: sum(counts[key]) or inf)
    while rest and _is_about_few(map(sum, zip(*(counts[key] for key in hidden), strict=True)), k):
        hidden.add(rest.pop(0))
    return set(rest)


def _is_about_few(numbers: Iterable[int], k: int) -> bool:
    return any(0 < number < k for number in numbers)


def busiest_hour(joined: Iterable[datetime]) -> tuple[int, datetime] | None:
    """The most people who joined within one hour, and when the first of them did; the earliest hour of equal ones."""
    moments, end = sorted(joined), 0
    found: tuple[int, datetime] | None = None
    for start, first in enumerate(moments):
        while end < len(moments) and moments[end] - first <= HOUR:
            end += 1
        if found is None or end - start > found[0]:
            found = end - start, first
    return found
