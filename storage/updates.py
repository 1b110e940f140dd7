"""Updates: which ones were handled. An update that comes twice acts once."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from storage.database import Tx
from storage.schema import updates

REMEMBERED = timedelta(days=8)  # Telegram repeats an update for a day, and may number anew after a week of silence


def claim(tx: Tx, update: str, now: datetime) -> bool:
    """Whether this update is new; from now on it is not."""
    new = tx.insert(updates).values(id=update, handled_at=now).on_conflict_do_nothing()
    return tx.connection.execute(new.returning(updates.c.id)).first() is not None


def forget_old(tx: Tx, now: datetime) -> None:
    tx.connection.execute(delete(updates).where(updates.c.handled_at < now - REMEMBERED))
