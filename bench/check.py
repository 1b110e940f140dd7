"""The check: every answer that somebody tapped is in the database, and no other.

It reads the file itself, after the bot was killed, with nothing of the product but the seal on addresses.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from bench.bots import SECRET, BenchError
from bench.people import Respondent
from storage.engine.sealing import Seal

STORED = """
    SELECT contacts.address_key, answers.item, answers.option
    FROM answers
    JOIN responses ON responses.id = answers.response_id
    JOIN respondents ON respondents.id = responses.respondent_id
    JOIN contacts ON contacts.id = respondents.contact_id
"""


def check(database: Path, everybody: Iterable[Respondent]) -> int:
    """How many answers there are; BenchError when one is missing, different, or nobody's."""
    tapped = {answer for one in everybody for answer in _tapped(one)}
    with closing(sqlite3.connect(database)) as connection:
        stored = set(connection.execute(STORED))
    if stored != tapped:
        raise BenchError(f"{len(tapped - stored)} answers were not stored, {len(stored - tapped)} were not given")
    return len(stored)


def _tapped(one: Respondent) -> Iterator[tuple[bytes, int, str]]:
    key = Seal(SECRET).key("telegram", str(one.person.id))
    return ((key, item, option) for item, option in one.taps.items())
