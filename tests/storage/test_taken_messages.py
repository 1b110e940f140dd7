"""What a carrier took is not lost until it arrived, whichever is heard first: that it was taken, or how it ended."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.letters import Delivered, Elsewhere, Letter, Postponed, Receipt, Unreachable
from storage import contacts, letters, taken_messages
from storage.engine.database import Database
from storage.taken_messages import Failed
from tests.house import MONDAY
from tests.storage.beginnings import ANNA, CHANNEL, at_once, only_postgresql, rows, somebody

LATER, DAY = MONDAY + timedelta(minutes=5), timedelta(days=1)
STANDS = "SELECT settled_at IS NULL, body_sealed IS NOT NULL FROM letters ORDER BY id LIMIT 1"
KEPT = "SELECT count(*) FROM taken_messages"
SINCE = (
    "UPDATE responses SET touched_at = :now",
    "UPDATE waves SET closed_at = :now",
    "INSERT INTO letters (contact_id, key, due_at, attempts, settled_at) VALUES (1, 'reminder:1:2', :now, 0, :now)",
)
WAITS_FOR_ANOTHER = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)
DONE, GONE = Delivered(), Unreachable("gone")


def written(database: Database, key: str = "result:1:1") -> int:
    with database.transaction() as tx:
        assert letters.enqueue(tx, somebody(tx), Letter("Dag"), MONDAY, key)
    ((number,),) = rows(database, "SELECT id FROM letters")
    return int(number)


def take(database: Database, number: int, now: datetime = LATER) -> Failed | None:
    with database.transaction() as tx:
        return taken_messages.take(tx, "carrier", "wamid.1", number, now)


def end(database: Database, receipt: Receipt, now: datetime = LATER) -> Failed | None:
    with database.transaction() as tx:
        return taken_messages.end(tx, "carrier", "wamid.1", receipt, now)


@pytest.mark.parametrize("receipt", [DONE, GONE, Elsewhere("held back"), Postponed(60.0, alone=True)])
@pytest.mark.parametrize("order", [("taken", "ended"), ("ended", "taken")])
def test_a_letter_that_failed_waits_again_in_whatever_order_it_is_heard(
    database: Database, receipt: Receipt, order: tuple[str, str]
) -> None:
    number = written(database)
    heard = [take(database, number) if what == "taken" else end(database, receipt) for what in order]
    again = [one.why for one in heard if one]
    assert again == ([] if receipt == DONE else [receipt])
    assert rows(database, STANDS) == [(receipt != DONE, receipt != DONE)]
    assert rows(database, KEPT) == [(0,)]
    assert end(database, GONE) is None, "the first end is the one that counts"


def test_ends_that_are_heard_at_once_count_once(database: Database, beside: Database) -> None:
    number = written(database)
    take(database, number)
    heard = at_once(lambda: end(database, GONE), lambda: end(beside, GONE))
    assert len([one for one in heard if one]) == 1


def test_what_was_billed_is_counted_once_by_month(database: Database) -> None:
    with database.transaction() as tx:
        for name, category, now in (
            ("1", "utility", MONDAY),
            ("1", "utility", MONDAY),
            ("2", "utility", MONDAY),
            ("3", "service", MONDAY),
            ("4", "utility", MONDAY + timedelta(days=40)),
        ):
            taken_messages.bill(tx, "carrier", name, category, now)
        first = MONDAY + 30 * DAY
        for name, arrived in (("heard a day later", first - DAY), ("of a clock that is ahead", first + 90 * DAY)):
            taken_messages.bill(tx, "carrier", name, "marketing", first, arrived)
        assert taken_messages.months(tx, "carrier") == {
            "2026-03": {"marketing": 1, "service": 1, "utility": 2},
            "2026-04": {"marketing": 1, "utility": 1},
        }
        assert taken_messages.billed(tx, "another", "2026-03") == {}


def test_what_is_on_its_way_counts_until_it_ends_or_is_forgotten(database: Database) -> None:
    def on_their_way() -> int:
        with database.transaction() as tx:
            return taken_messages.on_their_way(tx, "carrier", MONDAY + 20 * DAY)

    take(database, written(database))
    assert on_their_way() == 1
    for days, left in ((29, 1), (32, 0)):
        with database.transaction() as tx:
            taken_messages.forget_old(tx, MONDAY + days * DAY)
        assert on_their_way() == left
    end(database, DONE)
    assert rows(database, KEPT) == [(1,)], "of which nobody knows"
    with database.transaction() as tx:
        taken_messages.forget_old(tx, MONDAY + 4 * DAY)
    assert rows(database, KEPT) == [(0,)]


def test_who_is_erased_leaves_nothing_of_it(database: Database) -> None:
    take(database, written(database))
    rows(database, "DELETE FROM contacts RETURNING id")
    assert rows(database, KEPT) == [(0,)]


@only_postgresql
def test_an_end_that_is_heard_while_it_is_being_taken_is_not_lost(database: Database, beside: Database) -> None:
    number = written(database)
    with ThreadPoolExecutor(1) as threads, database.transaction() as tx:
        taken_messages.take(tx, "carrier", "wamid.1", number, LATER)
        ending = threads.submit(end, beside, GONE)
        while not rows(database, WAITS_FOR_ANOTHER)[0][0]:
            assert not ending.done()
    failed = ending.result()
    assert failed
    assert (failed.envelope.number, failed.why) == (number, GONE)
    assert rows(database, STANDS) == [(True, True)]
    assert rows(database, KEPT) == [(0,)]


@only_postgresql
def test_who_answers_in_the_moment_in_which_it_fails_is_not_called_again(database: Database, beside: Database) -> None:
    """Their turn is first: when it is over, the letter is out of date."""
    number = written(database, "reminder:1:1")
    take(database, number)
    with ThreadPoolExecutor(1) as threads, database.transaction() as tx:
        assert contacts.at(tx, CHANNEL, ANNA)
        ending = threads.submit(end, beside, GONE)
        while not rows(database, WAITS_FOR_ANOTHER)[0][0]:
            assert not ending.done()
        tx.connection.execute(text("UPDATE responses SET touched_at = :now"), {"now": LATER})
    ending.result()
    assert rows(database, STANDS) == [(False, False)]


@pytest.mark.parametrize("since", SINCE)
@pytest.mark.parametrize("receipt", [GONE, Elsewhere("held back"), Postponed(60.0, alone=True)])
def test_of_what_is_out_of_date_only_that_they_are_not_there_matters(
    database: Database, receipt: Receipt, since: str
) -> None:
    """They answered since, nobody is asked any more, or they were reminded once more."""
    take(database, written(database, "reminder:1:1"))
    with database.transaction() as tx:
        tx.connection.execute(text(since), {"now": LATER})
    failed = end(database, receipt)
    assert (failed and failed.why) == (GONE if receipt == GONE else None)
    assert rows(database, STANDS) == [(False, False)]


@pytest.mark.parametrize(("since", "waits"), [("summary:1:1:2026-W11", False), ("summary:1:2:2026-W11", True)])
def test_a_weekly_post_waits_again_unless_that_of_another_week_went_since(
    database: Database, since: str, *, waits: bool
) -> None:
    take(database, written(database, "summary:1:1:2026-W10"))
    with database.transaction() as tx:
        assert letters.enqueue(tx, 1, Letter("Dag"), LATER, since)
    assert bool(end(database, Elsewhere("held back"))) is waits
    assert rows(database, STANDS) == [(waits, waits)]
