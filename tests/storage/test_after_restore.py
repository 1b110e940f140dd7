"""Lost time: whatever may have been sent between a back-up and its restore is not sent again, and rounds go on."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.texts.texts import Texts
from bot.ticks import ticks
from bot.ticks.after_restore import LONGEST, Taken, moments, settle_in
from storage import agreements, letters, notification_addresses, partnerships, reminders, waves
from storage.engine.database import Database, Tx
from storage.schema import coordinators
from storage.upkeep import restoring
from storage.upkeep.restoring import GAP
from tests.house import MONDAY
from tests.storage.beginnings import ANNA, BEN, CHANNEL, LETTER, add, join, load, rows, somebody

NIGHT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)  # 03:30 in Amsterdam, before MONDAY
NOON = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
EVENING = datetime(2026, 3, 2, 21, 0, tzinfo=UTC)
LAST_WEEK = MONDAY - timedelta(days=7)
TICKS = [tick for name, tick in ticks.TICKS.items() if name != "forget"]


def test_what_may_have_been_sent_since_is_not_sent_again(database: Database, texts: Texts) -> None:
    """Anna was due both reminders, Ben his second; one letter waits from before, and one is for later."""
    later = MONDAY + timedelta(days=7)
    with database.transaction() as tx:
        anna, ben, reply = a_week_ago(tx, later)
    with database.transaction() as tx:
        assert settle_in(tx, texts, MONDAY, later) == Taken(letters=1, reminders=3, posts=1)
    with database.transaction() as tx:
        assert reminders.first_due(tx, later + timedelta(days=30), 10) == [], "two is all they get"
        assert [one.number for one in letters.claim_replies(tx, [CHANNEL], later)] == [reply]
        assert letters.claim_bulk(tx, [CHANNEL], later, 10) == []
        assert settle_in(tx, texts, MONDAY, later) == Taken(), "once is enough"
    written = keys(database)
    assert {f"reminder:{anna}:1", f"reminder:{anna}:2", f"reminder:{ben}:2"} <= written
    with database.transaction() as tx:
        (left,) = letters.claim_bulk(tx, [CHANNEL], later + timedelta(days=1), 10)
        assert left.letter == LETTER


@pytest.mark.parametrize("restored", [NOON, EVENING])
def test_who_was_invited_since_is_not_invited_again(database: Database, texts: Texts, restored: datetime) -> None:
    """A round was opened in the evening, backed up in the night, and everybody was invited at nine."""
    with database.transaction() as tx:
        number = closed_round(tx)
        waves.open_next(tx, number, {}, NIGHT.replace(hour=8), None, NIGHT - timedelta(hours=7))
    with database.transaction() as tx:
        assert settle_in(tx, texts, NIGHT, restored) == Taken(invitations=2)
    assert {row[0] for row in rows(database, "SELECT wave_id FROM responses")} == {1, 2}, "they are in the new round"
    assert nothing_goes_out(database, texts, restored) == set()


def test_who_was_not_invited_yet_is_invited(database: Database, texts: Texts) -> None:
    with database.transaction() as tx:
        number = closed_round(tx)
        waves.open_next(tx, number, {}, NOON + timedelta(hours=1), None, NIGHT)
    with database.transaction() as tx:
        assert settle_in(tx, texts, NIGHT, NOON) == Taken()
        while ticks.look_at_wave(tx, texts, NOON + timedelta(hours=1)):
            pass
        assert len(letters.claim_bulk(tx, [CHANNEL], NOON + timedelta(hours=1), 10)) == 2


@pytest.mark.parametrize("restored", [NOON, EVENING])
def test_a_round_that_was_planned_opens_and_nobody_is_told_twice(
    database: Database, texts: Texts, restored: datetime
) -> None:
    with database.transaction() as tx:
        number = closed_round(tx)
        waves.prepare(tx, number, opens_at=NIGHT.replace(hour=8))
        waves.confirm(tx, number, LAST_WEEK)
    with database.transaction() as tx:
        taken = settle_in(tx, texts, NIGHT, restored)
    assert taken == Taken(invitations=2, others=1, rounds=1)
    with database.transaction() as tx:
        assert len(waves.open_now(tx)) == 1
        assert partnerships.last_wave(tx, 1).number == 2
    assert nothing_goes_out(database, texts, restored) == set()


@pytest.mark.parametrize("restored", [NIGHT + timedelta(hours=17), EVENING])
def test_a_round_that_reached_its_date_closes_and_nobody_is_told_twice(
    database: Database, texts: Texts, restored: datetime
) -> None:
    with database.transaction() as tx:
        number = add(tx)
        for address in (ANNA, BEN):
            join(tx, address, number)
        seated(tx, number)
        tx.connection.exec_driver_sql("UPDATE responses SET started_at = opened_at")
        waves.set_closing(tx, 1, MONDAY + timedelta(hours=7), MONDAY)
    made = MONDAY + timedelta(hours=1)
    with database.transaction() as tx:
        assert settle_in(tx, texts, made, restored) == Taken(others=3, rounds=1)
    with database.transaction() as tx:
        assert not waves.open_now(tx)
    assert nothing_goes_out(database, texts, restored) == set()


def test_every_hour_is_lived_through_up_to_its_end() -> None:
    assert list(moments(NIGHT, NIGHT + timedelta(hours=1))) == [
        NIGHT.replace(minute=59, second=59),
        NIGHT + timedelta(hours=1),
    ]
    assert list(moments(NOON, NIGHT)) == [NIGHT], "of a clock that was wrong"
    assert min(moments(None, NIGHT)) >= NIGHT - LONGEST


def test_numbers_that_may_be_on_phones_are_given_to_nobody_else(database: Database) -> None:
    with database.transaction() as tx:
        number = add(tx)
        before = join(tx, ANNA, number)
        restoring.leave_gap(tx)
        after = join(tx, BEN, number)
        assert (before, after) == (1, GAP + 2)
        assert load(tx, BEN).contact == GAP + 2
        assert add(tx, "The next one") == 2, "partnerships are called by their number"


def test_a_link_in_a_message_that_was_lost_is_for_nobody_else(database: Database) -> None:
    """Nor is the name of a mail that of another one: a mail program shows those once."""
    with database.transaction() as tx:
        ben = somebody(tx)
        sent, _ = letters.reply(tx, ben, LETTER, MONDAY)
        lost = notification_addresses.keep(tx, ben, "slips", "5", MONDAY)
        restoring.leave_gap(tx)
        assert notification_addresses.keep(tx, ben, "slips", "7", MONDAY) > lost + GAP
        assert letters.reply(tx, ben, LETTER, MONDAY)[0] > sent + GAP


def test_a_button_for_an_agreement_that_was_lost_is_for_no_other(database: Database) -> None:
    with database.transaction() as tx:
        wave = partnerships.last_wave(tx, add(tx)).id
        restoring.leave_gap(tx)
        agreements.add(tx, wave, {"what": "een bankje"}, MONDAY.date())
        assert agreements.of_wave(tx, wave)[0].id > GAP


def a_week_ago(tx: Tx, later: datetime) -> tuple[int, int, int | None]:
    """Both came in, Ben also coordinates and had his first reminder; the responses of both, and a reply to Ben."""
    number = add(tx)
    anna, ben = join(tx, ANNA, number), join(tx, BEN, number)
    of_ben = seated(tx, number)
    letters.enqueue(tx, of_ben, LETTER, MONDAY, reminders.key(ben, 1))
    letters.settle(tx, [1], MONDAY)
    letters.enqueue(tx, of_ben, LETTER, MONDAY, f"invitation:{ben}")
    letters.enqueue(tx, of_ben, LETTER, later + timedelta(days=1), "final:for later")
    return anna, ben, letters.reply(tx, of_ben, LETTER, MONDAY)[0]


def closed_round(tx: Tx) -> int:
    """The partnership of Anna, and of Ben, who also coordinates; their first round closed last week."""
    number = add(tx)
    for address in (ANNA, BEN):
        join(tx, address, number, LAST_WEEK)
    seated(tx, number)
    tx.connection.exec_driver_sql("UPDATE responses SET completed_at = opened_at, started_at = opened_at")
    partnerships.close_wave(tx, 1, LAST_WEEK)
    return number


def seated(tx: Tx, number: int) -> int:
    """Ben's contact, who has a seat now."""
    contact = load(tx, BEN).contact
    seat = {"contact_id": contact, "partnership_id": number, "role": "coordinator", "added_at": MONDAY}
    tx.connection.execute(tx.insert(coordinators).values(seat))
    return contact


def nothing_goes_out(database: Database, texts: Texts, restored: datetime) -> set[str]:
    """What the bot writes until the next morning, which may be nothing."""
    before = keys(database)
    for hours in range(14):
        with database.transaction() as tx:
            for tick in TICKS:
                while tick(tx, texts, restored + timedelta(hours=hours)):
                    pass
            assert letters.claim_bulk(tx, [CHANNEL], restored + timedelta(hours=hours), 10) == []
    return keys(database) - before


def keys(database: Database) -> set[str]:
    return {key for (key,) in rows(database, "SELECT key FROM letters WHERE key IS NOT NULL")}
