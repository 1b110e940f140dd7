"""Growth: what a tap and a summary cost with ever more completed responses in the database: `python -m bench.growth`.

Two shapes on SQLite files: some of 1,000 people, as in life, for taps; and everybody in one, the worst case for a
summary, which concerns one. CPU seconds, so that other work disturbs less. What the clock costs, says `bench.ticks`.
"""

import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench import options
from bench.figures import table
from bench.towns import MONDAY, Shape, Town, town
from bot.channels.port import Update
from bot.results.summaries import read_summary
from bot.survey.conversation.buttons import ChooseGroup, ChooseOption, Join
from bot.survey.conversation.dialogue import Partnership
from bot.ticks import ticks
from bot.turns import take as turn
from storage import partnerships, state
from storage.engine.database import Tx

SIZES, SHORT = (1_000, 100_000, 1_000_000), (1_000, 10_000)
IN_A_NEIGHBOURHOOD = 1_000
WALKERS = 10
TURNS = 3
NOW = MONDAY + timedelta(hours=1)
BARE = """
SELECT item, AVG(CASE option WHEN 'no' THEN 0 WHEN 'rather_no' THEN 25 WHEN 'middle' THEN 50 WHEN 'rather_yes' THEN 75
  WHEN 'yes' THEN 100 END), COUNT(CASE WHEN option NOT IN ('dont_know', 'not_applicable') THEN 1 END)
FROM answers JOIN responses ON responses.id = answers.response_id
WHERE responses.wave_id = 1 AND responses.completed_at IS NOT NULL GROUP BY item
"""


@dataclass(frozen=True)
class Grown:
    """A database of one size and shape, and what was measured in it: name -> CPU seconds."""

    people: int
    megabytes: float
    seconds: dict[str, float]


def main() -> int:
    asked = options.read(__doc__, short=False, sizes=SIZES)
    sizes = SHORT if asked.short else asked.sizes
    print(report([in_life(size) for size in sizes], [in_one(size) for size in sizes]))
    return 0


def in_life(people: int) -> Grown:
    """Neighbourhoods of 1,000: taps of the last one, and what is forgotten at night over all of them."""
    with town(Shape(people, IN_A_NEIGHBOURHOOD)) as here:
        seconds = {"a tap, with its commit": taps(here), "once a night: forget": measured(lambda: forget(here))}
        return Grown(people, here.megabytes, seconds)


def in_one(people: int) -> Grown:
    """All in one partnership: the bare SQL, a summary that makes a release, and one that does not."""
    with town(Shape(people, people)) as here:
        wave_of = here.last()
        bare = measured(lambda: bare_means(here.path))
        release = cpu(lambda: summary(here, wave_of))
        again = measured(lambda: summary(here, wave_of))
        return Grown(people, here.megabytes, {"bare": bare, "release": release, "again": again})


def taps(here: Town) -> float:
    """The median over some people who join the last partnership and answer all 26 statements; each tap is committed."""
    taken = list[float]()
    for walker in range(WALKERS):
        with here.database.transaction() as tx:
            response = joined(tx, here, walker)
        for item in range(1, 27):
            work = partial(choose, here, walker, response, item, "yes", str(item))
            taken.append(cpu(partial(in_transaction, here, work)))
    return statistics.median(taken)


def joined(tx: Tx, here: Town, walker: int) -> int:
    """Somebody new at the first statement; the number of the response."""
    take(tx, here, walker, "join", Join(here.codes.invitation, "nl"))
    response = int(tx.connection.exec_driver_sql("SELECT MAX(id) FROM responses").scalar_one())
    take(tx, here, walker, "group", ChooseGroup(response, "other"))
    return response


def choose(here: Town, walker: int, response: int, item: int, option: str, number: str, tx: Tx) -> None:
    take(tx, here, walker, number, ChooseOption(response, item, option))


def take(tx: Tx, here: Town, walker: int, number: str, event: Join | ChooseGroup | ChooseOption) -> None:
    turn.take(
        tx, here.texts, Update(f"telegram:{walker}:{number}", "telegram", str(10**10 + walker), event, "nl", 5), NOW
    )


def in_transaction(here: Town, work: Callable[[Tx], object]) -> None:
    with here.database.transaction() as tx:
        work(tx)


def forget(here: Town) -> None:
    """A whole night of it, in as many transactions as it takes; there is nothing to forget."""
    with here.database.transaction() as tx:
        state.write_moment(tx, state.FORGOT, NOW - ticks.NIGHTLY)
    is_more = True
    while is_more:
        with here.database.transaction() as tx:
            is_more = ticks.TICKS["forget"](tx, here.texts, NOW)


def summary(here: Town, asked_by: Partnership) -> None:
    with here.database.transaction() as tx:
        wave = partnerships.last_wave(tx, asked_by.id)
        assert read_summary(tx, here.texts, asked_by, wave, NOW).scores.total


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
        ("summary with a new release / bare", *(beside_bare(grown, "release") for grown in sums)),
        ("summary without one / bare", *(beside_bare(grown, "again") for grown in sums)),
    ]
    return (
        f"\n## Growth, by completed responses in the database (SQLite)\n\n"
        f"CPU milliseconds; neighbourhoods of {IN_A_NEIGHBOURHOOD:,}:\n\n{table(head, [*rows, size])}\n\n"
        f"Everybody in one partnership:\n\n{table(head, ratio)}\n"
    )


def beside_bare(grown: Grown, name: str) -> str:
    return f"{grown.seconds[name] / grown.seconds['bare']:.2f}"


if __name__ == "__main__":
    sys.exit(main())
