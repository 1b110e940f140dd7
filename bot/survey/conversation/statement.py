"""A statement: its text, its answers, and the ways on and back."""

from datetime import datetime
from typing import NamedTuple

from bot.survey.checklist import Checklist
from bot.survey.conversation.buttons import ChooseOption, Go, Hear, Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.shared_rows import language_buttons
from bot.survey.conversation.views import Button, Row, View, in_rows
from bot.survey.phrases import Phrase, beginning, say

IN_A_ROW = 60  # characters of a statement, at most
ASKED = say("Is this true for you?")
"""What stands at the end of each, where it stands alone."""


class Seen(NamedTuple):
    """All that the screen of a statement is made of, but for the response in its buttons. `chosen` is what was answered
    to it before, `previous` to the one above it; `partnership` is named only to who takes part in several. With
    `pictograms` its part has one."""

    number: int
    language: str
    languages: tuple[str, ...]
    chosen: str | None
    previous: str | None
    partnership: str | None
    is_answered: bool  # and so are all the others
    pictograms: bool
    is_recorded: bool


def seen(dialogue: Dialogue, number: int) -> Seen:
    given = dialogue.answers
    us, is_answered = dialogue.partnership, dialogue.next_item is None
    several = us.name if dialogue.others else None
    before, can_be_heard = (given.get(number), given.get(number - 1)), dialogue.is_recorded(number)
    return Seen(
        number, dialogue.language, dialogue.languages, *before, several, is_answered, us.pictograms, can_be_heard
    )


def screen(dialogue: Dialogue, number: int, _now: datetime) -> View:
    return as_seen(dialogue.checklist, seen(dialogue, number), dialogue.response)


def as_seen(checklist: Checklist, to: Seen, response: int) -> View:
    """For who is on the way through them: with what came just before it, and the ways on and back."""
    begins = _begins_a_part(checklist, to)
    text = _text(checklist, to, begins_a_part=begins, previous=_previous(checklist, to))
    return View(text, (*_options(checklist, to, response), *_hearing(to, response), *_steering(to, response)))


def to_answer(dialogue: Dialogue, number: int) -> View:
    """The statement and its answers alone."""
    to, response = seen(dialogue, number), dialogue.response
    return View(_text(dialogue.checklist, to), (*_options(dialogue.checklist, to, response), *_hearing(to, response)))


def _hearing(to: Seen, response: int) -> tuple[Row, ...]:
    return ((Button(say("Read aloud"), Hear(response, to.number)),),) if to.is_recorded else ()


def _text(checklist: Checklist, to: Seen, *, begins_a_part: bool = False, previous: Phrase | bool = False) -> Phrase:
    """A page takes its values one by one, so each part of the screen is a value of its own."""
    item, part = checklist.items[to.number], checklist.part_of(to.number)
    dimension = checklist.dimensions[part - 1]
    return say(
        """{if_first}Nice, part {done} is finished.
        {previous}

        {if_several}{partnership}
        Statement {number} of {count} · {dimension}

        <b>{plain}</b>
        💡 {hint}

        The official statement: {statement}

        Is this true for you?""",
        if_first=begins_a_part,
        done=part - 1,
        previous=previous,
        if_several=to.partnership is not None,
        partnership=to.partnership or False,
        number=to.number,
        count=len(checklist.items),
        dimension=dimension.plain,
        pictogram=to.pictograms and dimension.key,
        plain=item.plain,
        hint=item.hint or False,
        statement=item.statement,
    )


def _begins_a_part(checklist: Checklist, to: Seen) -> bool:
    """Whether it is the first statement of a part, for whoever has just finished the parts before it."""
    part = checklist.part_of(to.number)
    first = checklist.dimensions[part - 1].items[0]
    return part > 1 and to.number == first and to.chosen is None


def _previous(checklist: Checklist, to: Seen) -> Phrase | bool:
    """What they chose one statement before, so that a slip of the finger is seen; False when there is nothing."""
    if to.previous is None:
        return False
    return say("Statement {number}: {option}", number=to.number - 1, option=checklist.options[to.previous].label)


def _options(checklist: Checklist, to: Seen, response: int) -> tuple[Row, ...]:
    """The scored answers each in a row of its own, the two without a score in one."""
    every = checklist.options
    buttons = {
        key: Button(option.label, ChooseOption(response, to.number, key), key == to.chosen)
        for key, option in every.items()
    }
    scored = tuple((button,) for key, button in buttons.items() if every[key].score is not None)
    return (*scored, tuple(button for key, button in buttons.items() if every[key].score is None))


def _steering(to: Seen, response: int) -> tuple[Row, ...]:
    number, here = to.number, Position(Screen.ITEM, to.number)
    back = (Button(say("‹ Back"), Go(response, Position(Screen.ITEM, number - 1))),) if number > 1 else ()
    pause = Button(say("Pause"), Go(response, Position(Screen.PAUSE)))
    others = language_buttons(to, response, here)
    if to.chosen is None:
        return in_rows((*back, pause, *others))
    on = Position(Screen.REVIEW) if to.is_answered else Position(Screen.ITEM, number + 1)
    forward = Button(say("Next ›"), Go(response, on))
    return ((*back, forward), *in_rows((pause, *others)))


def answered(dialogue: Dialogue, item: int) -> Phrase:
    """One row, short enough that all of them fit into one message in any language."""
    plain = beginning(dialogue.checklist.items[item].plain, IN_A_ROW)
    option = dialogue.checklist.options[dialogue.answers[item]]
    return say("{number}. {plain} → <b>{option}</b>", number=item, plain=plain, option=option.label)
