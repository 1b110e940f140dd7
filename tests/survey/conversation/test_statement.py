"""The screen of a statement: in plain words first, with what came just before it, and every part a value of its own."""

from dataclasses import replace

from bot.survey.conversation import screens, statement
from bot.survey.conversation.buttons import Position, Screen
from bot.survey.conversation.dialogue import Dialogue
from bot.texts.texts import Texts
from tests.survey.conversation.test_dialogue import CHECKLIST, NOW, beginning

AT_SEVEN = beginning(group="other", answers=dict.fromkeys(range(1, 7), "rather_yes"))


def shown(texts: Texts, dialogue: Dialogue, number: int) -> list[str]:
    """The lines of the screen in English."""
    view = screens.view(dialogue, Position(Screen.ITEM, number), NOW)
    return texts.render(view, "en").splitlines()


def test_from_what_was_chosen_last_to_the_question(texts: Texts) -> None:
    item, part = CHECKLIST.items[7], CHECKLIST.dimensions[1]
    assert shown(texts, AT_SEVEN, 7) == [
        "Statement 6: More yes than no",
        "",
        f"Statement 7 of 26 · {part.plain.text}",
        "",
        f"<b>{item.plain.text}</b>",
        "",
        f"The official statement: {item.statement.text}",
        "",
        "Is this true for you?",
    ]


def test_a_part_that_is_finished_is_said_once(texts: Texts) -> None:
    at_two = replace(AT_SEVEN, answers={1: "yes"})
    assert shown(texts, at_two, 2)[:2] == ["Nice, part 1 is finished.", "Statement 1: Yes"]
    assert shown(texts, AT_SEVEN, 2)[0] == "Statement 1: More yes than no", "it is answered already"


def test_nothing_came_before_the_first_statement_and_two_partnerships_are_told_apart(texts: Texts) -> None:
    assert shown(texts, AT_SEVEN, 1)[0].startswith("Statement 1 of 26")
    both = replace(AT_SEVEN, others=((8, "Another"),), answers={})
    assert shown(texts, both, 1)[0] == both.partnership.name


def test_a_page_finds_every_part_by_its_name() -> None:
    (line,), *_ = statement.to_answer(AT_SEVEN, 5).paragraphs
    values = dict(line.values)
    item = CHECKLIST.items[5]
    assert (values["plain"], values["statement"], values["hint"]) == (item.plain, item.statement, item.hint)
    assert (values["number"], values["count"]) == (5, 26)
    assert (values["previous"], values["if_first"]) == (False, False), "what brings a statement says neither"


def test_the_two_answers_without_a_score_stand_in_one_row() -> None:
    rows = [[button.press.option for button in row] for row in statement.to_answer(AT_SEVEN, 7).rows]  # type: ignore[union-attr]
    assert rows == [["no"], ["rather_no"], ["middle"], ["rather_yes"], ["yes"], ["dont_know", "not_applicable"]]
