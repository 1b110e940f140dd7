"""Retention: gone on the day that was promised, not before, and what is still needed stays."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts
from bot.ticks import ticks
from storage import contacts, coordinators, links, partnerships, published, records, respondents, retention, waves
from storage.engine.database import Database, Tx
from storage.retention import Forgotten
from storage.turnout import turnout_of
from tests.house import MONDAY, partnership
from tests.storage.beginnings import ANNA, BEN, CHECKLIST, enter, find, load

CLOSED = MONDAY + timedelta(days=30)


def made(tx: Tx, texts: Texts, name: str = "De Verbinders", **more: int) -> int:
    asked_by = partnership(name, **more)
    return partnerships.add(tx, asked_by, texts.wording(), MONDAY)[0]


def joined(tx: Tx, address: str, number: int, now: datetime = MONDAY) -> None:
    code = partnerships.invitation_of(tx, number)
    respondents.join(tx, "telegram", address, "nl", number, code, "a-fingerprint", now)
    enter(tx, address, number, now)


def closed(tx: Tx, number: int, now: datetime = CLOSED) -> None:
    partnerships.close_wave(tx, partnerships.last_wave(tx, number).id, now)


def forget(tx: Tx, now: datetime) -> Forgotten:
    """All that there is to forget, some at a time."""
    contacts = responses = 0
    while (gone := retention.forget(tx, CHECKLIST, now, 2)).anything:
        contacts, responses = contacts + gone.contacts, responses + gone.responses
    return Forgotten(contacts, responses)


def counts(tx: Tx) -> tuple[int, ...]:
    tables = ("contacts", "respondents", "responses", "answers")
    return tuple(tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in tables)


def test_contacts_go_ninety_days_after_the_last_wave_and_answers_stay(database: Database, texts: Texts) -> None:
    with database.transaction() as tx:
        number = made(tx, texts)
        for address in ("1", "2", "3", "4", "5"):
            joined(tx, address, number)
        closed(tx, number)
        assert forget(tx, CLOSED + timedelta(days=89, hours=23)) == Forgotten()
        assert forget(tx, CLOSED + timedelta(days=90)) == Forgotten(contacts=5)
        assert counts(tx) == (0, 5, 5, 0)
        assert find(tx, "1") is None
        assert turnout_of(tx, partnerships.last_wave(tx, number).id).started == 5
        assert len(records.records(tx, number, 1)) == 5


def test_an_open_or_planned_wave_keeps_contacts(database: Database, texts: Texts) -> None:
    late = CLOSED + timedelta(days=200)
    with database.transaction() as tx:
        number = made(tx, texts)
        joined(tx, ANNA, number)
        assert forget(tx, late) == Forgotten()
        (ours,) = partnerships.every(tx)
        assert retention.ends_at(tx, ours) is None
        closed(tx, number)
        assert retention.ends_at(tx, ours) == CLOSED + timedelta(days=90)
        waves.prepare(tx, number, opens_at=late + timedelta(days=100))
        waves.confirm(tx, number, CLOSED)
        assert forget(tx, late) == Forgotten()
        assert retention.ends_at(tx, ours) is None
        waves.drop_plan(tx, number)
        assert forget(tx, late) == Forgotten(contacts=1)


def test_who_is_needed_elsewhere_is_not_forgotten(database: Database, texts: Texts) -> None:
    with database.transaction() as tx:
        over, other = made(tx, texts, "Over"), made(tx, texts, "Nog bezig")
        for address in (ANNA, BEN):
            joined(tx, address, over)
        joined(tx, ANNA, other)
        code = links.make_link(tx, over, "coordinator", MONDAY)
        found = links.link(tx, code, MONDAY)
        assert found
        coordinators.use_link(tx, code, found, contacts.meet(tx, "telegram", BEN, "nl", MONDAY), MONDAY)
        closed(tx, over)
        assert forget(tx, CLOSED + timedelta(days=91)) == Forgotten(contacts=2)
        assert counts(tx)[0] == 2
        assert load(tx, ANNA).dialogue.partnership.name == "Nog bezig"
        assert find(tx, BEN) is None or not load(tx, BEN).dialogue
        ben = contacts.at(tx, "telegram", BEN)
        assert ben
        assert [seat.partnership.name for seat in coordinators.seats(tx, ben.id)] == ["Over"]


@pytest.mark.parametrize(
    ("day", "months", "kept", "gone"),
    [
        (datetime(2026, 3, 2, 9, 30, tzinfo=UTC), 24, datetime(2028, 3, 1, 22, 59, tzinfo=UTC), (2028, 3, 1, 23, 0)),
        (datetime(2026, 8, 31, 9, 30, tzinfo=UTC), 6, datetime(2027, 2, 27, 22, 59, tzinfo=UTC), (2027, 2, 27, 23, 0)),
        (
            datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
            1,
            datetime(2027, 1, 31, 22, 59, tzinfo=UTC),
            (2027, 1, 31, 23, 0),
        ),
    ],
)
def test_answers_go_on_the_day_that_was_told(
    database: Database, texts: Texts, day: datetime, months: int, kept: datetime, gone: tuple[int, ...]
) -> None:
    """Midnight in the partnership's own time zone, of the very day in the consent text."""
    with database.transaction() as tx:
        number = made(tx, texts, keep_answers=months)
        joined(tx, ANNA, number, day)
        answered(tx, ANNA)
        assert forget(tx, kept).responses == 0
        assert forget(tx, datetime(*gone, tzinfo=UTC)).responses == 1  # type: ignore[misc, arg-type]
        assert counts(tx)[2:] == (0, 0)


def answered(tx: Tx, address: str) -> None:
    caller = load(tx, address)
    given = dict.fromkeys(CHECKLIST.items, "yes")
    whole = replace(caller.dialogue, answers=given, group="other", completed_at=MONDAY)
    respondents.save(tx, caller, whole, MONDAY)


def test_what_was_published_outlives_the_answers(database: Database, texts: Texts) -> None:
    with database.transaction() as tx:
        number = made(tx, texts, keep_answers=6)
        for address in ("1", "2", "3", "4", "5"):
            joined(tx, address, number)
            answered(tx, address)
        closed(tx, number)
        wave = partnerships.last_wave(tx, number).id
        published.publish(tx, CHECKLIST, wave, 5, CLOSED, final=True)
        before = published.read(tx, wave)
        assert forget(tx, MONDAY + timedelta(days=400)) == Forgotten(contacts=5, responses=5)
        assert counts(tx) == (0, 0, 0, 0)
        assert published.read(tx, wave) == before
        assert len(before) == 26


def test_a_clock_set_years_ahead_costs_nothing_on_its_first_day(database: Database, texts: Texts) -> None:
    with database.transaction() as tx:
        number = made(tx, texts)
        joined(tx, ANNA, number)
        closed(tx, number)
        for day in range(3):
            ticks.forget(tx, texts, CLOSED + timedelta(days=day))
        ahead = CLOSED + timedelta(days=3650)
        for hours in (0, 1, 19):
            ticks.forget(tx, texts, ahead + timedelta(hours=hours))
        ticks.forget(tx, texts, CLOSED + timedelta(days=3))  # somebody noticed
        assert counts(tx)[0] == 1
        for hours in (0, 21):
            while ticks.forget(tx, texts, ahead + timedelta(hours=hours)):
                pass
        assert counts(tx)[0] == 0  # it really is that late


def test_a_partnership_says_how_long_it_keeps(database: Database, texts: Texts) -> None:
    with database.transaction() as tx:
        number = made(tx, texts, keep_contacts=10, keep_answers=3)
        found = partnerships.find(tx, str(number))
        assert isinstance(found, Partnership)
        assert (found.keep_contacts, found.keep_answers) == (10, 3)
        joined(tx, ANNA, number)
        closed(tx, number)
        assert forget(tx, CLOSED + timedelta(days=10)) == Forgotten(contacts=1)
