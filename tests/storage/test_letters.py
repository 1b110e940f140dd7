"""A letter waits until it is delivered, is taken by one at a time, and never goes before an older one."""

from datetime import datetime, timedelta
from threading import Event as Signal

import pytest
from sqlalchemy import text

from bot.letters import Attachment, Letter
from storage import letters
from storage.database import Database, Tx
from tests.house import MONDAY
from tests.storage.beginnings import ANNA, BEN, CHANNEL, LETTER, at_once, find, load, only_postgresql, rows, somebody

SECOND = timedelta(seconds=1)
LEASED = MONDAY + letters.LEASE
BLOCKED = 0.2  # seconds that the other one has to get stuck in

LETTERS = [
    LETTER,
    Letter("only text"),
    Letter("é & <b>ü</b> 🙂\n\n\\ \" '", (((("‹ Terug", "g:1:r"),)),)),
    Letter("with a file", attachment=Attachment("file", "mijn-antwoorden.csv", "een;twee\r\n")),
]


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.text[:9])
def test_a_letter_is_read_as_it_was_written(database: Database, letter: Letter) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        number = letters.reply(tx, contact, letter, MONDAY)
        (envelope,) = letters.claim_due(tx, LEASED)
    assert envelope.letter == letter
    assert (envelope.number, envelope.contact, envelope.attempts) == (number, contact, 0)
    assert (envelope.channel, envelope.address) == (CHANNEL, ANNA)


def test_a_key_is_written_once(database: Database) -> None:
    with database.transaction() as tx:
        contact, other = somebody(tx), somebody(tx, BEN)
        for text, to in (("first", contact), ("again", contact), ("again, to another", other)):
            letters.enqueue(tx, to, Letter(text), MONDAY, "a key")
        assert texts(tx) == ["first"]


def test_a_key_is_written_once_by_two_at_once(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)

    def write(where: Database) -> None:
        with where.transaction() as tx:
            letters.enqueue(tx, contact, LETTER, MONDAY, "a key")

    at_once(*[lambda: write(database), lambda: write(beside)] * 2)
    assert rows(database, "SELECT key FROM letters") == [("a key",)]


def test_a_key_stays_used_when_its_letter_is_delivered(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        letters.enqueue(tx, contact, LETTER, MONDAY, "a key")
        letters.settle(tx, numbers(tx), MONDAY)
        letters.enqueue(tx, contact, LETTER, MONDAY, "a key")
        assert texts(tx, MONDAY + timedelta(days=9)) == []


def test_delivered_a_reply_is_gone_and_a_letter_with_a_key_keeps_no_text(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        replies = [letters.reply(tx, contact, LETTER, MONDAY) for _ in range(2)]
        letters.enqueue(tx, contact, LETTER, MONDAY, "a key")
        letters.enqueue(tx, contact, LETTER, MONDAY, "undelivered")
        (keyed,) = tx.connection.exec_driver_sql("SELECT id FROM letters WHERE key = 'a key'").scalars()
        letters.settle(tx, [replies[0], keyed], MONDAY)
    left = rows(database, "SELECT id, key, body IS NULL, settled_at IS NULL, refused FROM letters ORDER BY id")
    assert [(number, key, bool(empty), bool(waits), why) for number, key, empty, waits, why in left] == [
        (replies[1], None, False, True, None),
        (keyed, "a key", True, False, None),
        (keyed + 1, "undelivered", False, True, None),
    ]


def test_settling_nothing_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        letters.reply(tx, somebody(tx), LETTER, MONDAY)
        letters.settle(tx, [], MONDAY)
        assert texts(tx, LEASED) == [LETTER.text]


def test_a_reply_is_for_its_writer_until_the_lease_is_over(database: Database) -> None:
    with database.transaction() as tx:
        letters.reply(tx, somebody(tx), LETTER, MONDAY)
        assert texts(tx, LEASED - SECOND) == []
        assert texts(tx, LEASED) == [LETTER.text]


def test_a_letter_waits_until_it_is_due_and_is_then_leased(database: Database) -> None:
    with database.transaction() as tx:
        letters.enqueue(tx, somebody(tx), LETTER, MONDAY, "a key")
        found = [bool(texts(tx, MONDAY + wait)) for wait in (-SECOND, 0 * SECOND, SECOND, letters.LEASE)]
    assert found == [False, True, False, True]


def test_letters_are_taken_oldest_first_and_so_many(database: Database) -> None:
    with database.transaction() as tx:
        anna, ben = somebody(tx), somebody(tx, BEN)
        for number in range(6):
            letters.enqueue(tx, ben if number % 2 else anna, Letter(str(number)), MONDAY, f"key {number}")
        assert [texts(tx, MONDAY, most=4), texts(tx, MONDAY, most=4)] == [["0", "1", "2", "3"], []]
        letters.settle(tx, [1, 2, 3, 4], MONDAY)
        assert texts(tx, MONDAY, most=4) == ["4", "5"]


def test_a_postponed_letter_holds_back_the_newer_ones_of_its_contact(database: Database) -> None:
    with database.transaction() as tx:
        anna, ben = somebody(tx), somebody(tx, BEN)
        for key, to in (("first", anna), ("second", anna), ("of another", ben)):
            letters.enqueue(tx, to, Letter(key), MONDAY, key)
        letters.postpone(tx, 1, MONDAY + 30 * SECOND)
        assert texts(tx) == ["of another"]
        assert texts(tx, MONDAY + 30 * SECOND) == [], "whoever postponed it has its lease after that"
        assert texts(tx, LEASED + 30 * SECOND) == ["first", "second", "of another"]


def test_tries_are_counted(database: Database) -> None:
    with database.transaction() as tx:
        number = letters.reply(tx, somebody(tx), LETTER, MONDAY)
        for _ in range(3):
            letters.postpone(tx, number, MONDAY)
        assert [envelope.attempts for envelope in letters.claim_due(tx, LEASED)] == [3]


def test_released_letters_fall_due_at_once(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        for text in ("postponed", "in hand", "delivered"):
            letters.enqueue(tx, contact, Letter(text), MONDAY, text)
        letters.claim_due(tx, MONDAY)
        letters.postpone(tx, 1, MONDAY + timedelta(hours=1))
        letters.settle(tx, [3], MONDAY)
        letters.release(tx, MONDAY)
        assert texts(tx) == ["postponed", "in hand"]


def test_a_refused_letter_is_given_up_and_holds_nothing_back(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        for text in ("refused", "next"):
            letters.enqueue(tx, contact, Letter(text), MONDAY, text)
        letters.give_up(tx, 1, "chat is full", MONDAY)
        assert texts(tx) == ["next"]
    assert rows(database, "SELECT body, refused FROM letters WHERE id = 1") == [(None, "chat is full")]


def test_a_closed_door_gives_up_what_waits_for_this_contact_only(database: Database) -> None:
    with database.transaction() as tx:
        anna, ben = somebody(tx), somebody(tx, BEN)
        for key, to in (("delivered", anna), ("waiting", anna), ("of another", ben)):
            letters.enqueue(tx, to, Letter(key), MONDAY, key)
        letters.reply(tx, anna, LETTER, MONDAY)
        letters.settle(tx, [1], MONDAY)
        letters.close_door(tx, anna, MONDAY)
        assert load(tx, ANNA).unreachable
        assert not load(tx, BEN).unreachable
        assert texts(tx, LEASED) == ["of another"]
    given_up = rows(database, "SELECT id, body, refused FROM letters WHERE contact_id = :anna ORDER BY id", anna=anna)
    assert given_up == [(1, None, None), (2, None, "unreachable"), (4, None, "unreachable")]


def test_who_moved_is_found_and_written_to_at_the_new_address(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        letters.enqueue(tx, contact, LETTER, MONDAY, "a key")
        letters.move(tx, contact, CHANNEL, "-100200300", MONDAY)
        assert find(tx, ANNA) is None
        assert load(tx, "-100200300").contact == contact
        assert [envelope.address for envelope in letters.claim_due(tx, MONDAY)] == ["-100200300"]


def test_two_who_look_at_once_share_the_letters(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        for number in range(40):
            letters.enqueue(tx, somebody(tx, f"contact {number}"), LETTER, MONDAY, f"key {number}")

    def taken(where: Database) -> list[int]:
        found = []
        for _ in range(6):
            with where.transaction() as tx:
                found += numbers(tx, most=10)
        return found

    shares = at_once(lambda: taken(database), lambda: taken(beside))
    assert sorted(number for share in shares for number in share) == list(range(1, 41))


def test_nobody_takes_a_newer_letter_while_another_takes_the_older_one(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        anna, ben = somebody(tx), somebody(tx, BEN)
        for key, to in (("1", anna), ("2", anna), ("3", ben)):
            letters.enqueue(tx, to, Letter(key), MONDAY, key)
    first_has_taken = Signal()

    def first() -> list[str]:
        with database.transaction() as tx:
            found = texts(tx, most=1)
            first_has_taken.set()
            Signal().wait(BLOCKED)
            return found

    def second() -> list[str]:
        first_has_taken.wait(10)
        with beside.transaction() as tx:
            return texts(tx)

    assert at_once(first, second) == [["1"], ["3"]]


@only_postgresql
def test_who_looks_passes_over_a_contact_whose_turn_is_under_way(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        for address in (ANNA, BEN):
            letters.enqueue(tx, somebody(tx, address), Letter(address), MONDAY, address)
    with database.transaction() as turn:
        load(turn, ANNA)
        with beside.transaction() as look:
            look.connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")  # not to wait for ever if it does wait
            assert texts(look) == [BEN]
    with beside.transaction() as look:
        assert texts(look) == [ANNA]


def texts(tx: Tx, now: datetime = MONDAY, most: int = 100) -> list[str]:
    return [envelope.letter.text for envelope in letters.claim_due(tx, now, most)]


def numbers(tx: Tx, most: int = 100) -> list[int]:
    return [envelope.number or 0 for envelope in letters.claim_due(tx, MONDAY, most)]


def test_an_address_that_does_not_open_holds_up_nobody_else(database: Database) -> None:
    with database.transaction() as tx:
        broken, whole = somebody(tx, ANNA), somebody(tx, BEN)
        for contact in (broken, whole):
            letters.enqueue(tx, contact, Letter("x"), MONDAY, f"key:{contact}")
        tx.connection.execute(
            text("UPDATE contacts SET address_sealed = :junk WHERE id = :id"), {"junk": b"\0" * 40, "id": broken}
        )
        assert [envelope.contact for envelope in letters.claim_due(tx, MONDAY)] == [whole]
        assert letters.claim_due(tx, MONDAY + 2 * letters.LEASE)[0].contact == whole
    assert rows(database, "SELECT refused FROM letters WHERE settled_at IS NOT NULL") == [("cannot be read",)]
