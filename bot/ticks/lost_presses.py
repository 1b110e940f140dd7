"""Lost presses: after a channel did not answer us for a while, people are shown again where they are.

What they pressed meanwhile may be lost: a channel keeps a press for us only as long as its traits say.
"""

from datetime import datetime, timedelta

from bot.aloud import Aloud
from bot.survey.phrases import say
from bot.survey.traits import Traits
from bot.texts.texts import Texts
from bot.ticks import unasked
from storage import respondents, state
from storage.engine.database import Tx

LONG_AGO = timedelta(days=1)  # whoever was answering then is reminded, and not shown the screen again
JUST_BEFORE = timedelta(minutes=15)
NOTED_EVERY = timedelta(seconds=30)
SORRY = say(
    "Something was wrong on our side for a while. Maybe your last answer was not saved. This is where you are now."
)


def is_worth_noting(last: datetime | None, now: datetime) -> bool:
    """Whether it is time to note again that the channel answered; a clock that was set back counts as time."""
    return last is None or not last <= now < last + NOTED_EVERY


def after_outage(tx: Tx, texts: Texts, channel: Traits, now: datetime, aloud: Aloud | None = None) -> None:
    """Note that the channel answers. If presses were lost meanwhile, show the open screen again to everybody who was
    answering just before and not since."""
    name = f"{channel.name} answered"
    last = state.read_moment(tx, name)
    state.write_moment(tx, name, now)
    lives = channel.presses_live
    if last is None or lives is None or not lives < now - last < LONG_AGO:
        return
    for known in respondents.active_since(
        tx, texts.checklist, texts.languages, channel.name, last - JUST_BEFORE, last + lives, now
    ):
        key = f"silence:{known.dialogue.response}:{last.isoformat()}"
        unasked.write(tx, texts, known, known.dialogue.here, key, now, aloud, SORRY)
