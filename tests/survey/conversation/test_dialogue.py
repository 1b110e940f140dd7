"""The dialogue, under any sequence of events: it never raises, never misfiles an answer, always has a way on."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.survey.checklist import Checklist
from bot.survey.conversation import screens
from bot.survey.conversation.buttons import (
    ChooseGroup,
    ChooseMoment,
    ChooseOption,
    Erase,
    Finish,
    Go,
    OfAResponse,
    Position,
    Resume,
    Screen,
    Switch,
    TakeBack,
)
from bot.survey.conversation.commands import COMMANDS
from bot.survey.conversation.dialogue import GROUP_LABELS, TAKE_BACK_WITHIN, Dialogue
from bot.survey.conversation.events import Commanded, Event, Expired, Wrote
from bot.survey.conversation.step import Turn, step
from bot.texts.texts import the_checklist
from tests.house import partnership

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CHECKLIST = the_checklist()
OPTIONS = tuple(CHECKLIST.options)
RESPONSE = 7

PLACES = st.builds(Position, st.sampled_from(Screen), st.integers(0, 30))
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(ChooseOption, st.just(RESPONSE), st.integers(0, 30), st.sampled_from((*OPTIONS, "forged"))),
    st.builds(ChooseGroup, st.just(RESPONSE), st.sampled_from((*GROUP_LABELS, "forged"))),
    st.builds(Go, st.just(RESPONSE), PLACES),
    st.builds(Switch, st.just(RESPONSE), st.sampled_from(("nl", "en", "xx")), PLACES),
    st.builds(ChooseMoment, st.just(RESPONSE), st.sampled_from(("evening", "tomorrow", "week", "none", "forged"))),
    st.just(Resume(RESPONSE)),
    st.just(Finish(RESPONSE)),
    st.just(TakeBack(RESPONSE)),
    st.builds(Commanded, st.sampled_from((*COMMANDS, "forged"))),
    st.just(Wrote()),
    st.just(Expired()),
)
ANSWERED = st.integers(0, 26).flatmap(
    lambda n: st.lists(st.sampled_from(OPTIONS), min_size=n, max_size=n).map(lambda given: dict(enumerate(given, 1)))
)


def beginning(**more: object) -> Dialogue:
    fresh = Dialogue(CHECKLIST, ("en", "nl"), "nl", partnership(), RESPONSE)
    return replace(fresh, **more)  # type: ignore[arg-type]


DIALOGUES = st.builds(
    lambda answers, group, wave_open, others: beginning(
        answers=answers, group=group, wave_open=wave_open, others=others
    ),
    ANSWERED,
    st.sampled_from((*GROUP_LABELS, None)),
    st.sampled_from((True, True, True, False)),
    st.sampled_from(((), ((8, "Another"),))),
)


def played(dialogue: Dialogue, events: Iterable[Event], now: datetime = NOW) -> list[Turn]:
    turns = []
    for event in events:
        turn = step(dialogue, event, now)
        turns.append(turn)
        dialogue = turn.dialogue
    return turns


def buttons_on(turn: Turn) -> list[OfAResponse]:
    return [
        button.press  # type: ignore[misc]  # nobody with a response stands at the door
        for row in screens.view(turn.dialogue, turn.show, NOW).rows
        for button in row
    ]


@given(DIALOGUES, st.lists(EVENTS, max_size=30))
def test_an_answer_changes_only_by_the_button_of_that_item(dialogue: Dialogue, events: list[Event]) -> None:
    for event, turn in zip(events, played(dialogue, events), strict=True):
        changed = dict(turn.dialogue.answers.items() - dialogue.answers.items())
        if changed:
            assert isinstance(event, ChooseOption)
            assert changed == {event.item: event.option}
            assert dialogue.here == Position(Screen.ITEM, event.item)
        assert dialogue.answers.keys() <= turn.dialogue.answers.keys()
        dialogue = turn.dialogue


@given(DIALOGUES, st.lists(EVENTS, max_size=30))
@example(
    beginning(answers={1: "no"}, group="other"),
    [Go(RESPONSE, Position(Screen.ITEM, 1)), Go(RESPONSE, Position(Screen.REMINDER))],
)
def test_every_screen_can_be_shown_and_has_a_button_that_leads_on(dialogue: Dialogue, events: list[Event]) -> None:
    for turn in played(dialogue, events):
        presses = buttons_on(turn)
        assert presses
        assert all(step(turn.dialogue, press, NOW).notice is None for press in presses), (
            "a button on screen is never old"
        )


@given(DIALOGUES, st.lists(EVENTS, max_size=15))
def test_whatever_happened_one_can_finish_from_there(dialogue: Dialogue, events: list[Event]) -> None:
    after = (
        played(replace(dialogue, wave_open=True), events)[-1].dialogue if events else replace(dialogue, wave_open=True)
    )
    turn = step(after, Resume(RESPONSE), NOW)
    for _ in range(35):
        if turn.dialogue.completed:
            return
        wanted = (ChooseGroup, ChooseOption, Finish)
        onward: list[OfAResponse] = [press for press in buttons_on(turn) if isinstance(press, wanted)] or [
            Go(RESPONSE, Position(Screen.REVIEW))
        ]
        turn = step(turn.dialogue, onward[0], NOW)
    pytest.fail(f"not finished, but at {turn.show}")


@given(DIALOGUES, st.lists(EVENTS, max_size=20))
def test_an_event_doubled_at_once_changes_nothing_more(dialogue: Dialogue, events: list[Event]) -> None:
    once, twice = played(dialogue, events), played(dialogue, [event for event in events for _ in range(2)])
    if events:
        assert twice[-1].dialogue == once[-1].dialogue


@given(DIALOGUES, st.lists(EVENTS, max_size=20), st.lists(EVENTS, max_size=5))
def test_a_finished_response_stays_as_it_is(dialogue: Dialogue, events: list[Event], late: list[Event]) -> None:
    done = replace(
        dialogue, completed_at=NOW - TAKE_BACK_WITHIN, answers=dict.fromkeys(CHECKLIST.items, "yes"), group="other"
    )
    for turn in played(done, [*events, *late]):
        assert turn.dialogue.completed
        assert turn.dialogue.answers == done.answers


@given(DIALOGUES)
def test_only_the_button_itself_erases(dialogue: Dialogue) -> None:
    assert step(dialogue, Erase(RESPONSE), NOW).erased


def test_the_walk_from_first_to_last_statement(checklist: Checklist) -> None:
    turn = step(beginning(), ChooseGroup(RESPONSE, "resident"), NOW)
    for number in checklist.items:
        assert turn.show == Position(Screen.ITEM, number)
        turn = step(turn.dialogue, ChooseOption(RESPONSE, number, "yes"), NOW)
    assert turn.show == Position(Screen.REVIEW)
    assert step(turn.dialogue, Finish(RESPONSE), NOW).show == Position(Screen.THANKS)


def test_a_late_second_tap_is_silent_and_a_late_other_tap_is_told() -> None:
    at_two = beginning(group="other", answers={1: "yes"})
    assert step(at_two, ChooseOption(RESPONSE, 1, "yes"), NOW) == Turn(at_two, Position(Screen.ITEM, 2))
    late = step(at_two, ChooseOption(RESPONSE, 1, "no"), NOW)
    assert late.dialogue == at_two
    assert late.notice


def test_a_changed_answer_in_the_review_comes_back_to_the_review() -> None:
    all_given = beginning(group="other", answers=dict.fromkeys(CHECKLIST.items, "yes"))
    there = step(all_given, Go(RESPONSE, Position(Screen.ITEM, 4)), NOW)
    assert there.show == Position(Screen.ITEM, 4)
    assert step(there.dialogue, ChooseOption(RESPONSE, 4, "no"), NOW).show == Position(Screen.REVIEW)


def test_an_answer_to_a_statement_that_one_went_back_to_without_a_turn() -> None:
    at_three = beginning(group="other", answers={1: "yes", 2: "yes"})
    assert step(at_three, ChooseOption(RESPONSE, 1, "no"), NOW).dialogue.answers[1] == "yes"
    changed = step(at_three.at(Position(Screen.ITEM, 1)), ChooseOption(RESPONSE, 1, "no"), NOW)
    assert changed == Turn(replace(at_three, answers={1: "no", 2: "yes"}), Position(Screen.ITEM, 3))


@given(DIALOGUES, PLACES)
def test_one_can_only_be_put_where_a_button_could_lead(dialogue: Dialogue, position: Position) -> None:
    put, led = dialogue.at(position), step(dialogue, Go(RESPONSE, position), NOW)
    if led.notice is None:
        assert put == led.dialogue
    else:
        assert put is dialogue
    assert put.here.screen in (dialogue.here.screen, Screen.ITEM, Screen.REVIEW)
    assert put.at(dialogue.here).here == dialogue.here, "and back"


def test_nobody_is_put_at_a_statement_that_waits_or_in_what_is_over() -> None:
    at_three = beginning(group="other", answers={1: "yes", 2: "yes"})
    for dialogue, number in (
        (at_three, 4),
        (at_three, 0),
        (at_three, 99),
        (replace(at_three, group=None), 1),
        (replace(at_three, wave_open=False), 1),
        (replace(at_three, completed_at=NOW), 1),
    ):
        assert dialogue.at(Position(Screen.ITEM, number)) is dialogue


def test_answering_ends_a_break() -> None:
    resting = step(beginning(group="other"), ChooseMoment(RESPONSE, "week"), NOW).dialogue
    assert resting.remind_at
    assert step(resting, ChooseOption(RESPONSE, 1, "yes"), NOW).dialogue.remind_at is None


def test_stop_stops_and_asking_for_a_message_starts_again() -> None:
    stopped = step(beginning(group="other"), Commanded("stop"), NOW).dialogue
    assert stopped.stopped
    assert step(stopped, ChooseMoment(RESPONSE, "none"), NOW).dialogue.stopped
    assert not step(stopped, ChooseMoment(RESPONSE, "tomorrow"), NOW).dialogue.stopped
