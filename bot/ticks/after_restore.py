"""After a restore: what fell due since the back-up is lived through once more, hour by hour and in silence.

The ticks do what they always do, so that the database ends where the lost one may have been: rounds are opened and
closed by their date, people are in the round that they were invited to. But all letters are taken for sent.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.texts.texts import Texts
from bot.ticks import ticks
from storage import letters, waves
from storage.engine.database import Tx
from storage.upkeep import restoring

HOUR = timedelta(hours=1)
LONGEST = timedelta(days=14)  # as long as back-ups are kept; what fell due before is looked at all at once
CAUSED = (ticks.open_planned, ticks.look_at_wave, ticks.remind)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is taken for sent: letters that waited, and what fell due since; and the rounds that opened or closed."""

    letters: int = 0
    invitations: int = 0
    reminders: int = 0
    posts: int = 0
    others: int = 0
    rounds: int = 0


def settle_in(tx: Tx, texts: Texts, made: datetime | None, now: datetime) -> Taken:
    """Go on from an older state, in one transaction."""
    restoring.leave_gap(tx)
    waited = len(restoring.take_for_sent(tx, now))
    before, written = waves.open_now(tx), Counter[str]()
    for moment in moments(made, now):
        written.update(_live(tx, texts, moment, now))
    return Taken(
        letters=waited,
        invitations=written.pop("invitation", 0),
        reminders=written.pop("reminder", 0),
        posts=written.pop("summary", 0),
        others=written.total(),
        rounds=len(before ^ waves.open_now(tx)),
    )


def moments(made: datetime | None, now: datetime) -> Iterator[datetime]:
    """The end of every hour since the back-up, since nothing goes out from the end of one on; and now."""
    first = now - LONGEST
    moment = max(made or first, first).replace(minute=59, second=59, microsecond=0)
    while moment < now:
        yield moment
        moment += HOUR
    yield now


def _live(tx: Tx, texts: Texts, moment: datetime, now: datetime) -> Iterator[str]:
    """Do what the time asked for at that moment; the kind of each letter that came of it."""
    newest = restoring.newest_letter(tx)
    for tick in CAUSED:
        while tick(tx, texts, moment):
            pass
    for key in restoring.take_for_sent(tx, now, newer_than=newest):
        if not letters.comes_along(key):
            yield key.partition(":")[0]
