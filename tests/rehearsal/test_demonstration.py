"""Who only looks changes nothing: every action there is, with arguments of every kind, filled in and read aloud.

It holds for a demonstration, where visitors share a seat, and for every address of a page, which is only looked at.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select

from bot.channels.port import Entrance, Entrances, Update
from bot.channels.web.traits import TRAITS
from bot.coordination import programme
from bot.coordination.request import ACTIONS
from bot.rehearsal import demonstration
from bot.rehearsal.stage import Wanted
from bot.survey.conversation.buttons import Call, Coordinate, ReadProgramme
from bot.survey.conversation.commands import only_looks
from bot.survey.conversation.events import Filled, Recorded
from bot.survey.sound import Sound
from bot.texts.texts import Texts
from bot.turns import calling
from bot.turns.take import take
from storage import agreements, api_tokens, links, partnerships, programmes, recordings
from storage.engine.database import Database, Tx
from storage.schema import cells, letters, metadata, releases, updates
from storage.upkeep.progress import untold
from tests.databases import begin_migrated
from tests.house import SECRET

pytestmark = pytest.mark.long

NOW = datetime(2026, 3, 4, 22, 17, tzinfo=UTC)
FEW = Wanted(people=6, weeks=3, seed=3, language="nl")
WORDS = ("-", "yes", "viewer", "coordinator", "programme", "nl", "nl-", "en", "d3", "h14", "mode-", "files.1")
NUMBERS = ("0", "1", "3", "4", "4.0", "4.0.2", "4.2", "3.1", "3.1.yes", "3.1-", "nl.statement-01", "statement-01.nl.1")
FIELDS = dict.fromkeys(("what", "who", "when", "name", "organisation", "contact", "label", "weeks", "day"), "1")
HOME = Entrances((Entrance(TRAITS, "http://localhost:8001/i/", home="http://localhost:8001"),))
SOUND = Sound(b"\xff\xfb", "audio/mpeg")


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    begin_migrated(f"sqlite:///{tmp_path}/demo.db")
    with closing(Database(f"sqlite:///{tmp_path}/demo.db", SECRET)) as database, database.transaction() as tx:
        yield tx


@pytest.fixture
def visitor(tx: Tx, texts: Texts, request: pytest.FixtureRequest) -> str:
    """The address of a seat, beside which there is one of everything that can be changed."""
    prepared = demonstration.prepare(tx, texts, FEW, NOW, untold, looks_only=request.param)
    seat = demonstration.sit(tx, prepared, "web", "nl", NOW)
    wave = partnerships.last_wave(tx, prepared.partnership)
    assert agreements.add(tx, wave.id, {"what": "Koffie", "who": "Fatima", "by_when": NOW.date()}, NOW.date())
    speaker = recordings.agree(tx, prepared.partnership, "Fatima", "words", NOW.date())
    recordings.keep(tx, prepared.partnership, speaker, ("nl", "statement-01", "wording"), SOUND)
    known = programmes.add(tx, "Stad", "nl", [prepared.partnership], NOW).id
    code = links.make_programme_link(tx, known, NOW)
    (contact,) = _numbers(tx, "coordinators", "contact_id")
    link = links.link(tx, code, NOW)
    assert link
    programmes.use_link(tx, code, link, contact, NOW)
    assert api_tokens.make(tx, known, contact, NOW)
    return seat


def _numbers(tx: Tx, table: str, column: str) -> list[int]:
    return list(tx.connection.execute(select(metadata.tables[table].c[column])).scalars())


def stored(tx: Tx, but: Sequence[Table] = (updates, letters)) -> Mapping[str, list[Any]]:
    """Every row, but that an update came and what is shown for it."""
    tables = (one for one in metadata.sorted_tables if one not in but)
    return {one.name: sorted(map(tuple, tx.connection.execute(select(one))), key=repr) for one in tables}


def done(argument: str) -> Iterator[Any]:
    for name in (*ACTIONS, "forged"):
        press = Coordinate(1, name, argument)
        yield from (press, Filled(press, FIELDS), Recorded(press, SOUND))
    yield from (ReadProgramme(1, name, argument) for name in programme.ACTIONS)
    yield from (Filled(Call(name, argument), FIELDS) for name in calling.ACTIONS)


@pytest.mark.parametrize("arguments", [("-", "nl"), pytest.param((*WORDS, *NUMBERS), marks=pytest.mark.fire)])
@pytest.mark.parametrize("visitor", [True], indirect=True)
def test_a_visitor_who_only_looks_changes_nothing(tx: Tx, texts: Texts, visitor: str, arguments: Sequence[str]) -> None:
    before, numbers = stored(tx), count()
    for argument in arguments:
        for event in done(argument):
            at = f"web:{next(numbers)}"
            take(tx, texts, Update(at, "web", visitor, event, "nl", entrances=HOME, looks_only=True), NOW)
        assert stored(tx) == before, argument


@pytest.mark.fire
@pytest.mark.parametrize("visitor", [False], indirect=True)
def test_what_has_an_address_changes_nothing_while_a_round_goes_on(tx: Tx, texts: Texts, visitor: str) -> None:
    """But for what may be released by then, which is released whenever it is read."""
    before, numbers = stored(tx, but=(updates, letters, releases, cells)), count()
    for argument in (*WORDS, *NUMBERS):
        for event in done(argument):
            if isinstance(event, Coordinate | ReadProgramme) and only_looks(event):
                take(tx, texts, Update(f"web:{next(numbers)}", "web", visitor, event, "nl", entrances=HOME), NOW)
        assert stored(tx, but=(updates, letters, releases, cells)) == before, argument
