"""Releases: which completed responses may be published together, and which means of them.

The rule: nothing that is published, alone or combined with everything published before, may say something about one to
k - 1 people alone. So a mean has at least k contributors, and differs from each earlier publication of the same mean by
nobody or by at least k people; and so on for every sum and difference of publications. Why it is needed: a mean over n
people, and again over n + 1, gives the newcomer's answer away by subtraction.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

EVERYONE = "everyone"
PRIME = 2**521 - 1  # above every determinant of zeros and ones up to 180 publications of one item

Crowd = tuple[bool, ...]
"""In which publications some people are; those who are in the same ones cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Block:
    """People whom publications treat alike: the release they came in with, the last one they were part of (None while
    they are still there), their group, and the comparisons with another wave that they are part of.

    A comparison is about the people it was made of: whoever comes or leaves later changes nothing in it.
    """

    came: int
    left: int | None
    group: str
    same: frozenset[str] = frozenset()

    def is_in(self, release: int, cell: str) -> bool:
        there = self.came <= release and (self.left is None or self.left >= release)
        return cell in self.same or (there and cell in (EVERYONE, self.group))


Publication = tuple[int, str]
"""A release of a wave, and of whom in it: everyone, a group, or a comparison, whose name no other release has."""

Published = Collection[Publication]
"""What was published of one item in one wave."""


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
    crowds = Counter[Crowd]()
    for block, n in people.items():
        crowds[tuple(block.is_in(release, cell) for release, cell in published)] += n
    told_apart = {crowd: n for crowd, n in crowds.items() if n and any(crowd)}
    return _reaches_few(told_apart, frozenset(), list(told_apart), k - 1, _rank(told_apart))


def _reaches_few(
    crowds: Mapping[Crowd, int], chosen: frozenset[Crowd], rest: list[Crowd], room: int, full: int
) -> bool:
    """Whether a combination is about the chosen crowds alone, or with some of the rest that have room.

    It is about some crowds alone exactly when the publications are less independent without them.
    """
    rest = [crowd for crowd in rest if crowds[crowd] <= room]
    if _rank(crowd for crowd in crowds if crowd not in chosen and crowd not in rest) == full:
        return False
    if sum(crowds[crowd] for crowd in rest) <= room:
        return True
    first, *others = rest
    with_first = _reaches_few(crowds, chosen | {first}, others, room - crowds[first], full)
    return with_first or _reaches_few(crowds, chosen, others, room, full)


def _rank(crowds: Iterable[Crowd]) -> int:
    """How many of these columns are independent: exact, as no determinant of this size reaches the prime."""
    basis: list[tuple[int, list[int]]] = []
    for crowd in crowds:
        rest = [int(is_in) for is_in in crowd]
        for lead, known in basis:
            if factor := rest[lead]:
                rest = [(value - factor * other) % PRIME for value, other in zip(rest, known, strict=True)]
        lead = next((place for place, value in enumerate(rest) if value), -1)
        if lead >= 0:
            inverse = pow(rest[lead], -1, PRIME)
            basis.append((lead, [value * inverse % PRIME for value in rest]))
    return len(basis)
