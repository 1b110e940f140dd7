"""Ticks: the town in which they are measured is a valid one, with nothing due before the moment when everything is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bench import ticks
from bench.bots import BenchError
from bench.towns import MONDAY, Shape, Town

SHAPE = Shape(30, 10, ticks.REMINDERS, has_coordinators=True)


@pytest.fixture
def small(tmp_path: Path) -> Town:
    here = Town(tmp_path, SHAPE)
    here.database.close()
    return here


def test_a_town_is_as_valid_as_one_that_grew(small: Town) -> None:
    with closing(sqlite3.connect(small.path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*), count(completed_at) FROM responses").fetchone() == (30, 15)
        assert connection.execute("SELECT count(*) FROM answers").fetchone() == (15 * 26 + 15 * 10,)
        assert connection.execute("SELECT count(*) FROM coordinators").fetchone() == (3,)


@pytest.mark.fire
async def test_everything_is_due_at_one_moment_and_nothing_before_or_after(small: Town) -> None:
    found = await ticks.measured(small, alone=0.1)  # a look at which something is written, ends it
    assert (found.letters, set(found.looks)) == (3 * 6, set(ticks.SEEN))
    assert all(cost.cpu > 0 and statements > 5 for cost, statements in found.looks.values())
    assert found.monday.longest <= found.monday.seconds
    assert len(found.alone) > 0
    assert "| 3 | 30 | 18 |" in ticks.report([found])


async def test_letters_that_do_not_come_end_it(small: Town) -> None:
    with ticks.going(small) as one:
        one.clock.now = MONDAY
        with pytest.raises(BenchError, match="18 of 19 letters are written after 3 beats"):
            await one.write_all(19, beats=3)
