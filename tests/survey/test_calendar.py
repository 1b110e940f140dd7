"""The calendar: moments people may choose, over clock changes and midnights."""

from datetime import UTC, date, datetime

import pytest

from bot.survey.calendar import decent, kept_until
from bot.survey.reminders import moments

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
        ("2028-02-29 09:30", date(2030, 2, 28)),
        ("2026-12-31 23:30", date(2029, 1, 1)),
    ],
)
def test_answers_are_kept_so_many_months(now: str, day: date) -> None:
    assert kept_until(utc(now), AMSTERDAM, 24) == day


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        # The edges of the day, in winter: nine is in time, twenty is too late.
        (AMSTERDAM, "2026-03-02 07:59", "2026-03-02 08:00"),
        (AMSTERDAM, "2026-03-02 08:00", "2026-03-02 08:00"),
        (AMSTERDAM, "2026-03-02 18:59", "2026-03-02 18:59"),
        (AMSTERDAM, "2026-03-02 19:00", "2026-03-03 08:00"),
        # Past midnight in Amsterdam, still yesterday in UTC: this morning, not the one after.
        (AMSTERDAM, "2026-03-02 23:30", "2026-03-03 08:00"),
        # The nights on which the clock changes: nine stays nine, twenty stays twenty.
        (AMSTERDAM, "2026-03-28 19:00", "2026-03-29 07:00"),
        (AMSTERDAM, "2026-03-29 00:59", "2026-03-29 07:00"),
        (AMSTERDAM, "2026-03-29 01:00", "2026-03-29 07:00"),
        (AMSTERDAM, "2026-03-29 17:59", "2026-03-29 17:59"),
        (AMSTERDAM, "2026-03-29 18:00", "2026-03-30 07:00"),
        (AMSTERDAM, "2026-10-24 18:00", "2026-10-25 08:00"),
        (AMSTERDAM, "2026-10-25 00:30", "2026-10-25 08:00"),
        (AMSTERDAM, "2026-10-25 01:30", "2026-10-25 08:00"),
        (AMSTERDAM, "2026-10-25 18:59", "2026-10-25 18:59"),
        (AMSTERDAM, "2026-10-25 19:00", "2026-10-26 08:00"),
        # Where the clock never changes.
        ("America/Phoenix", "2026-03-08 15:59", "2026-03-08 16:00"),
        ("America/Phoenix", "2026-07-01 16:00", "2026-07-01 16:00"),
        ("America/Phoenix", "2026-07-01 03:00", "2026-07-01 16:00"),
        ("America/Phoenix", "2026-07-02 02:59", "2026-07-02 02:59"),
        # Half an hour off, and across the date line.
        ("Asia/Kolkata", "2026-03-02 03:29", "2026-03-02 03:30"),
        ("Pacific/Kiritimati", "2026-03-02 06:00", "2026-03-02 19:00"),
        # A zone that nobody knows is Amsterdam.
        ("Mars/Olympus_Mons", "2026-03-02 07:59", "2026-03-02 08:00"),
        ("", "2026-03-02 19:00", "2026-03-03 08:00"),
    ],
)
def test_a_decent_hour(zone: str, now: str, expected: str) -> None:
    found = decent(utc(now), zone)
    assert found == utc(expected)
    assert found.tzinfo is UTC
    assert decent(found, zone) == found
