"""Counts: nobody who has all that is shown, and the totals, works out a number of fewer than k people."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.survey.scores.turnout import busiest_hour, shown
from tests.house import MONDAY

K = 5


@pytest.mark.parametrize(
    ("counts", "may"),
    [
        ({}, ""),
        ({"a": 0, "b": 0}, "ab"),
        ({"a": 7}, "a"),
        ({"a": 4}, ""),
        ({"a": 4, "b": 6}, ""),  # ten in all: the four follow from the six
        ({"a": 4, "b": 6, "c": 9}, "c"),
        ({"a": 4, "b": 4, "c": 6}, "c"),
        ({"a": 2, "b": 0, "c": 6, "d": 7}, "bd"),
        ({"a": 2, "b": 0}, ""),
    ],
)
def test_the_smallest_go_with_those_that_would_follow(counts: dict[str, int], may: str) -> None:
    assert shown({key: (n,) for key, n in counts.items()}, K) == set(may)


def test_every_part_of_what_is_shown_counts() -> None:
    finished_and_not = {"a": (8, 0), "b": (6, 2), "c": (0, 5), "d": (7, 9)}
    assert shown(finished_and_not, K) == {"a", "d"}


@given(st.dictionaries(st.integers(), st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=8))
def test_what_is_left_out_is_nobody_or_many_or_all(counts: dict[int, tuple[int, int]]) -> None:
    may = shown(counts, K)
    assert not [n for key in may for n in counts[key] if 0 < n < K]
    for part in (0, 1):
        rest = sum(numbers[part] for key, numbers in counts.items() if key not in may)
        assert rest == 0 or rest >= K or not may


def test_nothing_is_left_out_where_nobody_is_few() -> None:
    assert shown({"a": (5,), "b": (0,), "c": (50,)}, K) == {"a", "b", "c"}


def test_the_busiest_hour_is_any_hour_and_not_one_of_the_clock() -> None:
    joined = [MONDAY + timedelta(minutes=minute) for minute in (200, 0, 45, 70, 100, 105, 106, 165)]
    assert busiest_hour(joined) == (4, MONDAY + timedelta(minutes=45))
    assert busiest_hour([]) is None
