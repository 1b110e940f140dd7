"""The calendar: moments that follow from the time it is now, in the partnership's own time zone.

`now` is always a parameter, aware and in UTC; so is every moment given back.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVENING, MORNING = time(19), time(9)
KEEP_ANSWERS = 2  # years


def moments(now: datetime, timezone: str) -> dict[str, datetime]:
    """When one may ask to be reminded; "evening" is gone when it is nearly there."""
    local = now.astimezone(ZoneInfo(timezone))
    choices = {
        "evening": _at(local, 0, EVENING),
        "tomorrow": _at(local, 1, MORNING),
        "week": _at(local, 7, MORNING),
    }
    return {name: moment for name, moment in choices.items() if moment - now > timedelta(minutes=30)}


def kept_until(now: datetime, timezone: str) -> date:
    """The day on which an answer given now is thrown away at the latest."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    year = today.year + KEEP_ANSWERS
    return today.replace(year=year) if (today.month, today.day) != (2, 29) else date(year, 3, 1)


def is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _at(local: datetime, days: int, clock: time) -> datetime:
    return datetime.combine(local.date() + timedelta(days=days), clock, local.tzinfo).astimezone(UTC)
