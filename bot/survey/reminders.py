"""The rule of reminders: at most two in a wave, after some days of silence or at the moment that somebody asked for.

`now` is always a parameter, aware and in UTC; so is every moment given back.
"""

from datetime import datetime, time, timedelta

from bot.survey.calendar import MORNING, at_time, decent, zone
from bot.survey.whole_numbers import as_number

EVENING = time(19)
MOST_REMINDERS = 2  # in one wave
MOST_SILENCE = 30  # days
REMIND_AFTER, REMIND_AGAIN = 2, 5  # days of silence, unless a coordinator says otherwise


def moments(now: datetime, timezone: str) -> dict[str, datetime]:
    """When one may ask to be reminded; "evening" is gone when it is nearly there."""
    local = now.astimezone(zone(timezone))
    choices = {
        "evening": at_time(local, 0, EVENING),
        "tomorrow": at_time(local, 1, MORNING),
        "week": at_time(local, 7, MORNING),
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
