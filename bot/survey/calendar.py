"""The calendar: moments that follow from the time it is now, in the partnership's own time zone.

`now` is always a parameter, aware and in UTC; so is every moment given back.
"""

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

MORNING = time(9)
NIGHT = time(20)  # from then on, and before the morning, nothing goes out of its own accord
HOME = "Europe/Amsterdam"
CLOSING = time(18)
DAY_TYPED = re.compile(r"(?<!\S)(?:(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})|(\d{4})-(\d{2})-(\d{2}))(?=\s|$)")
KEEP_CONTACTS, KEEP_ANSWERS = 90, 24  # days after the last wave, and months, unless the operator says otherwise


def last_post(now: datetime, day: int, hour: int, timezone: str) -> datetime:
    """The newest moment for a weekly post that is not in the future; day 0 is Monday."""
    local = now.astimezone(zone(timezone))
    this_week = at_time(local, -((local.weekday() - day) % 7), time(hour))
    return this_week if this_week <= now else at_time(local, -((local.weekday() - day) % 7) - 7, time(hour))


def next_post(now: datetime, day: int, hour: int, timezone: str) -> datetime:
    """The first moment for a weekly post that is in the future."""
    return at_time(last_post(now, day, hour, timezone).astimezone(zone(timezone)), 7, time(hour))


def week_of(moment: datetime, timezone: str) -> tuple[int, int]:
    """(year, number) of the week as calendars in the Netherlands count them."""
    year, week, _ = moment.astimezone(zone(timezone)).isocalendar()
    return year, week


def on_day(now: datetime, days: int, timezone: str) -> datetime:
    """Nine in the morning so many days from today."""
    return at_time(now.astimezone(zone(timezone)), days, MORNING)


def closing(opens_at: datetime, weeks: int, timezone: str) -> datetime:
    """When a wave that opens then closes by itself: so many weeks later, at the end of the working day."""
    return at_time(opens_at.astimezone(zone(timezone)), 7 * weeks, CLOSING)


def kept_until(now: datetime, timezone: str, months: int) -> date:
    """The day on which what was answered now is thrown away at the latest."""
    return months_after(now.astimezone(zone(timezone)).date(), months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later (or earlier, below zero); the last of the month where it is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def day_in(found: re.Match[str]) -> date | None:
    """The day that was typed, as `DAY_TYPED` found it; None when the calendar has no such day."""
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def decent(moment: datetime, timezone: str) -> datetime:
    """The moment itself when it is between 09:00 and 20:00 there, else the next 09:00."""
    local = moment.astimezone(zone(timezone))
    if MORNING <= local.time() < NIGHT:
        return moment
    return at_time(local, 0 if local.time() < MORNING else 1, MORNING)


def night(now: datetime, timezone: str) -> datetime:
    """When the next one begins there."""
    local = now.astimezone(zone(timezone))
    return at_time(local, 0 if local.time() < NIGHT else 1, NIGHT)


def is_decent(now: datetime, timezone: str) -> bool:
    """Whether people may be written to now."""
    return decent(now, timezone) == now


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of this name; Amsterdam's for a name that no zone has (any more), so that nothing stops for it."""
    return ZoneInfo(name if is_timezone(name) else HOME)


@cache
def timezones() -> tuple[str, ...]:
    """Those that are called after a place; Europe's first."""
    every = (name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    return tuple(sorted(every, key=lambda name: (not name.startswith("Europe/"), name)))


def is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def at_time(local: datetime, days: int, clock: time) -> datetime:
    return datetime.combine(local.date() + timedelta(days=days), clock, local.tzinfo).astimezone(UTC)
