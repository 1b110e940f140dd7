"""Where storage tests begin: a partnership with an open wave, people who take part in it, a letter to them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from bot.letters import Letter
from bot.texts.texts import the_checklist
from storage import contacts, partnerships, respondents, standing
from storage.engine.database import Database, Tx
from storage.standing import Known
from tests.house import MONDAY, partnership
from tests.patience import PATIENCE

T = TypeVar("T")

CHECKLIST = the_checklist()
LANGUAGES = ("en", "nl")
CHANNEL = "telegram"
ANNA, BEN = "4711", "4712"
LETTER = Letter("Dag <b>Anna</b>", (((("Ja", "a:1:1:yes"), ("Nee", "a:1:1:no"))),), replaces=3)

only_sqlite = pytest.mark.parametrize("source", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("source", ["postgresql"], indirect=True)


def add(tx: Tx, name: str = "De Verbinders") -> int:
    """A partnership with its first wave open; its number."""
    return partnerships.add(tx, partnership(name), {"nl": {"1": "fingerprint"}}, MONDAY)[0]


def join(tx: Tx, address: str, partnership: int, now: datetime = MONDAY) -> int:
    """Somebody agrees to take part; their response in the last wave."""
    code = partnerships.invitation_of(tx, partnership)
    respondents.join(tx, CHANNEL, address, "nl", partnership, code, "a-fingerprint", now)
    response = enter(tx, address, partnership, now)
    assert response is not None
    return response


def enter(tx: Tx, address: str, partnership: int, now: datetime = MONDAY) -> int | None:
    wave = partnerships.last_wave(tx, partnership)
    found = contacts.at(tx, CHANNEL, address)
    return respondents.enter_wave(tx, found.id, partnership, wave, now) if found else None


def find(tx: Tx, address: str, response: int | None = None) -> Known | None:
    found = contacts.at(tx, CHANNEL, address)
    return standing.load(tx, CHECKLIST, LANGUAGES, found.id, response) if found else None


def load(tx: Tx, address: str, response: int | None = None) -> Known:
    """Somebody whom we must know."""
    found = find(tx, address, response)
    assert found
    return found


def somebody(tx: Tx, address: str = ANNA) -> int:
    """The contact of somebody in a partnership of their own."""
    return load(tx, address, join(tx, address, add(tx, f"Of {address}"))).contact


def rows(database: Database, query: str, **values: Any) -> list[tuple[Any, ...]]:
    with database.transaction() as tx:
        return [tuple(row) for row in tx.connection.execute(text(query), values)]


def at_once(*calls: Callable[[], T]) -> list[T]:
    """What the calls give, each made by a thread of its own and all at the same moment."""
    start = Barrier(len(calls))

    def call(made: Callable[[], T]) -> T:
        start.wait(PATIENCE)
        return made()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))
