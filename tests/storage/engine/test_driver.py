"""What needs no answer waits for what does, and never runs out of its order; on PostgreSQL that saves round trips."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from select import select as select_readable
from typing import Any

import pytest
from sqlalchemy import bindparam, event, select, text, update
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from bot.channels import TRAITS
from bot.channels.port import Opened, Update
from bot.survey.conversation.buttons import ChooseGroup, ChooseOption, Join, Press
from bot.texts.texts import Texts
from bot.turns.take import take
from storage import letters, partnerships
from storage.engine.compiled import Prepared, together
from storage.engine.database import Database, DatabaseAway, Tx
from storage.schema import leases
from tests.house import MONDAY, SECRET, partnership
from tests.patience import PATIENCE
from tests.round_trips import Wire, wire_to
from tests.storage.beginnings import ANNA, only_postgresql, rows
from tests.storage.engine.test_database import end_the_others

LATER = MONDAY + timedelta(hours=1)
ADD = Prepared(lambda insert: insert(leases).values(name=bindparam("name"), holder="us", until=bindparam("until")))
MOVE = Prepared(lambda _: update(leases).where(leases.c.name == bindparam("which")).values(until=bindparam("until")))
UNTIL = Prepared(lambda _: select(leases.c.until).where(leases.c.name == bindparam("name")))
ALL = Prepared(lambda _: select(leases.c.name).order_by(leases.c.name))


def names(database: Database) -> list[str]:
    return [name for (name,) in rows(database, "SELECT name FROM leases ORDER BY name")]


def test_what_waits_runs_before_whatever_is_asked_next(database: Database) -> None:
    with database.transaction() as tx:
        ADD.later(tx, name="a", until=MONDAY)
        MOVE.later(tx, which="a", until=LATER)
        assert [row.until for row in UNTIL(tx, name="a")] == [LATER]
        ADD.later(tx, name="b", until=MONDAY)
        assert list(tx.connection.execute(select(leases.c.name).order_by(leases.c.name)).scalars()) == ["a", "b"]
        tx.connection.execute(update(leases).values(until=MONDAY))
        MOVE.later(tx, which="a", until=LATER)
        tx.connection.execute(update(leases).where(leases.c.until == LATER).values(holder="them"))
        ADD.later(tx, name="c", until=MONDAY)
    assert names(database) == ["a", "b", "c"], "also what still waited when it was committed"
    assert rows(database, "SELECT name FROM leases WHERE holder = 'them'") == [("a",)]


def test_rows_come_back_in_the_order_of_the_questions(database: Database) -> None:
    with database.transaction() as tx:
        ADD.later(tx, name="before", until=MONDAY)
        first, added, second = together(tx, (ALL, {}), (ADD, {"name": "then", "until": MONDAY}), (ALL, {}))
    assert ([row.name for row in first], added) == (["before"], [])
    assert [row.name for row in second] == ["before", "then"]


def and_then(database: Database, work: Callable[[Tx], object]) -> None:
    with database.transaction() as tx:
        ADD.later(tx, name="b", until=MONDAY)
        work(tx)


def breaks_at_once(tx: Tx) -> None:
    together(tx, (ALL, {}), (ADD, {"name": "a", "until": MONDAY}), (ALL, {}))


def breaks_later(tx: Tx) -> None:
    ADD.later(tx, name="a", until=MONDAY)


def breaks_before_sqlalchemy(tx: Tx) -> None:
    ADD.later(tx, name="a", until=MONDAY)
    tx.connection.execute(select(leases))


@pytest.mark.parametrize("breaks", [breaks_at_once, breaks_later, breaks_before_sqlalchemy])
def test_an_error_undoes_all_and_says_no_values(database: Database, breaks: Callable[[Tx], None]) -> None:
    with database.transaction() as tx:
        ADD(tx, name="a", until=MONDAY)
    for _ in range(3):
        with pytest.raises(IntegrityError) as refused:
            and_then(database, breaks)
        assert str(MONDAY.year) not in str(refused.value)
        assert names(database) == ["a"]


def test_what_waits_is_gone_with_its_transaction(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        and_then(database, lambda _: 1 / 0)
    assert names(database) == []
    with database.transaction() as tx:
        assert ALL(tx) == []


def nothing_more(_tx: Tx) -> None:
    pass


def something_later(tx: Tx) -> None:
    ADD.later(tx, name="b", until=MONDAY)


def our_own(tx: Tx) -> None:
    ALL(tx)


def sqlalchemys(tx: Tx) -> None:
    tx.connection.execute(select(leases))


@only_postgresql
@pytest.mark.parametrize("then", [nothing_more, something_later, our_own, sqlalchemys])
async def test_a_connection_that_dies_stores_nothing_whoever_finds_out(
    database: Database, beside: Database, then: Callable[[Tx], None]
) -> None:
    def cut(tx: Tx) -> None:
        ADD(tx, name="a", until=MONDAY)
        end_the_others(beside)
        then(tx)

    with pytest.raises(DatabaseAway):
        await database.run(cut)
    assert names(database) == []
    assert await database.run(ALL) == [], "and the next one finds it well"


@only_postgresql
@pytest.mark.parametrize("then", [nothing_more, something_later, our_own, sqlalchemys])
async def test_who_stood_still_so_long_that_they_are_cut_off_finds_the_database_away(
    database: Database, then: Callable[[Tx], None]
) -> None:
    def stand_still(tx: Tx) -> None:
        ADD(tx, name="a", until=MONDAY)
        tx.connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = '10ms'"))
        raw: Any = tx.connection.connection.dbapi_connection
        assert select_readable([raw.fileno()], [], [], PATIENCE)[0], "the server says so"
        then(tx)

    with pytest.raises(DatabaseAway):
        await database.run(stand_still)
    assert names(database) == []


@only_postgresql
async def test_a_server_that_cuts_off_whoever_comes_is_away(database: Database, beside: Database) -> None:
    assert await database.run(ALL) == []
    end_the_others(beside)
    event.listen(database.engine, "connect", lambda *_: end_the_others(beside), once=True)
    with pytest.raises(DatabaseAway):
        await database.run(ALL)
    assert await database.run(ALL) == []


@only_postgresql
def test_a_failure_that_is_passed_over_is_not_taken_for_stored(database: Database) -> None:
    def work(tx: Tx) -> None:
        with suppress(IntegrityError):
            ADD(tx, name="b", until=MONDAY)

    with pytest.raises(InvalidRequestError):
        and_then(database, work)
    assert names(database) == []


@pytest.fixture
def wire(postgresql_url: str) -> Iterator[Wire]:
    with wire_to(postgresql_url) as wire:
        yield wire


@pytest.fixture
def far(wire: Wire) -> Iterator[Database]:
    with closing(Database(wire.url, SECRET, TRAITS)) as database:
        yield database


def test_a_tap_waits_three_times_for_postgresql(wire: Wire, far: Database, texts: Texts) -> None:
    """For who it is from, for the number of the letter, and for the commit; marking it as delivered takes two."""
    with far.transaction() as tx:
        _, codes = partnerships.add(tx, partnership(), texts.wording(), MONDAY)

    def turn(number: int, event: Press | Opened) -> tuple[int, list[int]]:
        before, update = wire.round_trips, Update(f"telegram:{number}", "telegram", ANNA, event, "nl", 5)
        with far.transaction() as tx:
            reply = take(tx, texts, update, MONDAY)
        return wire.round_trips - before, [one.number for one in reply.envelopes if one.number]

    turn(1, Join(codes.invitation, "nl"))
    ((response,),) = rows(far, "SELECT id FROM responses")
    turn(2, ChooseGroup(response, "other"))
    taken = [turn(10 + item, ChooseOption(response, item, "yes")) for item in range(1, 26)]
    assert {waited for waited, _ in taken} == {3}
    assert rows(far, "SELECT count(*) FROM answers") == [(25,)]
    before = wire.round_trips
    with far.transaction() as tx:
        letters.settle(tx, [number for _, numbers in taken for number in numbers], MONDAY)
    assert wire.round_trips - before == 2
