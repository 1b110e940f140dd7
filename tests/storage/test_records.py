"""Records: what an export finds of a response, on both databases."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import update

from storage import participants, partnerships, records, respondents, retention, waves
from storage.engine.database import Database, Tx
from storage.records import Record
from storage.schema import responses
from tests.house import MONDAY
from tests.storage.beginnings import ANNA, BEN, CHANNEL, CHECKLIST, add

LATE = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # in the Netherlands it is April


def comes_in(tx: Tx, address: str, code: str) -> int | None:
    contact = respondents.join(tx, CHANNEL, address, "nl", 1, code, "a-fingerprint", MONDAY)
    return respondents.enter_wave(tx, contact, 1, partnerships.last_wave(tx, 1), MONDAY, code)


def finishes(tx: Tx, response: int | None, now: datetime) -> None:
    tx.connection.execute(update(responses).where(responses.c.id == response).values(completed_at=now))


def test_a_record_says_where_somebody_came_in_and_on_which_of_their_days_they_finished(database: Database) -> None:
    with database.transaction() as tx:
        add(tx)
        library = partnerships.invite(tx, 1, "Bibliotheek", MONDAY)
        anna, _ben = comes_in(tx, ANNA, library), comes_in(tx, BEN, partnerships.invitation_of(tx, 1))
        finishes(tx, anna, LATE)
        assert sorted(records.records(tx, 1, 1), key=lambda record: record.person) == [
            Record(1, 1, None, "nl", date(2026, 4, 1), {}, channel=CHANNEL, place="Bibliotheek"),
            Record(2, 1, None, "nl", None, {}, channel=CHANNEL),
        ]
        assert records.records(tx, 1, 2) == records.records(tx, 2, 1) == []


def test_a_wave_has_its_name_and_who_was_only_invited_is_not_in_it(database: Database) -> None:
    with database.transaction() as tx:
        add(tx)
        finishes(tx, comes_in(tx, ANNA, partnerships.invitation_of(tx, 1)), MONDAY)
        partnerships.close_wave(tx, partnerships.last_wave(tx, 1).id, MONDAY)
        waves.prepare(tx, 1, name="na fase 1", weeks=None, opens_at=None)
        wave = waves.open_next(tx, 1, {"nl": {"1": "worded"}}, MONDAY, None, MONDAY)
        assert wave
        participants.invite(tx, 1, wave.id, MONDAY)
        assert records.records(tx, 1, 2) == []
        comes_in(tx, ANNA, "")
        (found,) = records.records(tx, 1, 2)
        assert (found.person, found.wave_name, found.completed) == (1, "na fase 1", False)
        assert records.wordings(tx, 1)[2] == {"nl": {"1": "worded"}}


def test_of_who_cannot_be_reached_any_more_there_is_no_channel_and_no_language(database: Database) -> None:
    with database.transaction() as tx:
        add(tx)
        finishes(tx, comes_in(tx, ANNA, partnerships.invitation_of(tx, 1)), MONDAY)
        partnerships.close_wave(tx, partnerships.last_wave(tx, 1).id, MONDAY)
        retention.forget(tx, CHECKLIST, MONDAY + timedelta(days=91), 9)
        (found,) = records.records(tx, 1, 1)
        assert (found.channel, found.language, found.completed) == ("", "", True)
