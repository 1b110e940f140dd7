"""Aloud: what a tap asks of the database stays what it was for whoever hears nothing."""

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from bot.aloud import Aloud
from bot.channels import TRAITS
from bot.channels.port import Update
from bot.recordings.recordings import NONE, Recordings
from bot.survey.conversation.buttons import ChooseGroup, ChooseOption, HearAll, Join, Press
from bot.texts.texts import Texts
from bot.turns import take
from storage import partnerships
from storage.engine.database import Database
from tests.house import MONDAY, SECRET, partnership
from tests.recordings.made import recorded
from tests.round_trips import Wire, wire_to

REST = range(2, 27)  # of the statements: at the first one the wave itself is looked up


@pytest.fixture
def wire(postgresql_url: str) -> Iterator[Wire]:
    with wire_to(postgresql_url) as running:
        yield running


def walk(wire: Wire, texts: Texts, recordings: Recordings, person: int, *, reads_aloud: bool = False) -> list[int]:
    """What each answer of somebody in Telegram asked of the database: the first, second or third who takes part."""
    aloud, numbers, response = Aloud(texts, recordings), count(), person
    with closing(Database(wire.url, SECRET, TRAITS)) as database:

        def press(what: Press) -> int:
            update = Update(f"telegram:{person}{next(numbers)}", "telegram", str(person), what, "nl", message=7)
            before = wire.passed["statements"]
            with database.transaction() as tx:
                take.take(tx, texts, update, MONDAY, aloud)
            return wire.passed["statements"] - before

        with database.transaction() as tx:
            code = partnerships.invitation_of(tx, 1)
        begun = (Join(code, "nl"), ChooseGroup(response, "other"), HearAll(response, int(reads_aloud)))
        for one in (*begun, ChooseOption(response, 1, "yes")):
            press(one)
        return [press(ChooseOption(response, item, "yes")) for item in REST]


def test_recordings_cost_nothing_for_who_hears_none(wire: Wire, texts: Texts, tmp_path: Path) -> None:
    recorded(tmp_path / "nl", texts)
    with closing(Database(wire.url, SECRET, TRAITS)) as database, database.transaction() as tx:
        partnerships.add(tx, partnership(), texts.wording(), MONDAY)
    there = Recordings.load(texts, tmp_path)
    without, quiet = walk(wire, texts, NONE, 1), walk(wire, texts, there, 2)
    assert quiet == without
    assert sum(walk(wire, texts, there, 3, reads_aloud=True)) > sum(quiet), "who hears them has a letter more"
