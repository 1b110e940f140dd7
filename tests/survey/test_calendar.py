"""The calendar: moments people may choose, over clock changes and midnights."""

from datetime import UTC, date, datetime

import pytest

from bot.survey.calendar import kept_until, moments

AMSTERDAM = "Europe/Amsterdam"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            "2026-03-02 09:30",
            {"evening": "2026-03-02 18:00", "tomorrow": "2026-03-03 08:00", "week": "2026-03-09 08:00"},
        ),
        # The nights on which the clock changes: nine in the morning stays nine in the morning.
        (
            "2026-03-28 09:30",
            {"evening": "2026-03-28 18:00", "tomorrow": "2026-03-29 07:00", "week": "2026-04-04 07:00"},
        ),
        (
            "2026-10-24 09:30",
            {"evening": "2026-10-24 17:00", "tomorrow": "2026-10-25 08:00", "week": "2026-10-31 08:00"},
        ),
        # Half past six in the evening or later: this evening is gone.
        ("2026-03-02 17:30", {"tomorrow": "2026-03-03 08:00", "week": "2026-03-09 08:00"}),
        # Past midnight in Amsterdam, still yesterday in UTC.
        (
            "2026-03-02 23:30",
            {"evening": "2026-03-03 18:00", "tomorrow": "2026-03-04 08:00", "week": "2026-03-10 08:00"},
        ),
    ],
)
def test_moments(now: str, expected: dict[str, str]) -> None:
    assert moments(utc(now), AMSTERDAM) == {name: utc(moment) for name, moment in expected.items()}


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-03-02 09:30", date(2028, 3, 2)),
        ("2028-02-29 09:30", date(2030, 3, 1)),
        ("2026-12-31 23:30", date(2029, 1, 1)),
    ],
)
def test_answers_are_kept_two_years(now: str, day: date) -> None:
    assert kept_until(utc(now), AMSTERDAM) == day
