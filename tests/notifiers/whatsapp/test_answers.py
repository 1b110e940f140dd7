"""Each code of an error has its receipt, whether it is said at once or later."""

import json

import pytest

from bot.http.connection import Answer
from bot.letters import Delivered, Elsewhere, Postponed, Receipt, Unreachable
from bot.notifiers.whatsapp import answers
from bot.notifiers.whatsapp.answers import BUSY, HOLD, PAIR, TRY_AGAIN
from bot.notifiers.whatsapp.api import ApiError

LANE, MINUTE = Postponed(HOLD), Postponed(BUSY)
RECEIPTS: dict[int, Receipt] = {
    **dict.fromkeys((4, 80007, 130429, 133016), MINUTE),
    **dict.fromkeys((10, 190, 368, 131005, 131031, 131042, 131048, 133010), LANE),
    131056: Postponed(PAIR, alone=True),
    131053: Postponed(TRY_AGAIN, alone=True),
    **{code: Unreachable(f"cannot be reached in WhatsApp: {code}") for code in (131026, 131050)},
    **{
        code: Elsewhere(f"not by WhatsApp: {code}")
        for code in (100, 131008, 131047, 131049, 132000, 132001, 132005, 132015, 132016, 132018, 999_999)
    },
}


def answer(status: int, content: object) -> Answer:
    return Answer(status, json.dumps(content).encode())


@pytest.mark.parametrize("code", RECEIPTS)
def test_a_code_has_its_receipt(code: int) -> None:
    said = answer(400, {"error": {"code": code, "message": "to +31600471100"}})
    assert answers.receipt(said) == answers.of_code(code) == RECEIPTS[code]
    assert answers.how(said) == str(code)
    assert answers.receipt(answer(400, {"error": {"code": str(code)}})) == RECEIPTS[code]
    assert str(ApiError(400, {"error": {"code": str(code)}})) == f"it answers 400, error {code}"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (answer(200, {"messages": [{"id": "wamid.1"}]}), Delivered(reference="wamid.1")),
        (answer(429, {}), MINUTE),
        (answer(503, None), Postponed()),
        (Answer(502, b"<html>"), Postponed()),
        (Answer(200, b"\xff"), Postponed()),
        (answer(200, {"messages": []}), Postponed()),
        (answer(200, {"messages": [{"id": 7}]}), Postponed()),
        (answer(200, {"messages": [{"id": "wamid.\ud83d"}]}), Postponed()),
        (answer(400, {"error": "x"}), Postponed()),
        *((answer(400, {"error": {"code": code}}), Postponed()) for code in (True, 1.5, -1, 10**40, "", "x", "²", [4])),
    ],
)
def test_what_has_no_code_is_tried_again(said: Answer, expected: Receipt) -> None:
    assert answers.receipt(said) == expected
    assert bool(answers.how(said)) == (expected != Delivered(reference="wamid.1"))
