"""Agreements in the database: five after a wave, each of them found again as itself, and gone with its wave."""

from datetime import date, timedelta

from bot.survey.agreements import MOST
from storage import agreements, partnerships, retention, waves
from storage.engine.database import Database, Tx
from tests.house import MONDAY, partnership
from tests.storage.beginnings import CHECKLIST, add, at_once, rows

TODAY = MONDAY.date()


def closed(tx: Tx, name: str = "De Verbinders") -> int:
    """The first wave of a partnership, closed."""
    wave = partnerships.last_wave(tx, add(tx, name)).id
    partnerships.close_wave(tx, wave, MONDAY)
    return wave


def agree(tx: Tx, wave: int, what: str, **more: object) -> bool:
    return agreements.add(tx, wave, {"what": what, **more}, TODAY)


def numbers(tx: Tx, wave: int) -> list[int]:
    return [one.number for one in agreements.of_wave(tx, wave)]


def test_there_are_at_most_five_and_the_number_of_another_is_given_to_none(database: Database) -> None:
    with database.transaction() as tx:
        wave = closed(tx)
        assert [agree(tx, wave, f"{n}") for n in range(MOST + 1)] == [True] * MOST + [False]
        agreements.remove(tx, agreements.of_wave(tx, wave)[1].id)
        assert agree(tx, wave, "een andere")
        assert numbers(tx, wave) == [1, 3, 4, 5, 6]
        assert not agree(tx, wave, "nog een")


def test_an_id_is_never_given_out_again(database: Database) -> None:
    with database.transaction() as tx:
        wave = closed(tx)
        agree(tx, wave, "een bankje")
        (old,) = agreements.of_wave(tx, wave)
        agreements.remove(tx, old.id)
        agree(tx, wave, "een lamp")
        assert agreements.find(tx, 1, old.id) is None


def test_all_of_one_is_kept_and_changed(database: Database) -> None:
    with database.transaction() as tx:
        wave = closed(tx)
        agree(tx, wave, "een bankje", who="Ali", by_when=date(2026, 6, 1))
        (one,) = agreements.of_wave(tx, wave)
        assert (one.wave, one.what, one.who, one.by_when, one.done) == (1, "een bankje", "Ali", date(2026, 6, 1), None)
        agreements.change(tx, one.id, who="", by_when=None, done="partly")
        found = agreements.find(tx, 1, one.id)
        assert found
        assert (found.what, found.who, found.by_when, found.done) == ("een bankje", "", None, "partly")


def test_that_of_another_partnership_is_not_found(database: Database) -> None:
    with database.transaction() as tx:
        agree(tx, closed(tx), "een bankje")
        closed(tx, "Samen Sterk")
        assert agreements.find(tx, 1, 1)
        assert agreements.find(tx, 2, 1) is None
        assert (agreements.waves_with_some(tx, 1), agreements.waves_with_some(tx, 2)) == ([1], [])


def test_two_who_write_down_the_last_one_at_once(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        wave = closed(tx)
        for number in range(MOST - 1):
            agree(tx, wave, f"{number}")

    def last(where: Database) -> bool:
        with where.transaction() as tx:
            return agree(tx, wave, "de laatste")

    assert sorted(at_once(lambda: last(database), lambda: last(beside))) == [False, True]
    with database.transaction() as tx:
        assert numbers(tx, wave) == [1, 2, 3, 4, 5]


def test_they_are_kept_no_longer_than_the_answers_of_their_wave(database: Database) -> None:
    """The last answer is given at the closing at the latest, and goes so many months after that day."""
    with database.transaction() as tx:
        asked_by = partnership("De Verbinders", keep_answers=6)
        number = partnerships.add(tx, asked_by, {"nl": {}}, MONDAY)[0]
        wave = partnerships.last_wave(tx, number).id
        closing = MONDAY + timedelta(days=40)  # 11 April
        partnerships.close_wave(tx, wave, closing)
        agree(tx, wave, "een bankje")
        waves.open_next(tx, number, {"nl": {}}, closing, None, closing)
        kept, gone = (closing.replace(month=10, day=day, hour=12) for day in (10, 11))
        assert not retention.forget(tx, CHECKLIST, kept, 2).anything
        assert retention.forget(tx, CHECKLIST, gone, 2).agreements == 1
        assert not retention.forget(tx, CHECKLIST, gone, 2).anything
        assert agreements.of_wave(tx, wave) == ()


def test_those_of_a_wave_that_is_open_again_wait_for_its_closing(database: Database) -> None:
    with database.transaction() as tx:
        wave = closed(tx)
        agree(tx, wave, "een bankje")
        assert waves.reopen(tx, wave, MONDAY)
        assert not retention.forget(tx, CHECKLIST, MONDAY + timedelta(days=4000), 2).anything


def test_they_go_with_their_partnership(database: Database) -> None:
    with database.transaction() as tx:
        agree(tx, closed(tx), "een bankje")
        tx.connection.exec_driver_sql("DELETE FROM waves")
    assert rows(database, "SELECT count(*) FROM agreements") == [(0,)]
