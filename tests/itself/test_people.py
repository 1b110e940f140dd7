"""What simulated people claim to know: what a screen says, and never which tap it answers."""

import pytest

from tests.people import DUTCH, KEYS, Reader, Respondent, Sight
from tests.telegram_server import BotMessage, TelegramServer


def statement(item: int, given: str | None = None) -> Sight:
    labels = [("✓ " if key == given else "") + label for key, label in zip(KEYS, DUTCH, strict=True)]
    rows = [[{"text": label, "callback_data": "x"}] for label in labels]
    return Sight(BotMessage(1, 7, 0, f"Zin {item} van 26 · Het werk", "", markup={"inline_keyboard": rows}))


def review(item: int, given: str) -> Sight:
    text = f"Kies het nummer.\n\n{item}. Wij werken samen. → {DUTCH[KEYS.index(given)]}\n\nTik dan op Klaar."
    done = [[{"text": "Klaar", "callback_data": "x"}]]
    return Sight(BotMessage(1, 7, 0, text, "", markup={"inline_keyboard": done}))


@pytest.fixture
def anna(server: TelegramServer) -> Respondent:
    """She answered statement 3, saw statement 4, and went back to change her mind."""
    found = Respondent(Reader(server, 1), "code", "seed")
    found.tried[3] = ["no"]
    found._note(statement(4))
    assert found.possible(3) == {"no"}
    found.tried[3] = ["no", "yes"]
    return found


async def test_a_screen_that_is_shown_again_answers_no_later_tap(anna: Respondent) -> None:
    anna._note(statement(4))
    assert anna.possible(3) == {"no", "yes"}
    anna._note(statement(3, "no"))
    assert anna.possible(3) == {"no", "yes"}, "the tap may still be under way"


@pytest.mark.parametrize("sight", [statement(3, "yes"), review(3, "yes")], ids=["on the statement", "in the review"])
async def test_what_stands_there_is_sure_and_what_stood_there_before_comes_back_to_nobody(
    anna: Respondent, sight: Sight
) -> None:
    anna._note(sight)
    anna._note(statement(3, "no"))
    assert anna.possible(3) == {"yes"}
    assert anna.possible(3, in_order=False) == {"no", "yes"}


async def test_of_what_no_screen_was_past_nothing_is_known(anna: Respondent) -> None:
    anna.tried[4] = ["yes"]
    anna._note(statement(4))
    assert anna.possible(4) == set()
