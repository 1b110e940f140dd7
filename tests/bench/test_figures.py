"""Figures: medians, quantiles, and a slope with its interval."""

import pytest

from bench.figures import quantile, slope, spread


def test_a_spread_is_the_median_with_the_lowest_and_the_highest() -> None:
    assert spread([3.0, 1.0, 2.5], 1) == "2.5 (1.0..3.0)"
    assert spread([2.0], 2) == "2.00"


def test_a_quantile_is_one_of_the_values() -> None:
    values = list(range(100, 0, -1))
    assert [quantile(values, share) for share in (0.5, 0.99, 1.0)] == [51, 100, 100]
    assert quantile([7.0], 0.99) == 7.0


def test_the_slope_of_a_line_is_known_exactly() -> None:
    grown, about = slope([1, 2, 3, 4], [10, 12, 14, 16])
    assert grown == pytest.approx(2)
    assert about == pytest.approx(0, abs=1e-9)


def test_the_interval_of_a_slope_is_as_wide_as_statisticians_say() -> None:
    """Five points; by hand: slope 0.8, its error 0.2 * sqrt(4 / 3), and Student's factor for 3 is 3.18."""
    grown, about = slope([1, 2, 3, 4, 5], [1, 3, 2, 5, 4])
    assert grown == pytest.approx(0.8)
    assert about == pytest.approx(3.18 * 0.3464, rel=0.16)  # ours is an approximation, and these are few
