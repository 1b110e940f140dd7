"""Unasked: a screen that somebody is written without having tapped anything, with all that it has when they do.

It waits for a decent hour, and may be overtaken before it goes: what it takes away stays noted until they do something.
"""

from dataclasses import replace
from datetime import datetime

from bot.aloud import Aloud
from bot.survey.conversation import screens
from bot.survey.conversation.buttons import Position
from bot.survey.phrases import Phrase
from bot.texts.texts import Texts
from storage import letters
from storage.engine.database import Tx
from storage.standing import Known


def write(
    tx: Tx,
    texts: Texts,
    known: Known,
    position: Position,
    key: str,
    now: datetime,
    aloud: Aloud | None = None,
    notice: Phrase | None = None,
) -> bool:
    """Write it, with its voice for whoever hears every statement; whether it was not written before."""
    dialogue = (aloud.hearing(tx, known) if aloud else known).dialogue
    view = screens.view(dialogue, position, now)
    letter = texts.letter(view.under(notice) if notice else view, dialogue.language)
    letter = replace(letter, removes=known.voices)
    voices = aloud.along(tx, dialogue, position) if aloud else []
    return letters.enqueue(tx, known.contact, letter, now, key, dialogue.partnership.timezone, voices=voices)
