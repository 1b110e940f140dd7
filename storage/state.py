"""State: the few single facts that the house remembers about itself."""

from datetime import datetime

from sqlalchemy import select

from storage.engine.database import Tx
from storage.schema import marks

LAST_TICK = "last tick"
"""When any process last did all that the time asks for, without a failure."""
REHEARSED = "rehearsed"
"""When simulated people answered here: whatever is taken out of this database says so."""
NOTIFIERS = "notifiers"
"""Those that were set up when a process last began."""
FORGOT = "forgot"
"""When what was kept long enough was last thrown away, and before that: since when it may be."""
FORGETTING = "forgetting"
"""The partnership up to which that is done today."""


def renew(tx: Tx, name: str, value: str) -> bool:
    """Write it down; whether it was another one before."""
    before = _read(tx, name)
    write(tx, name, value)
    return before not in (None, value)


def read_number(tx: Tx, name: str) -> int:
    return int(_read(tx, name) or 0)


def read_moment(tx: Tx, name: str) -> datetime | None:
    found = _read(tx, name)
    return datetime.fromisoformat(found) if found else None


def _read(tx: Tx, name: str) -> str | None:
    return tx.connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar()


def write_moment(tx: Tx, name: str, moment: datetime) -> None:
    write(tx, name, moment.isoformat())


def write(tx: Tx, name: str, value: str) -> None:
    new = tx.insert(marks).values(name=name, value=value)
    tx.connection.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def hold(tx: Tx, name: str) -> bool:
    """Whether this transaction may change the mark; not while another one does."""
    mine = select(marks.c.name).where(marks.c.name == name).with_for_update(skip_locked=True)
    return tx.connection.execute(mine).first() is not None


def count_of_today(tx: Tx, name: str, now: datetime) -> int:
    """How often this was asked since midnight, with this time; whoever asks at the same moment, waits."""
    kept = select(marks.c.value).where(marks.c.name == name).with_for_update()
    day, _, before = (tx.connection.execute(kept).scalar() or "").partition(" ")
    count = int(before) + 1 if day == f"{now:%Y-%m-%d}" else 1
    write(tx, name, f"{now:%Y-%m-%d} {count}")
    return count
