"""Reliability: Cronbach's alpha of a dimension, with its interval. For researchers only."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isqrt, lgamma, log, log1p
from statistics import variance

FEWEST = 30  # complete answers from which alpha is worth its interval; of fewer none is told


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha over `n` complete answers, with its 95% interval."""

    value: float
    low: float
    high: float
    n: int


def alpha(rows: Sequence[Sequence[int]]) -> Alpha | None:
    """Cronbach's alpha of people's scores on the items of one dimension, each row one person with every item scored.

    None where it does not exist: fewer than two people or items, or no differences between people's sums.
    Source: Cronbach 1951, Psychometrika 16, 297-334; the interval as in `interval`.
    """
    items = len(rows[0]) if rows else 0
    if len(rows) < 2 or items < 2 or not (spread := variance([sum(row) for row in rows])):
        return None
    apart = sum(variance(item) for item in zip(*rows, strict=True))
    value = float(items / (items - 1) * (1 - apart / spread))
    return Alpha(value, *interval(value, len(rows), items), len(rows))


def interval(value: float, people: int, items: int) -> tuple[float, float]:
    """The 95% interval of an alpha: (1 - true) / (1 - found) is distributed as F(people - 1, (people - 1)(items - 1)).

    Source: Feldt 1965, Psychometrika 30, 357-370; Feldt, Woodruff and Salih 1987, Applied Psychological Measurement
    11, 93-103, formulas 6 and 7.
    """
    freedom = people - 1, (people - 1) * (items - 1)
    return 1 - (1 - value) * f_quantile(0.975, *freedom), 1 - (1 - value) * f_quantile(0.025, *freedom)


def f_quantile(share: float, above: int, below: int) -> float:
    """The point of the F distribution under which this share of it lies, by halving; 9 digits or better."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _beta_share(middle, above / 2, below / 2) < share:
            low = middle
        else:
            high = middle
    return below * low / (above * (1 - low))


def _beta_share(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, as a continued fraction from its far end.

    Source: Abramowitz and Stegun 1964, 26.5.8; it converges in about the root of the larger parameter, on this side of
    the mean.
    """
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(1 - x, b, a)
    fraction = 1.0
    for step in range(100 + 10 * isqrt(int(max(a, b))), 0, -1):
        m = step // 2
        term = -(a + m) * (a + b + m) if step % 2 else m * (b - m)
        fraction = 1 + term * x / ((a + step - 1) * (a + step)) / fraction
    scale = a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)
    return exp(scale) / a / fraction
