"""Scoring: answers to item, dimension and total scores, 0 to 100.

Exact inside, rounded half up only on display; don't know and does not apply are never scored and never filled in.
Source: van Lammeren et al. 2025, Appendix A, whose table `tests/survey/test_scoring.py` reproduces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from bot.survey.checklist import Checklist

Tally = Mapping[int, Mapping[str, int]]
"""Item number -> option key -> how many people chose it."""


@dataclass(frozen=True, slots=True)
class Score:
    """A mean on 0 to 100. `n` people contribute to it; for several items together, to the least answered of them."""

    mean: Fraction
    n: int

    @property
    def shown(self) -> int:
        return floor(self.mean + Fraction(1, 2))


@dataclass(frozen=True, slots=True)
class Scores:
    items: Mapping[int, Score]
    dimensions: Mapping[str, Score]
    total: Score | None


def scores(checklist: Checklist, tally: Tally, minimum: int = 1) -> Scores:
    """Every score that at least `minimum` people carry. Dimensions and total are means of those item scores only."""
    items = {
        number: score
        for number in checklist.items
        if (score := _item_score(checklist, tally.get(number, {}))) and score.n >= minimum
    }
    return combined(checklist, items)


def combined(checklist: Checklist, items: Mapping[int, Score]) -> Scores:
    """Dimension scores and total, from these item scores only."""
    dimensions = {
        dimension.key: score
        for dimension in checklist.dimensions
        if (score := _mean([items[number] for number in dimension.items if number in items]))
    }
    return Scores(items, dimensions, _mean(list(items.values())))


def profile(checklist: Checklist, answers: Mapping[int, str]) -> Scores:
    """One person's own scores."""
    return scores(checklist, {number: {option: 1} for number, option in answers.items()})


def _item_score(checklist: Checklist, chosen: Mapping[str, int]) -> Score | None:
    scored = {
        option.score: chosen[option.key]
        for option in checklist.options.values()
        if option.score is not None and chosen.get(option.key)
    }
    n = sum(scored.values())
    return Score(Fraction(sum(score * people for score, people in scored.items()), n), n) if n else None


def _mean(parts: list[Score]) -> Score | None:
    if not parts:
        return None
    return Score(sum((part.mean for part in parts), Fraction()) / len(parts), min(part.n for part in parts))
