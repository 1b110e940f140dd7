"""Updates: which ones were handled. An update that comes twice acts once.

Kept is a keyed hash and a day, so that no answer can be joined to the number that Telegram gave to a tap.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, exists, not_, select

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
    key, *former = tx.seal.keys("update", update)
    row = {"key": key, "handled_on": now.date()}
    return (_CLAIM_ANEW, {**row, "former": former[0]}) if former else (_CLAIM, row)


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
_COLUMNS = ("key", "handled_on")
_CLAIM_ANEW = Prepared(
    lambda insert: (
        insert(updates)
        .from_select(
            _COLUMNS,
            select(*(bindparam(name, type_=updates.c[name].type) for name in _COLUMNS)).where(
                not_(exists().where(updates.c.key == bindparam("former")))
            ),
        )
        .on_conflict_do_nothing()
        .returning(updates.c.handled_on)
    )
)
"""Where it may have been claimed under the former secret."""
