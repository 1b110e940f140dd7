"""The calendar: moments that follow from the time it is now, in the partnership's own time zone.

`now` is always a parameter, aware and in UTC; so is every moment given back.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.survey.numbers import as_number

EVENING, MORNING = time(19), time(9)
NIGHT = time(20)  # from then on, and before the morning, nothing goes out of its own accord
HOME = "Europe/Amsterdam"
CLOSING = time(18)
MOST_SILENCE = 30  # days
MOST_REMINDERS = 2  # in one wave


def moments(now: datetime, timezone: str) -> dict[str, datetime]:
    """When one may ask to be reminded; "evening" is gone when it is nearly there."""
    local = now.astimezone(zone(timezone))
    choices = {
        "evening": _at(local, 0, EVENING),
        "tomorrow": _at(local, 1, MORNING),
        "week": _at(local, 7, MORNING),
    }
    return {name: moment for name, moment in choices.items() if moment - now > timedelta(minutes=30)}


def next_reminder(
    touched_at: datetime,
    asked_for: datetime | None,
    sent: int,
    reminded_at: datetime | None,
    days: tuple[int, int],
    timezone: str,
) -> datetime | None:
    """When somebody who is not finished gets the next reminder; None when they had all that they will get.

    At the moment they asked for; else after so many `days` of silence, the second one as long after the first as the
    days are apart. Always at a decent hour.
    """
    if sent >= MOST_REMINDERS:
        return None
    due = asked_for or touched_at + timedelta(days=days[sent])
    if sent and reminded_at and not asked_for:
        due = max(due, reminded_at + timedelta(days=days[1] - days[0]))
    return decent(due, timezone)


def rhythm(text: str) -> tuple[int, int] | None:
    """Days of silence before the first and the second reminder, as "2,5" or "2 5"; None when it is no such thing."""
    days = [as_number(day, MOST_SILENCE) or 0 for day in text.replace(",", " ").split()]
    return (days[0], days[1]) if len(days) == MOST_REMINDERS and 1 <= days[0] < days[1] else None


def last_post(now: datetime, day: int, hour: int, timezone: str) -> datetime:
    """The newest moment for a weekly post that is not in the future; day 0 is Monday."""
    local = now.astimezone(zone(timezone))
    this_week = _at(local, -((local.weekday() - day) % 7), time(hour))
    return this_week if this_week <= now else _at(local, -((local.weekday() - day) % 7) - 7, time(hour))


def week_of(moment: datetime, timezone: str) -> tuple[int, int]:
    """(year, number) of the week as calendars in the Netherlands count them."""
    year, week, _ = moment.astimezone(zone(timezone)).isocalendar()
    return year, week


def on_day(now: datetime, days: int, timezone: str) -> datetime:
    """Nine in the morning so many days from today."""
    return _at(now.astimezone(zone(timezone)), days, MORNING)


def closing(opens_at: datetime, weeks: int, timezone: str) -> datetime:
    """When a wave that opens then closes by itself: so many weeks later, at the end of the working day."""
    return _at(opens_at.astimezone(zone(timezone)), 7 * weeks, CLOSING)


def kept_until(now: datetime, timezone: str, months: int) -> date:
    """The day on which what was answered now is thrown away at the latest."""
    return months_after(now.astimezone(zone(timezone)).date(), months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later (or earlier, below zero); the last of the month where it is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def decent(moment: datetime, timezone: str) -> datetime:
    """The moment itself when it is between 09:00 and 20:00 there, else the next 09:00."""
    local = moment.astimezone(zone(timezone))
    if MORNING <= local.time() < NIGHT:
        return moment
    return _at(local, 0 if local.time() < MORNING else 1, MORNING)


def is_decent(now: datetime, timezone: str) -> bool:
    """Whether people may be written to now."""
    return decent(now, timezone) == now


def zone(name: str) -> ZoneInfo:
    """The time zone of this name; Amsterdam's for a name that no zone has (any more), so that nothing stops for it."""
    return ZoneInfo(name if is_timezone(name) else HOME)


def is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (OSError, ValueError, KeyError):
        return False
    return True


def _at(local: datetime, days: int, clock: time) -> datetime:
    return datetime.combine(local.date() + timedelta(days=days), clock, local.tzinfo).astimezone(UTC)
