"""Connecting: how we come to a database of each kind, and what a session there must be, whoever set it up."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url

from storage.engine import driver

BUSY = 5000  # milliseconds that another process may hold the write lock
CONNECTIONS = 10
CONNECT_WITHIN = 10  # seconds
WHO_VANISHES = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""A server that is gone without a word, by a power cut or a fail-over, is given up after 15 seconds."""
SESSION = {
    "idle_in_transaction_session_timeout": "30s",  # who hangs in a transaction is cut off and locks nobody out
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "client_encoding": "UTF8",
    "bytea_output": "hex",
    "standard_conforming_strings": "on",
    "default_transaction_isolation": r"read\ committed",
}
"""What a session on PostgreSQL must be, whatever the server, the database or the role were given."""

WAL = "PRAGMA journal_mode=WAL"
PRAGMAS = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is erased is overwritten
    f"PRAGMA busy_timeout={BUSY}",
)


def to_sqlite(url: str) -> Engine:
    path = make_url(url).database
    if path:
        with suppress(OSError):  # the connection says it better
            Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we begin ourselves, below
        _write_ahead(connection)
        for pragma in PRAGMAS:
            connection.execute(pragma)

    driver.begin_to_write(engine)
    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Where two make the same file at once, SQLite tells one of them that it is locked, and does not wait for BUSY."""
    patience = time.monotonic() + BUSY / 1000
    while time.monotonic() < patience:
        with suppress(sqlite3.OperationalError):
            connection.execute(WAL)
            return
        time.sleep(0.01)
    connection.execute(WAL)


def to_postgresql(url: str) -> Engine:
    at = make_url(url).set(drivername="postgresql+psycopg")
    wanted = at.query.get("options", "")  # what an operator asks for goes before
    options = " ".join((*(f"-c {name}={value}" for name, value in SESSION.items()), str(wanted)))
    at = at.difference_update_query(["options"])
    ours = {"connect_timeout": CONNECT_WITHIN, "options": options, **WHO_VANISHES}
    engine = create_engine(
        at,
        pool_size=CONNECTIONS,
        max_overflow=0,
        hide_parameters=True,
        connect_args={name: value for name, value in ours.items() if name not in at.query},
    )
    driver.in_few_round_trips(engine)
    return engine
