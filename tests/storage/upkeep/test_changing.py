"""Changing the secret: whoever is known stays known and nobody is known twice, whenever it is looked at or broken off.

Old and new stand side by side while it runs. Who knows the former secret alone is kept out, and loses nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table, select

from bot.survey.sound import Sound
from storage import (
    api_tokens,
    arrivals,
    contacts,
    letters,
    links,
    notification_addresses,
    open_answers,
    partnerships,
    programmes,
    recordings,
    resealing,
    updates,
)
from storage.engine.database import Database, SecretChanged, Tx
from storage.resealing import SEALED
from storage.schema import contacts as contacts_table
from storage.schema import letters as letters_table
from storage.schema import metadata
from storage.schema import notification_addresses as addresses_table
from storage.schema import open_answers as open_answers_table
from storage.schema import respondents as respondents_table
from storage.upkeep import changing
from storage.upkeep.changing import StillRunning
from storage.upkeep.migrate import HalfChanged, WrongSecret, migrate
from storage.upkeep.progress import untold
from tests.house import MONDAY, SECRET
from tests.storage.beginnings import ANNA, BEN, CHANNEL, LETTER, join, only_postgresql, only_sqlite, rows, somebody

NEW = "a secret that is another one: 7Gq2"
CARA, DORA = "4713", "4714"
MAIL, CODE = "email", "123456"
LATER = MONDAY + timedelta(minutes=1)
TABLES = (addresses_table, open_answers_table, letters_table, contacts_table)
FOUND = {"people": 4, "addresses": 3, "places": 6, "words": 3, "letters": 3, "voices": 6}


@pytest.fixture
def url(database: Database) -> str:
    """Of a database with people in it that nobody has open."""
    with database.transaction() as tx:
        for address in (ANNA, BEN, CARA):
            furnish(tx, address)
        tx.connection.execute(respondents_table.update().where(_of(tx, CARA)).values(contact_id=None))
    database.close()
    return database.url


def furnish(tx: Tx, address: str) -> None:
    """Somebody with a letter, a confirmed and an unconfirmed address, and words at the open question."""
    contact = somebody(tx, address)
    letters.enqueue(tx, contact, LETTER, MONDAY, f"reminder:{address}")
    notification_addresses.keep(tx, contact, "push", f"device of {address}", MONDAY)
    notification_addresses.propose(tx, contact, MAIL, f"{address}@example.org", CODE, MONDAY)
    response = join(tx, address, int(_partnership(tx, address)))
    open_answers.keep(tx, response, f"Words of {address}", MONDAY.date())
    updates.claim(tx, f"update of {address}", MONDAY)
    speaker = recordings.agree(tx, _partnership(tx, address), f"Voice of {address}", "words", MONDAY.date())
    for part in ("statement-01", "statement-02"):
        recordings.keep(tx, _partnership(tx, address), speaker, ("nl", part, "wording"), _sound(address, part))


def _sound(address: str, part: str) -> Sound:
    return Sound(b"\xff\x00" + f"{address} {part}".encode(), "audio/mpeg")


def _partnership(tx: Tx, address: str) -> int:
    found = partnerships.find(tx, f"Of {address}")
    assert found
    return found.id


def _of(tx: Tx, address: str) -> Any:
    return respondents_table.c.contact_id == contacts.number_at(tx, CHANNEL, address)


@pytest.fixture
def both(url: str) -> Iterator[Database]:
    with closing(Database(url, NEW, former=SECRET)) as found:
        migrate(found)
        yield found


def known(database: Database) -> dict[str, Any]:
    """All that is sealed, opened, and who is found by what."""
    with database.transaction() as tx:
        places, written, waiting, sealed = (_all(tx, table) for table in TABLES)
        return {
            "people": {one: contacts.number_at(tx, CHANNEL, one) for one in (ANNA, BEN, CARA, DORA)},
            "addresses": [tx.seal.open(CHANNEL, one.address_sealed) for one in sealed],
            "places": [_place(tx, one) for one in places],
            "words": [tx.seal.open(open_answers.SEALED_AS, one.sealed) for one in written],
            "letters": [tx.seal.open(letters.SEALED_AS, one.body_sealed) for one in waiting],
            "voices": [_heard(tx, one) for address in (ANNA, BEN, CARA) for one in _recorded(tx, address)],
        }


def _all(tx: Tx, table: Table) -> Sequence[Any]:
    return tx.connection.execute(select(table).order_by(*table.primary_key)).all()


def _recorded(tx: Tx, address: str) -> Sequence[recordings.Kept]:
    return recordings.of_partnership(tx, _partnership(tx, address))


def _heard(tx: Tx, one: recordings.Kept) -> tuple[str, Any]:
    return one.spoken_by, recordings.content(tx, one.digest)


def _place(tx: Tx, row: Any) -> tuple[str, bool]:
    """A notification address, and whether it is found by that."""
    address = tx.seal.open(row.kind, row.address_sealed)
    return address, row.address_key in tx.seal.keys(row.kind, address)


def test_each_column_of_what_is_sealed_is_brought_over() -> None:
    sealed = {column for table in metadata.tables.values() for column in table.columns if "sealed" in column.name}
    assert {one.column for one in SEALED} == sealed


def test_everything_comes_over_and_the_old_secret_opens_nothing(both: Database) -> None:
    before = known(both)
    assert {name: len(found) for name, found in before.items()} == FOUND
    assert changing.begin(both)
    assert known(both) == before
    assert changing.go_on(both, untold) == 3
    assert not changing.begin(both)
    with closing(Database(both.url, NEW)) as alone:
        migrate(alone)
        assert known(alone) == before
    with closing(Database(both.url, SECRET)) as old, pytest.raises(WrongSecret):
        migrate(old)


def test_who_is_called_somewhere_is_found_there_meanwhile(both: Database) -> None:
    """They may write STOP there."""
    changing.begin(both)
    with both.transaction() as tx:
        ((_, contact),) = notification_addresses.at(tx, "push", f"device of {ANNA}")
        assert contact == contacts.number_at(tx, CHANNEL, ANNA)


def test_a_program_that_asks_meanwhile_can_ask_afterwards(url: str) -> None:
    with closing(Database(url, SECRET)) as old, old.transaction() as tx:
        programme = programmes.add(tx, "Stad", "nl", [_partnership(tx, ANNA)], MONDAY).id
        asks, silent = (str(api_tokens.make(tx, programme, None, MONDAY)) for _ in range(2))
    with closing(Database(url, NEW, former=SECRET)) as both:
        migrate(both)
        changing.begin(both)
        with both.transaction() as tx:
            assert api_tokens.programme_of(tx, asks, LATER)
        changing.go_on(both, untold)
    with closing(Database(url, NEW)) as alone, alone.transaction() as tx:
        assert api_tokens.programme_of(tx, asks, LATER)
        assert api_tokens.programme_of(tx, silent, LATER) is None


def test_who_acts_meanwhile_is_known_and_nobody_is_known_twice(url: str) -> None:
    with closing(Database(url, SECRET)) as old, old.transaction() as tx:
        code = links.make_link(tx, _partnership(tx, ANNA), "coordinator", MONDAY)
    with closing(Database(url, NEW, former=SECRET)) as both:
        migrate(both)
        before = known(both)
        changing.begin(both)
        with both.transaction() as tx:
            assert _arrived(tx, ANNA) == (number := before["people"][ANNA])
            assert not any(resealing.behind(tx, one, one.of_contact(number)) for one in SEALED if one.of_contact)
            assert contacts.meet(tx, CHANNEL, BEN, "nl", LATER) == before["people"][BEN]
            assert arrivals.arrive(tx, f"update of {ANNA}", CHANNEL, ANNA, None, LATER) is None
            assert not updates.claim(tx, "of today", LATER)
            assert links.link(tx, code, LATER)
            links.mark_used(tx, code, LATER)
            assert notification_addresses.confirm(tx, _mail(tx, ANNA), CODE, LATER)
            join(tx, DORA, _partnership(tx, ANNA))
            contacts.set_reachable(tx, CHANNEL, CARA, False, LATER)
        assert changing.go_on(both, untold) == 1  # the others came by themselves
        after = known(both)
        assert len(set(after["people"].values())) == 4 == len(after["addresses"])
        assert after["people"] | {DORA: None} == before["people"]
        with both.transaction() as tx:
            assert (found := links.link(tx, code, LATER))
            assert found.used
        assert rows(both, "SELECT count(*) FROM contacts WHERE unreachable_at IS NOT NULL") == [(1,)]


def _arrived(tx: Tx, address: str) -> int | None:
    found = arrivals.arrive(tx, "of today", CHANNEL, address, None, LATER)
    return found.contact.id if found and found.contact else None


def _mail(tx: Tx, address: str) -> int:
    theirs = (addresses_table.c.contact_id == contacts.number_at(tx, CHANNEL, address), addresses_table.c.kind == MAIL)
    return int(tx.connection.execute(select(addresses_table.c.id).where(*theirs)).scalar_one())


@pytest.mark.parametrize("after", [1, 3])
def test_broken_off_it_goes_on_where_it_was(both: Database, after: int) -> None:
    before = known(both)
    changing.begin(both)
    with suppress(ZeroDivisionError):
        changing.go_on(both, lambda done, *_: 1 // (done < after))
    assert known(both) == before
    with closing(Database(both.url, NEW)) as alone, pytest.raises(HalfChanged, match="secret rotate"):
        migrate(alone)
    with closing(Database(both.url, "a third one that nobody has", former=NEW)) as third, pytest.raises(HalfChanged):
        migrate(third)
    with closing(Database(both.url, NEW, former=SECRET)) as again:
        migrate(again)
        assert changing.begin(again)
        assert changing.go_on(again, untold) == 3 - after
        assert known(again) == before


@pytest.mark.parametrize("is_done", [pytest.param(True, marks=pytest.mark.fire), False], ids=["done", "half way"])
def test_turned_back_under_a_bot_that_runs_everybody_stays_who_they_are(both: Database, *, is_done: bool) -> None:
    """An operator who puts the old secret back: the bot was started when that one was the former."""
    before = known(both)
    changing.begin(both)
    with suppress(ZeroDivisionError):
        changing.go_on(both, untold if is_done else _broken_off)
    with closing(Database(both.url, SECRET, former=NEW)) as back:
        migrate(back)
        assert changing.begin(back)
        with both.transaction() as tx:
            assert _arrived(tx, BEN) == before["people"][BEN]
            join(tx, ANNA, _partnership(tx, ANNA))
        assert known(both) == known(back) == before
        changing.go_on(back, untold)
    with closing(Database(both.url, SECRET)) as alone:
        migrate(alone)
        assert known(alone) == before


def _broken_off(*_: object) -> None:
    raise ZeroDivisionError


@only_sqlite
def test_who_knows_the_old_one_alone_is_kept_out(url: str) -> None:
    with closing(Database(url, SECRET)) as old, closing(Database(url, NEW, former=SECRET)) as both:
        migrate(old)
        migrate(both)
        with old.transaction() as tx:
            assert contacts.number_at(tx, CHANNEL, ANNA)
        changing.begin(both)
        with pytest.raises(SecretChanged, match="start it again"), old.transaction():
            raise AssertionError


@only_postgresql
def test_it_does_not_begin_as_long_as_somebody_knows_the_old_one_alone(url: str) -> None:
    with closing(Database(url, SECRET)) as old, closing(Database(url, NEW, former=SECRET)) as both:
        migrate(old)
        migrate(both)
        with old.transaction() as tx:
            assert contacts.number_at(tx, CHANNEL, ANNA)
        with pytest.raises(StillRunning, match="Start each bot again"):
            changing.begin(both)
        old.engine.dispose()
        assert changing.begin(both)
        with pytest.raises(SecretChanged), old.transaction():
            raise AssertionError
