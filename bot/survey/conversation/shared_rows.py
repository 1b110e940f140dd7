"""Rows of buttons that stand under more than one screen."""

from collections.abc import Sequence
from typing import Protocol

from bot.survey.conversation.buttons import Call, Go, Position, Press, Resume, Screen, Switch
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.views import Button, Row, in_rows
from bot.survey.phrases import Phrase, joined, language, say, verbatim

LANGUAGE = say("Language")
WHICH_LANGUAGE = say("Which language do you want?")
FEWEST_IN_A_LIST = 2  # other languages: a single one has a button of its own


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
    others = [
        Button(language(code), Switch(response, code, position)) for code in without(reader.language, reader.languages)
    ]
    return language_row(reader.language, others, Go(response, Position(Screen.LANGUAGE)))


def language_row(spoken: str, others: Sequence[Button], to_all: Press) -> tuple[Button, ...]:
    """A button for the other language; where there are more, one that leads `to_all` of them."""
    return tuple(others) if len(others) < FEWEST_IN_A_LIST else (Button(_in_two_languages(spoken), to_all),)


def without(spoken: str, languages: Sequence[str]) -> Sequence[str]:
    return [code for code in languages if code != spoken]


def _in_two_languages(spoken: str) -> Phrase:
    """Whoever came upon a language that they cannot read may know the English word."""
    return LANGUAGE if spoken == "en" else joined((LANGUAGE, verbatim(LANGUAGE.text)), " / ")
