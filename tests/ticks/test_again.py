"""Ticks that run twice, several at once, or are cut off anywhere: still one letter each, and nothing lost."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import ColumnElement, select, update

from bot.texts.texts import Texts
from bot.ticks.beat import EVERY
from bot.ticks.ticks import PUT_OFF, TICKS, Tick
from storage import state
from storage import waves as storage_of_waves
from storage.engine.database import Database, Tx
from storage.schema import contacts, coordinators, partnerships, respondents, responses, waves
from tests.databases import Source
from tests.storage.beginnings import at_once, only_postgresql
from tests.ticks.furnished import (
    DAY,
    HOUR,
    MANY,
    NOW,
    Furnished,
    copied,
    database,
    empty,
    every_tick,
    failures,
    founded,
    furnished,
    opened,
    replicas,
    run,
    run_to_the_end,
    seated,
    source,
    standing,
    written,
)

__all__ = ["database", "empty", "furnished", "source"]  # fixtures


SECOND = timedelta(seconds=1)


def closes_later(tx: Tx, wave: int) -> None:
    storage_of_waves.set_closing(tx, wave, NOW + 30 * DAY, NOW)


def opens_again(tx: Tx, wave: int) -> None:
    assert storage_of_waves.reopen(tx, wave, NOW)


@every_tick
def test_a_tick_that_runs_twice_writes_each_letter_once(
    database: Database, furnished: Furnished, texts: Texts, name: str
) -> None:
    run(database, TICKS[name], texts)
    assert written(database) == furnished.expected[name]
    after = standing(database)
    run(database, TICKS[name], texts)
    assert (written(database), standing(database)) == (furnished.expected[name], after)


@pytest.mark.fire
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
@pytest.mark.parametrize(
    ("name", "which"),
    [("To invite", respondents.c.id.is_not(None)), ("To tell", respondents.c.wants_result)],
)
def test_who_is_in_the_hands_of_others_is_written_to_when_they_are_free(
    database: Database, furnished: Furnished, texts: Texts, name: str, which: ColumnElement[bool]
) -> None:
    whose = select(partnerships.c.id).where(partnerships.c.name == name).scalar_subquery()
    theirs = select(respondents.c.contact_id).where(respondents.c.partnership_id == whose, which)
    with database.transaction() as tx:  # a letter to them would wait for them
        tx.connection.execute(update(waves).values(answered_at=None))
    with database.transaction() as other:
        other.connection.execute(contacts.select().where(contacts.c.id.in_(theirs)).with_for_update())
        for _ in range(2 * MANY):
            with database.transaction() as tx:
                TICKS["waves"](tx, texts, NOW)
    run(database, TICKS["waves"], texts)
    expected = {one: number for one, number in furnished.expected["waves"].items() if one[0] != "feedback"}
    assert written(database) == expected


@only_postgresql
@pytest.mark.parametrize(("name", "change"), [("To remind", closes_later), ("To tell", opens_again)])
def test_who_changes_a_wave_and_a_tick_that_looks_at_it_do_not_wait_for_each_other(
    database: Database, name: str, change: Callable[[Tx, int], None]
) -> None:
    """Both want the people and the wave."""

    def changed(wave: int) -> None:
        with database.transaction() as tx:
            change(tx, wave)

    with database.transaction() as tx:
        this = select(waves.c.id, waves.c.due_at).join(partnerships).where(partnerships.c.name == name)
        wave, due_at = tx.connection.execute(this).one()
    theirs = select(respondents.c.contact_id).join(responses).where(responses.c.wave_id == wave)
    with ThreadPoolExecutor(1) as thread:
        with database.transaction() as tick:
            tick.connection.execute(contacts.select().where(contacts.c.id.in_(theirs)).with_for_update())
            changing = thread.submit(changed, wave)
            time.sleep(0.3)
            looked = update(waves).where(waves.c.id == wave, waves.c.due_at == due_at).values(due_at=NOW + PUT_OFF)
            assert tick.connection.execute(looked).rowcount == 1
        changing.result(10)


async def test_a_wave_that_fails_keeps_no_other_waiting_and_is_looked_at_again(
    database: Database, furnished: Furnished, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As one to whose coordinator nothing can be said; it is due before most others."""
    whose = select(waves.c.partnership_id).where(waves.c.closes_at.is_not(None)).scalar_subquery()
    seated = select(coordinators.c.contact_id).where(coordinators.c.partnership_id == whose)
    of_it = contacts.c.id.in_(seated)
    with database.transaction() as tx:
        languages = tx.connection.execute(select(contacts.c.id, contacts.c.language).where(of_it)).all()
        tx.connection.execute(update(contacts).where(of_it).values(language="no such language"))
    async with replicas(database, tmp_path, 1) as (app,):
        await app.beat()
        missing = furnished.of_a_beat - written(database)
        assert {kind for kind, _ in missing} == {"closed", "final"}
        assert failures(caplog) == [
            "the tick 'waves' failed and is tried again",
            "wave 1 of partnership 2 is looked at again later",
        ]
    async with replicas(database, tmp_path, 1, NOW + EVERY * SECOND) as (app,):
        await app.beat()
    with database.transaction() as tx:
        assert state.read_moment(tx, state.LAST_TICK) is None, "an operator reads that something fails"
    with database.transaction() as tx:
        for number, language in languages:
            tx.connection.execute(update(contacts).where(contacts.c.id == number).values(language=language))
    async with replicas(database, tmp_path, 1, NOW + 2 * EVERY * SECOND) as (app,):
        await app.beat()
    assert written(database) == furnished.of_a_beat


async def test_a_planned_wave_that_cannot_be_opened_keeps_no_other_waiting_and_is_opened_later(
    database: Database, furnished: Furnished, texts: Texts, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As one to whose coordinator nothing can be said; it waits longest."""
    with database.transaction() as tx:
        number, _ = founded(tx, texts, "Cannot open", 30 * DAY, closed_at=NOW - 20 * DAY)
        storage_of_waves.prepare(tx, number, opens_at=NOW - 2 * HOUR)
        storage_of_waves.confirm(tx, number, NOW - DAY)
        seated(tx, number, NOW - HOUR)
        mine = contacts.c.id.in_(select(coordinators.c.contact_id).where(coordinators.c.partnership_id == number))
        languages = tx.connection.execute(select(contacts.c.id, contacts.c.language).where(mine)).all()
        tx.connection.execute(update(contacts).where(mine).values(language="no such language"))
    async with replicas(database, tmp_path, 1) as (app,):
        await app.beat()
    assert furnished.of_a_beat - written(database) == Counter(), "among others who are invited to what opened"
    assert failures(caplog) == [
        "the tick 'open' failed and is tried again",
        f"the wave that partnership {number} planned is opened later",
    ]
    with database.transaction() as tx:
        assert of_partnership(tx, number) == 1
        for one, language in languages:
            tx.connection.execute(update(contacts).where(contacts.c.id == one).values(language=language))
    async with replicas(database, tmp_path, 1, NOW + PUT_OFF) as (app,):
        await app.beat()
    with database.transaction() as tx:
        assert of_partnership(tx, number) == 2


def of_partnership(tx: Tx, number: int) -> int:
    """How many waves it has."""
    return len(tx.connection.execute(select(waves.c.id).where(waves.c.partnership_id == number)).all())


async def test_who_cannot_be_reminded_keeps_nobody_else_waiting_and_is_looked_at_again(
    database: Database, furnished: Furnished, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As somebody in a language that there is no more, in a partnership of that language."""
    of_it = partnerships.c.name == "To remind"
    unlucky = contacts.c.id == sorted(furnished.expected["remind"])[4][1]
    with database.transaction() as tx:
        language = tx.connection.execute(select(contacts.c.language).where(unlucky)).scalar_one()
        tx.connection.execute(update(partnerships).where(of_it).values(language="no such language"))
        tx.connection.execute(update(contacts).where(unlucky).values(language="no such language"))
    async with replicas(database, tmp_path, 1) as (app,):
        await app.beat()
    assert sum((furnished.of_a_beat - written(database)).values()) == 1
    assert failures(caplog)[-1] == "somebody who is due a reminder is looked at again later"
    with database.transaction() as tx:
        tx.connection.execute(update(contacts).where(unlucky).values(language=language))
    async with replicas(database, tmp_path, 1, NOW + PUT_OFF) as (app,):
        await app.beat()
    assert written(database) == furnished.of_a_beat


@pytest.mark.fire
@only_postgresql
@pytest.mark.parametrize("name", ["waves", "forget"])
def test_several_that_run_a_tick_at_once_do_not_stand_in_each_others_way(
    database: Database, texts: Texts, name: str
) -> None:
    asyncio.run(database.run(lambda tx: None))
    tried_again = at_once(*[lambda: asyncio.run(run_to_the_end(database, TICKS[name], texts))] * 3)
    assert tried_again == [0, 0, 0]


@pytest.mark.fire
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


@pytest.mark.fire
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


@pytest.mark.parametrize(
    "waits", [pytest.param(4, marks=pytest.mark.fire), 17, pytest.param(28, marks=pytest.mark.fire)]
)
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


@pytest.mark.fire
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
