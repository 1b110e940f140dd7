"""Telegram update -> our update: whatever arrives is understood or passed over, and nothing of it is kept."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.port import Left, Opened, Returned
from bot.channels.telegram.inbound import received
from bot.survey.conversation.buttons import ChooseOption
from bot.survey.conversation.events import Commanded, Expired, Wrote

CODE = "q7m2kd9xw4hvtr3p8bnsyjc5ga"
ANNA = {"id": 4401023312, "is_bot": False, "first_name": "Anna", "language_code": "nl-BE"}
CHAT = {"id": 4401023312, "type": "private", "first_name": "Anna"}


def message(**content: Any) -> dict[str, Any]:
    return {"update_id": 5, "message": {"message_id": 1, "date": 0, "from": ANNA, "chat": CHAT, **content}}


def press(data: str = "a:1:2:yes", **more: Any) -> dict[str, Any]:
    on = {"message_id": 9, "date": 0, "chat": CHAT}
    return {"update_id": 6, "callback_query": {"id": "77", "from": ANNA, "message": on, "data": data, **more}}


@pytest.mark.parametrize(
    ("content", "event"),
    [
        ({"text": "/start"}, Commanded("start")),
        ({"text": f"/start {CODE}"}, Opened(CODE)),
        ({"text": f"/START@samenspraak_bot  {CODE.upper()}. "}, Opened(CODE)),
        ({"text": "/start " + "x" * 4000}, Opened("")),
        ({"text": f"Kijk: https://t.me/SamenspraakBot?start={CODE}"}, Opened(CODE)),
        ({"text": "/wissen@samenspraak_bot nu"}, Commanded("wissen", "nu")),
        ({"text": "/"}, Wrote()),
        ({"text": "/ erase"}, Wrote()),
        ({"text": "/wïssen"}, Wrote()),
        ({"text": "erase"}, Wrote("erase")),
        ({"text": ""}, Wrote()),
        ({"photo": [{}]}, Wrote()),
        ({"sticker": {}}, Wrote()),
        ({"contact": {"phone_number": "+31612345678"}}, Wrote()),
        ({}, Wrote()),
    ],
)
def test_a_message(content: dict[str, Any], event: object) -> None:
    found = received(message(**content))
    assert found
    assert (found.update.event, found.press) == (event, None)
    assert (found.update.id, found.update.address, found.update.phone_language) == ("telegram:5", "4401023312", "nl-BE")


def test_a_press() -> None:
    found = received(press())
    assert found
    assert (found.update.event, found.update.message, found.press) == (ChooseOption(1, 2, "yes"), 9, "77")


@pytest.mark.parametrize(
    "update",
    [press("forged"), press(""), press("a:1:2:yes:3"), press(data=None), press(game_short_name="chess", data="x")],  # type: ignore[arg-type]
)
def test_a_press_that_means_nothing_is_still_answered(update: dict[str, Any]) -> None:
    found = received(update)
    assert found
    assert found.update.event == Expired()
    assert found.press == "77"


def test_a_press_on_a_message_too_old_to_be_sent_along() -> None:
    found = received(press(message=None))
    assert found
    assert (found.update.event, found.update.message) == (ChooseOption(1, 2, "yes"), None)


@pytest.mark.parametrize(("status", "event"), [("kicked", Left()), ("left", Left()), ("member", Returned())])
def test_blocked_and_back(status: str, event: object) -> None:
    change = {"chat": CHAT, "from": ANNA, "date": 0, "new_chat_member": {"status": status, "user": ANNA}}
    found = received({"update_id": 7, "my_chat_member": change})
    assert found
    assert found.update.event == event


@pytest.mark.parametrize("number", [True, 1.0, 1.5, "1", 2**63, -(2**63), float("inf"), float("nan"), None, [1]])
def test_only_a_whole_number_is_a_person(number: object) -> None:
    chat = {"id": number, "type": "private"}
    assert received({"update_id": 1, "message": {"message_id": 1, "chat": chat, "text": "/start"}}) is None
    assert received({"update_id": 1, "callback_query": {"id": "1", "from": {"id": number}, "data": "x"}}) is None
    change = {"chat": chat, "new_chat_member": {"status": "left"}}
    assert received({"update_id": 1, "my_chat_member": change}) is None


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"update_id": "x"},
        {"update_id": None, "message": {}},
        {"update_id": 1},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": {"chat": {"type": "private"}}},
        {"update_id": 1, "message": {"chat": {"id": "abc", "type": "private"}, "text": "/start"}},
        {"update_id": 1, "message": {"chat": {"id": -100, "type": "supergroup"}, "text": "/start"}},
        {"update_id": 1, "message": {"chat": {"id": -100, "type": "supergroup"}, "text": "Hello all"}},
        {"update_id": 1, "message": {"chat": {"id": -100, "type": "channel"}, "text": "/start abc"}},
        {"update_id": 1, "edited_message": {"chat": CHAT, "text": "/erase"}},
        {"update_id": 1, "callback_query": {"id": 1, "data": "a:1:2:yes"}},
        {
            "update_id": 1,
            "callback_query": {"id": "1", "from": ANNA, "message": {"chat": {"type": "group"}}, "data": "x"},
        },
        {"update_id": 1, "callback_query": {"id": "1", "from": {"id": float("inf")}, "data": "x"}},
        {"update_id": 1, "my_chat_member": {"chat": CHAT}},
        {"update_id": 1, "poll": {"id": "1"}},
    ],
)
def test_what_is_not_for_us(raw: dict[str, Any]) -> None:
    assert received(raw) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
KEYS = st.sampled_from(["message", "callback_query", "my_chat_member", "chat", "from", "id", "type", "text", "data"])


@pytest.mark.long
@given(st.dictionaries(KEYS | st.just("update_id"), st.dictionaries(KEYS, st.dictionaries(KEYS, JSON) | JSON) | JSON))
def test_no_update_breaks_the_door(raw: dict[str, Any]) -> None:
    received({"update_id": 1, **raw})


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (f"/start@samenspraak_bot {CODE}", Opened(CODE)),
        (f"/START@Samenspraak_Bot {CODE}.", Opened(CODE)),
        (f"/start {CODE}", Opened(CODE)),
        (f"/start@other_bot {CODE}", None),
        ("/start@other_bot x", None),
        ("/start game42", None),
        (f"Look: {CODE}", None),
        (f"https://t.me/samenspraak_bot?start={CODE}", None),
        ("/help@samenspraak_bot", None),
    ],
)
def test_in_a_group_only_a_link_that_is_opened_with_us_is_for_us(text: str, event: object) -> None:
    group = {"id": -1009, "type": "supergroup"}
    found = received(message(text=text, chat=group), "samenspraak_bot")
    assert (found.update.event if found else None) == event
