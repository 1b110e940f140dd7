"""In force: under which of the secrets that are known here a transaction is, as the database says.

On SQLite nobody changes that while we write, and we look each time. On PostgreSQL who knows one secret holds it as long
as a connection lasts, so that it is not changed meanwhile; who knows two looks each time, and holds that.
"""

from sqlalchemy import Connection

from storage.engine import driver
from storage.engine.driver import Statement
from storage.engine.sealing import Secrets

SECRET = "secret"  # noqa: S105 - the name of a mark
MARK = Statement(f"SELECT value FROM marks WHERE name = '{SECRET}'", (), True)  # noqa: S608 - a name of ours
SURE = "sure of the secret"
CHANGING = 7_302_001
"""Of PostgreSQL's advisory locks, the one that transactions under two secrets share, and a change of them has alone."""


def is_known(connection: Connection, secrets: Secrets) -> bool:
    """Whether the secret in force is one of these, which say from now on which it is."""
    if SURE in connection.info:
        return True
    is_shared = connection.dialect.name == "postgresql"
    *_, found = driver.run(connection, *([_hold(secrets)] if is_shared else []), MARK)
    if found and not secrets.put_in_force(found[0][0]):
        return False
    if is_shared and not secrets.changing:
        connection.info[SURE] = True
    return True


def _hold(secrets: Secrets) -> Statement:
    if secrets.changing:
        return Statement(f"SELECT pg_advisory_xact_lock_shared({CHANGING})")
    return Statement(f"SELECT pg_advisory_lock_shared({lock_of(secrets.seal.mark)})")


def lock_of(mark: str) -> int:
    """The advisory lock that is held by whoever knows the secret of this mark alone."""
    return int.from_bytes(bytes.fromhex(mark)[:8], "big", signed=True)
