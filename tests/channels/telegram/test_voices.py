"""Voices in Telegram: brought when they are asked for or with every statement, sent as bytes once, and gone again."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.recordings import mp3
from storage import letters, waves
from tests.channels.web.test_recordings import put_there
from tests.house import MONDAY, Clock, House, agree
from tests.recordings.made import FATIMA, MONO_16_KHZ, put, silence
from tests.telegram_server import BotMessage, Person, TelegramServer, Upload

READ, ALL, NO_MORE = "Voorlezen", "Lees elke zin voor", "Lees niet meer elke zin voor"
FILES = "SELECT bot_id, kind, file_id FROM voice_files ORDER BY kind, file_id"


async def press(house: House, person: Person, *labels: str) -> None:
    for label in labels:
        await person.press(label)
        await house.settle()


async def listener(house: House, server: TelegramServer, code: str = "") -> Person:
    """At the first statement."""
    person = server.person()
    await agree(house, person, code or house.add().invitation)
    return person


def voices(person: Person) -> list[BotMessage]:
    return [one for one in person.messages if one.voice or one.audio]


def sent(server: TelegramServer, method: str = "sendVoice") -> list[Any]:
    """What went with each call: bytes, or the number of a file."""
    kind = method.removeprefix("send").lower()
    return [params[kind] for name, params, worked in server.log if name == method and worked]


def labels(message: BotMessage) -> Sequence[str]:
    return [label for row in message.rows for label, _ in row]


def file(house: House, part: str) -> bytes:
    return (house.folder / "data/audio/nl" / f"{part}.mp3").read_bytes()


async def test_without_recordings_a_statement_has_no_button_more(house: House, server: TelegramServer) -> None:
    person = await listener(house, server)
    assert READ not in labels(person.last)
    await person.press_data("h:1:1")
    await house.settle()
    assert "werkt niet meer" in person.last.text
    await person.press_data("v:1:1")
    await house.settle()
    assert voices(person) == []
    await press(house, person, "Ja")
    assert voices(person) == []
    assert "Zin 2 van 26" in person.last.text


async def test_a_voice_is_the_statement_and_the_answers_in_one(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    statement = person.last
    await press(house, person, READ)
    (voice,) = voices(person)
    assert voice.voice == file(house, "statement-01") + file(house, "answers")
    assert mp3.read(voice.voice).seconds == pytest.approx(1.008)
    assert voice.text == f"Zin 1. Voorgelezen door {FATIMA}."
    assert labels(voice) == [ALL]
    assert server.log[-1][1]["duration"] == "1"
    assert person.messages[-2] == statement, "the statement stays as it is"


async def test_it_goes_with_the_next_answer_and_none_comes_unasked(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ)
    assert len(voices(person)) == 1
    await press(house, person, "Ja")
    assert voices(person) == []
    assert "Zin 2 van 26" in person.last.text
    assert house.rows("SELECT voices, reads_aloud FROM contacts") == [(None, 0)]
    assert server.calls["deleteMessage"] == 1


async def test_who_asks_again_has_one_and_not_two(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ, READ)
    assert len(voices(person)) == 1


async def test_bytes_are_sent_once_and_then_the_number_that_they_have(house: House, server: TelegramServer) -> None:
    await put_there(house)
    code = house.add().invitation
    anna, ben = await listener(house, server, code), await listener(house, server, code)
    for person in (anna, ben, anna):
        await press(house, person, READ)
    first, *others = sent(server)
    assert isinstance(first, Upload)
    assert others == ["voice-1", "voice-1"]
    assert voices(ben)[0].voice == voices(anna)[0].voice
    assert house.rows(FILES) == [(123456, "voice", "voice-1")]
    await house.restart()
    await press(house, ben, READ)
    assert sent(server)[-1] == "voice-1"
    await press(house, ben, "Ja", READ)
    assert isinstance(sent(server)[-1], Upload), "another statement is another voice"


async def test_a_number_that_telegram_knows_no_more_is_forgotten_and_the_bytes_are_sent_again(
    house: House, server: TelegramServer
) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ)
    server.files.clear()
    server.files["voice-1"] = Upload("", b"")  # so that the next one has another number
    server.fail(
        "sendVoice", 400, description="Bad Request: wrong remote file identifier specified: can't unserialize it"
    )
    await press(house, person, READ)
    assert len(voices(person)) == 1
    assert isinstance(sent(server)[-1], Upload)
    assert house.rows(FILES) == [(123456, "voice", "voice-2")]


async def test_who_forbids_voices_gets_the_same_as_music(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    person.takes_no_voices = True
    await press(house, person, READ)
    (there,) = voices(person)
    assert there.voice is None
    assert there.audio == file(house, "statement-01") + file(house, "answers")
    await press(house, person, READ)
    assert sent(server, "sendAudio")[1:] == ["audio-1"]
    assert house.rows(FILES) == [(123456, "audio", "audio-1")]
    await press(house, person, "Ja")
    assert voices(person) == []


async def test_whoever_wants_every_statement_read_needs_no_tap_for_it(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ, ALL)
    assert person.toasts[-1] == "Vanaf nu lezen we elke zin voor."
    (voice,) = voices(person)
    assert (labels(voice), voice.edits) == ([NO_MORE], 1), "the same message, with the other button"
    for item in range(2, 6):
        await press(house, person, "Ja")
        (voice,) = voices(person)
        assert voice.voice == file(house, f"statement-{item:02}") + file(house, "answers")
        assert person.messages[-1] == voice, "below the statement"
        assert [one.text.count(f"Zin {item} van 26") for one in person.messages[-2:]] == [1, 0]
    await house.restart()
    await press(house, person, "Ja")
    assert len(voices(person)) == 1, "it is remembered"
    await press(house, person, NO_MORE)
    assert labels(voices(person)[0]) == [ALL]
    await press(house, person, "Ja")
    assert voices(person) == []
    assert "Zin 7 van 26" in person.last.text


async def test_a_second_tap_does_not_begin_it_anew(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ, ALL)
    statement = person.messages[-2]
    yes = next(data for row in statement.rows for label, data in row if label == "Ja")
    for _ in range(2):
        await person.press_data(yes, statement)
    await house.settle()
    (voice,) = voices(person)
    assert voice.voice == file(house, "statement-02") + file(house, "answers")
    assert len(sent(server)) == 2


async def test_the_language_that_is_chosen_is_heard_where_it_was_recorded(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ, ALL, "English")
    assert voices(person) == []
    assert "Read aloud" not in labels(person.last)
    await press(house, person, "Nederlands")
    assert len(voices(person)) == 1


async def test_what_was_asked_of_another_statement_is_not_read(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    old = person.last
    await press(house, person, "Ja")
    await person.press(READ, old)
    await house.settle()
    assert voices(person) == []
    assert "werkt niet meer" in person.last.text


async def test_a_computer_says_that_it_is_one(house: House, server: TelegramServer) -> None:
    await put_there(house, spoken_by="espeak-ng", computer=True)
    person = await listener(house, server)
    await press(house, person, READ)
    assert voices(person)[0].text == "Zin 1. Voorgelezen door een computerstem: espeak-ng."


@pytest.mark.parametrize("part", ["statement-01", "answers"])
async def test_what_cannot_be_one_sound_has_no_button(house: House, server: TelegramServer, part: str) -> None:
    await put_there(house)
    put(house.folder / "data/audio/nl", f"{part}.mp3", silence(kind=MONO_16_KHZ))
    await house.restart()
    person = await listener(house, server)
    assert READ not in labels(person.last)
    await press(house, person, "Ja")
    assert (READ in labels(person.last)) is (part == "statement-01")


async def test_a_wave_that_was_opened_with_other_words_has_no_button(house: House, server: TelegramServer) -> None:
    await put_there(house)
    code, other = house.add().invitation, house.app.texts.wording()
    other["nl"]["1"] = "another"
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE waves SET wording = ?", (json.dumps(other),))
    person = await listener(house, server, code)
    assert READ not in labels(person.last)
    await press(house, person, "Ja")
    assert READ in labels(person.last)


async def test_a_recording_that_is_gone_meanwhile_loses_nothing_else(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    Path(house.folder / "data/audio/nl/statement-01.mp3").unlink()
    await press(house, person, READ)
    assert voices(person) == []
    assert "werkt niet meer" in person.last.text
    assert house.rows("SELECT count(*) FROM letters WHERE settled_at IS NULL") == [(0,)]
    await press(house, person, "Ja")
    assert "Zin 2 van 26" in person.last.text


async def test_one_that_is_gone_is_not_sent_by_the_number_that_telegram_has_either(
    house: House, server: TelegramServer
) -> None:
    """Whoever took back that they are heard, is heard by nobody new."""
    await put_there(house)
    code = house.add().invitation
    first, second = await listener(house, server, code), await listener(house, server, code)
    await press(house, first, READ)
    assert len(house.rows(FILES)) == 1
    server.fail("sendVoice", 502)
    await second.press(READ)
    await house.settle()
    Path(house.folder / "data/audio/nl/statement-01.mp3").unlink()
    await house.try_again()
    assert voices(second) == []
    with house.app.database.transaction() as tx:
        assert letters.refused_since(tx, MONDAY - timedelta(1)) == {}, "no operator has to do anything"
    await press(house, second, "Ja")
    assert "Zin 2 van 26" in second.last.text


async def test_one_of_which_the_answer_is_lost_comes_twice_and_both_go(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    server.fail("sendVoice", 502, after=True)
    await person.press(READ)
    await house.settle()
    await house.try_again()
    first, second = voices(person)  # at least once; of the first one nobody told us the number
    await person.press(ALL, first)
    await house.settle()
    assert labels(voices(person)[0]) == [NO_MORE], "now they did"
    await press(house, person, "Ja")
    assert {one.id for one in voices(person)} & {first.id, second.id} == set()
    assert "Zin 2 van 26" in person.messages[-2].text


async def test_without_that_the_first_one_stays_behind_and_no_other(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    server.fail("sendVoice", 502, after=True)
    await person.press(READ)
    await house.settle()
    await house.try_again()
    (first, _) = voices(person)
    await press(house, person, "Ja", READ, "Ja", READ, "Ja")
    assert voices(person) == [first]


async def test_taking_it_away_is_tried_again_and_not_missed(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ)
    server.fail("deleteMessage", 502)
    await person.press("Ja")
    await house.settle()
    await house.try_again()
    assert voices(person) == []
    assert "Zin 2 van 26" in person.last.text
    await press(house, person, READ)
    server.chats[person.id].hide(voices(person)[0])  # they took it away themselves
    await press(house, person, "Ja")
    assert "Zin 3 van 26" in person.last.text


async def test_who_is_erased_keeps_no_voice(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ, ALL)
    await person.write("/mijngegevens")
    await house.settle()
    assert "Elke zin wordt u voorgelezen." in person.last.text
    await press(house, person, "Ja")
    await person.write("/wissen")
    await house.settle()
    await press(house, person, "Ja, alles verwijderen")
    assert voices(person) == []
    assert house.rows("SELECT * FROM contacts") == []


async def test_a_reminder_brings_the_voice_of_its_statement(house: House, server: TelegramServer, clock: Clock) -> None:
    """Once, by day, in place of what was heard before; who did not ask for every voice has the button alone."""
    await put_there(house)
    code = house.add().invitation
    person, silent = await listener(house, server, code), await listener(house, server, code)
    await press(house, person, READ, ALL, "Ja")
    await press(house, person, "Pauze", "Vanavond 19:00", "Verder met zin 2")
    (heard,) = voices(person)
    clock.pass_time(hours=13)  # at night
    await house.caught_up()
    assert voices(person) == [heard]
    clock.pass_time(hours=10)
    await house.caught_up()
    (voice,) = voices(person)
    assert voice.id > heard.id
    assert voice.voice == file(house, "statement-02") + file(house, "answers")
    assert "U was bij zin 2 van 26." in person.messages[-2].text
    clock.pass_time(hours=26)
    await house.caught_up()
    assert voices(silent) == []
    assert "U kunt nog meedoen." in silent.last.text
    assert READ in labels(silent.last)
    await press(house, silent, READ)
    assert len(voices(silent)) == 1


async def test_the_voice_of_a_reminder_is_that_of_its_language_and_goes_with_the_answer(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ, ALL)
    person.takes_no_voices = True
    clock.pass_time(days=2)
    await house.caught_up()
    assert voices(person)[-1].audio == file(house, "statement-01") + file(house, "answers")
    for language, there in (("English", 0), ("Nederlands", 1)):
        await press(house, person, language)
        assert len(voices(person)) == there
    await person.press("Ja", person.messages[-2])
    await house.settle()
    assert [one.text for one in voices(person)] == [f"Zin 2. Voorgelezen door {FATIMA}."]


async def test_a_voice_waits_behind_its_reminder_and_is_overtaken_with_it(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    await put_there(house)
    code = house.add()
    answers, stays = await listener(house, server, code.invitation), await listener(house, server, code.invitation)
    for person in (answers, stays):
        await press(house, person, READ, ALL)
        server.fail("sendMessage", 500, chat_id=person.id)
    clock.pass_time(days=3)
    await house.caught_up()
    assert not server.faults
    assert house.rows("SELECT count(*) FROM letters WHERE key LIKE 'reminder:%voice' AND settled_at IS NULL") == [(2,)]
    await press(house, answers, "Ja")
    (voice,) = [one for one in voices(answers) if "Zin 2" in one.text]
    server.fail("sendMessage", 500, chat_id=stays.id)
    clock.pass_time(minutes=5)
    await house.caught_up()
    assert voices(answers)[-1] == voice, "of a reminder that is overtaken none comes"
    with house.app.database.transaction() as tx:
        (wave,) = waves.open_now(tx)
        waves.withdraw_asking(tx, wave, clock())
    assert house.rows("SELECT key FROM letters WHERE key LIKE 'reminder:%' AND settled_at IS NULL") == []


async def test_a_voice_on_its_way_while_somebody_is_erased_goes_too(house: House, server: TelegramServer) -> None:
    await put_there(house)
    person = await listener(house, server)
    await person.write("/wissen")
    await house.settle()
    server.fail("sendVoice", 200, hang=1)
    await person.press_data("h:1:1")
    await server.called("sendVoice")
    await person.press("Ja, alles verwijderen")
    await house.settle()
    assert voices(person) == []
    assert "verwijderd" in person.last.text
    assert house.rows("SELECT * FROM contacts") == []


async def test_whose_recording_went_reads_on_and_hears_it_again_once_it_is_back(
    house: House, server: TelegramServer
) -> None:
    await put_there(house)
    person = await listener(house, server)
    await press(house, person, READ)
    kept = file(house, "statement-01")
    (house.folder / "data/audio/nl/statement-01.mp3").unlink()
    await press(house, person, ALL)
    assert voices(person) == []
    assert "Zin 1 van 26" in person.last.text
    assert house.rows("SELECT reads_aloud, voices FROM contacts") == [(1, None)], "what they asked for is remembered"
    await press(house, person, "Ja")
    assert len(voices(person)) == 1
    (house.folder / "data/audio/nl/statement-01.mp3").write_bytes(kept)
    await house.restart()
    await press(house, person, "‹ Terug")
    assert len(voices(person)) == 1
    assert "Zin 1." in voices(person)[0].text
