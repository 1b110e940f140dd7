"""A rehearsal in its database: the same answers from a seed, all that time causes, and afterwards nothing."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.rehearsal.stage import CHANNEL, Rehearsed, Wanted, rehearse
from bot.results import summaries
from bot.survey.scores.scoring import Scores
from bot.texts.texts import Texts
from bot.ticks import ticks
from storage import partnerships
from storage.engine.database import Database, Tx
from storage.schema import contacts, letters, responses
from storage.upkeep.progress import untold
from tests.databases import begin_migrated
from tests.house import SECRET

pytestmark = pytest.mark.long

NOW = datetime(2026, 3, 4, 22, 17, tzinfo=UTC)
FEW = Wanted(people=10, weeks=2, seed=3, language="nl")


@contextmanager
def transaction(path: Path) -> Iterator[Tx]:
    begin_migrated(f"sqlite:///{path}")
    with closing(Database(f"sqlite:///{path}", SECRET)) as database, database.transaction() as tx:
        yield tx


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    with transaction(tmp_path / "rehearsal.db") as tx:
        yield tx


def made(tx: Tx, texts: Texts, wanted: Wanted = FEW, now: datetime = NOW) -> Rehearsed:
    return rehearse(tx, texts, wanted, now, untold)


def scores(tx: Tx, texts: Texts, rehearsed: Rehearsed) -> Scores:
    wave = partnerships.last_wave(tx, rehearsed.partnership.id)
    return summaries.read_summary(tx, texts, rehearsed.partnership, wave, NOW).scores


def test_all_that_time_causes_is_written_and_read_at_once_and_afterwards_nothing(tx: Tx, texts: Texts) -> None:
    rehearsed = made(tx, texts)
    assert (rehearsed.turnout.invited, len(scores(tx, texts, rehearsed).dimensions)) == (10, 6)
    written = select(letters.c.key, letters.c.body_sealed, letters.c.settled_at)
    first = tx.connection.execute(written).all()
    kinds = {row.key.split(":")[0] for row in first}
    assert {"invitation", "reminder", "closed", "result"} <= kinds
    assert all(row.body_sealed is None and row.settled_at for row in first)
    for days in (0, 1, 8):
        for tick in ticks.TICKS.values():
            while tick(tx, texts, NOW + timedelta(days=days, hours=12)):
                pass
    assert tx.connection.execute(written).all() == first


@pytest.mark.fire
def test_a_seed_gives_the_same_answers_on_every_day(tmp_path: Path, texts: Texts) -> None:
    found: list[Scores] = []
    for seed, later in ((3, timedelta()), (3, timedelta(days=129, hours=9)), (4, timedelta())):
        with transaction(tmp_path / f"{len(found)}.db") as tx:
            wanted = Wanted(people=10, weeks=2, seed=seed, language="nl")
            found.append(scores(tx, texts, made(tx, texts, wanted, NOW + later)))
    one, again, other = found
    assert one == again
    assert one != other


@pytest.mark.parametrize(("people", "weeks", "dimensions"), [(2, 2, 0), (1, 1, 0), (9, 1, 6)])
def test_of_few_people_there_are_no_scores_and_of_one_week_one_wave(
    tx: Tx, texts: Texts, people: int, weeks: int, dimensions: int
) -> None:
    rehearsed = made(tx, texts, Wanted(people, weeks, 1, "en"))
    assert rehearsed.partnership.name == "Rehearsal: De Verbinders"
    assert len(scores(tx, texts, rehearsed).dimensions) == dimensions
    wave = partnerships.last_wave(tx, rehearsed.partnership.id)
    assert (wave.number, wave.closed_at is not None) == (weeks, True)
    answered = select(responses.c.started_at).where(responses.c.started_at.is_not(None))
    moments = tx.connection.execute(answered).scalars().all()
    assert NOW - timedelta(days=7 * weeks + 1) < min(moments) <= max(moments) < NOW
    assert set(tx.connection.execute(select(contacts.c.channel)).scalars()) == {CHANNEL}
