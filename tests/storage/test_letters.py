"""A letter waits until it is delivered, is taken by one at a time, and never goes before an older one of its lane."""

from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event as Signal

import pytest
from sqlalchemy import text, update

from bot.letters import Attachment, Envelope, Letter
from bot.survey.traits import Traits
from storage import contacts, leases, letters, notification_addresses
from storage.engine.database import Database, Tx
from storage.schema import letters as letters_table
from tests.house import MONDAY
from tests.storage.beginnings import ANNA, BEN, CHANNEL, LETTER, at_once, find, load, only_postgresql, rows, somebody

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
LEASED = MONDAY + leases.BULK
HERE = (CHANNEL,)
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
        number, _ = letters.reply(tx, contact, letter, MONDAY)
        (envelope,) = letters.claim_replies(tx, HERE, LEASED)
    assert envelope.letter == letter
    assert (envelope.number, envelope.contact, envelope.attempts) == (number, contact, 0)
    assert (envelope.carrier, envelope.address) == (CHANNEL, ANNA)


def test_what_waits_is_sealed_and_is_given_up_where_it_cannot_be_opened(database: Database) -> None:
    with database.transaction() as tx:
        anna, ben = somebody(tx), somebody(tx, BEN)
        first, _ = letters.reply(tx, anna, LETTER, MONDAY)
        letters.reply(tx, ben, Letter("of another"), MONDAY)
    ((sealed,),) = rows(database, f"SELECT body_sealed FROM letters WHERE id = {first}")
    assert b"Anna" not in bytes(sealed)
    with database.transaction() as tx:
        broken = update(letters_table).where(letters_table.c.id == first).values(body_sealed=bytes(40))
        tx.connection.execute(broken)
        assert [one.letter.text for one in letters.claim_replies(tx, HERE, LEASED)] == ["of another"]
    assert rows(database, f"SELECT refused FROM letters WHERE id = {first}") == [("cannot be read",)]


def test_a_key_is_written_once(database: Database) -> None:
    with database.transaction() as tx:
        contact, other = somebody(tx), somebody(tx, BEN)
        said = [("first", contact), ("again", contact), ("again, to another", other)]
        assert [letters.enqueue(tx, to, Letter(text), MONDAY, "a key") for text, to in said] == [True, False, False]
        assert not letters.enqueue(tx, contact, Letter("again"), MONDAY, "a key", voices=[Letter("its voice")])
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
        written = [letters.reply(tx, contact, LETTER, MONDAY)[0] for _ in range(2)]
        letters.enqueue(tx, contact, LETTER, MONDAY, "a key")
        letters.enqueue(tx, contact, LETTER, MONDAY, "undelivered")
        (keyed,) = tx.connection.exec_driver_sql("SELECT id FROM letters WHERE key = 'a key'").scalars()
        letters.settle(tx, [written[0], keyed], MONDAY)
    left = rows(database, "SELECT id, key, body_sealed IS NULL, settled_at IS NULL, refused FROM letters ORDER BY id")
    assert [(number, key, bool(empty), bool(waits), why) for number, key, empty, waits, why in left] == [
        (written[1], None, False, True, None),
        (keyed, "a key", True, False, None),
        (keyed + 1, "undelivered", False, True, None),
    ]


def test_settling_nothing_changes_nothing(database: Database) -> None:
    with database.transaction() as tx:
        letters.reply(tx, somebody(tx), LETTER, MONDAY)
        letters.settle(tx, [], MONDAY)
        assert replies(tx, LEASED) == [LETTER.text]


def test_a_reply_is_for_its_writer_until_the_lease_is_over(database: Database) -> None:
    with database.transaction() as tx:
        letters.reply(tx, somebody(tx), LETTER, MONDAY)
        assert replies(tx, MONDAY + leases.REPLY - SECOND) == []
        assert replies(tx, MONDAY + leases.REPLY) == [LETTER.text]


def test_a_letter_waits_until_it_is_due_and_is_then_leased(database: Database) -> None:
    with database.transaction() as tx:
        letters.enqueue(tx, somebody(tx), LETTER, MONDAY, "a key")
        found = [bool(texts(tx, MONDAY + wait)) for wait in (-SECOND, 0 * SECOND, SECOND, leases.BULK)]
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
        assert texts(tx, MONDAY + 30 * SECOND, most=1) == ["first"], "nobody holds it meanwhile"
        assert texts(tx, MONDAY + 30 * SECOND) == [], "until it is known what became of the first"
        letters.settle(tx, [1], MONDAY)
        assert texts(tx, MONDAY + 30 * SECOND) == ["second"]


def test_a_letter_for_later_holds_back_nothing_that_may_go_now(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        letters.enqueue(tx, contact, Letter("tomorrow"), MONDAY + timedelta(days=1), "tomorrow")
        letters.enqueue(tx, contact, Letter("now"), MONDAY, "now")
        assert texts(tx) == ["now"]


def test_what_waits_for_a_notifier_that_is_no_more_holds_back_nothing_of_another(database: Database) -> None:
    def able(tx: Tx, *names: str) -> Tx:
        page = Traits("web", reaches_out=False, notifiers=tuple(Traits(name) for name in names))
        return replace(tx, channels={"web": page})

    with database.transaction() as tx:
        contact = contacts.meet(tx, "web", "a token", "nl", MONDAY)
        notification_addresses.keep(tx, contact, "email", "anna@example.org", MONDAY)
        notification_addresses.keep(tx, contact, "push", "a phone", MONDAY)
        letters.enqueue(able(tx, "email", "push"), contact, Letter("mailed"), MONDAY, "first")
        (first,) = letters.claim_bulk(able(tx, "email", "push"), ["email"], MONDAY, 1)
        letters.postpone(tx, first.number or 0, MONDAY)
        only_push = able(tx, "push")
        letters.enqueue(only_push, contact, Letter("pushed"), MONDAY, "second")
        assert [one.letter.text for one in letters.claim_bulk(only_push, ["push"], MONDAY, 1)] == ["pushed"]


def test_a_postponed_reply_holds_back_newer_replies_and_no_bulk_mail(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        first, _ = letters.reply(tx, contact, Letter("first"), MONDAY)
        letters.reply(tx, contact, Letter("second"), MONDAY)
        letters.enqueue(tx, contact, Letter("bulk"), MONDAY, "bulk")
        letters.postpone(tx, first, MONDAY + timedelta(hours=1))
        assert [replies(tx, LEASED), texts(tx, LEASED)] == [[], ["bulk"]]
        assert replies(tx, LEASED + timedelta(hours=1)) == ["first", "second"]


def test_tries_are_counted(database: Database) -> None:
    with database.transaction() as tx:
        number, _ = letters.reply(tx, somebody(tx), LETTER, MONDAY)
        for _ in range(3):
            letters.postpone(tx, number, MONDAY)
        assert [envelope.attempts for envelope in letters.claim_replies(tx, HERE, LEASED)] == [3]


def test_at_a_start_letters_are_free_and_only_replies_come_sooner(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        for text in ("in hand", "delivered"):
            letters.enqueue(tx, contact, Letter(text), MONDAY, text)
        letters.enqueue(tx, contact, Letter("tomorrow"), MONDAY + timedelta(days=1), "tomorrow")
        letters.claim_bulk(tx, HERE, MONDAY, 10)
        letters.settle(tx, [2], MONDAY)
        for number in [letters.reply(tx, contact, Letter(text), MONDAY)[0] for text in ("postponed", "newer")]:
            letters.postpone(tx, number, MONDAY + timedelta(hours=1))
        letters.release(tx, MONDAY)
        assert replies(tx) == ["postponed", "newer"]
        assert texts(tx) == ["in hand"]
        assert texts(tx, MONDAY + timedelta(days=1)) == ["in hand", "tomorrow"]


def test_what_is_put_back_is_anybodys_again(database: Database) -> None:
    with database.transaction() as tx:
        for address in (ANNA, BEN):
            letters.enqueue(tx, somebody(tx, address), Letter(address), MONDAY, address)
        taken = numbers(tx)
        letters.put_back(tx, taken[1:])
        assert texts(tx) == [BEN]


def test_what_is_withdrawn_does_not_go_and_its_key_stays_used(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        for key in ("delivered", "overtaken", "other"):
            letters.enqueue(tx, contact, Letter(key), MONDAY, key)
        letters.settle(tx, [1], MONDAY)
        letters.withdraw(tx, letters.with_keys(("delivered", "overtaken", "never written")), MONDAY)
        assert not letters.enqueue(tx, contact, Letter("again"), MONDAY, "overtaken")
        assert texts(tx) == ["other"]
    left = rows(database, "SELECT refused, body_sealed IS NULL FROM letters WHERE settled_at IS NOT NULL ORDER BY id")
    assert [(why, bool(empty)) for why, empty in left] == [(None, True), ("overtaken", True)]


def test_what_was_on_its_way_when_it_was_withdrawn_did_arrive(database: Database) -> None:
    with database.transaction() as tx:
        letters.enqueue(tx, somebody(tx), LETTER, MONDAY, "a key")
        taken = numbers(tx)
        letters.withdraw(tx, letters.with_keys(["a key"]), MONDAY)
        letters.settle(tx, taken, MONDAY)
    assert rows(database, "SELECT refused FROM letters") == [(None,)]


@pytest.mark.parametrize(
    ("hour", "goes"), [("07:59", False), ("08:00", True), ("18:59", True), ("19:00", False), ("23:30", False)]
)
def test_with_a_timezone_a_letter_goes_only_at_a_decent_hour_there(database: Database, hour: str, goes: bool) -> None:
    now = datetime.fromisoformat(f"2026-03-02 {hour}+00:00")
    with database.transaction() as tx:
        for number, zone in enumerate(["Europe/Amsterdam", "Mars/Olympus_Mons", None]):
            letters.enqueue(tx, somebody(tx, f"{number}"), Letter(f"{number}"), MONDAY - DAY, f"{number}", zone)
        assert texts(tx, now) == (["0", "1", "2"] if goes else ["2"])


def test_what_may_not_go_by_night_waits_for_the_morning_there(database: Database) -> None:
    night, morning = (datetime.fromisoformat(f"2026-03-0{at}+00:00") for at in ("2 19:30", "3 08:00"))
    with database.transaction() as tx:
        contact, other = somebody(tx), somebody(tx, BEN)
        letters.enqueue(tx, contact, Letter("by day"), MONDAY, "by day", "Europe/Amsterdam")
        letters.enqueue(tx, other, Letter("by day in Phoenix"), MONDAY, "phoenix", "America/Phoenix")
        letters.enqueue(tx, contact, Letter("at any hour"), MONDAY, "at any hour")
        assert texts(tx, night, most=1) == ["by day in Phoenix"]
        assert texts(tx, night) == ["at any hour"]
        letters.settle(tx, [2, 3], night)
        letters.release(tx, night)
        assert [texts(tx, morning - SECOND), texts(tx, morning)] == [[], ["by day"]]


def test_only_channels_that_reach_out_are_looked_for(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        letters.enqueue(tx, contact, LETTER, MONDAY, "a key")
        letters.reply(tx, contact, LETTER, MONDAY)
        assert letters.claim_bulk(tx, ("elsewhere",), LEASED, 10) == []
        assert letters.claim_replies(tx, (), LEASED) == []
        assert len(letters.claim_bulk(tx, ("elsewhere", CHANNEL), LEASED, 10)) == 1


def test_nothing_is_written_to_somebody_whom_nothing_can_be_sent(database: Database) -> None:
    with database.transaction() as tx:
        seen = replace(tx, channels={CHANNEL: Traits(CHANNEL)})
        contact = somebody(tx)
        assert not letters.enqueue(seen, contact, LETTER, MONDAY, "a key")
        assert letters.enqueue(tx, contact, LETTER, MONDAY, "a key")
    assert rows(database, "SELECT count(*) FROM letters") == [(1,)]


def test_a_refused_letter_is_given_up_and_holds_nothing_back(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        for text in ("refused", "next"):
            letters.enqueue(tx, contact, Letter(text), MONDAY, text)
        letters.give_up(tx, 1, "chat is full", MONDAY)
        assert texts(tx) == ["next"]
    assert rows(database, "SELECT body_sealed, refused FROM letters WHERE id = 1") == [(None, "chat is full")]


def test_a_closed_door_gives_up_what_waits_for_this_contact_only(database: Database) -> None:
    with database.transaction() as tx:
        anna, ben = somebody(tx), somebody(tx, BEN)
        for key, to in (("delivered", anna), ("waiting", anna), ("of another", ben)):
            letters.enqueue(tx, to, Letter(key), MONDAY, key)
        letters.reply(tx, anna, LETTER, MONDAY)
        letters.settle(tx, [1], MONDAY)
        contacts.mark_unreachable(tx, anna, MONDAY)
        assert load(tx, ANNA).unreachable
        assert not load(tx, BEN).unreachable
        assert [replies(tx, LEASED), texts(tx, LEASED)] == [[], ["of another"]]
    of_anna = "SELECT id, body_sealed, refused FROM letters WHERE contact_id = :anna ORDER BY id"
    given_up = rows(database, of_anna, anna=anna)
    assert given_up == [(1, None, None), (2, None, "unreachable"), (4, None, "unreachable")]


def test_who_moved_is_found_and_written_to_at_the_new_address(database: Database) -> None:
    with database.transaction() as tx:
        contact = somebody(tx)
        letters.enqueue(tx, contact, LETTER, MONDAY, "a key")
        contacts.move(tx, contact, CHANNEL, "-100200300", MONDAY)
        assert find(tx, ANNA) is None
        assert load(tx, "-100200300").contact == contact
        assert [envelope.address for envelope in letters.claim_bulk(tx, HERE, MONDAY, 10)] == ["-100200300"]


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
    """The bulk mail that may be taken now."""
    return said(letters.claim_bulk(tx, HERE, now, most))


def replies(tx: Tx, now: datetime = MONDAY) -> list[str]:
    return said(letters.claim_replies(tx, HERE, now))


def said(taken: list[Envelope]) -> list[str]:
    return [envelope.letter.text for envelope in taken]


def numbers(tx: Tx, most: int = 100) -> list[int]:
    return [envelope.number or 0 for envelope in letters.claim_bulk(tx, HERE, MONDAY, most)]


def test_an_address_that_does_not_open_holds_up_nobody_else(database: Database) -> None:
    with database.transaction() as tx:
        broken, whole = somebody(tx, ANNA), somebody(tx, BEN)
        for contact in (broken, whole):
            letters.enqueue(tx, contact, Letter("x"), MONDAY, f"key:{contact}")
        tx.connection.execute(
            text("UPDATE contacts SET address_sealed = :junk WHERE id = :id"), {"junk": b"\0" * 40, "id": broken}
        )
        assert [envelope.contact for envelope in letters.claim_bulk(tx, HERE, MONDAY, 10)] == [whole]
        assert letters.claim_bulk(tx, HERE, MONDAY + 2 * leases.BULK, 10)[0].contact == whole
    assert rows(database, "SELECT refused FROM letters WHERE settled_at IS NOT NULL") == [("cannot be read",)]


def test_what_is_in_line_is_known_to_go_elsewhere_or_no_more(database: Database) -> None:
    with database.transaction() as tx:
        page = replace(tx, channels={CHANNEL: Traits(CHANNEL, notifiers=(Traits("push"), Traits("email")))})
        anna = somebody(page)
        push, email = (notification_addresses.keep(page, anna, kind, ANNA, MONDAY) for kind in page.notifiers)
        letters.enqueue(page, anna, LETTER, MONDAY, "reminder:1:1")
        (taken,) = letters.claim_bulk(page, page.notifiers, MONDAY, 10)
        assert taken.number
        goes_to = [taken.notified, *letters.goes_to(page, taken.number)]
        for stopped in (push, email):
            notification_addresses.stop(page, stopped, MONDAY)
            letters.readdress(page, anna, MONDAY)
            goes_to += letters.goes_to(page, taken.number)
    assert goes_to == [push, push, email]
