"""Upgrades from every state that was ever released: what people said, and what waits for them, is there afterwards.

The rows are written out as they stood in those tables, not made by today's code. What cannot be upgraded is refused.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import MetaData, Table, make_url, select, text

from bot.survey import short_codes
from storage import contacts, letters, partnerships, reminders, updates
from storage.engine.database import Database, DatabaseAway, Tx
from storage.schema import invitations, responses
from storage.schema import updates as updates_table
from storage.upkeep.migrate import MIGRATIONS, HalfMade, NotAllowed, NotOurs, WrongSecret, current, head, migrate
from tests.house import MONDAY, ROOT, SECRET
from tests.storage.beginnings import (
    ANNA,
    BEN,
    CHANNEL,
    enter,
    load,
    only_postgresql,
    only_sqlite,
    rows,
)
from tests.storage.upkeep.test_migrate import migrated_by_processes
from tests.unprivileged import unprivileged
from tests.variants import variants

Rows = list[dict[str, Any]]

SEATED = "SELECT id, seated FROM responses ORDER BY id"

BEFORE = MONDAY - timedelta(days=1)
WAITING = json.dumps(["Zin 3", [[["Ja", "a:1:3:yes"]]], None, None])
IN_DAYS = {"answered_at": "answered_on"}
WORDING = json.dumps({"nl": {"1": "fingerprint"}})


UPGRADE_AND_DIE = """
import os, sys
from sqlalchemy import event
from storage.engine.database import Database
from storage.upkeep.migrate import head, migrate
database = Database(sys.argv[1], sys.argv[2])
def die(connection, cursor, statement, *_):
    if statement.startswith("UPDATE alembic_version") and repr(head()) in statement:
        os._exit(9)  # all is done, and only the new revision is not written yet
event.listen(database.engine, "before_cursor_execute", die)
migrate(database)
"""


def test_nothing_is_lost_or_changed_on_the_way_up(lived_in: Database, revision: str) -> None:
    before = all_of(lived_in, revision)
    assert all(before.values())
    steps = list[tuple[int, int]]()
    migrate(lived_in, lambda done, of, said="": steps.append((done, of)))
    assert steps == [(number, len(steps)) for number in range(1, len(steps) + 1)]
    assert len(steps) == int(head()) - int(revision) > 0
    assert current(lived_in) == head()
    is_what_it_was(lived_in, before)


@pytest.mark.parametrize("revision", ["0003"], indirect=True)
def test_a_rehearsal_goes_on_the_way_up_and_nothing_else(lived_in: Database, revision: str) -> None:
    with lived_in.transaction() as tx:
        put(tx, "letters", [letter(3, contact_id=2, key="reminder:2:2", settled_at=BEFORE)])
        put(tx, "respondents", [{**THIRD_RELEASE["respondents"][0], "id": 6, "contact_id": None}])
    before = all_of(lived_in, revision)
    with lived_in.transaction() as tx:
        for name, there in REHEARSAL.items():
            put(tx, name, there)
    with_it = all_of(lived_in, revision)
    assert {name for name, there in with_it.items() if there == before[name]} == set()
    migrate(lived_in)
    is_what_it_was(lived_in, before)


def all_of(database: Database, revision: str) -> dict[str, Rows]:
    return {name: found(database, name) for name in RELEASED[revision] if name != "updates"}


def is_what_it_was(database: Database, before: Mapping[str, Rows]) -> None:
    for name, there in before.items():
        wanted = [in_days(row) for row in there]
        kept = [{column: row[column] for column in wanted[0]} for row in found(database, name)]
        assert kept == wanted, name


def test_an_update_that_was_handled_before_the_upgrade_does_not_act_again(lived_in: Database) -> None:
    migrate(lived_in)
    with lived_in.transaction() as tx:
        assert not updates.claim(tx, "telegram:77", MONDAY)
        assert updates.claim(tx, "telegram:78", MONDAY)
        days = select(updates_table.c.handled_on).order_by(updates_table.c.handled_on)
        assert list(tx.connection.execute(days).scalars()) == [BEFORE.date(), MONDAY.date()]


def test_an_upgrade_with_another_secret_changes_nothing(lived_in: Database, revision: str) -> None:
    with closing(Database(lived_in.url, "another secret")) as other, pytest.raises(WrongSecret):
        migrate(other)
    assert current(lived_in) == revision
    migrate(lived_in)


def test_who_was_half_way_goes_on_where_they_were(lived_in: Database) -> None:
    migrate(lived_in)
    with lived_in.transaction() as tx:
        anna, ben = load(tx, ANNA), load(tx, BEN)
        assert anna.dialogue.answers == {1: "yes", 2: "dont_know"}
        assert anna.dialogue.here.number == 3
        assert ben.dialogue.completed
        assert contacts.at(tx, CHANNEL, "somebody else") is None
        (envelope,) = letters.claim_replies(tx, [CHANNEL], MONDAY)
        assert (envelope.address, envelope.letter.text) == (ANNA, "Zin 3")


@pytest.mark.parametrize("revision", variants(("0002", "0003")), indirect=True)
def test_who_has_a_seat_already_counts_no_more(lived_in: Database) -> None:
    """Unless they counted: what was released with them stays what it was."""
    with lived_in.transaction() as tx:
        put(tx, "coordinators", [{"contact_id": 1, "partnership_id": 1, "role": "viewer", "added_at": BEFORE}])
    migrate(lived_in)
    released_and_not = [(1, False), (2, True)]
    assert [(number, bool(seated)) for number, seated in rows(lived_in, SEATED)] == released_and_not


@pytest.mark.parametrize("revision", variants(("0002", "0003")), indirect=True)
def test_a_mean_of_before_is_of_those_behind_the_most_answered_item(lived_in: Database) -> None:
    cell = {"wave_id": 1, "release": 1, "cell": "everyone", "total": 0, "squares": 0}
    with lived_in.transaction() as tx:
        put(tx, "cells", [{**cell, "item": 2, "n": 9}, {**cell, "item": 3, "n": 7, "release": 2}])
    migrate(lived_in)
    assert rows(lived_in, "SELECT item, people FROM cells ORDER BY item") == [(1, 9), (2, 9), (3, 7)]


@pytest.mark.parametrize("revision", variants(("0002", "0003")), indirect=True)
def test_a_later_round_counts_openings_from_the_upgrade_on(lived_in: Database) -> None:
    with lived_in.transaction() as tx:
        tx.connection.execute(text("UPDATE waves SET closed_at = opened_at"))
        put(tx, "waves", [wave(2)])
    migrate(lived_in)
    assert rows(lived_in, "SELECT number, openings_before FROM waves ORDER BY number") == [(1, 0), (2, 12)]


@pytest.mark.parametrize("revision", ["0003"], indirect=True)
def test_who_was_reminded_before_the_upgrade_is_reminded_once_more_and_nobody_a_third_time(lived_in: Database) -> None:
    """Anna is half-way, and was in a round that closed; Ben finished."""
    sent = {"settled_at": BEFORE, "due_at": MONDAY}
    keys = ("reminder:1:1", "reminder:2:1", "reminder:3:1", "reminder:3:2", "reminder:11:2")
    with lived_in.transaction() as tx:
        put(tx, "waves", [wave(2, closed_at=BEFORE)])
        put(tx, "responses", [response(3, respondent_id=1, wave_id=2)])
        put(tx, "letters", [letter(number, key=key, **sent) for number, key in enumerate(keys, 3)])
    migrate(lived_in)
    with lived_in.transaction() as tx:
        found = {one: load(tx, ANNA, one).dialogue for one in (1, 3)}
        is_kept = select(responses.c.next_reminder_at).order_by(responses.c.id)
        assert list(tx.connection.execute(is_kept).scalars()) == [BEFORE, None, None]
        assert reminders.first_due(tx, MONDAY, 10) == [(1, 1)]
    assert {one: (dialogue.reminders_sent, dialogue.reminded_at) for one, dialogue in found.items()} == {
        1: (1, MONDAY),
        3: (2, MONDAY),
    }
    assert found[1].next_reminder == BEFORE + timedelta(days=9)  # as the days of this partnership are


def test_a_link_from_before_the_upgrade_is_nobody_s_who_helps(lived_in: Database) -> None:
    migrate(lived_in)
    with lived_in.transaction() as tx:
        assert partnerships.helpers_invitation(tx, 1, MONDAY) != "abc" == partnerships.invitation_of(tx, 1)
    assert rows(lived_in, "SELECT mode, sheet FROM responses") == [(None, None)] * 2


def test_a_partnership_of_before_the_upgrade_has_pictograms(lived_in: Database) -> None:
    migrate(lived_in)
    with lived_in.transaction() as tx:
        assert [one.pictograms for one in partnerships.every(tx)] == [True]


def test_a_partnership_of_before_the_upgrade_recorded_nothing(lived_in: Database) -> None:
    migrate(lived_in)
    with lived_in.transaction() as tx:
        assert [one.recorded for one in partnerships.every(tx)] == [0]


def test_nothing_is_read_aloud_to_who_did_not_ask_for_it(lived_in: Database) -> None:
    migrate(lived_in)
    asked = "SELECT DISTINCT reads_aloud, voices FROM contacts"
    assert [(bool(wanted), there) for wanted, there in rows(lived_in, asked)] == [(False, None)]


def test_what_waited_for_somebody_on_a_page_is_gone(lived_in: Database) -> None:
    with lived_in.transaction() as tx:
        tx.connection.execute(text("UPDATE contacts SET channel = 'web' WHERE id = 1"))
        put(tx, "letters", [letter(3, body=WAITING), letter(4, contact_id=2, body=WAITING)])
    migrate(lived_in)
    assert rows(lived_in, "SELECT DISTINCT contact_id FROM letters") == [(2,)]


def test_every_invitation_of_before_has_a_short_code_of_its_own(lived_in: Database) -> None:
    many = [{"code": f"code {number}", "partnership_id": 1, "label": "", "created_at": BEFORE} for number in range(50)]
    with lived_in.transaction() as tx:
        put(tx, "invitations", many)
    migrate(lived_in)
    with lived_in.transaction() as tx:
        given = tx.connection.execute(select(invitations.c.code, invitations.c.short)).all()
        assert len({short for _, short in given}) == len(many) + 1
        for code, short in given:
            assert short_codes.find(short) == short
            found = partnerships.invitation(tx, short)
            assert found
            assert (found.code, found.partnership.name) == (code, "De Verbinders")


def test_numbers_of_erased_rows_are_not_given_out_again_after_an_upgrade(lived_in: Database) -> None:
    with lived_in.transaction() as tx:
        tx.connection.execute(text("DELETE FROM responses WHERE id = 2"))
    migrate(lived_in)
    with lived_in.transaction() as tx:
        tx.connection.execute(text("UPDATE waves SET closed_at = opened_at"))
        put(tx, "waves", [wave(2)])
        assert enter(tx, BEN, 1) == 3


@pytest.mark.parametrize("revision", ["0001"], indirect=True)
def test_processes_that_start_at_once_upgrade_it_once(lived_in: Database) -> None:
    before = found(lived_in, "answers")
    said = migrated_by_processes(lived_in, 3)
    assert set(said) <= ({"migrated", "busy"} if lived_in.is_sqlite else {"migrated"})
    assert "migrated" in said
    assert current(lived_in) == head()
    assert found(lived_in, "answers") == list(map(in_days, before))


@pytest.mark.parametrize("revision", variants(("0001", "0002")), indirect=True)
def test_an_upgrade_that_is_interrupted_is_done_again(lived_in: Database, revision: str) -> None:
    """All migrations are one transaction: whoever dies half-way leaves the old state, whole."""
    before = found(lived_in, "answers")
    dies = [sys.executable, "-c", UPGRADE_AND_DIE, lived_in.url, SECRET]
    assert subprocess.run(dies, cwd=ROOT).returncode == 9
    assert current(lived_in) == revision
    assert found(lived_in, "answers") == before
    migrate(lived_in)
    assert current(lived_in) == head()


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE invoices (id INTEGER)", "CREATE TABLE alembic_version (version_num TEXT)"]
)
def test_a_database_of_somebody_else_is_left_alone(unmigrated: Database, statement: str) -> None:
    with unmigrated.transaction() as tx:
        tx.connection.execute(text(statement))
    with pytest.raises(NotOurs, match=r"did not make.*empty database.*(invoices|alembic_version)"):
        migrate(unmigrated)
    assert len(tables(unmigrated)) == 1


def test_a_database_with_another_program_s_revisions_is_left_alone(unmigrated: Database) -> None:
    with unmigrated.transaction() as tx:
        tx.connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        tx.connection.execute(text("INSERT INTO alembic_version VALUES ('3f2a9c')"))
    with pytest.raises(NotOurs):
        migrate(unmigrated)


def test_a_database_with_parts_missing_is_told(database: Database) -> None:
    with database.transaction() as tx:
        tx.connection.execute(text("DROP TABLE answers"))
    with pytest.raises(HalfMade, match=r"Restore a back-up into an empty one\. Missing: answers\."):
        migrate(database)


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("not a database " * 100)
    with closing(Database(f"sqlite:///{path}", SECRET)) as notes, pytest.raises(DatabaseAway, match="not a database"):
        migrate(notes)
    assert path.read_text() == "not a database " * 100


@only_sqlite
def test_a_file_that_may_not_be_written_is_told(unmigrated: Database, tmp_path: Path) -> None:
    prepare(unmigrated, "0001")
    unmigrated.close()
    folder = tmp_path / "read only"
    shutil.copytree(Path(str(make_url(unmigrated.url).database)).parent, folder)
    path = folder / Path(str(make_url(unmigrated.url).database)).name
    path.chmod(0o444)
    folder.chmod(0o555)
    told = unprivileged("partnership", "list", DATABASE_URL=f"sqlite:///{path}")
    folder.chmod(0o755)
    assert (told.returncode, told.stdout) == (2, "")
    assert "readonly database" in told.stderr
    assert "may this account write in it" in told.stderr


@only_postgresql
def test_a_role_without_rights_is_told(unmigrated: Database) -> None:
    url = make_url(unmigrated.url)
    with unmigrated.transaction() as tx:
        tx.connection.execute(text("DROP ROLE IF EXISTS guest"))
        tx.connection.execute(text("CREATE ROLE guest LOGIN PASSWORD 'guest'"))
        tx.connection.execute(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    as_guest = url.set(username="guest", password="guest").render_as_string(hide_password=False)
    try:
        with closing(Database(as_guest, SECRET)) as guest, pytest.raises(NotAllowed) as told:
            migrate(guest)
        assert "permission denied" in str(told.value)
        assert f"ALTER DATABASE {url.database} OWNER TO guest" in str(told.value)
    finally:
        with unmigrated.transaction() as tx:
            tx.connection.execute(text("DROP ROLE guest"))


def test_a_password_is_not_in_what_is_told() -> None:
    url = "postgresql://samen:hunter2@127.0.0.1:1/nothing"
    with closing(Database(url, SECRET)) as away, pytest.raises(DatabaseAway) as told:
        migrate(away)
    assert "hunter2" not in str(told.value)
    assert "Is the server running" in str(told.value)


@pytest.fixture(params=variants(("0001", "0002", "0003")))
def revision(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def lived_in(unmigrated: Database, revision: str) -> Database:
    """A database as that release left it, with people half-way."""
    prepare(unmigrated, revision)
    return unmigrated


def prepare(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = database.engine
    command.upgrade(config, revision)
    with database.transaction() as tx:
        for name, there in RELEASED[revision].items():
            put(tx, name, there)
        if not database.is_sqlite:
            for name in ("contacts", "partnerships", "waves", "respondents", "responses", "letters"):
                tx.connection.execute(text(f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))"))


def put(tx: Tx, name: str, there: Rows) -> None:
    table = Table(name, MetaData(), autoload_with=tx.connection)
    for row in there:
        sealed = {column: value(tx) if callable(value) else value for column, value in row.items()}
        tx.connection.execute(table.insert().values(sealed))


def found(database: Database, name: str) -> Rows:
    with database.transaction() as tx:
        table = Table(name, MetaData(), autoload_with=tx.connection)
        here = RELEASED["0003"][name][0]
        known = [column for column in table.c if column.name in (*here, *IN_DAYS.values(), "body_sealed")]
        there = tx.connection.execute(select(*known).order_by(*table.primary_key))
        return [opened(tx, dict(row._mapping)) for row in there]


def opened(tx: Tx, row: dict[str, Any]) -> dict[str, Any]:
    """As it was: the text of a letter is sealed by now."""
    if "body_sealed" not in row:
        return row
    sealed = row["body_sealed"]
    return {**row, "body": sealed and tx.seal.open("letter", sealed)}


def in_days(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of then, as it is kept now: of some moments only the day."""
    return {IN_DAYS.get(name, name): value.date() if name in IN_DAYS else value for name, value in row.items()}


def tables(database: Database) -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if database.is_sqlite
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    return [name for (name,) in rows(database, query)]


def contact(number: int, address: str) -> dict[str, Any]:
    return {
        "id": number,
        "channel": CHANNEL,
        "address_key": lambda tx: tx.seal.key(CHANNEL, address),
        "address_sealed": lambda tx: tx.seal.close(CHANNEL, address),
        "language": "nl",
        "created_at": BEFORE,
    }


def wave(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "partnership_id": 1, "number": number, "wording": WORDING, "opened_at": BEFORE, **more}


def response(number: int, **more: Any) -> dict[str, Any]:
    moments = {"opened_at": BEFORE, "touched_at": BEFORE}
    return {"id": number, "respondent_id": number, "wave_id": 1, "reminders": True, **moments, **more}


def answer(response: int, item: int, option: str) -> dict[str, Any]:
    return {"response_id": response, "item": item, "option": option, "answered_at": BEFORE}


def letter(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "contact_id": 1, "due_at": BEFORE, "attempts": 0, **more}


def with_more(before: Mapping[str, Rows], more: Mapping[str, Rows], columns: Mapping[str, Any]) -> dict[str, Rows]:
    """The rows of one release, with those of the next one, and its new columns in the first row of a table."""
    widened = {name: [{**there[0], **columns.get(name, {})}, *there[1:]] for name, there in before.items()}
    return {**widened, **more}


FIRST_RELEASE: dict[str, Rows] = {
    "marks": [
        {"name": "secret", "value": lambda tx: tx.seal.key("mark", "secret").hex()},
        {"name": "telegram answered", "value": BEFORE.isoformat()},
    ],
    "partnerships": [
        {
            "id": 1,
            "name": "De Verbinders",
            "organisation": "Buurthuis De Schakel",
            "contact": "Fatima: 06 12 34 56 78",
            "language": "nl",
            "timezone": "Europe/Amsterdam",
            "minimum_group": 5,
            "created_at": BEFORE,
        }
    ],
    "waves": [wave(1)],
    "invitations": [{"code": "abc", "partnership_id": 1, "label": "", "created_at": BEFORE}],
    "coordinator_links": [
        {"code_key": b"k" * 32, "partnership_id": 1, "role": "coordinator", "expires_at": MONDAY + timedelta(days=30)}
    ],
    "contacts": [contact(1, ANNA), contact(2, BEN)],
    "respondents": [
        {
            "id": number,
            "contact_id": number,
            "partnership_id": 1,
            "invitation": "abc",
            "group": "resident",
            "consented_at": BEFORE,
            "consent": "a-fingerprint",
        }
        for number in (1, 2)
    ],
    "responses": [response(1), response(2, completed_at=BEFORE)],
    "answers": [
        answer(1, 1, "yes"),
        answer(1, 2, "dont_know"),
        *(answer(2, item, "no") for item in range(1, 27)),
    ],
    "letters": [letter(1, body=WAITING), letter(2, key="result:2:1", settled_at=BEFORE)],
    "updates": [{"id": "telegram:77", "handled_at": BEFORE}],
}
SECOND_RELEASE = with_more(
    FIRST_RELEASE,
    {
        "coordinators": [{"contact_id": 2, "partnership_id": 1, "role": "coordinator", "added_at": BEFORE}],
        "releases": [{"wave_id": 1, "number": 1, "final": False, "released_at": BEFORE}],
        "cells": [{"wave_id": 1, "release": 1, "item": 1, "cell": "everyone", "n": 5, "total": 300, "squares": 25000}],
        "departed": [{"wave_id": 1, "came": 1, "left": 2, "group": "resident", "item": 1, "n": 1}],
    },
    {
        "partnerships": {"summary_day": 2, "summary_hour": 14},
        "invitations": {"opened": 12},
        "respondents": {"wants_result": True},
        "responses": {"released_in": 1},
    },
)
THIRD_RELEASE = with_more(
    SECOND_RELEASE,
    {
        "plans": [{"partnership_id": 1, "name": "na fase 1", "opens_at": MONDAY, "weeks": 3, "confirmed_at": BEFORE}],
        "feedback": [{"wave_id": 1, "language": "nl", "text": "Dank u wel"}],
        "compared": [{"response_id": 2, "cell": "everyone:0", "scored": 7}],
    },
    {
        "partnerships": {"remind_after": 3, "remind_again": 9, "keep_contacts": 30, "keep_answers": 12},
        "waves": {"name": "voor fase 1", "invite_at": BEFORE, "closes_at": MONDAY + timedelta(days=9)},
        "responses": {"started_at": BEFORE},
        "letters": {"leased_until": BEFORE, "timezone": "Europe/Amsterdam"},
        "departed": {"same": ""},
    },
)
RELEASED: dict[str, dict[str, Rows]] = {"0001": FIRST_RELEASE, "0002": SECOND_RELEASE, "0003": THIRD_RELEASE}

REHEARSAL: dict[str, Rows] = {
    "marks": [{"name": "rehearsal:2", "value": "done"}],
    "partnerships": [{**THIRD_RELEASE["partnerships"][0], "id": 2, "name": "Oefening: De Verbinders"}],
    "waves": [wave(2, partnership_id=2)],
    "invitations": [{"code": "def", "partnership_id": 2, "label": "", "created_at": BEFORE}],
    "coordinator_links": [{**THIRD_RELEASE["coordinator_links"][0], "code_key": b"r" * 32, "partnership_id": 2}],
    "contacts": [contact(3, "2-0"), contact(4, "4713")],
    "respondents": [
        {**THIRD_RELEASE["respondents"][0], "id": number, "contact_id": of, "partnership_id": 2, "invitation": "def"}
        for number, of in ((3, 3), (4, None), (5, 2))
    ],
    "responses": [response(number, wave_id=2) for number in (3, 4, 5)],
    "answers": [answer(number, 1, "yes") for number in (3, 4, 5)],
    "letters": [
        letter(4, contact_id=3, key="result:3:2", settled_at=BEFORE),
        letter(5, contact_id=4, key="summary:4:2:202610", body=WAITING),
        letter(6, contact_id=2, key="final:2:2:20260301090000", body=WAITING),
        letter(7, contact_id=2, key="result:2:2", settled_at=BEFORE),
        letter(8, contact_id=2, key="reminder:5:1", body=WAITING),
    ],
    "coordinators": [
        {"contact_id": contact, "partnership_id": 2, "role": "viewer", "added_at": BEFORE} for contact in (2, 4)
    ],
    "releases": [{**THIRD_RELEASE["releases"][0], "wave_id": 2}],
    "cells": [{**THIRD_RELEASE["cells"][0], "wave_id": 2}],
    "departed": [{**THIRD_RELEASE["departed"][0], "wave_id": 2}],
    "plans": [{"partnership_id": 2, "name": "na fase 2"}],
    "feedback": [{"wave_id": 2, "language": "nl", "text": "Dank u wel"}],
    "compared": [{"response_id": 3, "cell": "everyone:0", "scored": 7}],
}
"""Invented answers as they were kept beside real ones. Ben, who is real, took part there and had a seat; somebody else
has a seat there and nothing more."""
