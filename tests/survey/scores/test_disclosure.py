"""The release rule: an attacker with everything ever published cannot isolate fewer than k people.

The attacker works on persons; the rule works on cohorts of people. They share no code.
"""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.survey.scores.disclosure import EVERYONE, Cohort, interim, isolates, may_publish

GROUPS = ("resident", "professional", "withheld")


@pytest.mark.parametrize(
    ("completed", "released", "covered"),
    [
        (0, 0, 0),
        (4, 0, 0),
        (5, 0, 0),
        (9, 0, 0),
        (10, 0, 5),
        (11, 0, 6),
        (14, 5, 5),
        (15, 5, 10),
        (16, 5, 11),
        (100, 0, 95),
    ],
)
def test_an_interim_release_is_k_or_more_and_leaves_k_or_more(completed: int, released: int, covered: int) -> None:
    assert interim(completed, released, 5) == covered


def crowd(*cohorts: tuple[int, int | None, str, int]) -> dict[Cohort, int]:
    return {Cohort(came, left, group): n for came, left, group, n in cohorts}


def same(came: int, left: int | None, group: str, n: int) -> dict[Cohort, int]:
    """People who were in the wave before, too: "<1" is the name of the comparison."""
    return {Cohort(came, left, group, frozenset({"<1"})): n}


@pytest.mark.parametrize(
    ("people", "published", "release", "cell", "may"),
    [
        (crowd((1, None, "resident", 4)), [], 1, EVERYONE, False),
        (crowd((1, None, "resident", 5)), [], 1, EVERYONE, True),
        # One newcomer would follow by subtraction; five would not.
        (crowd((1, None, "resident", 5), (2, None, "resident", 1)), [(1, EVERYONE)], 2, EVERYONE, False),
        (crowd((1, None, "resident", 5), (2, None, "resident", 5)), [(1, EVERYONE)], 2, EVERYONE, True),
        # Nobody came: the same people again say nothing new.
        (crowd((1, None, "resident", 5)), [(1, EVERYONE)], 2, EVERYONE, True),
        # One erased and nobody came: the difference is that one person.
        (crowd((1, None, "resident", 6), (1, 1, "resident", 1)), [(1, EVERYONE)], 2, EVERYONE, False),
        # One erased among five newcomers: the difference is six people.
        (crowd((1, 1, "other", 1), (1, None, "other", 6), (2, None, "other", 5)), [(1, EVERYONE)], 2, EVERYONE, True),
        # Who holds a seat counts for nobody, and nothing is said about them alone either.
        (crowd((1, None, "resident", 5), (2, None, "resident", 0)), [(1, EVERYONE)], 2, EVERYONE, False),
        (crowd((1, None, "resident", 5), (1, None, "other", 0)), [], 1, EVERYONE, True),
        (crowd((1, None, "resident", 5), (1, None, "other", 0)), [(1, EVERYONE)], 1, "resident", False),
        (crowd((1, None, "resident", 5), (1, 1, "other", 0)), [(1, EVERYONE)], 2, EVERYONE, False),
        # A group only where the others are k as well, and only next to everyone.
        (crowd((1, None, "resident", 6), (1, None, "professional", 4)), [(1, EVERYONE)], 1, "resident", False),
        (crowd((1, None, "resident", 6), (1, None, "professional", 5)), [(1, EVERYONE)], 1, "resident", True),
        (crowd((1, None, "resident", 6), (1, None, "professional", 5)), [], 1, "resident", False),
        # The same people only: where they are k, and nobody is left over or k are.
        (same(1, None, "resident", 4), [(1, EVERYONE)], 1, "<1", False),
        (same(1, None, "resident", 5), [(1, EVERYONE)], 1, "<1", True),
        (same(1, None, "resident", 5), [], 1, "<1", True),
        (same(1, None, "resident", 5) | crowd((1, None, "resident", 1)), [(1, EVERYONE)], 1, "<1", False),
        (same(1, None, "resident", 6) | crowd((1, None, "resident", 6)), [(1, EVERYONE)], 1, "<1", True),
        # All the others are residents: residents without the others are two of the same people.
        (
            same(1, None, "resident", 2) | same(1, None, "other", 6) | crowd((1, None, "resident", 6)),
            [(1, EVERYONE), (1, "resident")],
            1,
            "<1",
            False,
        ),
        # Published before one of them left and five came: everyone now, and the five, are not about the one alone.
        (
            same(1, None, "other", 6) | same(1, 1, "other", 1) | crowd((2, None, "other", 5)),
            [(1, EVERYONE), (1, "<1")],
            2,
            EVERYONE,
            True,
        ),
    ],
)
def test_may_publish(
    people: dict[Cohort, int], published: list[tuple[int, str]], release: int, cell: str, may: bool
) -> None:
    assert may_publish(people, published, release, cell, 5) is may


@dataclass(frozen=True)
class Someone:
    came: int
    left: int | None
    group: str
    compared: frozenset[str]
    seated: bool = False

    @property
    def cohort(self) -> Cohort:
        return Cohort(self.came, self.left, self.group, self.compared)


COMPARISONS = {1: "<1", 2: "<2", 3: ">3"}
"""One in each release."""


@st.composite
def someone(draw: st.DrawFn) -> Someone:
    came = draw(st.integers(1, 3))
    left = draw(st.none() | st.none() | st.integers(came, came + 1))
    there = [name for release, name in COMPARISONS.items() if came <= release <= (left or release)]
    compared = draw(st.sets(st.sampled_from(there)) if there else st.just(set[str]()))
    seated = draw(st.sampled_from((False, False, False, True)))
    return Someone(came, left, draw(st.sampled_from(GROUPS)), frozenset(compared), seated)


def counted(everybody: list[Someone]) -> Counter[Cohort]:
    """Cohort -> those who count; 0 where all have a seat."""
    people = Counter({person.cohort: 0 for person in everybody})
    people.update(person.cohort for person in everybody if not person.seated)
    return people


@given(st.lists(someone(), min_size=1, max_size=14), st.sampled_from((2, 3)))
def test_the_attacker_finds_nothing_in_whatever_may_be_published(everybody: list[Someone], k: int) -> None:
    published: list[tuple[int, str]] = []
    for release, comparison in COMPARISONS.items():
        so_far = [
            replace(person, left=person.left if (person.left or 3) < release else None)
            for person in everybody
            if person.came <= release
        ]
        people = counted(so_far)
        for cell in (EVERYONE, *GROUPS, comparison):
            if may_publish(people, published, release, cell, k):
                published.append((release, cell))
    assert not attacked(everybody, published, k)


@given(st.lists(someone(), min_size=1, max_size=9), st.sampled_from((2, 3)))
def test_the_rule_and_the_attacker_agree_on_any_set_of_publications(everybody: list[Someone], k: int) -> None:
    published = [(release, cell) for release in (1, 2, 3) for cell in (EVERYONE, "resident")]
    published += [(1, "<1"), (3, ">3")]
    assert isolates(counted(everybody), published, k) == attacked(everybody, published, k)


def attacked(everybody: list[Someone], published: list[tuple[int, str]], k: int) -> bool:
    """Try every few people, beside all who have a seat: is there a combination of the published sums about exactly
    them, or some of them?"""
    sums = [[int(in_it(person, *cell)) for person in everybody] for cell in published]
    places = [place for place, person in enumerate(everybody) if not person.seated]
    full = independent(sums)
    return any(
        independent([[row[place] for place in places if place not in few] for row in sums]) < full
        for size in range(k)
        for few in combinations(places, size)
    )


def in_it(person: Someone, release: int, cell: str) -> bool:
    if cell in COMPARISONS.values():
        return cell in person.compared
    still = person.left is None or person.left >= release
    return person.came <= release and still and (cell in (EVERYONE, person.group))


def independent(vectors: list[list[int]]) -> int:
    """How many of these vectors of zeros and ones are independent, counting in a field too large to deceive."""
    field = 2**607 - 1
    basis: list[tuple[int, list[int]]] = []
    for vector in vectors:
        rest = list(vector)
        for lead, known in basis:
            if factor := rest[lead]:
                rest = [(value - factor * other) % field for value, other in zip(rest, known, strict=True)]
        lead = next((place for place, value in enumerate(rest) if value), -1)
        if lead >= 0:
            inverse = pow(rest[lead], field - 2, field)
            basis.append((lead, [value * inverse % field for value in rest]))
    return len(basis)
