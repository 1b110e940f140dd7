"""Statements that were worded anew in one language are compared as long as few read them there."""

import pytest
from sqlalchemy import insert

from storage import partnerships, wordings
from storage.engine.database import Database, Tx
from storage.schema import answers, respondents, responses
from tests.house import MONDAY, partnership

THEN = {"nl": {"1": "a", "2": "b"}, "tr": {"1": "c", "2": "d"}, "ar": {"1": "e", "2": "f"}}
NOW = {"nl": {"1": "a", "2": "b"}, "tr": {"1": "anew", "2": "d"}, "ar": {"1": "anew", "2": "f"}}
K = 5


def two_waves(tx: Tx) -> tuple[int, int]:
    number, _ = partnerships.add(tx, partnership(), THEN, MONDAY)
    first = partnerships.last_wave(tx, number)
    partnerships.close_wave(tx, first.id, MONDAY)
    partnerships.open_wave(tx, number, NOW, MONDAY)
    return first.id, partnerships.last_wave(tx, number).id


def answered(tx: Tx, wave: int, language: str | None, people: int, *, released: bool = True) -> None:
    """So many people, in this language."""
    for _ in range(people):
        person = {"partnership_id": 1, "consented_at": MONDAY, "consent": "c"}
        respondent = tx.connection.execute(insert(respondents).values(person).returning(respondents.c.id)).scalar()
        moments = dict.fromkeys(("opened_at", "touched_at", "completed_at"), MONDAY)
        row = {"respondent_id": respondent, "wave_id": wave, "reminders": False, "released_in": 1 if released else None}
        response = tx.connection.execute(insert(responses).values(row | moments).returning(responses.c.id)).scalar()
        for item in (1, 2):
            given = {"response_id": response, "item": item, "option": "yes", "answered_on": MONDAY.date()}
            tx.connection.execute(insert(answers).values(given | {"language": language}))


@pytest.mark.parametrize(
    ("read", "compared"),
    [
        ({}, {1, 2}),
        ({"nl": 25}, {1, 2}),
        ({"nl": 20, "tr": 5}, {2}),
        ({"nl": 21, "tr": 5}, {1, 2}),
        ({"nl": 2, "tr": 4}, {1, 2}),  # fewer than that are not told of
        ({"nl": 2, "tr": 3, "ar": 2}, {2}),
        ({"nl": 2, None: 9}, {1, 2}),  # of which it was not kept
    ],
)
@pytest.mark.parametrize("side", [0, 1])
def test_a_mean_is_compared_unless_many_read_it_in_other_words(
    database: Database, read: dict[str | None, int], compared: set[int], side: int
) -> None:
    with database.transaction() as tx:
        both = two_waves(tx)
        for language, people in read.items():
            answered(tx, both[side], language, people)
        answered(tx, both[side], "tr", 9, released=False)
        answered(tx, both[1 - side], "nl", 9)
        assert wordings.comparable(tx, *both, "nl", K) == compared
        assert wordings.unchanged(tx, *both, "tr") == {2}
        assert wordings.comparable(tx, *both, "tr", K) == {2}, "its own words"
