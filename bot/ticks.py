"""Ticks: what time causes. Plain functions of a transaction and `now`; they write letters and touch no channel.

A unique key on each letter is the whole memory, so a tick may run twice, late, or in two processes at once.
"""

from datetime import datetime, timedelta

from bot.survey import screens
from bot.survey.phrases import say
from bot.survey.views import View
from bot.texts import Texts
from storage import dialogues, letters, marks
from storage.database import Tx

PRESSES_LIVE = timedelta(seconds=150)  # what Telegram keeps of a press for a bot that does not fetch it
JUST_BEFORE = timedelta(minutes=15)
NOTED_EVERY = timedelta(seconds=30)


def is_worth_noting(last: datetime | None, now: datetime) -> bool:
    """Whether it is time to note again that the channel answered; a clock that was set back counts as time."""
    return last is None or not last <= now < last + NOTED_EVERY


def after_silence(tx: Tx, texts: Texts, channel: str, now: datetime) -> None:
    """Note that the channel answers. If it was silent for so long that presses were lost, show the open screen again
    to everybody who was answering just before and not since."""
    name = f"{channel} answered"
    last = marks.read_moment(tx, name)
    marks.write_moment(tx, name, now)
    if last is None or now - last <= PRESSES_LIVE:
        return
    for caller in dialogues.active_since(
        tx, texts.checklist, texts.languages, channel, last - JUST_BEFORE, last + PRESSES_LIVE
    ):
        dialogue = caller.dialogue
        view = screens.view(dialogue, dialogue.here, now)
        sorry = say("I was away for a while. Maybe I missed your last tap. You are here now.")
        view = View(((sorry,), *view.paragraphs), view.rows)
        letter = texts.letter(view, dialogue.language)
        letters.enqueue(tx, caller.contact, letter, now, f"silence:{dialogue.response}:{last.isoformat()}")
