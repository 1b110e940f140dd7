"""Rehearsals on both databases: a past of their own, the same answers from a seed, and gone without a trace."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.rehearsal import stage as rehearsal
from bot.rehearsal.stage import RehearsalGone, Rehearsed, Stage, Wanted
from bot.results import summaries
from bot.survey.scores.scoring import Scores
from bot.texts.texts import Texts
from bot.ticks import ticks
from storage import partnerships, rehearsals, respondents, waves
from storage.contacts import meet
from storage.engine.database import Database
from storage.schema import contacts, coordinators, letters, metadata, responses
from tests.house import partnership
from tests.storage.beginnings import only_sqlite

pytestmark = pytest.mark.long

NOW = datetime(2026, 3, 4, 22, 17, tzinfo=UTC)
FEW = Wanted(people=10, weeks=2, seed=3, language="nl")


@pytest.fixture(autouse=True)
def without_rests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else needs this database."""
    monkeypatch.setattr(rehearsal, "BREATH", 0)


def everything(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    with database.transaction() as tx:
        return {
            name: sorted(map(repr, tx.connection.execute(select(table)))) for name, table in metadata.tables.items()
        }


def rehearse(database: Database, texts: Texts, wanted: Wanted = FEW, now: datetime = NOW) -> Rehearsed:
    return rehearsal.rehearse(database, texts, wanted, now, lambda line: None)


def scores(database: Database, texts: Texts, made: Rehearsed, now: datetime = NOW) -> Scores:
    with database.transaction() as tx:
        wave = partnerships.last_wave(tx, made.partnership.id)
        return summaries.read_summary(tx, texts, made.partnership, wave, now).scores


def beat(database: Database, texts: Texts, now: datetime) -> None:
    """Time passes for everybody, as in a running bot."""
    for tick in ticks.TICKS.values():
        more = True
        while more:
            with database.transaction() as tx:
                more = tick(tx, texts, now)


def somebody_real(database: Database, texts: Texts, now: datetime) -> None:
    """A respondent who agreed just before a round closes by itself, and then said nothing."""
    with database.transaction() as tx:
        number, codes = partnerships.add(tx, partnership("Echt"), texts.wording(), now)
        wave = partnerships.last_wave(tx, number)
        waves.set_closing(tx, wave.id, now + timedelta(days=60))
        respondents.join(tx, "telegram", "1", "nl", number, codes.invitation, "text", now)
        respondents.enter_wave(tx, "telegram", "1", number, wave, now)


def test_a_rehearsal_goes_without_a_trace_and_leaves_everybody_else_as_they_were(
    database: Database, texts: Texts
) -> None:
    somebody_real(database, texts, NOW - timedelta(days=40))
    before = everything(database)
    made = rehearse(database, texts)
    assert all(set(rows) <= set(everything(database)[name]) for name, rows in before.items())
    assert (made.turnout.invited, len(scores(database, texts, made).dimensions)) == (10, 6)
    assert rehearsal.remove(database) == rehearsals.Removed(1, 10)
    assert everything(database) == before
    assert rehearsal.remove(database) == rehearsals.Removed(0, 0)


def test_nothing_waits_for_simulated_people_and_nobody_writes_to_them_again(database: Database, texts: Texts) -> None:
    made = rehearse(database, texts)
    with database.transaction() as tx:
        written = select(letters.c.key, letters.c.body, letters.c.settled_at)
        first = tx.connection.execute(written).all()
    kinds = {row.key.split(":")[0] for row in first}
    assert {"invitation", "reminder", "closed", "result"} <= kinds
    assert all(row.body is None and row.settled_at for row in first)
    for days in (0, 1, 8):
        beat(database, texts, NOW + timedelta(days=days, hours=12))
    with database.transaction() as tx:
        assert tx.connection.execute(written).all() == first
        reach = waves.reach(tx, made.partnership.id)
        assert (reach.people, reach.out_of_reach) == (0, 10)


@only_sqlite
def test_a_seed_gives_the_same_answers_on_every_day(database: Database, texts: Texts) -> None:
    one, again = rehearse(database, texts), rehearse(database, texts, now=NOW + timedelta(days=129, hours=9))
    other = rehearse(database, texts, Wanted(people=10, weeks=2, seed=4, language="nl"))
    assert scores(database, texts, one) == scores(database, texts, again)
    assert scores(database, texts, one) != scores(database, texts, other)
    assert again.partnership.name == "Oefening: De Verbinders 2"


def test_the_two_clocks_pass_each_other_by(database: Database, texts: Texts) -> None:
    """A running bot looks what time has caused while a rehearsal lives in the past, and the other way round."""
    somebody_real(database, texts, NOW - timedelta(days=40))
    stage = Stage(database, texts, FEW, NOW)
    for day in range(5):
        stage.live(day)
    half_way = everything(database)
    with database.transaction() as tx:
        assert not [one for one, _ in waves.every_open(tx) if one.id == stage.partnership.id]
    beat(database, texts, NOW.replace(hour=12))
    real = [row for row in everything(database)["letters"] if row not in half_way["letters"]]
    assert len(real) == 1
    assert "reminder:1:1" in real[0], "time did pass for whoever is real"
    assert everything(database)["waves"] == half_way["waves"]
    for day in range(5, 14):
        stage.live(day)
    assert [row for row in everything(database)["letters"] if "reminder:1:" in row] == real
    assert stage.hand_over(NOW).turnout.completed > 5


def test_stopped_half_way_it_can_be_removed_and_removed_half_way_it_stops(database: Database, texts: Texts) -> None:
    before = everything(database)

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rehearsal.rehearse(database, texts, FEW, NOW, interrupt)
    with pytest.raises(RehearsalGone):
        rehearsal.rehearse(database, texts, FEW, NOW, lambda line: void(rehearsal.remove(database)))
    assert everything(database) == before


def void(_: object) -> None:
    """Say nothing about it."""


def test_whoever_is_more_than_a_simulated_person_stays(database: Database, texts: Texts) -> None:
    """A coordinator of a rehearsal who takes part elsewhere stays there; one who is nothing else is forgotten."""
    somebody_real(database, texts, NOW)
    before = everything(database)
    made = rehearse(database, texts)
    with database.transaction() as tx:
        for address in ("1", "2"):
            seat = {"contact_id": meet(tx, "telegram", address, "nl", NOW), "partnership_id": made.partnership.id}
            tx.connection.execute(tx.insert(coordinators).values(**seat, role="coordinator", added_at=NOW))
    rehearsal.remove(database)
    assert everything(database) == before


@only_sqlite
@pytest.mark.parametrize(("people", "weeks", "dimensions"), [(2, 2, 0), (1, 1, 0), (9, 1, 6)])
def test_of_few_people_there_are_no_scores_and_of_one_week_one_wave(
    database: Database, texts: Texts, people: int, weeks: int, dimensions: int
) -> None:
    made = rehearse(database, texts, Wanted(people, weeks, 1, "en"))
    assert made.partnership.name == "Rehearsal: De Verbinders"
    assert len(scores(database, texts, made).dimensions) == dimensions
    with database.transaction() as tx:
        wave = partnerships.last_wave(tx, made.partnership.id)
        assert (wave.number, wave.closed_at is not None) == (weeks, True)
        answered = select(responses.c.started_at).where(responses.c.started_at.is_not(None))
        moments = tx.connection.execute(answered).scalars().all()
        assert NOW - timedelta(days=7 * weeks + 1) < min(moments) <= max(moments) < NOW
        assert set(tx.connection.execute(select(contacts.c.channel)).scalars()) == {rehearsals.CHANNEL}
