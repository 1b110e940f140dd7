"""Scoring: answers to item, dimension and total scores, 0 to 100.

Exact inside, rounded half up only on display; don't know and does not apply are never scored and never filled in.
Source: van Lammeren et al. 2025, Appendix A, whose table `tests/survey/test_scoring.py` reproduces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from bot.survey.checklist import Checklist
from bot.survey.phrases import Phrase, say, verbatim

Tally = Mapping[int, Mapping[str, int]]
"""Item number -> option key -> how many people chose it."""


@dataclass(frozen=True, slots=True)
class Score:
    """A mean on 0 to 100. `n` people contribute to it, or somewhat fewer where that may not be told; for several items
    together, to the least answered of them."""

    mean: Fraction
    n: int
    fewer: bool = False

    @property
    def shown(self) -> int:
        return floor(self.mean + Fraction(1, 2))

    @property
    def people(self) -> Phrase:
        """How many are behind it, as it is shown."""
        return say("fewer than {n}", n=self.n) if self.fewer else verbatim(self.n)


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


def told(score: Score, people: int, k: int) -> Score:
    """The score as it may be shown beside others of these people: where one to k - 1 of them gave no scored answer, how
    many they are is not told."""
    return Score(score.mean, people, fewer=True) if 0 < people - score.n < k else score


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
    least = min(parts, key=lambda part: (part.n, not part.fewer))
    return Score(sum((part.mean for part in parts), Fraction()) / len(parts), least.n, least.fewer)
