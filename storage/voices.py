"""Voices: the voice messages that are in somebody's chat, and what a messenger calls the recordings that it has."""

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from bot.letters import Upload
from storage.engine.database import Tx
from storage.schema import contacts, voice_files


def came(tx: Tx, contact: int, message: int) -> bool:
    """There is one more in their chat; False of somebody who was erased while it was on its way."""
    more = func.coalesce(contacts.c.voices + " ", "") + str(message)
    noted = tx.connection.execute(update(contacts).where(contacts.c.id == contact).values(voices=more))
    return bool(noted.rowcount)


def go(tx: Tx, contact: int) -> None:
    """All that were there are taken away by the next letter."""
    tx.connection.execute(update(contacts).where(contacts.c.id == contact).values(voices=None))


def numbers(kept: str | None) -> tuple[int, ...]:
    return tuple(map(int, kept.split())) if kept else ()


def file_of(tx: Tx, upload: Upload) -> str | None:
    found = tx.connection.execute(select(voice_files.c.file_id).where(_is(upload))).scalar()
    return str(found) if found else None


def keep_file(tx: Tx, upload: Upload, file: str | None) -> None:
    """In place of what was known before; None where it is not known any more."""
    tx.connection.execute(delete(voice_files).where(_is(upload)))
    if file:
        new = tx.insert(voice_files).values(**upload._asdict(), file_id=file)
        tx.connection.execute(new.on_conflict_do_nothing())


def _is(upload: Upload) -> ColumnElement[bool]:
    return and_(*(voice_files.c[name] == value for name, value in upload._asdict().items()))
