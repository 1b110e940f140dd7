"""The screen of a statement that is kept is, for everybody, word for word the one that is made for them alone."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from bot.channels.telegram import traits as telegram
from bot.channels.web import traits as web
from bot.survey.conversation import screens
from bot.survey.conversation.buttons import MOST, Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.texts import statements
from bot.texts.texts import Texts
from tests.house import MONDAY, partnership
from tests.survey.conversation.test_dialogue import beginning
from tests.variants import variants

JUNK = ("&" * 80, "<b>{plain}</b> {number}", "Ons \U0001f3e1 Huis", "a:7:3:yes", "{if_first}\n\n", "%s \\ \u202e")
CHANNELS = (telegram.TRAITS, web.TRAITS)


def every_dialogue(texts: Texts, number: int) -> Iterator[Dialogue]:
    """With every answer to a statement and to the one before it, on the way and at the end, in one or several."""
    given = (None, *texts.checklist.options)
    whole = dict.fromkeys(texts.checklist.items, "yes")
    for language, chosen, previous, is_at_the_end in product(texts.languages, given, given, (False, True)):
        those = {number: chosen, number - 1: previous}
        answers = {**(whole if is_at_the_end else {}), **those}
        answers = {item: option for item, option in answers.items() if option and item in texts.checklist.items}
        yield beginning(languages=texts.languages, language=language, answers=answers, group="other")


@pytest.mark.parametrize("number", variants((1, 19, 26, *range(2, 19), *range(20, 26)), always=3))
def test_it_is_the_same_for_every_statement_language_and_answer(texts: Texts, number: int) -> None:
    for nth, dialogue in enumerate(every_dialogue(texts, number)):
        name, others = JUNK[nth % len(JUNK)], ((8, "Another"),) * (nth % 3)
        asked_by = partnership(name, organisation=name, contact=name, minimum_group=nth)
        for response, channel in ((nth, CHANNELS[nth % 2]), (MOST, CHANNELS[nth % 2])):  # the second one is kept
            is_the_same(
                texts, replace(dialogue, partnership=asked_by, others=others, channel=channel), number, response
            )


def is_the_same(texts: Texts, dialogue: Dialogue, number: int, response: int) -> None:
    dialogue = replace(dialogue, response=response)
    view = screens.view(dialogue, Position(Screen.ITEM, number), MONDAY)
    assert statements.letter(texts, dialogue, number, response) == texts.letter(view, dialogue.language, response)
    assert statements.values(texts, dialogue, number) == texts.values(view, dialogue.language)


def test_no_more_of_them_are_kept_than_so_many(texts: Texts) -> None:
    for name in range(2 * statements.MOST_KEPT):
        asked_by = partnership(str(name))
        letter = statements.letter(texts, beginning(partnership=asked_by, others=((8, "Another"),)), 1)
        assert letter.text.startswith(f"{name}\n")
    assert statements.said_once.cache_info().currsize <= statements.MOST_KEPT
