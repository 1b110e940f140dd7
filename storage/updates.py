"""Updates: which ones were handled. An update that comes twice acts once."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete

from storage.database import Tx
from storage.prepared import Prepared
from storage.schema import updates

REMEMBERED = timedelta(days=8)  # Telegram repeats an update for a day, and may number anew after a week of silence


def claim(tx: Tx, update: str, now: datetime) -> bool:
    """Whether this update is new; from now on it is not."""
    return bool(_CLAIM(tx, id=update, handled_at=now))


def forget_old(tx: Tx, now: datetime) -> None:
    tx.connection.execute(delete(updates).where(updates.c.handled_at < now - REMEMBERED))


_CLAIM = Prepared(
    lambda insert: (
        insert(updates)
        .values(id=bindparam("id"), handled_at=bindparam("handled_at"))
        .on_conflict_do_nothing()
        .returning(updates.c.id)
    )
)
