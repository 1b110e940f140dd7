"""What the summary of a large partnership costs, beside the bare SQL that computes the same means, in one run.

It claims ratios only. The database is a real SQLite file with every answer of every person; both read the same rows.
"""

import argparse
import random
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.results.summaries import read_summary
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import Texts, load
from storage import partnerships
from storage.engine.database import Database
from storage.upkeep.migrate import migrate
from tests.house import MONDAY, SECRET, partnership

BARE = """
SELECT item, AVG(CASE option WHEN 'no' THEN 0 WHEN 'rather_no' THEN 25 WHEN 'middle' THEN 50 WHEN 'rather_yes' THEN 75
  WHEN 'yes' THEN 100 END), COUNT(CASE WHEN option NOT IN ('dont_know', 'not_applicable') THEN 1 END)
FROM answers JOIN responses ON responses.id = answers.response_id
WHERE responses.wave_id = 1 AND responses.completed_at IS NOT NULL GROUP BY item
"""
TURNS = 3


def main() -> int:
    parser = argparse.ArgumentParser("bench.summary")
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--short", action="store_true", help="5,000 people")
    people = 5_000 if (asked := parser.parse_args()).short else asked.people
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder) / "large.db", people)
    return 0


def measure(path: Path, people: int) -> None:
    texts = load()
    database = Database(f"sqlite:///{path}", SECRET)
    migrate(database)
    with database.transaction() as tx:
        number, _ = partnerships.add(tx, partnership(), texts.wording(), MONDAY)
        asked_by = partnerships.find(tx, str(number)) or partnership()
    fill(path, texts, people)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    release = timed(lambda: summary(database, texts, asked_by))
    bare, again = [], []
    for _ in range(TURNS):
        bare.append(timed(lambda: bare_means(path)))
        again.append(timed(lambda: summary(database, texts, asked_by)))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    database.close()
    print(report(people, release, statistics.median(bare), statistics.median(again), (after - before) / 1024))


def summary(database: Database, texts: Texts, asked_by: Partnership) -> None:
    with database.transaction() as tx:
        wave = partnerships.last_wave(tx, asked_by.id)
        found = read_summary(tx, texts, asked_by, wave, MONDAY)
    assert found.scores.total


def bare_means(path: Path) -> None:
    connection = sqlite3.connect(path)
    assert len(connection.execute(BARE).fetchall()) == 26
    connection.close()


def timed(work: Callable[[], None]) -> float:
    """Seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fill(path: Path, texts: Texts, people: int) -> None:
    """So many people who completed the wave, each with 26 answers."""
    chance, at = random.Random(1), MONDAY.strftime("%Y-%m-%d %H:%M:%S.%f")
    options, numbers = list(texts.checklist.options), range(1, people + 1)
    connection = sqlite3.connect(path)
    connection.executemany(
        'INSERT INTO respondents (id, partnership_id, "group", consented_at, consent) VALUES (?, 1, ?, ?, "")',
        ((n, chance.choice(("resident", "professional", "other")), at) for n in numbers),
    )
    connection.executemany(
        "INSERT INTO responses (id, respondent_id, wave_id, reminders, opened_at, touched_at, completed_at)"
        " VALUES (?, ?, 1, 1, ?, ?, ?)",
        ((n, n, at, at, at) for n in numbers),
    )
    connection.executemany(
        "INSERT INTO answers VALUES (?, ?, ?, ?)",
        ((n, item, chance.choice(options), at) for n in numbers for item in range(1, 27)),
    )
    connection.commit()
    connection.close()


def report(people: int, release: float, bare: float, again: float, grown: float) -> str:
    return (
        f"\n## The summary of {people:,} completed responses (SQLite)\n\n"
        "| what | seconds | beside the bare SQL |\n| --- | --- | --- |\n"
        f"| the bare SQL: item means of the wave | {bare:.2f} | 1 |\n"
        f"| a summary with a new release, kept for good | {release:.2f} | {release / bare:.2f} |\n"
        f"| a summary without a new release | {again:.3f} | {again / bare:.3f} |\n\n"
        f"Memory grew by {grown:.0f} MB at most.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
