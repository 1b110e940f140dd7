"""Recordings of the page: what came to nothing is remembered by nobody, and what two change at once is whole."""

from contextlib import suppress
from datetime import date

from bot.aloud import Aloud
from bot.recordings.recordings import NONE
from bot.survey.sound import Sound
from bot.texts.texts import load as load_texts
from storage import partnerships, recordings
from storage.engine.database import Database, Tx
from tests.storage.beginnings import add, at_once, only_postgresql

TODAY, ABOUT = date(2026, 3, 2), ("nl", "statement-01", "words")


def sound(content: bytes) -> Sound:
    return Sound(content, "audio/mpeg", 1.0, 24_000, 1)


def speaker(database: Database, name: str = "Fatima") -> int:
    with database.transaction() as tx:
        return recordings.agree(tx, 1, name, "consent", TODAY)


def heard(tx: Tx, aloud: Aloud) -> str | None:
    """Its bytes."""
    partnership = partnerships.find(tx, "1")
    assert partnership
    found = aloud.recordings(tx, partnership).find(1, *ABOUT)
    return found.digest if found else None


def test_what_was_undone_is_heard_by_nobody(database: Database) -> None:
    """As where a disk was full, or a connection was gone, when it was to be written."""
    with database.transaction() as tx:
        add(tx)
    aloud, fatima = Aloud(load_texts(), NONE), speaker(database)
    with suppress(OSError), database.transaction() as tx:
        recordings.keep(tx, 1, fatima, ABOUT, sound(b"undone"))
        assert heard(tx, aloud) == sound(b"undone").digest
        raise OSError("the disk is full")
    with database.transaction() as tx:
        assert heard(tx, aloud) is None
        recordings.keep(tx, 1, fatima, ABOUT, sound(b"kept"))
    with database.transaction() as tx:
        assert heard(tx, aloud) == sound(b"kept").digest


@only_postgresql
def test_what_comes_as_its_speaker_takes_it_back_is_not_kept(database: Database) -> None:
    with database.transaction() as tx:
        add(tx)
    fatima = speaker(database)
    with database.transaction() as late:
        assert recordings.every_speaker(late, 1)
        with database.transaction() as tx:
            recordings.forget(tx, 1, fatima)
        assert not recordings.keep(late, 1, fatima, ABOUT, sound(b"late"))
    with database.transaction() as tx:
        assert recordings.of_partnership(tx, 1) == []


def test_one_who_agrees_twice_at_once_is_one(database: Database) -> None:
    with database.transaction() as tx:
        add(tx)
    assert len({*at_once(*[lambda: speaker(database)] * 8)}) == 1
