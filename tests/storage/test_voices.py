"""Voices: which messages are in somebody's chat, and what a messenger calls the recordings that it has."""

from bot.letters import Letter, Upload
from storage import voices
from storage.engine.database import Database
from tests.storage.beginnings import ANNA, BEN, add, join, load, rows

ONE = Upload(123_456_789_012, "voice", "a" * 64)


def test_the_numbers_of_those_that_came_are_kept_until_they_go(database: Database) -> None:
    with database.transaction() as tx:
        partnership = add(tx)
        for one in (BEN, ANNA):
            join(tx, one, partnership)
        anna, ben = (load(tx, one).contact for one in (ANNA, BEN))
        for number in (5, 7, 2**40):
            voices.came(tx, anna, number)
        voices.came(tx, ben, 6)
    with database.transaction() as tx:
        assert load(tx, ANNA).voices == (5, 7, 2**40)
        voices.go(tx, anna)
        assert load(tx, ANNA).voices == ()
        assert load(tx, BEN).voices == (6,)


def test_what_a_messenger_calls_a_recording_is_kept_by_bot_kind_and_bytes(database: Database) -> None:
    with database.transaction() as tx:
        assert voices.file_of(tx, ONE) is None
        voices.keep_file(tx, ONE, "first")
        voices.keep_file(tx, ONE, "second")
        for other in (ONE._replace(bot_id=1), ONE._replace(kind="audio"), ONE._replace(digest="b" * 64)):
            assert voices.file_of(tx, other) is None
            voices.keep_file(tx, other, "another")
        assert voices.file_of(tx, ONE) == "second"
        voices.keep_file(tx, ONE, None)
        assert voices.file_of(tx, ONE) is None
    assert len(rows(database, "SELECT * FROM voice_files")) == 3


def test_a_letter_that_waits_knows_what_it_removes() -> None:
    for letter in (
        Letter("a", removes=(3, 4)),
        Letter("a", about="b", removes=(3,)),
        Letter("a", about="b"),
        Letter("a"),
    ):
        assert Letter.from_json(letter.to_json()) == letter
    assert Letter("a").to_json() == '["a", [], null, null]', "as whoever ran before us reads it"
