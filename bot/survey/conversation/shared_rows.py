"""Rows of buttons that stand under more than one screen."""

from typing import Protocol

from bot.survey.conversation.buttons import Call, Go, Position, Resume, Screen, Switch
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.views import Button, Row, in_rows
from bot.survey.phrases import language, say


def go_on(dialogue: Dialogue) -> Row:
    """The way back from a side screen, named after what comes next."""
    if dialogue.here.screen in (Screen.THANKS, Screen.CLOSED):
        label = say("‹ Back")
    elif dialogue.next_item and dialogue.group:
        label = say("Go on with statement {number}", number=dialogue.next_item)
    else:
        label = say("Go on")
    return (Button(label, Resume(dialogue.response)),)


def call_me(dialogue: Dialogue) -> tuple[Row, ...]:
    """For who could be called, and left nothing to be called by."""
    return ((Button(say("Send me a message"), Call()),),) if dialogue.may_be_called else ()


def own_data_button(dialogue: Dialogue) -> Row:
    return (
        Button(say("My data"), Go(dialogue.response, Position(Screen.MY_DATA))),
        Button(say("Delete my answers"), Go(dialogue.response, Position(Screen.ERASE))),
    )


def languages(dialogue: Dialogue, position: Position) -> tuple[Row, ...]:
    return in_rows(language_buttons(dialogue, dialogue.response, position))


class Speaks(Protocol):
    """Whoever reads one language of several."""

    @property
    def language(self) -> str: ...

    @property
    def languages(self) -> tuple[str, ...]: ...


def language_buttons(reader: Speaks, response: int, position: Position) -> tuple[Button, ...]:
    others = (code for code in reader.languages if code != reader.language)
    return tuple(Button(language(code), Switch(response, code, position)) for code in others)
