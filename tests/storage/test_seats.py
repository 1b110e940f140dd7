"""Seats that are given up or taken away: what was on its way to whoever held one, and to their other seats."""

from bot.letters import Elsewhere, Letter
from storage import contacts, coordinators, letters, taken_messages
from storage.engine.database import Database, Tx
from tests.house import MONDAY
from tests.storage.beginnings import ANNA, CHANNEL, add, rows

KEYS = ("summary:{}:{}:2026-W10", "final:{}:{}:20260302", "final:opened:{}:{}", "report:{}:{}:20260302:picture")


def written(tx: Tx, contact: int, *keys: str) -> None:
    for key in keys:
        assert letters.enqueue(tx, contact, Letter("Dag"), MONDAY, key)


def of(contact: int, wave: int) -> tuple[str, ...]:
    return tuple(key.format(contact, wave) for key in KEYS)


def test_post_of_one_seat_goes_no_more_and_that_of_another_does(database: Database) -> None:
    with database.transaction() as tx:
        north, south = (add(tx, name) for name in ("Noord", "Zuid"))
        anna, ben = (contacts.meet(tx, CHANNEL, address, "nl", MONDAY) for address in (ANNA, "4712"))
        for contact in (anna, ben):
            for one in (north, south):
                coordinators.take_seat(tx, contact, one, "coordinator", MONDAY)
                written(tx, contact, *of(contact, one))
        about_others = (f"reminder:{anna}:{north}:1", f"final:lost:{anna}:{north}:20260302")
        written(tx, anna, *about_others)
    ((taken,),) = rows(database, "SELECT id FROM letters WHERE key = :key", key=of(anna, north)[0])
    with database.transaction() as tx:
        taken_messages.take(tx, "carrier", "wamid.1", taken, MONDAY)
        coordinators.leave(tx, anna, north, MONDAY)
    left = {*of(anna, south), *of(ben, north), *of(ben, south), *about_others}
    with database.transaction() as tx:
        assert taken_messages.end(tx, "carrier", "wamid.1", Elsewhere("held back"), MONDAY) is None
    assert {key for (key,) in rows(database, "SELECT key FROM letters WHERE settled_at IS NULL")} == left
