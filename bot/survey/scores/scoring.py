"""Scoring: answers to item, dimension and total scores, 0 to 100.

Exact inside, rounded half up only on display; don't know and does not apply are never scored and never filled in.
Source: van Lammeren et al. 2025, Appendix A, whose table `tests/survey/scores/test_scoring.py` reproduces.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from bot.survey.checklist import Checklist
from bot.survey.phrases import Phrase, say, verbatim


@dataclass(frozen=True, slots=True)
class Score:
    """A mean on 0 to 100. `n` people contribute to it, or somewhat fewer where that may not be told; for several items
    together, to the least answered of them."""

    mean: Fraction
    n: int
    fewer: bool = False

    @property
    def shown(self) -> int:
        return (2 * self.mean.numerator + self.mean.denominator) // (2 * self.mean.denominator)

    @property
    def people(self) -> Phrase:
        """How many are behind it, as it is shown."""
        return say("fewer than {n}", n=self.n) if self.fewer else verbatim(self.n)


@dataclass(frozen=True, slots=True)
class Scores:
    items: Mapping[int, Score]
    dimensions: Mapping[str, Score]
    total: Score | None


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
    given = {item: checklist.options[option].score for item, option in sorted(answers.items())}
    return combined(checklist, {item: Score(Fraction(score), 1) for item, score in given.items() if score is not None})


def _mean(parts: list[Score]) -> Score | None:
    if not parts:
        return None
    least = min(parts, key=lambda part: (part.n, not part.fewer))
    whole = lcm(*(part.mean.denominator for part in parts))  # adding fractions one by one takes ten times as long
    total = sum(part.mean.numerator * (whole // part.mean.denominator) for part in parts)
    return Score(Fraction(total, whole * len(parts)), least.n, least.fewer)
