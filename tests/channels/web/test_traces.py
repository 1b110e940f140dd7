"""Traces: what is left in the database of somebody who came, answered and erased everything."""

from collections import Counter
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import MetaData, select

from storage.schema import metadata
from tests.actors import answer, tap
from tests.channels.web.conftest import Visitors
from tests.house import Clock, House, Somebody, agree
from tests.telegram_server import TelegramServer

Left = list[tuple[str, dict[str, Any]]]

OF_THE_HOUSE = {"marks", "leases"}
"""What the house remembers of itself: when it last fetched or looked, whoever was there."""


def everything(house: House) -> Counter[tuple[str, tuple[tuple[str, Any], ...]]]:
    """Every row, as the database has it."""
    tables = MetaData()
    with house.app.database.transaction() as tx:
        tables.reflect(tx.connection)
        return Counter(
            (name, tuple(dict(row._mapping).items()))
            for name, table in tables.tables.items()
            if name not in OF_THE_HOUSE
            for row in tx.connection.execute(select(table))
        )


async def came_and_went(house: House, person: Somebody, code: str, clock: Clock) -> None:
    """Each thing at a moment that nothing else has."""
    await agree(house, person, code)
    for option in ("yes", "middle", "no"):
        clock.pass_time(minutes=1, seconds=11, microseconds=130_313)
        await answer(house, person, option)
    await person.write("/mijngegevens")
    await house.settle()
    await person.write("/wissen")
    await house.settle()
    await tap(house, person, "Ja, alles verwijderen")


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_what_is_left_of_who_erased_everything_is_counts_days_and_keyed_hashes(
    house: House, server: TelegramServer, visitors: Visitors, clock: Clock, channel: str
) -> None:
    codes = house.add()
    ben = server.person(language_code="nl")
    await agree(house, ben, codes.invitation)
    await answer(house, ben, "yes")
    clock.pass_time(minutes=1, seconds=17, microseconds=271_829)
    before = everything(house)
    anna: Any = server.person(language_code="nl") if channel == "telegram" else visitors()
    await came_and_went(house, anna, codes.invitation, clock)
    after = everything(house)
    assert Counter(name for name, _ in before - after) == {"invitations": 1}
    left: Left = [(name, dict(row)) for name, row in after - before]
    assert {name for name, _ in left} == {"invitations", "updates"}
    (invitation,) = (row for name, row in left if name == "invitations")
    assert invitation["opened"] == 2
    for row in (row for name, row in left if name == "updates"):
        assert len(row.pop("key")) == 32
        day = row.pop("handled_on")
        assert isinstance(day, date)
        assert not isinstance(day, datetime)
        assert row == {}


async def test_the_order_of_the_rows_tells_nothing_either(house: House, server: TelegramServer) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add().invitation)
    for option in ("yes", "middle", "no"):
        await answer(house, anna, option)
    keys = [key for (key,) in house.rows("SELECT key FROM updates")]
    assert len(keys) > 4
    assert keys == sorted(keys), "they lie as their hashes do"
    assert not metadata.tables["updates"].dialect_options["sqlite"]["with_rowid"]
