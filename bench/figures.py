"""Figures: what is made of many values, and how that is shown. Ratios are taken within a round, before all else."""

import statistics
from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import NormalDist

NORMAL = NormalDist().inv_cdf(0.975)  # that many standard errors to both sides hold 95 %


def spread(values: Sequence[float], digits: int) -> str:
    """The median, and the lowest and highest where there are more."""
    low, middle, high = (f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return middle if len(values) == 1 else f"{middle} ({low}..{high})"


def quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def slope(across: Sequence[float], up: Sequence[float]) -> tuple[float, float]:
    """The slope of the straight line that fits best, and how far to both sides 95 % reaches. Three points or more."""
    line, freedom = statistics.linear_regression(across, up), len(across) - 2
    left = sum((y - line.intercept - line.slope * x) ** 2 for x, y in zip(across, up, strict=True))
    middle = statistics.mean(across)
    error = sqrt(left / freedom / sum((x - middle) ** 2 for x in across))
    student = NORMAL + (NORMAL**3 + NORMAL) / (4 * freedom)  # few points know less
    return line.slope, student * error


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))
