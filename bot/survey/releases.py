"""Releases: which completed responses may be published together, and which means of them.

The rule: nothing that is published, alone or combined with everything published before, may say something about one to
k - 1 people alone. So a mean has at least k contributors, and differs from each earlier publication of the same mean by
nobody or by at least k people; and so on for every sum and difference of publications. Why it is needed: a mean over n
people, and again over n + 1, gives the newcomer's answer away by subtraction.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

EVERYONE = "everyone"


@dataclass(frozen=True, slots=True)
class Block:
    """People whom publications treat alike: the release they came in with, the last one they were part of (None while
    they are still there), their group."""

    came: int
    left: int | None
    group: str

    def is_in(self, release: int, cell: str) -> bool:
        there = self.came <= release and (self.left is None or self.left >= release)
        return there and cell in (EVERYONE, self.group)


Published = Collection[tuple[int, str]]
"""Of one item in one wave: the cells that were published, as (release, group or everyone)."""


def interim(completed: int, released: int, k: int) -> int:
    """How many completed responses, in the order of completion, may be released while the wave is open.

    Enough to be k, enough more than before to be k, and k left for the last release; `released` when that is not so.
    """
    covered = completed - k
    return covered if covered >= k and covered - released >= k else released


def may_publish(people: Mapping[Block, int], published: Published, release: int, cell: str, k: int) -> bool:
    """Whether this cell of an item may be published in this release.

    `people` counts who contribute to the item, in every release up to this one, those who left included. A group needs
    everyone to be published in the same release, so that its complement passes the same test.
    """
    if cell != EVERYONE and (release, EVERYONE) not in published:
        return False
    contributors = sum(n for block, n in people.items() if block.is_in(release, cell))
    return contributors >= k and not isolates(people, [*published, (release, cell)], k)


def isolates(people: Mapping[Block, int], published: Published, k: int) -> bool:
    """Whether some combination of these publications is about one to k - 1 people alone."""
    columns = Counter[tuple[bool, ...]]()
    for block, n in people.items():
        columns[tuple(block.is_in(release, cell) for release, cell in published)] += n
    told_apart = {column: n for column, n in columns.items() if n and any(column)}
    full = _rank(list(told_apart))
    return any(
        _rank([column for column in told_apart if column not in few]) < full
        for few in _few(list(told_apart.items()), k)
    )


def _few(columns: Sequence[tuple[tuple[bool, ...], int]], k: int) -> Iterator[frozenset[tuple[bool, ...]]]:
    """Every union of columns with one to k - 1 people in it."""
    for start, (column, n) in enumerate(columns):
        if n < k:
            yield frozenset((column,))
            for more in _few(columns[start + 1 :], k - n):
                yield more | {column}


def _rank(columns: Sequence[Sequence[bool]]) -> int:
    """The rank of a matrix, exactly."""
    rows = [[Fraction(value) for value in column] for column in columns]
    rank = 0
    for place in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows[rank:] if row[place]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(rank, pivot)
        for row in rows[rank + 1 :]:
            if factor := row[place] / pivot[place]:
                row[:] = [value - factor * above for value, above in zip(row, pivot, strict=True)]
        rank += 1
    return rank
