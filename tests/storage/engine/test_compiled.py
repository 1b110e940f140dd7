"""A prepared statement gives and takes the values that SQLAlchemy would, and fails as it would."""

from datetime import timedelta

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError, ProgrammingError

from storage.engine.compiled import Prepared
from storage.engine.database import Database, DatabaseAway
from storage.schema import leases, marks
from tests.house import MONDAY

ADD = Prepared(lambda insert: insert(leases).values(name=bindparam("name"), holder="us", until=bindparam("until")))
SINCE = select(leases).where(leases.c.until >= bindparam("moment")).order_by(leases.c.name)
NOWHERE = Prepared(lambda _: select(marks.c.name.op("nonsense")(bindparam("value"))))


def test_rows_are_those_of_sqlalchemy(database: Database) -> None:
    prepared = Prepared(lambda _: SINCE)
    with database.transaction() as tx:
        for number in range(4):
            ADD(tx, name=f"lease {number}", until=MONDAY + timedelta(hours=number))
        for hours, many in ((1, 3), (0, 4), (9, 0)):
            moment = MONDAY + timedelta(hours=hours)
            found = prepared(tx, moment=moment)
            assert found == list(map(tuple, tx.connection.execute(SINCE, {"moment": moment})))
            assert len(found) == many
        assert prepared(tx, moment=MONDAY)[1].until == MONDAY + timedelta(hours=1)


def add_twice(database: Database) -> None:
    with database.transaction() as tx:
        for _ in range(2):
            ADD(tx, name="ticks", until=MONDAY)


def test_an_error_is_sqlalchemys_and_holds_no_values(database: Database) -> None:
    for _ in range(2):
        with pytest.raises(IntegrityError) as refused:
            add_twice(database)
        assert str(MONDAY.year) not in str(refused.value)
    with pytest.raises((DatabaseAway, ProgrammingError)), database.transaction() as tx:
        NOWHERE(tx, value="x")


def test_a_value_that_is_left_out_is_a_mistake(database: Database) -> None:
    with pytest.raises(KeyError, match="until"), database.transaction() as tx:
        ADD(tx, name="ticks")
