"""Who an update is from is found in one go: once, locked, as the last one left them, and with nothing of others."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest

from bot.survey.conversation.buttons import MOST
from storage import arrivals, contacts, respondents, standing
from storage.arrivals import Arrival
from storage.engine.database import Database, Tx
from storage.standing import Known
from tests.house import MONDAY
from tests.patience import PATIENCE
from tests.storage.beginnings import (
    ANNA,
    BEN,
    CHANNEL,
    CHECKLIST,
    LANGUAGES,
    add,
    join,
    load,
    only_postgresql,
)


def arrive(tx: Tx, update: str, address: str = ANNA, response: int | None = None) -> Arrival | None:
    return arrivals.arrive(tx, update, CHANNEL, address, response, MONDAY)


def known(tx: Tx, update: str, response: int | None, address: str = ANNA) -> Known | None:
    arrival = arrive(tx, update, address, response)
    assert arrival
    return standing.known_from(tx, CHECKLIST, LANGUAGES, arrival.found)


def answer(tx: Tx, response: int, option: str) -> None:
    before = load(tx, ANNA, response)
    respondents.save(tx, before, replace(before.dialogue, answers={1: option}), MONDAY)


def test_an_update_arrives_once_and_of_whom_we_do_not_know_nothing_is_found(database: Database) -> None:
    with database.transaction() as tx:
        assert arrive(tx, "1") == Arrival(None, standing.Found(None))
        assert arrive(tx, "1") is None
        assert known(tx, "2", response=1) is None


@pytest.mark.parametrize("asked", [lambda _: None, lambda own: own, lambda own: own + 1, lambda _: 0, lambda _: MOST])
def test_they_are_found_as_they_are_loaded(database: Database, asked: Callable[[int], int | None]) -> None:
    """Also with a button of somebody else's response, of none, and with a number that no table has."""
    with database.transaction() as tx:
        partnership = add(tx)
        own = join(tx, ANNA, partnership)
        assert join(tx, BEN, partnership) == own + 1
        answer(tx, own, "yes")
        response = asked(own)
        found = known(tx, "1", response)
        assert found == load(tx, ANNA, response)
        assert (found.dialogue.response, found.dialogue.answers, found.named) == (own, {1: "yes"}, response == own)


@only_postgresql
def test_who_waited_for_the_lock_finds_what_the_other_left(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        own = join(tx, ANNA, add(tx))
    held = Event()

    def hold() -> None:
        with database.transaction() as tx:
            assert contacts.at(tx, CHANNEL, ANNA)
            held.set()
            until_somebody_waits(tx)
            answer(tx, own, "no")

    def follow() -> Known | None:
        assert held.wait(PATIENCE)
        with beside.transaction() as tx:
            return known(tx, "1", own)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(hold), pool.submit(follow)
        first.result(PATIENCE)
        found = second.result(PATIENCE)
    assert found
    assert found.dialogue.answers == {1: "no"}


def until_somebody_waits(tx: Tx) -> None:
    for _ in range(int(100 * PATIENCE)):
        if tx.connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar():
            return
        tx.connection.exec_driver_sql("SELECT pg_sleep(0.01)")
    raise AssertionError("nobody waits")
