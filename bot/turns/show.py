"""Showing: the letters that stand where a respondent is, in their channel.

A chat is told what changed, once; a page is looked at again and again, and always says all there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.aloud import heard
from bot.coordination import feedback
from bot.letters import Letter
from bot.recordings import parts
from bot.results import summaries, tables
from bot.survey.conversation import own_data, screens
from bot.survey.conversation.buttons import Screen
from bot.survey.conversation.dialogue import Dialogue, Partnership
from bot.survey.conversation.notices import OLD_BUTTON
from bot.survey.conversation.step import Turn
from bot.texts import statements
from bot.turns import own_answers, voices
from bot.turns.who import Who
from storage import waves
from storage.standing import Known

RESULTS = (Screen.THANKS, Screen.RESULT, Screen.CLOSED)
"""Where somebody reads what the coordinator answered."""


def screen(who: Who, known: Known, turn: Turn) -> tuple[Sequence[Letter], Mapping[str, str]]:
    """The letters, the last of which holds the buttons. Of a statement on a page there are the buttons and, by their
    names, the values that its text is made of: a page sets them in its own way."""
    if turn.show.screen != Screen.ITEM or turn.dialogue.channel.reaches_out:
        return voices.taken_along(who, known, turn, _letters(who, known, turn)), {}
    dialogue, number = turn.dialogue, turn.show.number
    recordings = heard(who.aloud.statement(who.tx, dialogue, number)) if who.aloud else ()
    letter = replace(statements.letter(who.texts, dialogue, number), text="", heard=recordings)
    return (letter,), statements.values(who.texts, dialogue, number)


def _letters(who: Who, known: Known, turn: Turn) -> Sequence[Letter]:
    dialogue, texts, screen = turn.dialogue, who.texts, turn.show.screen
    if turn.speaks:
        gone = replace(turn, speaks=False, notice=OLD_BUTTON)
        return voices.asked_for(who, known, turn) or _letters(who, known, gone)
    if screen == Screen.ITEM and not turn.notice:
        return (statements.letter(texts, dialogue, turn.show.number, who.update.message),)
    view = screens.view(dialogue, turn.show, who.now)
    if screen == Screen.RESULT:
        return [*_answered(who, dialogue), *summaries.once_more(who.tx, texts, dialogue, view, who.now)]
    if screen == Screen.TABLE:
        table = tables.for_respondent(who.tx, texts, dialogue, turn.show.number, view, who.now)
        return (texts.letter(table, dialogue.language, who.update.message),)
    if turn.notice and dialogue.channel.reaches_out:
        # It stands in the letter too: a line on a button is lost when we die before it is said, and then the next
        # screen looks as if the tap was accepted.
        view = view.under(turn.notice)
    if screen == Screen.MY_DATA and not own_data.part(dialogue, turn.show.number):
        return own_answers.letters(who.tx, texts, known.contact, dialogue, view)
    shown = texts.letter(view, dialogue.language, who.update.message)
    # The words come last, so that their buttons are at hand.
    above = [own_answers.picture(texts, dialogue)] if _has_picture(dialogue, screen) else []
    shown = read_aloud(who, dialogue.partnership, dialogue.language, parts.of_screen(screen), shown)
    return [*_answered(who, dialogue), *above, shown] if screen in RESULTS else [*above, shown]


def read_aloud(who: Who, partnership: Partnership, language: str, part: str, letter: Letter) -> Letter:
    """The same with what somebody recorded of it, on a page."""
    if not (who.aloud and who.is_on_a_page):
        return letter
    return replace(letter, heard=who.aloud.screen(who.tx, partnership, language, part, letter))


def _has_picture(dialogue: Dialogue, screen: Screen) -> bool:
    """Nobody waits for it: in a chat it comes when it is asked for, and a page draws it when it is unfolded."""
    return screen == Screen.PICTURE or (screen == Screen.THANKS and not dialogue.channel.reaches_out)


def _answered(who: Who, dialogue: Dialogue) -> list[Letter]:
    """What the coordinator answers to everybody who took part in a closed wave: a page is where they read it."""
    if dialogue.wave_open or dialogue.channel.reaches_out:
        return []
    wave = waves.numbered(who.tx, dialogue.partnership.id, dialogue.wave)
    if not (wave and wave.answered_at):
        return []
    return [feedback.letter(who.tx, who.texts, dialogue.partnership, wave, dialogue.language)]
