"""Voices: what a chat reads aloud: a message that comes when it is asked for or with each statement, and goes again."""

from collections.abc import Sequence
from dataclasses import replace

from bot.letters import Letter
from bot.survey.conversation.buttons import ChooseOption, HearAll
from bot.survey.conversation.step import Turn
from bot.turns.who import Who
from storage import voices
from storage.standing import Known


def asked_for(who: Who, known: Known, turn: Turn) -> list[Letter]:
    """The voice of where they are. Under one that is there already only the words change, and if nobody told us of it,
    we know of it now."""
    there = who.update.message if isinstance(who.update.event, HearAll) else None
    if there is not None and there not in known.voices:
        voices.came(who.tx, known.contact, there)
    return who.aloud.voice(who.tx, turn.dialogue, turn.show.number, there) if who.aloud else []


def taken_along(who: Who, known: Known, turn: Turn, letters: Sequence[Letter]) -> Sequence[Letter]:
    """These letters, with the voice of the statement for whoever hears them all; what was heard before, goes."""
    if _is_second_tap(who, known, turn):
        return letters
    if who.aloud and not turn.speaks:
        letters = [*letters, *who.aloud.along(who.tx, turn.dialogue, turn.show)]
    if not (known.voices and letters) or _stays(letters[-1]):
        return letters
    voices.go(who.tx, known.contact)
    return [*letters[:-1], replace(letters[-1], removes=known.voices)]


def _stays(letter: Letter) -> bool:
    """Under a voice that is there only the words change. Where its recording went meanwhile, it goes as any other."""
    return letter.replaces is not None and letter.attachment is not None and letter.attachment.kind == "voice"


def _is_second_tap(who: Who, known: Known, turn: Turn) -> bool:
    """It changes nothing, and what they hear goes on."""
    return isinstance(who.update.event, ChooseOption) and turn.dialogue == known.dialogue
