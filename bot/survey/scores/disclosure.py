"""Disclosure: which completed responses may be published together, and which means of them.

The rule: nothing that is published, alone or combined with everything published before, may say something about one to
k - 1 people alone. So a mean has at least k contributors, and differs from each earlier publication of the same mean by
nobody or by at least k people; and so on for every sum and difference of publications. Why it is needed: a mean over n
people, and again over n + 1, gives the newcomer's answer away by subtraction.

It counts people whom it can tell apart, and whose answers the readers do not know. Who holds a seat reads everything
and knows their own answers: they are in the means, and count for nobody.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

EVERYONE = "everyone"
PRIME = 2**521 - 1  # above every determinant of zeros and ones up to 180 publications of one item

Means = list[list[int]]
"""Of each mean, or combination of means, which part every crowd has in it."""

SMALLEST_K, USUAL_K = 3, 5  # people behind a cell: the fewest that may be asked for, and unless something else is

Crowd = tuple[bool, ...]
"""In which publications some people are; those who are in the same ones cannot be told apart."""


@dataclass(frozen=True, slots=True)
class Cohort:
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


def may_publish(people: Mapping[Cohort, int], published: Published, release: int, cell: str, k: int) -> bool:
    """Whether this cell of an item may be published in this release.

    `people` counts who contribute to the item, in every release up to this one, those who left included; a cohort of
    nobody but people with a seat is there with 0. A group needs everyone to be published in the same release, so that
    its complement passes the same test.
    """
    if cell in {cohort.group for cohort in people} and (release, EVERYONE) not in published:
        return False
    contributors = sum(n for cohort, n in people.items() if cohort.is_in(release, cell))
    return contributors >= k and not isolates(people, [*published, (release, cell)], k)


def isolates(people: Mapping[Cohort, int], published: Published, k: int) -> bool:
    """Whether some combination of these publications is about one to k - 1 people alone, or only about people with a
    seat, who count for nobody: their answers are theirs too."""
    crowds = Counter[Crowd]()
    for cohort, n in people.items():
        crowds[tuple(cohort.is_in(release, cell) for release, cell in published)] += n
    if all(n >= k for crowd, n in crowds.items() if any(crowd)):
        return False  # whatever is said is about one of these crowds at least
    means = _independent(_means(crowds))
    told_apart = {crowd: n for crowd, n in crowds.items() if n}
    counted = _independent(_means(told_apart))
    return len(counted) < len(means) or _reaches_few(counted, list(told_apart.values()), k - 1)


def _means(crowds: Collection[Crowd]) -> Means:
    return [[int(is_in) for is_in in mean] for mean in zip(*crowds, strict=True)]


def _reaches_few(means: Means, people: list[int], room: int) -> bool:
    """Whether a combination of these means is about somebody, and about no more people than there is room for.

    `people` counts the crowds. The combination is about the largest of them, with less room for others, or it is not.
    """
    means, people = _where_there_is_room(means, people, room)
    if not means:
        return False
    largest = max(range(len(people)), key=people.__getitem__)
    others = [_without(mean, largest) for mean in means]
    if len(_independent(others)) < len(means):
        return True
    with_it = _reaches_few(others, _without(people, largest), room - people[largest])
    return with_it or _reaches_few(_not_about(largest, means), people, room)


def _where_there_is_room(means: Means, people: list[int], room: int) -> tuple[Means, list[int]]:
    """The combinations that are about no crowd too large for the room; crowds that they never tell apart are one."""
    means, people = _together(means, people)
    while too_many := [place for place, n in enumerate(people) if n > room]:
        for place in too_many:
            means = _not_about(place, means)
        means, people = _together(means, people)
    return means, people


def _together(means: Means, people: list[int]) -> tuple[Means, list[int]]:
    """A combination is about all crowds whose parts in the means are in proportion, or about none of them."""
    found = Counter[tuple[int, ...]]()
    for parts, n in zip(zip(*means, strict=True), people, strict=False):  # without means there are no parts
        lead = next((part for part in parts if part), 0)
        if lead:
            found[parts if lead == 1 else tuple(part * pow(lead, -1, PRIME) % PRIME for part in parts)] += n
    return [list(mean) for mean in zip(*found, strict=True)], list(found.values())


def _not_about(crowd: int, means: Means) -> Means:
    """What the means say together without saying anything about this crowd."""
    one = next((mean for mean in means if mean[crowd]), None)
    if one is None:
        return means
    share = pow(one[crowd], -1, PRIME)
    return [
        _minus(mean, mean[crowd] * share % PRIME, one) if mean[crowd] else mean for mean in means if mean is not one
    ]


def _independent(means: Means) -> Means:
    """Those of the means that do not follow from the ones before: exact, as no determinant reaches the prime."""
    found, basis = [], list[tuple[int, list[int]]]()
    for mean in means:
        rest = mean
        for lead, known in basis:
            if rest[lead]:
                rest = _minus(rest, rest[lead], known)
        lead = next((place for place, value in enumerate(rest) if value), -1)
        if lead >= 0:
            share = pow(rest[lead], -1, PRIME)
            basis.append((lead, [value * share % PRIME for value in rest]))
            found.append(mean)
    return found


def _minus(mean: list[int], times: int, other: list[int]) -> list[int]:
    return [(value - times * taken) % PRIME if taken else value for value, taken in zip(mean, other, strict=True)]


def _without(values: list[int], place: int) -> list[int]:
    return values[:place] + values[place + 1 :]
