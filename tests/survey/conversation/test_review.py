"""The review: every statement with its answer in one message, and what to tap to change one."""

from dataclasses import replace

import pytest

from bot.survey.checklist import LIMITS, Checklist
from bot.survey.conversation import screens
from bot.survey.conversation.buttons import ChooseOption, Finish, Go, Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.step import step
from bot.survey.conversation.views import View
from bot.survey.phrases import beginning, verbatim
from bot.texts.texts import Texts, plain
from tests.survey.conversation.test_dialogue import CHECKLIST, NOW, RESPONSE
from tests.survey.conversation.test_dialogue import beginning as fresh

ALL_GIVEN = fresh(group="other", answers=dict.fromkeys(CHECKLIST.items, "rather_no"))


def review(dialogue: Dialogue) -> View:
    return screens.view(dialogue, Position(Screen.REVIEW), NOW)


def wordiest(checklist: Checklist) -> Checklist:
    """The same with texts as long as a translation may be."""
    words, label = ("word " * 50)[: LIMITS["plain"]], verbatim("&" * LIMITS["label"])
    items = {number: replace(item, plain=verbatim(words)) for number, item in checklist.items.items()}
    options = {key: replace(option, label=label) for key, option in checklist.options.items()}
    return replace(checklist, items=items, options=options)


def test_each_statement_is_a_row_with_its_answer(texts: Texts) -> None:
    rows = [line for line in texts.render(review(ALL_GIVEN), "en").splitlines() if " → " in line]
    assert [row.split(". ")[0] for row in rows] == [str(number) for number in CHECKLIST.items]
    assert all(row.endswith("→ <b>More no than yes</b>") for row in rows)


def test_each_number_leads_to_its_statement_and_back_to_the_review() -> None:
    rows = review(ALL_GIVEN).rows
    numbers = [button for row in rows for button in row if isinstance(button.press, Go)]
    assert [button.label for button in numbers] == [verbatim(number) for number in CHECKLIST.items]
    for button, item in zip(numbers, CHECKLIST.items, strict=True):
        there = step(ALL_GIVEN, button.press, NOW)  # type: ignore[arg-type]
        assert there.show == Position(Screen.ITEM, item)
        changed = step(there.dialogue, ChooseOption(RESPONSE, item, "yes"), NOW)
        assert (changed.show, changed.dialogue.answers[item]) == (Position(Screen.REVIEW), "yes")


def test_done_stands_apart_from_the_numbers() -> None:
    (done,) = (row for row in review(ALL_GIVEN).rows if any(isinstance(button.press, Finish) for button in row))
    assert len(done) == 1


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_is_one_message_with_the_longest_texts_that_a_translation_may_have(texts: Texts, language: str) -> None:
    longest = review(replace(ALL_GIVEN, checklist=wordiest(CHECKLIST)))
    assert 2500 < len(plain(texts.render(longest, language))) < 4096


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        ("We look back & forth.", "We look back &amp; forth."),
        ("We look back & forth a lot.", "We look back &amp; forth …"),
        ("Donaudampfschifffahrtsgesellschaft", "…"),
    ],
)
def test_a_beginning_ends_with_a_whole_word(texts: Texts, whole: str, said: str) -> None:
    assert texts.say(beginning(verbatim(whole), 22), "en") == said
