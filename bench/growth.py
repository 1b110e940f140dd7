"""Growth: what a tap, every tick and a summary cost with ever more completed responses in the database.

`python -m bench.growth [--short]`. Two shapes on SQLite files, both filled with valid rows, 26 answers each: some of
1,000 people, as in life, for taps and ticks (ticks go from one partnership to the next); and everybody in one, the
worst case for a summary, which concerns one. CPU seconds, so that other work disturbs less.
"""

import argparse
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.summary import BARE, summary
from bot.channels.port import Update
from bot.survey.conversation.buttons import ChooseGroup, ChooseOption, Join
from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import load
from bot.ticks import ticks
from bot.turns import take as turn
from storage import partnerships, retention
from storage.engine.database import Database
from storage.upkeep.migrate import migrate
from tests.house import MONDAY, SECRET, partnership

SIZES = (1_000, 100_000, 1_000_000)
IN_A_NEIGHBOURHOOD = 1_000
WALKERS = 10
TURNS = 3
NOW = MONDAY + timedelta(hours=1)
AT = MONDAY.strftime("%Y-%m-%d %H:%M:%S.%f")

FILL = (
    """
    INSERT INTO contacts (id, channel, address_key, address_sealed, language, created_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people)
    SELECT i, 'telegram', randomblob(32), randomblob(45), 'nl', :at FROM n
    """,
    """
    INSERT INTO respondents (id, contact_id, partnership_id, "group", consented_at, consent)
    SELECT id, id, (id - 1) / :each + 1, CASE id % 3 WHEN 0 THEN 'resident' WHEN 1 THEN 'professional' ELSE 'other' END,
      :at, '0123456789ab' FROM contacts
    """,
    """
    INSERT INTO responses (id, respondent_id, wave_id, reminders, opened_at, started_at, touched_at, completed_at)
    SELECT id, id, partnership_id, 1, :at, :at, :at, :at FROM respondents
    """,
    """
    INSERT INTO answers (response_id, item, option, answered_on)
    WITH RECURSIVE item(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM item WHERE i < 26)
    SELECT responses.id, i, CASE abs(random()) % 7 WHEN 0 THEN 'no' WHEN 1 THEN 'rather_no' WHEN 2 THEN 'middle'
      WHEN 3 THEN 'rather_yes' WHEN 4 THEN 'yes' WHEN 5 THEN 'dont_know' ELSE 'not_applicable' END, date(:at)
    FROM responses CROSS JOIN item
    """,
)


@dataclass(frozen=True)
class Grown:
    """A database of one size and shape, and what was measured in it: name -> CPU seconds."""

    people: int
    megabytes: float
    seconds: dict[str, float]


class Town:
    """A database with so many people in partnerships of so many."""

    def __init__(self, folder: Path, people: int, each: int) -> None:
        self.people, self.path, self.texts = people, folder / f"{people}-{each}.db", load()
        self.database = Database(f"sqlite:///{self.path}", SECRET)
        migrate(self.database)
        with self.database.transaction() as tx:
            for number in range(-(-people // each)):
                name = partnership(f"Neighbourhood {number + 1}")
                _, self.codes = partnerships.add(tx, name, self.texts.wording(), MONDAY)
        with closing(sqlite3.connect(self.path)) as connection:
            for statement in FILL:
                connection.execute(statement, {"people": people, "each": each, "at": AT})
            connection.commit()

    @property
    def megabytes(self) -> float:
        return self.path.stat().st_size / 10**6

    def last(self) -> Partnership:
        with self.database.transaction() as tx:
            return partnerships.every(tx)[-1]


def main() -> int:
    parser = argparse.ArgumentParser("bench.growth")
    parser.add_argument("--short", action="store_true", help="1,000 and 10,000 only")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    asked = parser.parse_args()
    sizes = (1_000, 10_000) if asked.short else asked.sizes
    lives = [in_life(size) for size in sizes]
    sums = [in_one(size) for size in sizes]
    print(report(lives, sums))
    return 0


def in_life(people: int) -> Grown:
    """Neighbourhoods of 1,000: taps of the last one, and each tick over all of them."""
    with town(people, IN_A_NEIGHBOURHOOD) as here:
        seconds = {"a tap, with its commit": taps(here)}
        for name, tick in ticks.TICKS.items():
            seconds[f"tick: {name}"] = measured(partial(in_transaction, here, tick))
        seconds["once a night: forget"] = measured(lambda: forget(here))
        return Grown(people, here.megabytes, seconds)


def in_one(people: int) -> Grown:
    """All in one partnership: the bare SQL, a summary that makes a release, and one that does not."""
    with town(people, people) as here:
        wave_of = here.last()
        bare = measured(lambda: bare_means(here.path))
        release = cpu(lambda: summary(here.database, here.texts, wave_of))
        again = measured(lambda: summary(here.database, here.texts, wave_of))
        return Grown(people, here.megabytes, {"bare": bare, "release": release, "again": again})


@contextmanager
def town(people: int, each: int) -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as folder:
        print(f"filling {people:,} in partnerships of {each:,}", file=sys.stderr)
        here = Town(Path(folder), people, each)
        try:
            yield here
        finally:
            here.database.close()


def taps(here: Town) -> float:
    """The median over some people who join the last partnership and answer all 26 statements; each tap is committed."""
    taken = list[float]()
    for walker in range(WALKERS):
        take(here, walker, "join", Join(here.codes.invitation, "nl"))
        response = newest_response(here)
        take(here, walker, "group", ChooseGroup(response, "other"))
        for item in range(1, 27):
            taken.append(cpu(partial(take, here, walker, str(item), ChooseOption(response, item, "yes"))))
    return statistics.median(taken)


def take(here: Town, walker: int, number: str, event: Join | ChooseGroup | ChooseOption) -> None:
    update = Update(f"telegram:{walker}:{number}", "telegram", str(10**10 + walker), event, "nl", 5)
    with here.database.transaction() as tx:
        turn.take(tx, here.texts, update, NOW)


def newest_response(here: Town) -> int:
    with here.database.transaction() as tx:
        return int(tx.connection.exec_driver_sql("SELECT MAX(id) FROM responses").scalar_one())


def in_transaction(here: Town, tick: ticks.Tick) -> None:
    with here.database.transaction() as tx:
        tick(tx, here.texts, NOW)


def forget(here: Town) -> None:
    with here.database.transaction() as tx:
        assert not retention.forget(tx, here.texts.checklist, NOW, ticks.AT_ONCE).anything


def bare_means(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert len(connection.execute(BARE).fetchall()) == 26


def measured(work: Callable[[], object]) -> float:
    """The median of some turns."""
    return statistics.median(cpu(work) for _ in range(TURNS))


def cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def report(lives: Sequence[Grown], sums: Sequence[Grown]) -> str:
    head = ("", *(f"{grown.people:,}" for grown in lives))
    rows = [(name, *(f"{1000 * grown.seconds[name]:.2f}" for grown in lives)) for name in lives[0].seconds]
    size = ("database, MB", *(f"{grown.megabytes:.0f}" for grown in lives))
    ratio = [
        ("bare SQL: item means, seconds", *(f"{grown.seconds['bare']:.3f}" for grown in sums)),
        (
            "summary with a new release / bare",
            *(f"{grown.seconds['release'] / grown.seconds['bare']:.2f}" for grown in sums),
        ),
        ("summary without one / bare", *(f"{grown.seconds['again'] / grown.seconds['bare']:.2f}" for grown in sums)),
    ]
    return (
        f"\n## Growth, by completed responses in the database (SQLite)\n\n"
        f"CPU milliseconds; neighbourhoods of {IN_A_NEIGHBOURHOOD:,}:\n\n{table(head, [*rows, size])}\n\n"
        f"Everybody in one partnership:\n\n{table(head, ratio)}\n"
    )


def beside_bare(grown: Grown, name: str) -> str:
    return f"{grown.seconds[name] / grown.seconds['bare']:.2f}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rows))


if __name__ == "__main__":
    sys.exit(main())
