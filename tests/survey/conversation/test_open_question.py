"""The open question: words are kept where it is asked and shown, and nowhere else; whatever one types is answered."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.survey.conversation import screens
from bot.survey.conversation.buttons import ChooseOption, Finish, Go, Position, Screen, TakeBack, Write
from bot.survey.conversation.commands import COMMANDS
from bot.survey.conversation.dialogue import MOST_WRITTEN, OPEN_QUESTION, TAKE_BACK_WITHIN, WORDS, Dialogue
from bot.survey.conversation.events import Commanded, Event, Expired, Filled, Wrote
from bot.survey.conversation.notices import CLOSED, FINISHED, OLD_BUTTON, RELEASED, TOO_LATE, WORDS_ONLY
from bot.survey.conversation.step import Turn, step
from bot.survey.free_text import length_of
from bot.survey.phrases import Phrase
from bot.survey.traits import Traits
from bot.texts.texts import Texts
from tests.survey.conversation.test_dialogue import ANSWERED, CHECKLIST, EVENTS, NOW, RESPONSE, beginning, played

ALL_GIVEN = dict.fromkeys(CHECKLIST.items, "yes")
ASKED = beginning(group="other", answers=ALL_GIVEN, open_question=True, position=OPEN_QUESTION)
REVIEW = Position(Screen.REVIEW)
A_PAGE = Traits("", has_fields=True)
TYPED = st.text(max_size=600) | st.sampled_from(("", " ", "\n" * 300, "x" * 501, "🙂" * 251, "\u202eevil", "<b>&amp;"))
WRITING: st.SearchStrategy[Event] = st.one_of(
    EVENTS,
    st.builds(Wrote, TYPED),
    st.just(Write(RESPONSE)),
    st.builds(lambda words: Filled(Write(RESPONSE), {WORDS: words}), TYPED),
    st.just(Filled(Write(RESPONSE), {"forged": "x"})),
    st.just(Go(RESPONSE, OPEN_QUESTION)),
)


def asked(answers: Mapping[int, str], group: str | None, wave_open: bool, channel: Traits) -> Dialogue:
    return beginning(answers=answers, group=group, wave_open=wave_open, channel=channel, open_question=True)


DIALOGUES = st.builds(
    asked,
    st.just(ALL_GIVEN) | ANSWERED,
    st.sampled_from(("other", "other", None)),
    st.sampled_from((True, True, True, False)),
    st.sampled_from((ASKED.channel, A_PAGE)),
)


@given(DIALOGUES, st.lists(WRITING, max_size=30))
def test_words_change_only_where_they_are_asked_for_and_are_one_short_line(
    dialogue: Dialogue, events: list[Event]
) -> None:
    is_shown = False
    for event, turn in zip(events, played(dialogue, events), strict=True):
        words = turn.dialogue.open_answer
        if words != dialogue.open_answer:
            assert isinstance(event, Write | Filled) or (isinstance(event, Wrote) and is_shown)
        assert length_of(words) <= MOST_WRITTEN
        assert words == " ".join(words.split())
        assert all(sign.isprintable() or sign in "\u200d\ufe0f" for sign in words)
        is_shown, dialogue = turn.show == OPEN_QUESTION, turn.dialogue


@given(DIALOGUES, st.lists(WRITING, max_size=30))
def test_every_screen_has_a_way_on_and_none_of_its_buttons_is_old(dialogue: Dialogue, events: list[Event]) -> None:
    for turn in played(dialogue, events):
        view = screens.view(turn.dialogue, turn.show, NOW)
        presses = [button.press for row in view.rows for button in row]
        assert presses
        assert all(step(turn.dialogue, press, NOW).notice is None for press in presses)  # type: ignore[arg-type]
        is_asked_on_a_page = turn.show == OPEN_QUESTION and turn.dialogue.channel.has_fields
        assert (view.form is not None) == is_asked_on_a_page


@given(DIALOGUES, st.lists(WRITING, max_size=20))
def test_where_nothing_is_asked_nothing_that_is_typed_is_kept(dialogue: Dialogue, events: list[Event]) -> None:
    for turn in played(replace(dialogue, open_question=False), events):
        assert turn.dialogue.open_answer == ""
        assert turn.show != OPEN_QUESTION


@given(DIALOGUES, st.lists(WRITING, max_size=20), st.lists(WRITING, max_size=5))
def test_what_is_final_stays_as_it_was_written(dialogue: Dialogue, events: list[Event], late: list[Event]) -> None:
    done = replace(dialogue, completed_at=NOW - TAKE_BACK_WITHIN, answers=ALL_GIVEN, open_answer="a tree")
    for turn in played(done, [*events, *late]):
        assert (turn.dialogue.open_answer, turn.dialogue.completed) == ("a tree", True)


def test_it_comes_after_the_last_statement_and_before_the_review() -> None:
    last = beginning(group="other", answers={n: "yes" for n in CHECKLIST.items if n != 26}, open_question=True)
    turn = step(last, ChooseOption(RESPONSE, 26, "no"), NOW)
    assert turn.show == OPEN_QUESTION
    assert step(turn.dialogue, Go(RESPONSE, REVIEW), NOW).show == REVIEW, "it can be skipped"
    wrote = step(turn.dialogue, Wrote("  More\n\ntrees "), NOW)
    assert (wrote.show, wrote.dialogue.open_answer) == (REVIEW, "More trees")
    assert step(wrote.dialogue, Finish(RESPONSE), NOW).show == Position(Screen.THANKS)


def test_an_answer_that_is_changed_in_the_review_asks_nothing_again() -> None:
    there = step(replace(ASKED, position=None), Go(RESPONSE, Position(Screen.ITEM, 4)), NOW).dialogue
    assert step(there, ChooseOption(RESPONSE, 4, "no"), NOW).show == REVIEW


def test_it_is_changed_and_removed_from_the_review() -> None:
    written = replace(ASKED, open_answer="More trees", position=None)
    shown = step(written, Go(RESPONSE, OPEN_QUESTION), NOW)
    assert shown.show == OPEN_QUESTION
    assert step(shown.dialogue, Wrote("A bench"), NOW).dialogue.open_answer == "A bench"
    assert step(shown.dialogue, Filled(Write(RESPONSE), {}), NOW) == Turn(written, REVIEW), "a form as it was"
    for gone in (Write(RESPONSE), Filled(Write(RESPONSE), {WORDS: " \n "})):
        assert step(shown.dialogue, gone, NOW) == Turn(replace(written, open_answer=""), REVIEW)


def test_it_is_changed_while_done_can_be_taken_back() -> None:
    done = replace(ASKED, open_answer="More trees", position=None, completed_at=NOW)
    back = step(done, TakeBack(RESPONSE), NOW).dialogue
    there = step(back, Go(RESPONSE, OPEN_QUESTION), NOW).dialogue
    assert step(there, Wrote("A bench"), NOW).dialogue.open_answer == "A bench"


@pytest.mark.parametrize(
    ("dialogue", "now", "told"),
    [
        (replace(ASKED, completed_at=NOW), NOW, FINISHED),
        (replace(ASKED, completed_at=NOW), NOW + timedelta(minutes=5), TOO_LATE),
        (replace(ASKED, completed_at=NOW, released=True), NOW, RELEASED),
        (replace(ASKED, completed_at=NOW, wave_open=False), NOW, CLOSED),
        (replace(ASKED, wave_open=False), NOW, OLD_BUTTON),
        (replace(ASKED, open_question=False, position=None), NOW, OLD_BUTTON),
        (replace(ASKED, answers={1: "yes"}, position=None), NOW, OLD_BUTTON),
        (replace(ASKED, group=None, position=None), NOW, OLD_BUTTON),
    ],
    ids=["done", "late", "released", "closed", "closed unfinished", "off", "half-way", "no group"],
)
def test_an_old_form_or_a_forged_one_is_told_why_not(dialogue: Dialogue, now: datetime, told: Phrase) -> None:
    turn = step(dialogue, Filled(Write(RESPONSE), {WORDS: "x"}), now)
    assert (turn.dialogue.open_answer, turn.show, turn.notice) == ("", dialogue.here, told)


@pytest.mark.parametrize("name", [*COMMANDS, "forged"])
def test_what_looks_like_a_command_is_one(name: str) -> None:
    turn = step(ASKED, Commanded(name, "behind it"), NOW)
    assert turn.dialogue.open_answer == ""
    assert turn.dialogue.stopped is (name == "stop")
    if turn.show != OPEN_QUESTION:
        after = step(turn.dialogue, Wrote("Who can help me?"), NOW)
        assert after.dialogue.open_answer == "", "what is typed below another screen is not an answer"
        assert after.notice


@pytest.mark.parametrize("event", [Wrote(), Wrote(" \n\t"), Wrote("\u202e\u200b")])
def test_what_is_no_text_is_told_so_and_the_question_stays(event: Event) -> None:
    assert step(ASKED, event, NOW) == Turn(ASKED, OPEN_QUESTION, WORDS_ONLY)


def test_an_old_button_changes_nothing() -> None:
    assert step(ASKED, Expired(), NOW) == Turn(ASKED, OPEN_QUESTION, OLD_BUTTON)


@pytest.mark.parametrize(("text", "count"), [("x" * 501, "501"), ("🙂" * 251, "502"), ("y" * 10_000, "10000")])
def test_what_is_too_long_is_told_with_the_number_and_still_there(texts: Texts, text: str, count: str) -> None:
    kept = replace(ASKED, open_answer="More trees")
    turn = step(kept, Wrote(text), NOW)
    assert (turn.show, turn.dialogue.open_answer) == (OPEN_QUESTION, "More trees")
    assert turn.notice
    assert count in texts.word(turn.notice, "nl")
    on_a_page = step(replace(kept, channel=A_PAGE), Filled(Write(RESPONSE), {WORDS: text}), NOW)
    form = screens.view(on_a_page.dialogue, on_a_page.show, NOW).form
    assert on_a_page.notice is None, "it stands beside the field"
    assert form
    assert (form.fields[0].value, form.fields[0].kept, form.is_wrong) == (text, "More trees", True)


@pytest.mark.parametrize("words", ["x" * 500, "🙂" * 250, "👩‍👩‍👧", "<b>&{k}</b>", "مزيد من الأشجار"])
def test_words_of_every_kind_are_kept_and_shown_as_they_are(texts: Texts, words: str) -> None:
    written = step(ASKED, Wrote(words), NOW).dialogue
    assert written.open_answer == words
    for screen in (OPEN_QUESTION, Position(Screen.MY_DATA)):
        for language in texts.languages:
            said = texts.render(screens.view(written, screen, NOW), language)
            assert words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in said
            assert length_of(said) < 4096
    assert length_of(texts.render(screens.view(written, REVIEW, NOW), "nl")) < 4096


def test_a_reminder_shows_no_question_that_could_be_answered_below_it() -> None:
    view = screens.view(ASKED, Position(Screen.REMINDER), NOW)
    assert Finish(RESPONSE) in [button.press for row in view.rows for button in row]
