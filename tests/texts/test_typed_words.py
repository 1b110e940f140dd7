"""What is typed is understood in every language, with or without its accents and capitals."""

import pytest

from bot.coordination.settings import FACTS, ON_OFF
from bot.texts.texts import Texts
from bot.texts.typed_words import begun_with, folded, is_like_a_date, meant

SIX = ("ar", "en", "nl", "pl", "tr", "uk")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("timezone Europe/Amsterdam", ("timezone", "Europe/Amsterdam")),
        ("CONTACTPERSOON  Fatima: 06 12", ("contact", "Fatima: 06 12")),
        ("strefa czasowa Europe/Warsaw", ("timezone", "Europe/Warsaw")),
        ("HATIRLATMALAR 2 5", ("reminders", "2 5")),
        ("hatirlatmalar 2 5", ("reminders", "2 5")),
        ("المنطقة الزمنية \u2068Europe/Amsterdam\u2069", ("timezone", "Europe/Amsterdam")),
        ("الموسسة De Schakel", ("organisation", "De Schakel")),  # without its hamza
        ("Runda", ("round", "")),
        ("roundabout", (None, "roundabout")),
        ("", (None, "")),
    ],
)
def test_a_fact_is_known_by_its_word(texts: Texts, typed: str, found: tuple[str | None, str]) -> None:
    assert begun_with(texts, typed, FACTS) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [("Aan", "1"), ("wlaczone", "1"), ("AÇIK", "1"), ("вимкнено", "0"), ("لا", "0"), ("maybe", None), ("", None)],
)
def test_a_switch_is_known_by_its_word(texts: Texts, typed: str, found: str | None) -> None:
    assert meant(texts, typed, ON_OFF) == found


@pytest.mark.parametrize("words", [FACTS, ON_OFF])
def test_no_word_means_two_things(texts: Texts, words: dict[str, tuple[object, ...]]) -> None:
    said = {
        (folded(texts.word(one, language)), which)  # type: ignore[arg-type]
        for language in SIX
        for which, phrases in words.items()
        for one in phrases
    }
    assert len({word for word, _ in said}) == len(said)


@pytest.mark.parametrize(
    ("typed", "languages", "is_one"),
    [
        ("1 maart", ("nl",), True),
        ("mrt 1", ("nl",), True),
        ("after 1st Sept.", ("en",), True),
        ("1 marzec", ("pl",), True),
        ("1 marca", ("pl",), True),
        ("15 ŞUBAT", ("tr",), True),
        ("1 березня", ("uk",), True),
        ("1 бер.", ("uk",), True),
        ("1 مارس", ("ar",), True),
        ("after 1/3", ("en",), True),
        ("fase 2 kas", ("nl", "en"), False),
        ("fase 2 kas", ("tr",), True),
        ("mei en juni", ("nl",), False),
        ("na fase 2", ("nl", "en", "pl", "tr", "uk", "ar"), False),
    ],
)
def test_what_looks_like_a_day_is_told(typed: str, languages: tuple[str, ...], is_one: bool) -> None:
    assert is_like_a_date(typed, languages) is is_one
