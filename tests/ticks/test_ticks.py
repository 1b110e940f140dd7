"""Ticks: run twice, by several at once, cut off anywhere, early and late - and still one letter each, nothing lost.

Every test about all ticks begins in the same furnished database: seven partnerships, each with work for one tick, and
for more people than one transaction takes.
"""

import asyncio
import logging
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import insert, make_url, update

from bot.app import App
from bot.runtime.settings import read
from bot.survey.calendar import MORNING, NIGHT, decent, is_decent, last_post, next_reminder, week_of
from bot.texts.texts import Texts
from bot.ticks.ticks import AT_ONCE, TICKS, Tick
from storage import coordinators as of_coordinators
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
from tests.coordination.test_coordinator import coordinator, say
from tests.databases import PostgresServer, Source, SqliteFiles
from tests.house import MONDAY, SECRET, Clock, House, agree, partnership
from tests.storage.beginnings import CHANNEL, CHECKLIST, LANGUAGES, at_once, only_postgresql
from tests.telegram_server import Person, TelegramServer
from tests.turns.test_walk import answer, tap

NOW = MONDAY  # a Monday, half past ten in Amsterdam
MANY = 2 * AT_ONCE + 5
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
AMSTERDAM, PHOENIX = "Europe/Amsterdam", "America/Phoenix"
ALL_YES = dict.fromkeys(CHECKLIST.items, "yes")

Letters = Counter[tuple[str, int]]
"""Kind and contact, for every letter that was written by a tick."""

addresses = count(70_000)


# A furnished database


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
    """What one beat of all ticks writes beyond that: for what was opened and closed in the same beat."""

    @property
    def of_a_beat(self) -> Letters:
        return sum(self.expected.values(), self.afterwards)


def furnish(tx: Tx, texts: Texts) -> tuple[dict[str, Letters], Letters]:
    marks.write_moment(tx, "forgot", NOW - 21 * HOUR)
    opening, closing = something_to_open(tx, texts), something_to_close(tx, texts)
    seats = seated(tx, closing[0], NOW - HOUR)
    expected = {
        "open": Letters(),
        "close": seats.each("final"),
        "tell": something_to_tell(tx, texts),
        "invite": somebody_to_invite(tx, texts),
        "remind": somebody_to_remind(tx, texts),
        "summarise": something_to_post(tx, texts),
        "lost": somebody_lost(tx, texts),
        "forget": something_to_forget(tx, texts),
    }
    return expected, opening.each("invitation") + closing[1].each("closed")


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
    made = tx.connection.execute(
        insert(responses).returning(responses.c.id, sort_by_parameter_order=True),
        [{"respondent_id": one, **facts, **response} for one in theirs.scalars()],
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


# The same on SQLite and on PostgreSQL, copied for every test


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


# Again, at once, cut off


@every_tick
def test_a_tick_that_runs_twice_writes_each_letter_once(
    database: Database, furnished: Furnished, texts: Texts, name: str
) -> None:
    run(database, TICKS[name], texts)
    assert written(database) == furnished.expected[name]
    after = standing(database)
    run(database, TICKS[name], texts)
    assert (written(database), standing(database)) == (furnished.expected[name], after)


@every_tick
def test_a_tick_that_several_run_at_once_writes_each_letter_once(
    database: Database, source: Source, furnished: Furnished, texts: Texts, name: str
) -> None:
    with copied(source, furnished.url) as url, opened(url) as alone:
        run(alone, TICKS[name], texts)
        after = standing(alone)
    asyncio.run(database.run(lambda tx: None))  # its threads are there
    at_once(*[lambda: asyncio.run(run_to_the_end(database, TICKS[name], texts))] * 3)
    assert (written(database), standing(database)) == (furnished.expected[name], after)


@only_postgresql
def test_whoever_finds_all_in_the_hands_of_others_does_not_call_it_a_day(database: Database, texts: Texts) -> None:
    before = standing(database)
    with ThreadPoolExecutor(1) as thread:
        with database.transaction() as other:
            for table in (respondents, responses):
                other.connection.execute(table.select().with_for_update())
            forgetting = thread.submit(run, database, TICKS["forget"], texts)
            time.sleep(0.3)
        forgetting.result(10)
    run(database, TICKS["forget"], texts)
    assert before["contacts"] - standing(database)["contacts"] == MANY


@only_postgresql
@pytest.mark.parametrize("name", ["tell", "forget"])
def test_several_that_run_a_tick_at_once_do_not_stand_in_each_others_way(
    database: Database, texts: Texts, name: str
) -> None:
    asyncio.run(database.run(lambda tx: None))
    tried_again = at_once(*[lambda: asyncio.run(run_to_the_end(database, TICKS[name], texts))] * 3)
    assert tried_again == [0, 0, 0]


@every_tick
async def test_a_tick_whose_commits_are_refused_loses_and_doubles_nothing(
    database: Database, furnished: Furnished, texts: Texts, name: str
) -> None:
    more = True
    while more:
        before = written(database), standing(database)
        with pytest.raises(RefusedCommit):
            await database.run(partial(refused, TICKS[name], texts))
        assert (written(database), standing(database)) == before
        more = await database.run(lambda tx: TICKS[name](tx, texts, NOW))
    assert written(database) == furnished.expected[name]


class RefusedCommit(Exception):
    """All the work was done, and then it was not stored."""


def refused(tick: Tick, texts: Texts, tx: Tx) -> None:
    tick(tx, texts, NOW)
    raise RefusedCommit


async def test_a_beat_that_is_killed_between_any_two_waits_and_begun_again_writes_each_letter_once(
    database: Database, furnished: Furnished, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The first one dies at its first wait, the next at its second, ... until one comes to its end."""
    async with replicas(database, tmp_path, 1) as (app,):
        waits = 1
        while not await Killed(app.beat(), waits):
            waits += 1
        await app.beat()
    assert waits > len(TICKS)
    assert written(database) == furnished.of_a_beat
    assert failures(caplog) == []


@pytest.mark.parametrize("waits", [4, 17, 28])
async def test_a_beat_that_is_killed_once_is_brought_to_its_end_by_another_process(
    database: Database, furnished: Furnished, tmp_path: Path, waits: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with replicas(database, tmp_path, 2) as (killed, other):
        assert not await Killed(killed.beat(), waits)
        await asyncio.gather(other.beat(), killed.beat())
    assert written(database) == furnished.of_a_beat
    assert failures(caplog) == []


class Killed:
    """Work that dies at the given wait: what it waited for goes on, and nobody hears how that ends.

    Awaiting it tells whether the work came to its end before that.
    """

    def __init__(self, work: Coroutine[Any, Any, None], waits: int) -> None:
        self._work, self._waits = work, waits

    def __await__(self) -> Generator[Any, Any, bool]:
        for number in range(1, self._waits + 1):
            try:
                waited_for = self._work.send(None)
            except StopIteration:
                return True
            if number < self._waits:
                yield waited_for
        with pytest.raises(asyncio.CancelledError):
            self._work.throw(asyncio.CancelledError())
        return False


async def test_beats_of_three_processes_at_once_write_each_letter_once(
    database: Database, furnished: Furnished, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with replicas(database, tmp_path, 3) as apps:
        await asyncio.gather(*(app.beat() for app in apps))
    assert written(database) == furnished.of_a_beat
    assert failures(caplog) == []


async def test_what_one_beat_changes_beside_letters(database: Database, tmp_path: Path) -> None:
    before = standing(database)
    async with replicas(database, tmp_path, 1) as (app,):
        await app.beat()
    after = standing(database)
    changed = {what: after[what] - before[what] for what in before if what != "waves" and after[what] != before[what]}
    forgotten, invited = MANY, 2 * MANY
    assert changed == {
        "contacts": -forgotten,
        "respondents": -forgotten,
        "responses": invited - forgotten,
        "plans": -1,
    }
    assert [wave for wave in after["waves"] if wave not in before["waves"]] == [
        (1, 2, "na fase 1", None),
        (2, 1, "", NOW),
    ]


# The clock goes back, or a machine comes late


async def test_a_clock_that_is_set_back_writes_nothing_twice(
    database: Database, furnished: Furnished, tmp_path: Path
) -> None:
    async with replicas(database, tmp_path, 1) as (app,):
        await app.beat()
        after = standing(database)
        for now in (NOW - HOUR, NOW - DAY, NOW - WEEK, NOW):
            app.clock = Clock(now)
            await app.beat()
            assert (now, written(database)) == (now, furnished.of_a_beat)
            assert (now, standing(database)) == (now, after)


def test_a_machine_that_comes_three_weeks_late_writes_one_post_and_one_reminder(
    database: Database, furnished: Furnished, texts: Texts
) -> None:
    late = NOW + 3 * WEEK
    for name in ("close", "remind", "summarise") * 2:
        run(database, TICKS[name], texts, late)
    found = written(database)
    assert set(found.values()) == {1}
    assert not furnished.expected["remind"] - found
    assert sum(kind == "summary" for kind, _ in found) == 3
    year, week = week_of(late, AMSTERDAM)
    with database.transaction() as tx:
        keys = tx.connection.execute(letter_rows.select().where(letter_rows.c.key.like("summary:%"))).all()
    assert all(f":{year}-W{week:02}" in row.key for row in keys)


def test_a_clock_that_was_wrongly_weeks_ahead_posts_no_older_week_afterwards(empty: Database, texts: Texts) -> None:
    with empty.transaction() as tx:
        number, _ = founded(tx, texts, "Ahead", 20 * DAY)
        seated(tx, number, NOW - 20 * DAY)
    run(empty, TICKS["summarise"], texts, NOW + 3 * WEEK)
    run(empty, TICKS["summarise"], texts, NOW + 2 * WEEK)
    assert sum(written(empty).values()) == 3


def test_a_new_day_for_the_weekly_post_brings_no_second_one_in_the_same_week(empty: Database, texts: Texts) -> None:
    wednesday = NOW - 5 * DAY
    with empty.transaction() as tx:
        number, _ = founded(tx, texts, "Another day", NOW - wednesday)
        seated(tx, number, wednesday)
    run(empty, TICKS["summarise"], texts, NOW)
    with empty.transaction() as tx:
        of_coordinators.set_summary_moment(tx, number, day=4)
    run(empty, TICKS["summarise"], texts, NOW + DAY)
    assert sum(written(empty).values()) == 3


def test_a_week_in_which_nothing_happened_shows_the_scores_of_last_week_as_such(empty: Database, texts: Texts) -> None:
    with empty.transaction() as tx:
        assert something_to_post(tx, texts)
    for seconds, weeks in ((10, 0), (5, 1)):
        run(empty, TICKS["summarise"], texts, NOW + timedelta(weeks=weeks, seconds=seconds))
    found = Counter(kind for kind, _ in written(empty).elements())
    assert found == {"summary": 6, "summary picture": 3}


# Nights on which the clock changes, and zones

ZONES = st.sampled_from((AMSTERDAM, PHOENIX, "America/St_Johns", "Australia/Lord_Howe", "UTC"))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
SPRING, AUTUMN = datetime(2026, 3, 29, 0, 59, tzinfo=UTC), datetime(2026, 10, 25, 0, 59, tzinfo=UTC)


def local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone))


@given(MOMENTS, ZONES)
@example(SPRING, AMSTERDAM)
@example(AUTUMN, AMSTERDAM)
@example(SPRING, PHOENIX)
def test_a_decent_moment_is_the_next_between_nine_and_eight(moment: datetime, zone: str) -> None:
    found = decent(moment, zone)
    assert MORNING <= local(found, zone).time() < NIGHT
    assert moment <= found <= moment + 14 * HOUR
    assert found == moment or local(found, zone).time() == MORNING
    assert is_decent(found, zone)


@given(MOMENTS, st.timedeltas(timedelta(0), 14 * HOUR), ZONES)
@example(SPRING, HOUR, AMSTERDAM)
@example(AUTUMN, HOUR, AMSTERDAM)
def test_who_waits_longer_is_never_written_to_earlier(moment: datetime, longer: timedelta, zone: str) -> None:
    assert decent(moment, zone) <= decent(moment + longer, zone)


@given(
    MOMENTS,
    st.none() | st.timedeltas(timedelta(minutes=30), 8 * DAY),
    st.lists(st.timedeltas(timedelta(0), 30 * DAY), max_size=2),
    st.tuples(st.integers(1, 10), st.integers(1, 20)).map(lambda days: (days[0], sum(days))),
    ZONES,
)
def test_a_reminder_is_never_at_night_and_never_early_and_never_the_third(
    touched_at: datetime, asked: timedelta | None, after: list[timedelta], days: tuple[int, int], zone: str
) -> None:
    asked_for = touched_at + asked if asked else None
    sent = [touched_at + one for one in sorted(after)]
    due = next_reminder(touched_at, asked_for, sent, days, zone)
    if len(sent) == 2:
        assert due is None
        return
    assert due
    assert MORNING <= local(due, zone).time() < NIGHT
    assert due >= (asked_for or touched_at + timedelta(days=days[len(sent)]))
    assert asked_for or not sent or due - sent[0] >= timedelta(days=days[1] - days[0])


@given(MOMENTS, st.integers(0, 6), st.integers(8, 16), ZONES)
@example(SPRING, 6, 9, AMSTERDAM)
@example(AUTUMN, 6, 9, AMSTERDAM)
def test_the_last_post_is_the_newest_that_is_not_in_the_future(now: datetime, day: int, hour: int, zone: str) -> None:
    post = last_post(now, day, hour, zone)
    assert (local(post, zone).weekday(), local(post, zone).hour, local(post, zone).minute) == (day, hour, 0)
    assert timedelta(0) <= now - post < WEEK + HOUR
    assert last_post(now + HOUR, day, hour, zone) >= post


@given(
    MOMENTS,
    st.lists(st.tuples(st.timedeltas(timedelta(0), 10 * DAY), st.integers(0, 4), st.integers(8, 16)), max_size=12),
    ZONES,
)
def test_however_day_and_hour_are_changed_a_week_has_one_name_and_one_post(
    now: datetime, changes: list[tuple[timedelta, int, int]], zone: str
) -> None:
    """What holds: a post is known by its week, and lies in it. It may be sent in a later week, when we come late."""
    posts: dict[tuple[int, int], datetime] = {}
    for passed, day, hour in changes:
        now += passed
        post = last_post(now, day, hour, zone)
        week = week_of(post, zone)
        assert week == local(post, zone).isocalendar()[:2]
        posts.setdefault(week, post)
    assert len({local(post, zone).isocalendar()[:2] for post in posts.values()}) == len(posts)


@pytest.mark.parametrize("night", [SPRING, AUTUMN], ids=["spring", "autumn"])
@pytest.mark.parametrize("zone", [AMSTERDAM, PHOENIX])
def test_ticks_over_a_night_of_changing_clocks_write_by_day_and_once(
    empty: Database, texts: Texts, night: datetime, zone: str
) -> None:
    """Hour by hour for thirteen days: two reminders, at nine or later, and two weekly posts at nine."""
    begin = (night - 4 * DAY).replace(minute=0)
    with empty.transaction() as tx:
        number, wave = founded(tx, texts, "Clocks", NOW - begin)
        partnerships.change(tx, number, "timezone", zone)
        people(tx, number, wave, 5, touched_at=begin + 2 * HOUR, opened_at=begin, started_at=begin)
        seated(tx, number, begin)
    for hours in range(13 * 24):
        for name in ("remind", "summarise"):
            run(empty, TICKS[name], texts, begin + hours * HOUR)
    with empty.transaction() as tx:
        rows = tx.connection.execute(letter_rows.select().where(letter_rows.c.key.is_not(None))).all()
    assert Counter(kind_of(row.key) for row in rows) == {"reminder": 10, "summary": 6}
    assert all(MORNING <= local(row.due_at, zone).time() < NIGHT for row in rows)
    posts = {local(row.due_at, zone) for row in rows if row.key.startswith("summary")}
    assert sorted((post.weekday(), post.hour) for post in posts) == [(0, 9), (0, 9)]


@pytest.mark.parametrize("name", ["open", "invite", "summarise", "forget"])
def test_a_zone_that_is_not_known_does_not_stop_the_others(
    database: Database, furnished: Furnished, texts: Texts, name: str
) -> None:
    lost_zone(database, texts)
    run(database, TICKS[name], texts)
    assert not furnished.expected[name] - written(database)


@pytest.mark.parametrize("name", ["close", "tell", "remind"])
def test_a_zone_that_is_not_known_counts_as_amsterdam(
    database: Database, furnished: Furnished, texts: Texts, name: str
) -> None:
    lost_zone(database, texts)
    run(database, TICKS[name], texts)
    assert not furnished.expected[name] - written(database)


def lost_zone(database: Database, texts: Texts) -> None:
    """Every partnership that has work is in a zone that was struck off the list."""
    with database.transaction() as tx:
        tx.connection.execute(update(partnership_rows).values(timezone="Europe/Atlantis"))


# Between the writing of a letter and its sending, over the real channel


async def begun(
    house: House, server: TelegramServer, code: str, answered: int = 3, person: Person | None = None
) -> Person:
    """Somebody who came in and answered so many statements, in English."""
    person = person or server.person(language_code="en")
    await agree(house, person, code, "Yes, I will take part", "Other")
    for _ in range(answered):
        await answer(house, person, "yes")
    return person


async def held_up(house: House, server: TelegramServer, clock: Clock, person: Person) -> None:
    """Three days of silence, and then a reminder that is written, tried, and does not arrive yet."""
    clock.pass_time(days=3)
    server.fail("sendMessage", 500, chat_id=person.id)
    await house.caught_up()
    assert not server.faults
    assert reminders_of(person) == []


async def later(house: House, clock: Clock, **amount: float) -> None:
    clock.pass_time(**(amount or {"minutes": 5}))
    await house.caught_up()


def reminders_of(person: Person) -> list[str]:
    signs = ("You stopped at statement", "You can still take part", "Only tap Done")
    return [message.text for message in person.messages if any(sign in message.text for sign in signs)]


def saying(person: Person, words: str) -> int:
    """How many of the messages to this person say this."""
    return sum(words in message.text for message in person.messages)


async def test_a_reminder_that_was_held_up_arrives_once(house: House, server: TelegramServer, clock: Clock) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    for _ in range(3):
        await later(house, clock)
    (shown,) = reminders_of(anna)
    assert "You stopped at statement 4 of 26" in shown


async def test_whoever_finishes_before_the_reminder_is_sent_gets_none(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation, answered=26)
    await held_up(house, server, clock, anna)
    await tap(house, anna, "Done")
    for days in (0, 1, 7):
        await later(house, clock, days=days, minutes=5)
    assert reminders_of(anna) == []


@pytest.mark.parametrize("how", ["/stop", "No more reminders"])
async def test_whoever_stops_before_the_reminder_is_sent_gets_none(
    house: House, server: TelegramServer, clock: Clock, how: str
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    await say(house, anna, how if how.startswith("/") else "/reminders")
    if not how.startswith("/"):
        await tap(house, anna, how)
    for days in (0, 1, 7):
        await later(house, clock, days=days, minutes=5)
    assert reminders_of(anna) == []


async def test_whoever_blocks_us_before_the_reminder_is_sent_gets_it_not_even_when_they_return(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    await anna.block()
    await house.settle()
    await later(house, clock)
    await anna.unblock()
    await house.settle()
    await later(house, clock)
    assert reminders_of(anna) == []


async def test_whoever_erases_everything_before_the_reminder_is_sent_gets_none(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    await say(house, anna, "/erase")
    await tap(house, anna, "Yes, delete everything")
    seen = len(anna.messages)
    for days in (0, 1, 7):
        await later(house, clock, days=days, minutes=5)
    assert len(anna.messages) == seen


async def test_whoever_answers_before_the_reminder_is_sent_is_not_shown_an_old_statement(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await held_up(house, server, clock, anna)
    for _ in range(5):
        await answer(house, anna, "yes")
    await later(house, clock)
    assert not any("You stopped at statement 4 of 26" in shown for shown in reminders_of(anna))


async def test_a_wave_that_closes_before_the_reminder_is_sent_reminds_nobody(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation)
    await held_up(house, server, clock, anna)
    await close(house, fatima)
    await later(house, clock)
    assert saying(anna, "You did not finish it") == 1
    assert reminders_of(anna) == []


async def test_a_stop_holds_for_what_waits_in_the_other_partnership_too(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add("Een").invitation)
    await begun(house, server, house.add("Twee").invitation, answered=5, person=anna)
    clock.pass_time(days=3)
    server.fail("sendMessage", 500, chat_id=anna.id, times=2)
    await house.caught_up()
    await say(house, anna, "/stop")
    for _ in range(2):
        await later(house, clock)
    assert reminders_of(anna) == []


@pytest.mark.parametrize("what", ["closing", "answer", "result"])
async def test_a_stop_at_night_holds_for_what_waits_until_the_morning(
    house: House, server: TelegramServer, clock: Clock, what: str
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation, answered=3 if what == "closing" else 26)
    if what != "closing":
        await tap(house, anna, "Done")
    if what == "result":
        await tap(house, anna, "Send me the group result")
    await to_the_evening(house, clock)
    await close(house, fatima)
    if what == "answer":
        await share(house, fatima)
    await house.caught_up()
    seen = len(anna.messages)
    await say(house, anna, "/stop")
    for hours in (1, 11, 24):
        await later(house, clock, hours=hours)
    assert len(anna.messages) == seen + 1


async def test_a_wave_that_is_opened_again_at_night_is_not_called_closed_in_the_morning(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation)
    await to_the_evening(house, clock)
    await close(house, fatima)
    await house.caught_up()
    await reopen(house, fatima)
    await later(house, clock, hours=12)
    assert saying(anna, "You did not finish it") == 0


async def to_the_evening(house: House, clock: Clock) -> None:
    clock.now = clock.now.replace(hour=20)  # nine in the evening in Amsterdam
    await house.caught_up()


async def close(house: House, person: Person) -> None:
    await say(house, person, "/close")
    await tap(house, person, "Yes, close")


async def reopen(house: House, person: Person) -> None:
    await say(house, person, "/open")
    await tap(house, person, "Open round 1 again")
    await tap(house, person, "Yes, open again")


async def share(house: House, person: Person) -> None:
    for words in ("nl Wij maken een buurtkrant.", "en We make a newspaper."):
        await say(house, person, f"/share {words}")
    await tap(house, person, "Yes, send")


# What people go through


async def test_whoever_stands_at_statement_20_when_the_wave_closes_is_told_once_and_does_not_count(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation, answered=19)
    assert "Statement 20 of 26" in anna.last.text
    await close(house, fatima)
    for days in (0, 0, 1, 3, 7):
        await later(house, clock, days=days)
    assert saying(anna, "You did not finish it") == 1
    assert reminders_of(anna) == []
    assert house.rows("SELECT COUNT(*) FROM answers") == [(19,)]
    assert house.rows("SELECT COUNT(*) FROM responses WHERE completed_at IS NOT NULL") == [(0,)]
    assert saying(fatima, "Fewer than 5 people finished this round") == 1


async def test_a_closing_date_closes_once_and_tells_everybody_once(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation, answered=19)
    with house.app.database.transaction() as tx:
        waves.set_closing(tx, 1, clock() + 5 * DAY)
    for _ in range(8 * 4):
        await later(house, clock, hours=6)
    assert saying(anna, "You did not finish it") == 1
    assert saying(fatima, "Fewer than 5 people finished this round") == 1
    assert len(reminders_of(anna)) == 1


async def test_a_reminder_that_was_chosen_for_after_the_closing_does_not_come(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator, "en")
    anna = await begun(house, server, codes.invitation)
    await tap(house, anna, "Pause")
    await tap(house, anna, "In a week")
    await later(house, clock, days=2)
    await close(house, fatima)
    for _ in range(10):
        await later(house, clock, days=1)
    assert saying(anna, "You did not finish it") == 1
    assert reminders_of(anna) == []


async def test_a_moment_after_the_closing_date_is_not_offered(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    codes = house.add()
    anna = await begun(house, server, codes.invitation)
    with house.app.database.transaction() as tx:
        waves.set_closing(tx, 1, clock() + 3 * DAY)
    await tap(house, anna, "Pause")
    labels = {label for row in anna.last.rows for label, _ in row}
    assert "Tomorrow 09:00" in labels
    assert "In a week" not in labels


async def test_somebody_in_two_partnerships_has_two_reminders_in_each(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add("Een").invitation)
    await begun(house, server, house.add("Twee").invitation, answered=5, person=anna)
    for _ in range(20 * 4):
        await later(house, clock, hours=6)
    shown = reminders_of(anna)
    assert Counter(statement_in(text) for text in shown) == {4: 2, 6: 2}
    assert sum("Een" in text for text in shown) == sum("Twee" in text for text in shown) == 2


def statement_in(text: str) -> int:
    return int(text.split("Statement ")[1].split(" of 26")[0])


async def test_after_an_outage_of_hours_nobody_is_written_to_at_night(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = await begun(house, server, house.add().invitation)
    await house.stop()
    clock.now = clock.now.replace(hour=2) + DAY  # three in the morning in Amsterdam
    await house.start()
    await house.caught_up()
    assert saying(anna, "I was away for a while") == 0
