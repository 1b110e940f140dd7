"""An update that comes twice acts once, also when both come at the same moment."""

from datetime import timedelta
from itertools import pairwise

from storage import updates
from storage.engine.database import Database
from tests.house import MONDAY
from tests.storage.beginnings import at_once, rows


def claim(database: Database, update: str = "telegram:1") -> bool:
    with database.transaction() as tx:
        return updates.claim(tx, update, MONDAY)


def test_an_update_is_new_once(database: Database) -> None:
    assert [claim(database), claim(database)] == [True, False]
    assert claim(database, "telegram:2")


def test_of_many_at_once_exactly_one_claims(database: Database, beside: Database) -> None:
    claims = at_once(*[lambda: claim(database), lambda: claim(beside)] * 4)
    assert sorted(claims) == [False] * 7 + [True]


def test_a_claim_is_undone_with_its_turn(database: Database) -> None:
    try:
        with database.transaction() as tx:
            assert updates.claim(tx, "telegram:1", MONDAY)
            raise ZeroDivisionError
    except ZeroDivisionError:
        assert claim(database)


def test_updates_are_forgotten_when_they_cannot_come_again(database: Database) -> None:
    claim(database)
    for days, remembered in ((8, 1), (9, 0)):
        with database.transaction() as tx:
            for part in range(updates.PARTS):
                updates.forget_old(tx, part, MONDAY + timedelta(days=days))
        assert len(rows(database, "SELECT key FROM updates")) == remembered


def test_each_update_is_in_one_part(database: Database) -> None:
    with database.transaction() as tx:
        for number in range(700):
            assert updates.claim(tx, f"telegram:{number}", MONDAY)
    left = [700]
    for part in range(updates.PARTS):
        with database.transaction() as tx:
            updates.forget_old(tx, part, MONDAY + timedelta(days=9))
        left.append(len(rows(database, "SELECT key FROM updates")))
    assert left[-1] == 0
    assert max(before - after for before, after in pairwise(left)) < 20
