"""A statement: its text, its answers, and the ways on and back."""

from datetime import datetime

from bot.survey.conversation.buttons import ChooseOption, Go, Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.shared_rows import language_buttons
from bot.survey.conversation.views import Button, Row, View, in_rows
from bot.survey.phrases import Phrase, beginning, say

IN_A_ROW = 60  # characters of a statement, at most


def screen(dialogue: Dialogue, number: int, _now: datetime) -> View:
    rows = (*options(dialogue, number), *_steering(dialogue, number))
    return View(text(dialogue, number, is_on_the_way=True), rows)


def text(dialogue: Dialogue, number: int, *, is_on_the_way: bool = False) -> Phrase:
    """The statement; for who is on the way through them, below what came just before it.

    A page takes its values one by one, so each part of the screen is a value of its own.
    """
    item, part = dialogue.checklist.items[number], dialogue.checklist.part_of(number)
    return say(
        """{if_first}Nice, part {done} is finished.
        {previous}

        {if_several}{partnership}
        Statement {number} of {count} · {dimension}

        <b>{plain}</b>
        💡 {hint}

        The official statement: {statement}

        Is this true for you?""",
        if_first=is_on_the_way and _begins_a_part(dialogue, number),
        done=part - 1,
        previous=is_on_the_way and _previous(dialogue, number - 1),
        if_several=bool(dialogue.others),
        partnership=dialogue.partnership.name,
        number=number,
        count=len(dialogue.checklist.items),
        dimension=dialogue.checklist.dimensions[part - 1].plain,
        plain=item.plain,
        hint=item.hint or False,
        statement=item.statement,
    )


def _begins_a_part(dialogue: Dialogue, number: int) -> bool:
    """Whether it is the first statement of a part, for whoever has just finished the parts before it."""
    part = dialogue.checklist.part_of(number)
    first = dialogue.checklist.dimensions[part - 1].items[0]
    return part > 1 and number == first and number not in dialogue.answers


def _previous(dialogue: Dialogue, number: int) -> Phrase | bool:
    """What they chose one statement before, so that a slip of the finger is seen; False when there is nothing."""
    if number not in dialogue.answers:
        return False
    option = dialogue.checklist.options[dialogue.answers[number]]
    return say("Statement {number}: {option}", number=number, option=option.label)


def options(dialogue: Dialogue, number: int) -> tuple[Row, ...]:
    """The scored answers each in a row of its own, the two without a score in one."""
    every, chosen = dialogue.checklist.options, dialogue.answers.get(number)
    buttons = {
        key: Button(option.label, ChooseOption(dialogue.response, number, key), key == chosen)
        for key, option in every.items()
    }
    scored = tuple((button,) for key, button in buttons.items() if every[key].score is not None)
    return (*scored, tuple(button for key, button in buttons.items() if every[key].score is None))


def _steering(dialogue: Dialogue, number: int) -> tuple[Row, ...]:
    response = dialogue.response
    back = (Button(say("‹ Back"), Go(response, Position(Screen.ITEM, number - 1))),) if number > 1 else ()
    pause = Button(say("Pause"), Go(response, Position(Screen.PAUSE)))
    if number not in dialogue.answers:
        return in_rows((*back, pause, *language_buttons(dialogue, Position(Screen.ITEM, number))))
    on = Position(Screen.ITEM, number + 1) if dialogue.next_item else Position(Screen.REVIEW)
    forward = Button(say("Next ›"), Go(response, on))
    return ((*back, forward), *in_rows((pause, *language_buttons(dialogue, Position(Screen.ITEM, number)))))


def answered(dialogue: Dialogue, item: int) -> Phrase:
    """One row, short enough that all of them fit into one message in any language."""
    plain = beginning(dialogue.checklist.items[item].plain, IN_A_ROW)
    option = dialogue.checklist.options[dialogue.answers[item]]
    return say("{number}. {plain} → <b>{option}</b>", number=item, plain=plain, option=option.label)
