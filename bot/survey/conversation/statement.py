"""A statement: its text, its answers, and the ways on and back."""

from datetime import datetime

from bot.survey.conversation.buttons import ChooseOption, Go, Position, Press, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.shared_rows import language_buttons
from bot.survey.conversation.views import Button, Row, View, in_rows
from bot.survey.phrases import Phrase, say, say_n


def screen(dialogue: Dialogue, number: int, _now: datetime) -> View:
    rows = (*options(dialogue, number), *_steering(dialogue, number))
    return View(text(dialogue, number, is_first=_begins_a_part(dialogue, number)), rows)


def _begins_a_part(dialogue: Dialogue, number: int) -> bool:
    """Whether it is the first statement of a part, for whoever has just finished the parts before it."""
    part = dialogue.checklist.part_of(number)
    first = dialogue.checklist.dimensions[part - 1].items[0]
    return part > 1 and number == first and number not in dialogue.answers


def text(dialogue: Dialogue, number: int, *, is_first: bool = False) -> Phrase:
    items, part = dialogue.checklist.items, dialogue.checklist.part_of(number)
    return say(
        """{if_first}Well done: part {done} is finished. {to_go}

        {if_several}{partnership}
        Part {part} of {parts} · {dimension}
        Statement {number} of {count}

        <b>{statement}</b>

        In other words:
        {plain}
        💡 {hint}""",
        if_first=is_first,
        done=part - 1,
        to_go=say_n("{count} statement to go.", "{count} statements to go.", len(items) - len(dialogue.answers)),
        if_several=bool(dialogue.others),
        part=part,
        parts=len(dialogue.checklist.dimensions),
        dimension=dialogue.checklist.dimensions[part - 1].plain,
        number=number,
        count=len(items),
        statement=items[number].statement,
        plain=items[number].plain,
        hint=items[number].hint or False,
    )


def options(dialogue: Dialogue, number: int) -> tuple[Row, ...]:
    chosen = dialogue.answers.get(number)
    return tuple(
        (Button(option.label, ChooseOption(dialogue.response, number, key), key == chosen),)
        for key, option in dialogue.checklist.options.items()
    )


def _steering(dialogue: Dialogue, number: int) -> tuple[Row, ...]:
    response = dialogue.response
    back = (Button(say("‹ Back"), Go(response, Position(Screen.ITEM, number - 1))),) if number > 1 else ()
    pause = Button(say("Pause"), Go(response, Position(Screen.PAUSE)))
    if number not in dialogue.answers:
        return in_rows((*back, pause, *language_buttons(dialogue, Position(Screen.ITEM, number))))
    forward = Button(say("Next ›"), _forward(dialogue, number))
    return ((*back, forward), *in_rows((pause, *language_buttons(dialogue, Position(Screen.ITEM, number)))))


def _forward(dialogue: Dialogue, number: int) -> Press:
    if dialogue.next_item is None:
        return Go(dialogue.response, Position(Screen.PART, dialogue.checklist.part_of(number)))
    return Go(dialogue.response, Position(Screen.ITEM, number + 1))
