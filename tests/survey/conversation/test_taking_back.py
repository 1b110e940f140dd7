"""Done can be taken back for a moment, and never once a release holds the response; whatever one taps is answered."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.survey.conversation import screens
from bot.survey.conversation.buttons import ChooseOption, Finish, Go, Position, Screen, TakeBack
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.notices import CLOSED, FINISHED, RELEASED, TOO_LATE
from bot.survey.conversation.step import Turn, step
from bot.survey.phrases import Phrase
from bot.texts.texts import Texts
from tests.survey.conversation.test_dialogue import CHECKLIST, EVENTS, NOW, RESPONSE, beginning, played

ALL_GIVEN = beginning(group="other", answers=dict.fromkeys(CHECKLIST.items, "yes"), touched_at=NOW)
DONE = replace(ALL_GIVEN, completed_at=NOW)
BACK = TakeBack(RESPONSE)
JUST_IN_TIME, AT_ONCE_LATE = NOW + timedelta(seconds=299), NOW + timedelta(minutes=5)
FINAL = {
    "late": (DONE, AT_ONCE_LATE, TOO_LATE),
    "released": (replace(DONE, released=True), NOW, RELEASED),
    "closed": (replace(DONE, wave_open=False), NOW, CLOSED),
    "closed and released": (replace(DONE, wave_open=False, released=True), AT_ONCE_LATE, CLOSED),
    "closing sooner": (replace(DONE, closes_at=NOW + timedelta(minutes=2)), NOW + timedelta(minutes=2), TOO_LATE),
}
every_way_to_be_final = pytest.mark.parametrize(("dialogue", "now", "why"), FINAL.values(), ids=FINAL.keys())


def offers(dialogue: Dialogue, now: datetime) -> bool:
    rows = screens.view(dialogue, Position(Screen.THANKS), now).rows
    return BACK in [button.press for row in rows for button in row]


@pytest.mark.parametrize("now", [NOW, JUST_IN_TIME])
def test_within_five_minutes_it_leads_to_the_review_with_every_answer(now: datetime) -> None:
    assert offers(DONE, now)
    back = step(DONE, BACK, now)
    assert back == Turn(ALL_GIVEN, Position(Screen.REVIEW))
    changed = step(back.dialogue.at(Position(Screen.ITEM, 4)), ChooseOption(RESPONSE, 4, "no"), now)
    again = step(changed.dialogue, Finish(RESPONSE), now)
    assert again.dialogue == replace(DONE, answers={**DONE.answers, 4: "no"}, completed_at=now)


@every_way_to_be_final
def test_after_that_it_is_said_why_not_and_nothing_changes(dialogue: Dialogue, now: datetime, why: Phrase) -> None:
    assert not offers(dialogue, now)
    assert step(dialogue, BACK, now) == Turn(dialogue, Position(Screen.THANKS), why)


@every_way_to_be_final
def test_an_old_answer_says_the_same(dialogue: Dialogue, now: datetime, why: Phrase) -> None:
    assert step(dialogue, ChooseOption(RESPONSE, 1, "no"), now) == Turn(dialogue, Position(Screen.THANKS), why)
    assert step(dialogue, ChooseOption(RESPONSE, 1, "yes"), now).notice is None, "a second tap of the same is silent"


def test_while_it_can_be_taken_back_an_old_answer_says_how() -> None:
    assert step(DONE, ChooseOption(RESPONSE, 1, "no"), JUST_IN_TIME).notice == FINISHED


def test_a_second_tap_leaves_one_where_one_went_since() -> None:
    at_four = step(step(DONE, BACK, NOW).dialogue, Go(RESPONSE, Position(Screen.ITEM, 4)), NOW)
    assert step(at_four.dialogue, BACK, NOW) == at_four


def test_who_took_it_back_and_leaves_is_reminded_as_before() -> None:
    assert DONE.next_reminder is None
    back = step(DONE, BACK, NOW).dialogue
    assert back.next_reminder == ALL_GIVEN.next_reminder
    assert back.next_reminder


def test_the_round_closes_on_who_took_it_back(texts: Texts) -> None:
    closed = replace(step(DONE, BACK, NOW).dialogue, wave_open=False)
    turn = step(closed, BACK, NOW)
    assert turn == Turn(closed, Position(Screen.CLOSED))
    assert "do not count" in texts.render(screens.view(turn.dialogue, turn.show, NOW), "en")


@given(st.lists(EVENTS, max_size=12), st.sampled_from(sorted(FINAL)))
def test_what_is_final_stays(events: list[object], which: str) -> None:
    dialogue, now, _ = FINAL[which]
    for turn in played(dialogue, events, now):  # type: ignore[arg-type]
        assert (turn.dialogue.completed_at, turn.dialogue.answers) == (dialogue.completed_at, dialogue.answers)


def test_it_is_said_before_and_after_done_and_until_when(texts: Texts) -> None:
    def reads(dialogue: Dialogue, now: datetime) -> str:
        return texts.render(screens.view(dialogue, dialogue.here, now), "nl")

    assert "nog 5 minuten iets veranderen" in reads(ALL_GIVEN, NOW)
    assert "Tot 10:35 kunt u nog iets veranderen." in reads(DONE, JUST_IN_TIME)
    assert "veranderen" not in reads(DONE, AT_ONCE_LATE)
    sooner = replace(DONE, closes_at=NOW + timedelta(minutes=2))
    assert "Tot 10:32 kunt u nog iets veranderen." in reads(sooner, NOW)


def test_the_thanks_say_what_0_and_100_are(texts: Texts) -> None:
    for language, said in (("nl", "0 is overal Nee, 100 is overal Ja."), ("en", "0 is No everywhere, 100 is Yes")):
        assert said in texts.render(screens.view(DONE, Position(Screen.THANKS), NOW), language)
