"""Updates: which ones were handled. An update that comes twice acts once.

Kept is a keyed hash and a day, so that no answer can be joined to the number that Telegram gave to a tap.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete

from storage.engine.compiled import Asked, Prepared, together
from storage.engine.database import Tx
from storage.schema import updates

PARTS = 256
REMEMBERED = timedelta(days=8)  # Telegram repeats an update for a day, and may number anew after a week of silence


def claim(tx: Tx, update: str, now: datetime) -> bool:
    """Whether this update is new; from now on it is not."""
    return bool(together(tx, claiming(tx, update, now))[0])


def claiming(tx: Tx, update: str, now: datetime) -> Asked:
    """The same, to be asked together with other things; there is a row when it is new."""
    return _CLAIM, {"key": tx.seal.key("update", update), "handled_on": now.date()}


def forget_old(tx: Tx, part: int, now: datetime) -> None:
    """Those of one of the PARTS, by their first byte: all at once would keep everybody waiting."""
    first, last = bytes([part]), bytes([part]) + b"\xff" * 32
    old = updates.c.handled_on < (now - REMEMBERED).date()
    tx.connection.execute(delete(updates).where(updates.c.key.between(first, last), old))


_CLAIM = Prepared(
    lambda insert: (
        insert(updates)
        .values(key=bindparam("key"), handled_on=bindparam("handled_on"))
        .on_conflict_do_nothing()
        .returning(updates.c.handled_on)
    )
)
