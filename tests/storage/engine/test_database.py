"""What `run` gives back is on disk; what fails is undone, alone; a database that is gone says so, and loses nothing."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError

from storage import updates
from storage.engine.connecting import SESSION
from storage.engine.database import AlreadyRunning, Database, DatabaseAway, Tx
from storage.schema import partnerships
from tests.house import MONDAY, ROOT, SECRET
from tests.storage.beginnings import add, at_once, only_postgresql, only_sqlite, rows

HOLD = """
import sys
from storage.engine.database import Database
with Database(sys.argv[1], "secret").alone():
    print("held", flush=True)
    sys.stdin.read()
"""


def claim(update: str) -> Callable[[Tx], bool]:
    return lambda tx: updates.claim(tx, update, MONDAY)


def claim_and_fail(update: str) -> Callable[[Tx], bool]:
    def work(tx: Tx) -> bool:
        updates.claim(tx, update, MONDAY)
        raise ZeroDivisionError(update)

    return work


ASKED = [*map(str, range(200)), *(f"many {number}" for number in range(200))]
"""The updates that these tests claim."""


def claimed(database: Database) -> set[str]:
    """Those of the updates of a test that are claimed."""
    keys = {bytes(key) for (key,) in rows(database, "SELECT key FROM updates")}
    known = {database.seal.key("update", update): update for update in ASKED}
    return {known[key] for key in keys}


async def together(database: Database, works: list[Callable[[Tx], Any]]) -> list[Any]:
    """What came of each, when all wait before the first is done."""
    return await in_hand(database, [database.run(work) for work in works])


async def in_hand(database: Database, waits: Sequence[Coroutine[Any, Any, Any]]) -> list[Any]:
    """What came of each, when all wait while something is in hand."""
    begun, go = threading.Event(), threading.Event()

    def first(_: Tx) -> None:
        begun.set()
        go.wait(10)

    waiting = asyncio.create_task(database.run(first))
    await asyncio.to_thread(begun.wait, 10)
    tasks = [asyncio.create_task(one) for one in waits]
    await asyncio.sleep(0)
    go.set()
    await waiting
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_is_given_back_is_on_disk(database: Database, beside: Database) -> None:
    for number in range(5):
        assert await database.run(claim(str(number)))
        assert str(number) in claimed(beside)
    many = [database.run(lambda tx, n=n: (claim(f"many {n}")(tx), n)[1]) for n in range(50)]  # type: ignore[misc]
    for finished in asyncio.as_completed(many):
        assert f"many {await finished}" in claimed(beside)


async def test_many_at_once_each_get_their_own_result(database: Database) -> None:
    assert await together(database, [lambda _, n=n: n for n in range(300)]) == list(range(300))  # type: ignore[misc]


@only_sqlite
async def test_what_arrives_together_is_committed_together(database: Database) -> None:
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    assert await together(database, [claim(str(n)) for n in range(200)]) == [True] * 200
    assert len(commits) == 2, "of the first that all waited for, and of the rest"
    assert len(claimed(database)) == 200


@only_sqlite
async def test_nobody_waits_for_more_than_one_piece_that_gives_way(database: Database) -> None:
    """Eight who wait come first, in one commit, with a piece after them; who comes during that piece has the next."""
    commits: list[object] = []
    event.listen(database.engine, "commit", commits.append)
    done: list[tuple[str, int]] = []
    late: list[asyncio.Task[None]] = []
    loop = asyncio.get_running_loop()

    def work(name: str) -> Callable[[Tx], None]:
        return lambda _: done.append((name, len(commits)))

    def during_which_somebody_comes(_: Tx) -> None:
        done.append(("piece", len(commits)))
        came = asyncio.run_coroutine_threadsafe(come("late"), loop)
        came.result(10)

    async def come(name: str) -> None:
        late.append(asyncio.create_task(database.run(work(name))))
        await asyncio.sleep(0)

    pieces = [database.run(one, gives_way=True) for one in (during_which_somebody_comes, work("second piece"))]
    await in_hand(database, [*pieces, *(database.run(work("early")) for _ in range(8))])
    await late[0]
    assert done == [*[("early", 1)] * 8, ("piece", 2), ("late", 3), ("second piece", 4)]


@only_sqlite
async def test_what_gives_way_has_its_turn_however_many_come(database: Database) -> None:
    """Each who is served brings the next one: without an end, would the piece not come between."""
    came, loop = list[int](), asyncio.get_running_loop()
    over = threading.Event()

    def served(_: Tx) -> None:
        came.append(1)
        if not over.is_set() and len(came) < 50:
            asyncio.run_coroutine_threadsafe(come(), loop).result(10)

    async def come() -> None:
        following.append(asyncio.create_task(database.run(served)))
        await asyncio.sleep(0)

    following: list[asyncio.Task[None]] = []
    await in_hand(database, [database.run(lambda _: over.set(), gives_way=True), database.run(served)])
    await asyncio.gather(*following)
    assert len(came) == 2, "the first, and the one who came with it"


async def test_a_piece_that_fails_is_undone_alone(database: Database) -> None:
    works = [(claim_and_fail if number % 5 == 2 else claim)(str(number)) for number in range(20)]
    outcomes = await together(database, works)
    failed = {number for number in range(20) if number % 5 == 2}
    assert {n for n, outcome in enumerate(outcomes) if isinstance(outcome, ZeroDivisionError)} == failed
    assert claimed(database) == {str(number) for number in range(20) if number not in failed}
    assert [str(outcomes[number]) for number in sorted(failed)] == ["2", "7", "12", "17"], "each its own error"


async def test_a_piece_that_fails_by_itself_is_undone(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await database.run(claim_and_fail("1"))
    assert claimed(database) == set()
    assert await database.run(claim("1"))


async def test_a_piece_that_breaks_a_rule_is_told_so_and_disturbs_nobody(database: Database) -> None:
    outcomes = await together(database, [lambda tx: add(tx, "Oost"), lambda tx: add(tx, "Oost"), claim("1")])
    broken = [outcome for outcome in outcomes[:2] if isinstance(outcome, IntegrityError)]
    assert len(broken) == 1
    assert outcomes[2] is True
    assert rows(database, "SELECT name FROM partnerships") == [("Oost",)]


async def test_what_nobody_waits_for_any_more_is_stored_all_the_same(database: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(tx: Tx) -> bool:
        begun.set()
        return go.wait(10) and updates.claim(tx, "1", MONDAY)

    impatient = asyncio.create_task(database.run(slow))
    await asyncio.to_thread(begun.wait, 10)
    impatient.cancel()
    go.set()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    assert await database.run(claim("2"))
    database.close()
    assert claimed(database) == {"1", "2"}


async def test_closing_waits_for_what_is_under_way_and_it_can_be_used_again(database: Database) -> None:
    tasks = [asyncio.create_task(database.run(claim(str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    database.close()
    assert await asyncio.gather(*tasks) == [True] * 20
    assert await database.run(claim("after")) is True


def increment(tx: Tx) -> None:
    """Read, then write: what is lost when two read the same."""
    here = select(partnerships.c.minimum_group).with_for_update()
    value = tx.connection.execute(here).scalar_one()
    tx.connection.execute(partnerships.update().values(minimum_group=value + 1))


async def test_increments_through_run_lose_nothing(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        add(tx)
    await asyncio.gather(*[where.run(increment) for _ in range(50) for where in (database, beside)])
    assert rows(database, "SELECT minimum_group FROM partnerships") == [(5 + 100,)]


def test_increments_in_threads_lose_nothing(database: Database, beside: Database) -> None:
    with database.transaction() as tx:
        add(tx)

    def increments(where: Database) -> None:
        for _ in range(10):
            with where.transaction() as tx:
                increment(tx)

    at_once(*[lambda: increments(database), lambda: increments(beside)] * 3)
    assert rows(database, "SELECT minimum_group FROM partnerships") == [(5 + 60,)]


async def test_parameters_are_not_in_the_error(database: Database) -> None:
    await database.run(lambda tx: add(tx, "Oost"))
    with pytest.raises(IntegrityError) as refused:
        await database.run(lambda tx: add(tx, "Oost"))
    assert "Fatima" not in str(refused.value)


@only_sqlite
async def test_a_locked_file_is_away_and_then_back(impatient: Database) -> None:
    with closing(sqlite3.connect(impatient.engine.url.database or "", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        outcomes = await asyncio.gather(*[impatient.run(claim(str(n))) for n in range(5)], return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [DatabaseAway] * 5
        with pytest.raises(DatabaseAway, match="locked"), impatient.transaction():
            pass
        other.execute("ROLLBACK")
    assert claimed(impatient) == set()
    assert await asyncio.gather(*[impatient.run(claim(str(n))) for n in range(5)]) == [True] * 5


@only_sqlite
async def test_a_disk_that_is_full_undoes_all_and_says_so(database: Database) -> None:
    @event.listens_for(database.engine, "begin")
    def fill_up(connection: Any) -> None:
        (pages,) = connection.exec_driver_sql("PRAGMA page_count").one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    outcomes = await together(database, [claim("1"), lambda tx: add(tx, "x" * 100_000), claim("2")])
    assert [type(outcome) for outcome in outcomes] == [DatabaseAway] * 3
    assert "full" in str(outcomes[0])
    assert claimed(database) == set()


@pytest.mark.parametrize("place", ["a file/data/samenspraak.db", "a folder"])
async def test_a_file_that_cannot_be_is_away(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").touch()
    (tmp_path / "a folder").mkdir()
    with closing(Database(f"sqlite:///{tmp_path}/{place}", SECRET)) as database:
        await is_away(database, "unable to open database file")


async def test_a_server_that_does_not_answer_is_away() -> None:
    with closing(Database("postgresql://nobody@127.0.0.1:1/nothing", SECRET)) as database:
        await is_away(database, "127.0.0.1")


async def is_away(database: Database, why: str) -> None:
    with pytest.raises(DatabaseAway, match=why):
        await database.run(claim("1"))
    with pytest.raises(DatabaseAway, match=why), database.transaction():
        pass


@only_postgresql
async def test_a_connection_that_is_cut_is_away_and_then_back(database: Database, beside: Database) -> None:
    def cut(tx: Tx) -> None:
        claim("1")(tx)
        end_the_others(beside)
        claim("2")(tx)

    with pytest.raises(DatabaseAway):
        await database.run(cut)
    assert await database.run(claim("1"))
    end_the_others(beside)
    assert await database.run(claim("2")), "a connection that died in the pool is replaced"


@only_postgresql
def test_a_server_that_vanishes_without_a_word_is_missed_soon(database: Database) -> None:
    """Sockets on this machine, as here, have no such setting, and are not disturbed by it."""
    with closing(Database(f"{database.url}{'&' if '?' in database.url else '?'}keepalives_idle=60", SECRET)) as other:
        for one, idle in ((database, "10"), (other, "60")):
            with one.engine.connect() as connection:
                said = connection.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
            assert said["keepalives_idle"] == idle, "who runs it may say otherwise"
            assert (said["keepalives_interval"], said["keepalives_count"]) == ("5", "3")
            assert said["tcp_user_timeout"] == "15000"


@only_postgresql
async def test_two_who_wait_for_each_other_are_told_to_try_again(database: Database) -> None:
    for name in ("Oost", "West"):
        await database.run(lambda tx, name=name: add(tx, name))  # type: ignore[misc]
    both = threading.Barrier(2)

    def cross(numbers: tuple[int, int]) -> Callable[[Tx], bool]:
        def work(tx: Tx) -> bool:
            tx.connection.exec_driver_sql("SET LOCAL deadlock_timeout = '20ms'")
            for number in numbers:
                tx.connection.execute(select(partnerships).where(partnerships.c.id == number).with_for_update())
                if number == numbers[0]:
                    both.wait(10)
            return True

        return work

    tasks = [database.run(cross(numbers)) for numbers in ((1, 2), (2, 1))]
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DatabaseAway", "bool"]


@only_sqlite
def test_one_run_at_a_time_on_a_file(database: Database, beside: Database) -> None:
    with database.alone():
        with pytest.raises(AlreadyRunning, match="already running"), beside.alone():
            pass
        assert rows(beside, "SELECT 1") == [(1,)], "other commands work beside it"
    with beside.alone():
        pass


@only_sqlite
def test_the_hold_is_let_go_when_the_work_fails(database: Database, beside: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.alone():
        raise ZeroDivisionError
    with beside.alone():
        pass


@only_sqlite
def test_the_hold_ends_with_its_process(database: Database) -> None:
    command = [sys.executable, "-c", HOLD, database.url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning), database.alone():
            pass
        other.kill()
        other.wait()
        with database.alone():
            pass


@only_postgresql
def test_replicas_run_beside_each_other(database: Database, beside: Database) -> None:
    with database.alone(), beside.alone():
        assert rows(beside, "SELECT 1") == [(1,)]


@pytest.fixture
def impatient(database: Database) -> Database:
    """A database that does not wait long for a lock that another process holds."""
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=50"))
    return database


def end_the_others(database: Database) -> None:
    rows(
        database,
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )


def test_a_session_is_what_we_need_whatever_the_server_was_given(postgresql_url: str) -> None:
    hostile = {
        "datestyle": "German, DMY",
        "intervalstyle": "sql_standard",
        "timezone": "Asia/Tokyo",
        "client_encoding": "LATIN1",
        "bytea_output": "escape",
        "standard_conforming_strings": "off",
        "default_transaction_isolation": "serializable",
    }
    with closing(Database(postgresql_url, SECRET)) as database, database.engine.connect() as connection:
        for name, value in hostile.items():
            connection.exec_driver_sql(f"ALTER DATABASE {database.engine.url.database} SET {name} = '{value}'")
        connection.commit()
    with closing(Database(postgresql_url, SECRET)) as database, database.transaction() as tx:
        for name, wanted in SESSION.items():
            found = str(tx.connection.exec_driver_sql(f"SHOW {name}").scalar())
            assert found.startswith(wanted.replace("\\", "")), name
