"""Scoring: the published table, and the rules around it."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.survey.checklist import Checklist
from bot.survey.scores.scoring import Score, combined, profile, told
from bot.texts.texts import Texts
from tests.data import APPENDIX_A, PUBLISHED, PUBLISHED_TOTAL, five_sheets


def means_of(checklist: Checklist, sheets: list[dict[int, str]]) -> dict[int, Score]:
    """The mean of what was scored, of each item to which somebody gave a scored answer."""
    given = {item: [checklist.options[sheet[item]].score for sheet in sheets if item in sheet] for item in range(1, 27)}
    scored = {item: [score for score in scores if score is not None] for item, scores in given.items()}
    return {item: Score(Fraction(sum(scores), len(scores)), len(scores)) for item, scores in scored.items() if scores}


def test_five_people_give_the_published_table(checklist: Checklist) -> None:
    found = combined(checklist, means_of(checklist, [dict(sheet) for sheet in five_sheets()]))
    assert {number: score.shown for number, score in found.items.items()} == APPENDIX_A
    assert {key: score.shown for key, score in found.dimensions.items()} == PUBLISHED
    assert found.total
    assert found.total.shown == PUBLISHED_TOTAL


@pytest.mark.parametrize(
    ("mean", "shown"),
    [(Fraction(0), 0), (Fraction(49, 100), 0), (Fraction(1, 2), 1), (Fraction(137, 2), 69), (Fraction(100), 100)],
)
def test_rounding_is_half_up_and_only_on_display(mean: Fraction, shown: int) -> None:
    assert Score(mean, 5).shown == shown


def test_unscored_options_are_left_out_not_counted_as_anything(checklist: Checklist) -> None:
    found = profile(checklist, {1: "yes", 2: "dont_know", 3: "not_applicable"})
    assert found.items == {1: Score(Fraction(100), 1)}
    assert found.total == Score(Fraction(100), 1)


def test_a_score_that_is_not_there_counts_in_nothing(checklist: Checklist) -> None:
    found = combined(checklist, {2: Score(Fraction(100), 5)})
    assert set(found.items) == {2}
    assert found.dimensions == {"suitability": Score(Fraction(100), 5)}


def test_nobody_gives_no_score(checklist: Checklist) -> None:
    found = combined(checklist, {})
    assert not found.items
    assert not found.dimensions
    assert found.total is None


def test_a_profile_is_the_scores_of_one_person(checklist: Checklist) -> None:
    own = profile(checklist, {1: "yes", 2: "no", 3: "middle", 9: "dont_know"})
    assert {key: score.shown for key, score in own.dimensions.items()} == {"general": 100, "suitability": 25}


@given(
    st.lists(st.dictionaries(st.integers(1, 26), st.sampled_from(("no", "rather_no", "middle", "rather_yes", "yes"))))
)
def test_scores_are_means_of_means(checklist: Checklist, sheets: list[dict[int, str]]) -> None:
    found = combined(checklist, means_of(checklist, sheets))
    for dimension in checklist.dimensions:
        means = [found.items[item].mean for item in dimension.items if item in found.items]
        score = found.dimensions.get(dimension.key)
        assert score is None if not means else (score and score.mean == sum(means) / len(means))
    if found.total:
        assert found.total.mean == sum(score.mean for score in found.items.values()) / len(found.items)


@pytest.mark.parametrize(
    ("n", "people", "shown"),
    [(10, 10, "10"), (9, 10, "fewer than 10"), (6, 10, "fewer than 10"), (5, 10, "5"), (5, 9, "fewer than 9")],
)
def test_how_many_gave_a_score_is_told_where_those_who_did_not_are_nobody_or_many(
    texts: Texts, n: int, people: int, shown: str
) -> None:
    assert texts.say(told(Score(Fraction(50), n), people, 5).people, "en") == shown


def test_a_mean_of_several_is_of_the_fewest(checklist: Checklist) -> None:
    ten, fewer, five = Score(Fraction(50), 10), Score(Fraction(50), 10, fewer=True), Score(Fraction(50), 5)
    assert combined(checklist, {2: ten, 3: fewer}).dimensions["suitability"] == fewer
    assert combined(checklist, {2: ten, 3: fewer, 4: five}).dimensions["suitability"] == five
