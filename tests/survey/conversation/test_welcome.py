"""The welcome: short enough to be read, and all that is agreed to one tap further."""

import re
from itertools import product

import pytest

from bot.channels import CHANNELS
from bot.survey.conversation import welcome
from bot.survey.conversation.buttons import Decline, Join, Terms, Welcome
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import View
from bot.survey.traits import Traits
from bot.texts.texts import Texts, plain
from tests.house import Clock, partnership

MOST_WORDS = 90
CODE = "a" * 26
LONG_NAME = "Samen gezond en actief ouder worden in Bloemhof en Hillesluis"
LONG = partnership(
    LONG_NAME, organisation="Gemeente Rotterdam, afdeling Maatschappelijke Ontwikkeling", contact="Fatima: 010 123 4567"
)
NOBODY_TO_CALL = partnership(LONG_NAME, organisation=LONG.organisation, contact="")
EVERYWHERE = [*product(("nl", "en"), [one.traits for one in CHANNELS])]


@pytest.mark.parametrize(("language", "channel"), EVERYWHERE)
@pytest.mark.parametrize("asked_by", [LONG, NOBODY_TO_CALL], ids=["somebody to call", "nobody to call"])
def test_it_is_at_most_90_words(
    texts: Texts, clock: Clock, language: str, channel: Traits, asked_by: Partnership
) -> None:
    said = plain(texts.render(welcome.welcome(asked_by, CODE, language, texts.languages, channel, clock()), language))
    assert len(said.split()) <= MOST_WORDS, said


@pytest.mark.parametrize(("language", "channel"), EVERYWHERE)
def test_it_says_who_asks_what_for_how_long_and_whom_to_call(
    texts: Texts, clock: Clock, language: str, channel: Traits
) -> None:
    said = plain(texts.render(welcome.welcome(LONG, CODE, language, texts.languages, channel, clock()), language))
    for part in (LONG.name, LONG.organisation, LONG.contact, "26", r"10 \w+ 15 minut", "Lees meer|Read more"):
        assert re.search(part, said), part
    assert "16" in said.splitlines()[-1], "it stands right above the button"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_all_that_is_agreed_to_is_one_tap_away_and_so_is_the_way_back(
    texts: Texts, clock: Clock, language: str
) -> None:
    around = (LONG, CODE, language, ("en", "nl"), CHANNELS[0].traits, clock())
    other = "en" if language == "nl" else "nl"
    both = [Join(CODE, language), Decline(language)]
    first, behind = (_presses(screen(*around)) for screen in (welcome.welcome, welcome.terms))
    assert first == [*both, Terms(CODE, language), Welcome(CODE, other)]
    assert behind == [*both, Welcome(CODE, language), Terms(CODE, other)]


def _presses(view: View) -> list[object]:
    return [button.press for row in view.rows for button in row]
