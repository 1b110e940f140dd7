"""A furnished database: seven partnerships, each with work for one tick, for more people than one transaction takes.

It is the same on SQLite and on PostgreSQL, and copied for every test.
"""

import logging
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, make_url, update

from bot.app import App
from bot.texts.texts import Texts
from bot.ticks.ticks import AT_ONCE, TICKS, Tick
from storage import partnerships, waves
from storage import state as marks
from storage.engine.database import Database, DatabaseAway, Tx
from storage.schema import (
    answers,
    contacts,
    coordinators,
    feedback,
    plans,
    respondents,
    responses,
)
from storage.schema import letters as letter_rows
from storage.schema import partnerships as partnership_rows
from storage.schema import waves as wave_rows
from tests.databases import PostgresServer, Source, SqliteFiles
from tests.house import MONDAY, SECRET, Clock, partnership, read
from tests.storage.beginnings import CHANNEL, CHECKLIST, LANGUAGES

NOW = MONDAY  # a Monday, half past ten in Amsterdam
MANY = 2 * AT_ONCE + 5
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
AMSTERDAM, PHOENIX = "Europe/Amsterdam", "America/Phoenix"
ALL_YES = dict.fromkeys(CHECKLIST.items, "yes")

Letters = Counter[tuple[str, int]]
"""Kind and contact, for every letter that was written by a tick."""

addresses = count(70_000)


@dataclass(frozen=True)
class People:
    contacts: list[int]
    responses: list[int]

    def each(self, kind: str) -> Letters:
        return Counter((kind, contact) for contact in self.contacts)


@dataclass(frozen=True)
class Furnished:
    """A database in which every tick has work, and the letters that each of them writes when it runs alone."""

    url: str
    expected: Mapping[str, Letters]
    afterwards: Letters
    """What one beat of all ticks writes beyond that: for what was opened in the same beat."""

    @property
    def of_a_beat(self) -> Letters:
        return sum(self.expected.values(), self.afterwards)


def furnish(tx: Tx, texts: Texts) -> tuple[dict[str, Letters], Letters]:
    marks.write_moment(tx, "forgot", NOW - 21 * HOUR)
    opening, closing = something_to_open(tx, texts), something_to_close(tx, texts)
    seats = seated(tx, closing[0], NOW - HOUR)
    expected = {
        "open": Letters(),
        "waves": (
            seats.each("final")
            + closing[1].each("closed")
            + something_to_tell(tx, texts)
            + somebody_to_invite(tx, texts)
            + something_to_post(tx, texts)
        ),
        "remind": somebody_to_remind(tx, texts),
        "lost": somebody_lost(tx, texts),
        "unconfirmed": Letters(),
        "forget": something_to_forget(tx, texts),
        "updates": Letters(),
    }
    return expected, opening.each("invitation")


def something_to_open(tx: Tx, texts: Texts) -> People:
    number, wave = founded(tx, texts, "To open", 30 * DAY, closed_at=NOW - 20 * DAY)
    plan = {"partnership_id": number, "name": "na fase 1", "opens_at": NOW - HOUR, "weeks": 4}
    tx.connection.execute(insert(plans).values(**plan, confirmed_at=NOW - DAY))
    return people(tx, number, wave, MANY, completed_at=NOW - 21 * DAY)


def something_to_close(tx: Tx, texts: Texts) -> tuple[int, People]:
    number, wave = founded(tx, texts, "To close", 20 * DAY, closes_at=NOW - HOUR)
    people(tx, number, wave, 10, completed_at=NOW - DAY)
    return number, people(tx, number, wave, MANY, touched_at=NOW - HOUR)


def something_to_tell(tx: Tx, texts: Texts) -> Letters:
    number, wave = founded(tx, texts, "To tell", 20 * DAY, closed_at=NOW - DAY, answered_at=NOW - HOUR)
    said = [{"wave_id": wave, "language": code, "text": f"Wij doen iets ({code})"} for code in LANGUAGES]
    tx.connection.execute(insert(feedback), said)
    unfinished = people(tx, number, wave, MANY)
    finished = people(tx, number, wave, MANY, respondent={"wants_result": True}, completed_at=NOW - 2 * DAY)
    out_of_reach(tx, number, wave)
    told = unfinished.each("closed") + finished.each("result")
    return told + unfinished.each("feedback") + finished.each("feedback")


def somebody_to_invite(tx: Tx, texts: Texts) -> Letters:
    number, wave = founded(tx, texts, "To invite", 60 * DAY, closed_at=NOW - 30 * DAY)
    invited = people(tx, number, wave, MANY, completed_at=NOW - 31 * DAY)
    out_of_reach(tx, number, wave)
    waves.open_next(tx, number, texts.wording(), NOW - 5 * timedelta(minutes=1), None, NOW - HOUR / 6)
    return invited.each("invitation")


def somebody_to_remind(tx: Tx, texts: Texts) -> Letters:
    number, wave = founded(tx, texts, "To remind", 6 * DAY)
    silent = people(tx, number, wave, MANY, touched_at=NOW - 3 * DAY)
    asked = people(tx, number, wave, 20, touched_at=NOW - HOUR, remind_at=NOW - HOUR / 6)
    people(tx, number, wave, 1, touched_at=NOW - 3 * DAY, completed_at=NOW - 3 * DAY)
    people(tx, number, wave, 1, touched_at=NOW - 3 * DAY, reminders=False)
    people(tx, number, wave, 1, touched_at=NOW - HOUR)
    out_of_reach(tx, number, wave, touched_at=NOW - 3 * DAY)
    return silent.each("reminder") + asked.each("reminder")


def something_to_post(tx: Tx, texts: Texts) -> Letters:
    number, wave = founded(tx, texts, "To post", 6 * DAY)
    finished = people(tx, number, wave, 10, completed_at=NOW - DAY)
    given = [
        {"response_id": response, "item": item, "option": option, "answered_on": (NOW - DAY).date()}
        for response in finished.responses
        for item, option in ALL_YES.items()
    ]
    tx.connection.execute(insert(answers), given)
    seats = seated(tx, number, NOW - 6 * DAY)
    return seats.each("summary") + seats.each("summary picture")


def somebody_lost(tx: Tx, texts: Texts) -> Letters:
    """The group that reads along cannot be written to since an hour ago."""
    number, _ = founded(tx, texts, "To lose", 60 * DAY, closed_at=NOW - 40 * DAY)
    *coordinating, group = seated(tx, number, NOW - 50 * DAY).contacts
    tx.connection.execute(update(contacts).where(contacts.c.id == group).values(unreachable_at=NOW - HOUR))
    return People(coordinating, []).each("final")


def something_to_forget(tx: Tx, texts: Texts) -> Letters:
    number, wave = founded(tx, texts, "To forget", 800 * DAY, closed_at=NOW - 100 * DAY)
    people(tx, number, wave, MANY, opened_at=NOW - 790 * DAY, completed_at=NOW - 790 * DAY)
    return Letters()


def founded(tx: Tx, texts: Texts, name: str, ago: timedelta, **facts: Any) -> tuple[int, int]:
    """The numbers of a new partnership and of its first wave."""
    number, _ = partnerships.add(tx, partnership(name), texts.wording(), NOW - ago)
    wave = partnerships.last_wave(tx, number).id
    if facts:
        tx.connection.execute(update(wave_rows).where(wave_rows.c.id == wave).values(**facts))
    return number, wave


def out_of_reach(tx: Tx, number: int, wave: int, **facts: Any) -> None:
    """Somebody who stopped, and somebody who blocked us."""
    people(tx, number, wave, 1, contact={"stopped_at": NOW - DAY}, **facts)
    people(tx, number, wave, 1, contact={"unreachable_at": NOW - DAY}, **facts)


def people(
    tx: Tx,
    number: int,
    wave: int,
    most: int,
    *,
    contact: Mapping[str, Any] | None = None,
    respondent: Mapping[str, Any] | None = None,
    **response: Any,
) -> People:
    """People in a wave. Where nothing else is said they began ten days ago and answered nothing."""
    known = new_contacts(tx, most, **(contact or {}))
    consent = {"partnership_id": number, "consented_at": NOW - 10 * DAY, "consent": "-", "group": "other"}
    theirs = tx.connection.execute(
        insert(respondents).returning(respondents.c.id, sort_by_parameter_order=True),
        [{"contact_id": one, "wants_result": False, **consent, **(respondent or {})} for one in known],
    )
    since = NOW - 10 * DAY
    facts = {"wave_id": wave, "reminders": True, "opened_at": since, "started_at": since, "touched_at": since}
    facts |= response
    facts["next_reminder_at"] = None if facts.get("completed_at") else facts["touched_at"]
    made = tx.connection.execute(
        insert(responses).returning(responses.c.id, sort_by_parameter_order=True),
        [{"respondent_id": one, **facts} for one in theirs.scalars()],
    )
    return People(known, list(made.scalars()))


def seated(tx: Tx, number: int, since: datetime) -> People:
    """Two coordinators, one in each language, and a group that reads along."""
    roles = (("nl", "coordinator"), ("en", "coordinator"), ("nl", "viewer"))
    known = [new_contacts(tx, 1, language=language)[0] for language, _ in roles]
    rows = [
        {"contact_id": one, "partnership_id": number, "role": role, "added_at": since}
        for one, (_, role) in zip(known, roles, strict=True)
    ]
    tx.connection.execute(insert(coordinators), rows)
    return People(known, [])


def new_contacts(tx: Tx, most: int, **facts: Any) -> list[int]:
    known = [str(next(addresses)) for _ in range(most)]
    rows = [
        {
            "channel": CHANNEL,
            "address_key": tx.seal.key(CHANNEL, address),
            "address_sealed": tx.seal.close(CHANNEL, address),
            "language": LANGUAGES[place % 2],
            "created_at": NOW - 20 * DAY,
            **facts,
        }
        for place, address in enumerate(known)
    ]
    made = tx.connection.execute(insert(contacts).returning(contacts.c.id, sort_by_parameter_order=True), rows)
    return list(made.scalars())


def written(database: Database) -> Letters:
    """The letters that ticks wrote."""
    with database.transaction() as tx:
        found = tx.connection.execute(letter_rows.select().where(letter_rows.c.key.is_not(None))).all()
    return Counter((kind_of(row.key), row.contact_id) for row in found)


def kind_of(key: str) -> str:
    kind = key.split(":")[0]
    return f"{kind} picture" if key.endswith(":picture") else kind


def standing(database: Database) -> dict[str, Any]:
    """What ticks change beside letters."""
    with database.transaction() as tx:
        state = tx.connection.execute(
            wave_rows.select().join(partnership_rows).order_by(wave_rows.c.partnership_id, wave_rows.c.number)
        ).all()
        sizes = {
            table.name: len(tx.connection.execute(table.select()).all())
            for table in (contacts, respondents, responses, answers, plans, coordinators)
        }
    return {"waves": [(row.partnership_id, row.number, row.name, row.closed_at) for row in state], **sizes}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def source(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    if request.param == "sqlite":
        yield SqliteFiles(tmp_path_factory.mktemp("sqlite"))
        return
    yield request.getfixturevalue("_postgresql")


@pytest.fixture(scope="module")
def furnished(source: Source, texts: Texts) -> Iterator[Furnished]:
    with source.new() as url, opened(url) as database:
        with database.transaction() as tx:
            expected, afterwards = furnish(tx, texts)
        database.close()  # so that it can be copied
        yield Furnished(url, expected, afterwards)


@pytest.fixture
def database(source: Source, furnished: Furnished) -> Iterator[Database]:
    with copied(source, furnished.url) as url, opened(url) as database:
        yield database


@pytest.fixture
def empty(source: Source) -> Iterator[Database]:
    with source.new() as url, opened(url) as database:
        yield database


@contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url, SECRET)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def copied(source: Source, url: str) -> Iterator[str]:
    if not isinstance(source, PostgresServer):
        path = Path(str(make_url(url).database))
        copy = path.with_name(f"copy-{next(addresses)}.db")
        shutil.copy(path, copy)
        yield f"sqlite:///{copy}"
        return
    original, name = make_url(url), f"{make_url(url).database}_copy_{next(addresses)}"
    source.do(f"CREATE DATABASE {name} TEMPLATE {original.database} STRATEGY FILE_COPY")
    try:
        yield original.set(database=name).render_as_string(hide_password=False)
    finally:
        source.do(f"DROP DATABASE {name} WITH (FORCE)")


@asynccontextmanager
async def replicas(database: Database, folder: Path, most: int, now: datetime = NOW) -> AsyncIterator[list[App]]:
    """The real application, so often, on one database; it has no Telegram, so that letters stay."""
    environment = {"DATABASE_URL": database.url, "SAMENSPRAAK_SECRET": SECRET}
    apps = [App(read(environment, folder), Clock(now)) for _ in range(most)]
    try:
        yield apps
    finally:
        for app in apps:
            await app.delivery.close()
            app.database.close()


def run(database: Database, tick: Tick, texts: Texts, now: datetime = NOW) -> None:
    """To the end, each piece in a transaction of its own."""
    more = True
    while more:
        with database.transaction() as tx:
            more = tick(tx, texts, now)


async def run_to_the_end(database: Database, tick: Tick, texts: Texts, now: datetime = NOW) -> int:
    """How often another stood in the way, and it was tried again as the application does."""
    tried_again, more = 0, True
    while more:
        try:
            more = await database.run(lambda tx: tick(tx, texts, now))
        except DatabaseAway:
            tried_again += 1
    return tried_again


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Without those that were tried again."""
    errors = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    return [error for error in errors if "deadlock detected" not in error]


every_tick = pytest.mark.parametrize("name", TICKS)
