"""Towns: databases of any size with valid rows, made in seconds: partnerships, people, answers, coordinators.

Everybody came on a Tuesday and gave 26 answers; of each partnership some people did not finish, and were there last
on a Saturday. Nothing is due before the Monday after that, when everything is: see `bench.ticks`.
"""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.survey.conversation.dialogue import Partnership
from bot.texts.texts import load
from storage import partnerships
from storage.engine.database import Database
from storage.partnerships import Codes
from storage.upkeep.migrate import migrate
from tests.house import SECRET, partnership

TUESDAY, SATURDAY = datetime(2026, 2, 24, 9, tzinfo=UTC), datetime(2026, 2, 28, 7, tzinfo=UTC)
MONDAY = datetime(2026, 3, 2, 8, 0, 1, tzinfo=UTC)  # nine in the morning in Amsterdam
FILL = (
    """
    INSERT INTO contacts (id, channel, address_key, address_sealed, language, created_at)
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :people + :seats)
    SELECT i, 'telegram', randomblob(32), randomblob(45), 'nl', :came FROM n
    """,
    """
    INSERT INTO respondents (id, contact_id, partnership_id, "group", consented_at, consent)
    SELECT id, id, (id - 1) / :each + 1, CASE id % 3 WHEN 0 THEN 'resident' WHEN 1 THEN 'professional' ELSE 'other' END,
      :came, '0123456789ab' FROM contacts WHERE id <= :people
    """,
    """
    INSERT INTO responses (id, respondent_id, wave_id, reminders, opened_at, started_at, touched_at, completed_at,
      next_reminder_at)
    SELECT id, id, partnership_id, 1, :came, :came, CASE WHEN done THEN :came ELSE :left END,
      CASE WHEN done THEN :came END, CASE WHEN done THEN NULL ELSE :due END
    FROM (SELECT id, partnership_id, (id - 1) % :each >= :unfinished AS done FROM respondents)
    """,
    """
    INSERT INTO answers (response_id, item, option, answered_on)
    WITH RECURSIVE item(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM item WHERE i < 26)
    SELECT responses.id, i, CASE abs(random()) % 7 WHEN 0 THEN 'no' WHEN 1 THEN 'rather_no' WHEN 2 THEN 'middle'
      WHEN 3 THEN 'rather_yes' WHEN 4 THEN 'yes' WHEN 5 THEN 'dont_know' ELSE 'not_applicable' END, date(:came)
    FROM responses CROSS JOIN item WHERE completed_at IS NOT NULL OR i <= 10
    """,
    """
    INSERT INTO coordinators (contact_id, partnership_id, role, added_at)
    SELECT id, id - :people, 'coordinator', :came FROM contacts WHERE id > :people
    """,
)


@dataclass(frozen=True)
class Shape:
    """`each` people in a partnership, so many of whom are not finished; a coordinator for each, or for none."""

    people: int
    each: int
    unfinished: int = 0
    has_coordinators: bool = False

    @property
    def partnerships(self) -> int:
        return -(-self.people // self.each)

    @property
    def values(self) -> dict[str, object]:
        moments = {"came": TUESDAY, "left": SATURDAY, "due": MONDAY}
        seats = self.partnerships if self.has_coordinators else 0
        counts = {"people": self.people, "each": self.each, "unfinished": self.unfinished, "seats": seats}
        return {**counts, **{name: moment.strftime("%Y-%m-%d %H:%M:%S.%f") for name, moment in moments.items()}}


class Town:
    """A database, and the codes of its last partnership."""

    def __init__(self, folder: Path, shape: Shape) -> None:
        self.shape, self.path, self.texts = shape, folder / "town.db", load()
        self.database = Database(f"sqlite:///{self.path}", SECRET)
        migrate(self.database)
        self.codes = self._found()
        with closing(sqlite3.connect(self.path)) as connection:
            for statement in FILL:
                connection.execute(statement, shape.values)
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _found(self) -> Codes:
        wording = self.texts.wording()
        with self.database.transaction() as tx:
            made = [
                partnerships.add(tx, partnership(f"Neighbourhood {number + 1}"), wording, TUESDAY)
                for number in range(self.shape.partnerships)
            ]
        return made[-1][1]

    @property
    def megabytes(self) -> float:
        return self.path.stat().st_size / 10**6

    def last(self) -> Partnership:
        with self.database.transaction() as tx:
            return partnerships.every(tx)[-1]


@contextmanager
def town(shape: Shape) -> Iterator[Town]:
    with tempfile.TemporaryDirectory() as folder:
        print(f"filling {shape.people:,} in partnerships of {shape.each:,}", file=sys.stderr)
        here = Town(Path(folder), shape)
        try:
            yield here
        finally:
            here.database.close()
