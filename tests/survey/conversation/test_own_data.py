"""Own data: every statement written out with its answer, in a chat a part at a time, on a page all together."""

from dataclasses import replace

import pytest

from bot.survey.conversation import own_data, screens
from bot.survey.conversation.buttons import Go, Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.step import step
from bot.survey.traits import Traits
from bot.texts.texts import Texts, plain
from tests.survey.conversation.test_dialogue import CHECKLIST, NOW, RESPONSE
from tests.survey.conversation.test_dialogue import beginning as fresh
from tests.survey.conversation.test_review import wordiest

ALL_GIVEN = fresh(group="other", answers=dict.fromkeys(CHECKLIST.items, "rather_no"))
ON_A_PAGE = replace(ALL_GIVEN, channel=Traits("page"))
PARTS = range(1, len(CHECKLIST.dimensions) + 1)
LATER = "Did you also choose answers in an earlier round? Those are only in the files."


def said(dialogue: Dialogue, texts: Texts, part: int = 0, language: str = "en") -> str:
    return plain(texts.render(screens.view(dialogue, Position(Screen.MY_DATA, part), NOW), language))


def parts_offered(dialogue: Dialogue, part: int = 0) -> list[int]:
    view = screens.view(dialogue, Position(Screen.MY_DATA, part), NOW)
    presses = [button.press for row in view.rows for button in row]
    return [one.position.number for one in presses if isinstance(one, Go) and one.position.screen == Screen.MY_DATA]


def test_in_a_chat_the_parts_together_hold_every_statement_once_and_in_full(texts: Texts) -> None:
    assert parts_offered(ALL_GIVEN) == [*PARTS]
    read = "\n\n".join(said(ALL_GIVEN, texts, part) for part in PARTS)
    for item in CHECKLIST.items.values():
        assert read.count(f"\n{item.number}. {texts.say(item.plain, 'en')}\nMore no than yes") == 1


def test_on_a_page_every_statement_stands_under_its_part(texts: Texts) -> None:
    read = said(ON_A_PAGE, texts)
    assert "26 of 26 statements" in read
    assert "Tap a part" not in read
    assert parts_offered(ON_A_PAGE) == []
    heads = [read.index(f"\n\n{texts.say(dimension.plain, 'en')}\n\n") for dimension in CHECKLIST.dimensions]
    assert heads == sorted(heads)
    for item in CHECKLIST.items.values():
        assert f"\n\n{item.number}. {texts.say(item.plain, 'en')}\nMore no than yes" in read


@pytest.mark.parametrize("answers", [{}, {1: "yes"}, {1: "yes", 26: "dont_know"}])
def test_a_part_without_an_answer_is_not_offered(answers: dict[int, str], texts: Texts) -> None:
    begun = replace(ALL_GIVEN, answers=answers)
    assert parts_offered(begun) == [CHECKLIST.part_of(item) for item in answers]
    assert ("Tap a part" in said(begun, texts)) is bool(answers)
    for dialogue in (begun, replace(begun, channel=Traits("page"))):
        assert ("none yet" in said(dialogue, texts)) is not bool(answers)


@pytest.mark.parametrize("number", [7, 99, 10**9])
def test_a_forged_part_shows_all_that_we_keep(number: int, texts: Texts) -> None:
    turn = step(ALL_GIVEN, Go(RESPONSE, Position(Screen.MY_DATA, number)), NOW)
    assert own_data.part(turn.dialogue, turn.show.number) is None
    assert said(ALL_GIVEN, texts, number) == said(ALL_GIVEN, texts)
    assert turn.dialogue == ALL_GIVEN


@pytest.mark.parametrize("part", PARTS)
def test_a_part_fits_in_a_message_in_the_wordiest_language(part: int, texts: Texts) -> None:
    begun = replace(ALL_GIVEN, checklist=wordiest(CHECKLIST))
    view = screens.view(begun, Position(Screen.MY_DATA, part), NOW)
    assert len(texts.render(view, "nl")) <= begun.channel.most_text


def test_who_may_have_answered_before_is_told_where_that_is(texts: Texts) -> None:
    assert LATER not in said(ALL_GIVEN, texts)
    assert LATER in said(replace(ALL_GIVEN, wave=2), texts)
    assert LATER not in said(replace(ON_A_PAGE, wave=2), texts), "there it stands below"


def test_a_part_leads_to_the_other_parts_to_deleting_and_onwards() -> None:
    view = screens.view(ALL_GIVEN, Position(Screen.MY_DATA, 2), NOW)
    assert [row[0].chosen for row in view.rows[:6]] == [False, True, False, False, False, False]
    screens_of = [button.press.position.screen for row in view.rows for button in row if isinstance(button.press, Go)]
    assert Screen.ERASE in screens_of
