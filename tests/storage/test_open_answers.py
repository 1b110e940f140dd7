"""Open answers at rest: sealed, alike in length, shown together or not at all, and gone when somebody leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from storage import open_answers, partnerships, respondents, retention, waves
from storage.engine.database import Database, Tx
from storage.schema import responses
from tests.house import MONDAY
from tests.storage.beginnings import CHECKLIST, add, join, load, rows

K = 5
WROTE = [f"words of {number}" for number in range(20)]


def write(tx: Tx, number: int, partnership: int, *, seated: bool = False, completed: bool = True) -> int:
    """Somebody with this number answers, and writes something."""
    response = join(tx, f"person {number}", partnership)
    facts = {"completed_at": MONDAY if completed else None, "seated": seated}
    tx.connection.execute(update(responses).where(responses.c.id == response).values(facts))
    open_answers.keep(tx, response, WROTE[number], MONDAY.date())
    return response


def close_and_read(tx: Tx) -> set[str]:
    open_answers.show(tx, 1, K)
    found = open_answers.shown(tx, 1, K)
    assert found == open_answers.shown(tx, 1, K), "each time in the same order"
    return set(found)


def erase(tx: Tx, number: int) -> None:
    respondents.erase(tx, CHECKLIST, load(tx, f"person {number}").contact)


def test_it_is_kept_changed_and_taken_away(database: Database) -> None:
    with database.transaction() as tx:
        response = join(tx, "person 0", add(tx))
        for words in ("first", "second 🙂", "x" * 500, "€" * 500):
            open_answers.keep(tx, response, words, MONDAY.date())
            assert open_answers.of_response(tx, response) == words
        assert [one.words for one in open_answers.of_contact(tx, load(tx, "person 0").contact)] == ["€" * 500]
        open_answers.keep(tx, response, "", MONDAY.date())
        assert open_answers.of_response(tx, response) == ""
    assert rows(database, "SELECT COUNT(*) FROM open_answers") == [(0,)]


def test_what_is_kept_says_neither_what_nor_how_much_was_written(database: Database) -> None:
    with database.transaction() as tx:
        partnership = add(tx)
        for number, words in enumerate(("a", "Meer bomen " * 45, "🙂" * 250)):
            open_answers.keep(tx, join(tx, f"person {number}", partnership), words, MONDAY.date())
    sealed = [bytes(row[0]) for row in rows(database, "SELECT sealed FROM open_answers")]
    assert len({len(one) for one in sealed}) == 1
    assert not any(b"bomen" in one for one in sealed)


def test_fewer_than_k_are_never_shown_and_k_are_shown_together(database: Database) -> None:
    with database.transaction() as tx:
        partnership = add(tx)
        for number in range(K - 1):
            write(tx, number, partnership)
        write(tx, K, partnership, completed=False)
        write(tx, K + 1, partnership, seated=True)
        assert close_and_read(tx) == set(), "neither who is not done nor who has a seat counts"
        write(tx, K + 2, partnership)
        assert open_answers.shown(tx, 1, K) == (), "only a closing shows something"
        assert close_and_read(tx) == {WROTE[number] for number in (*range(K - 1), K + 1, K + 2)}


def test_a_later_closing_shows_nobody_among_fewer_than_k_who_came_since(database: Database) -> None:
    """An attacker reads after each closing, and subtracts what was there before."""
    with database.transaction() as tx:
        partnership, before = add(tx), set[str]()
        for number in range(17):
            write(tx, number, partnership, seated=number == 7)
            now = close_and_read(tx)
            assert len(now - before) == 0 or len(now - before) >= K
            before = now
        assert len(before) == 16, "5, then 6 with the one who has a seat, then 5"


def test_the_order_is_not_that_of_writing(database: Database) -> None:
    with database.transaction() as tx:
        partnership = add(tx)
        for number in range(12):
            write(tx, number, partnership)
        close_and_read(tx)
        first = list(open_answers.shown(tx, 1, K))
        assert first not in (WROTE[:12], WROTE[11::-1])
        other = add(tx, "Another")
        for number in reversed(range(12)):
            write(tx, number, other)
        open_answers.show(tx, 2, K)
        assert list(open_answers.shown(tx, 2, K)) == first, "it follows from the words alone"


def test_what_somebody_erased_is_shown_no_more_nor_the_rest_when_too_few_are_left(database: Database) -> None:
    with database.transaction() as tx:
        partnership = add(tx)
        for number in range(K + 1):
            write(tx, number, partnership)
        assert len(close_and_read(tx)) == K + 1
        erase(tx, 0)
        assert close_and_read(tx) == set(WROTE[1 : K + 1])
        erase(tx, 1)
        assert close_and_read(tx) == set()
        write(tx, K + 1, partnership)
        assert close_and_read(tx) == set(), "nor does a newcomer bring them back"
    assert rows(database, "SELECT COUNT(*) FROM open_answers") == [(K,)]


def test_it_is_kept_no_longer_than_answers(database: Database) -> None:
    with database.transaction() as tx:
        write(tx, 0, add(tx))
        tx.connection.execute(text("UPDATE waves SET closed_at = opened_at"))
        retention.forget(tx, CHECKLIST, MONDAY + timedelta(days=800), 50)
        while retention.forget(tx, CHECKLIST, MONDAY + timedelta(days=800), 50).anything:
            pass
        assert tx.connection.execute(text("SELECT COUNT(*) FROM open_answers")).scalar() == 0


@pytest.mark.parametrize("asks", [True, False])
def test_a_wave_keeps_what_it_asks_and_the_next_one_asks_as_is_set_by_then(database: Database, asks: bool) -> None:
    with database.transaction() as tx:
        partnership = add(tx)
        assert waves.is_empty(tx, 1)
        waves.ask_open_question(tx, partnership, partnerships.last_wave(tx, partnership), MONDAY, asks=asks)
        join(tx, "person 0", partnership)
        assert not waves.is_empty(tx, 1)
        assert load(tx, "person 0").dialogue.open_question is asks
        partnerships.close_wave(tx, 1, MONDAY)
        waves.ask_open_question(tx, partnership, partnerships.last_wave(tx, partnership), MONDAY, asks=not asks)
        assert partnerships.last_wave(tx, partnership).open_question is asks
        partnerships.open_wave(tx, partnership, {}, MONDAY)
        assert partnerships.last_wave(tx, partnership).open_question is not asks
