"""Walks over the real channel: the published table, the long break, the bytes on the disk."""

import json
import logging
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.runtime import logs
from bot.survey.conversation.buttons import Join, encode
from storage import updates
from storage.engine.sealing import Seal
from tests.actors import answer, fill_in, reads_the_published_table, tap, walk
from tests.data import five_sheets
from tests.house import SECRET, Clock, House, agree
from tests.telegram_server import Person, TelegramServer


@pytest.mark.long
async def test_five_people_over_http_give_the_published_table(
    house: House, server: TelegramServer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = house.add("De Verbinders in Moerwijk").invitation
    for turn, sheet in enumerate(five_sheets()):
        person = server.person(language_code="nl" if turn % 2 else "en")
        await agree(
            house, person, code, *(("Ja, ik doe mee", "Anders") if turn % 2 else ("Yes, I will take part", "Other"))
        )
        await fill_in(house, person, dict(sheet), turn)
        await tap(house, person, "Klaar", "Done")
        assert person.last.text.startswith(("Dank u wel!", "Thank you!"))
    await house.stop()
    monkeypatch.setattr(
        logs, "set_up", lambda level, form: None
    )  # it would write to this test's standard error for ever
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["summary", "De Verbinders in Moerwijk", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["dimensions"] == {}, "an open wave shows no score"
    assert main(["wave", "close", "De Verbinders in Moerwijk"]) == 0
    capsys.readouterr()
    reads_the_published_table(capsys)


async def test_after_sixty_days_and_a_restart_one_goes_on_where_one_was(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add().invitation)
    for _ in range(9):
        await answer(house, anna, "rather_yes")
    await tap(house, anna, "English")
    await house.stop()
    clock.pass_time(days=60)
    await house.start()
    await anna.write("/start")
    await house.settle()
    assert "Statement 10 of 26" in anna.last.text
    assert house.rows("SELECT COUNT(*), MIN(option), MAX(option) FROM answers") == [(9, "rather_yes", "rather_yes")]


async def test_the_disk_and_the_log_name_nobody(
    house: House, server: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logs.hush()
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    code = house.add().invitation
    anna = server.person(language_code="en", first_name="Annabellina", username="annabellina_mrwk")
    await anna.write("Is dit de zorgvuldige Wasbeerstraat?")
    await walk(house, anna, code)
    await anna.write("Geheimzinnigheid van de Wasbeerstraat")
    await anna.send(contact=True)
    await anna.write("/mydata")
    await anna.block()
    await anna.unblock()
    server.fail("sendMessage", 500, times=1)
    await anna.write("/help")
    await house.settle()
    bytes_on_disk = on_disk(house.folder / "data")
    assert b"rather_yes" in bytes_on_disk or b"yes" in bytes_on_disk, "the search reads the right file"
    for what, wanted in traces_of(anna):
        assert wanted not in bytes_on_disk, what
    logged = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("bot", "storage", "telegram"))
    )
    assert logged
    for word in (
        str(anna.id),
        "Annabellina",
        "annabellina_mrwk",
        "Wasbeerstraat",
        "rather_yes",
        server.token,
        "Statement",
    ):
        assert word not in logged, word


def on_disk(folder: Path) -> bytes:
    """Every byte of the database, its write-ahead log and whatever else lies beside it."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def traces_of(person: Person) -> Iterator[tuple[str, bytes]]:
    """Every way in which a number or a word could have been written."""
    number = person.id
    yield "digits", str(number).encode()
    yield "digits in UTF-16", str(number).encode("utf-16-le")
    yield "hexadecimal", f"{number:x}".encode()
    for form in ("<q", ">q", "<d", ">d"):
        yield f"packed {form}", struct.pack(form, number)
    for size in (5, 6):
        yield f"{size} bytes, as SQLite keeps integers", number.to_bytes(size, "big")
    for word in ("Annabellina", "annabellina_mrwk", "Wasbeerstraat", "Geheimzinnigheid"):
        yield word, word.encode()
        yield f"{word} in UTF-16", word.encode("utf-16-le")


async def test_the_secret_and_only_the_secret_opens_an_address(house: House, server: TelegramServer) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add().invitation)
    ((key, sealed),) = house.rows("SELECT address_key, address_sealed FROM contacts")
    assert Seal(SECRET).open("telegram", sealed) == str(anna.id)
    assert Seal(SECRET).key("telegram", str(anna.id)) == key
    assert Seal(SECRET + "!").key("telegram", str(anna.id)) != key


async def test_what_is_erased_is_overwritten(house: House, server: TelegramServer) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add().invitation)
    ((key, sealed),) = house.rows("SELECT address_key, address_sealed FROM contacts")
    await anna.write("/wissen")
    await house.settle()
    await tap(house, anna, "Ja, alles verwijderen")
    assert anna.last.text.startswith("Alles is verwijderd.")
    for table in ("contacts", "respondents", "responses", "answers", "letters"):
        assert house.rows(f"SELECT COUNT(*) FROM {table}") == [(0,)], table
    assert key not in on_disk(house.folder / "data")
    assert sealed not in on_disk(house.folder / "data")


async def test_a_code_that_a_phone_wrote_with_a_capital_lets_one_in(house: House, server: TelegramServer) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add().invitation.upper())
    assert "Zin 1 van 26" in anna.last.text


async def test_saying_no_after_saying_yes_is_not_told_a_lie(house: House, server: TelegramServer) -> None:
    anna = server.person(language_code="nl")
    code = house.add().invitation
    await anna.write(f"/start {code}")
    await house.settle()
    welcome = anna.last
    await anna.press("Ja, ik doe mee")
    await house.settle()
    await anna.press("Nee, liever niet", message=welcome)
    await house.settle()
    assert "Wat past het best bij u?" in anna.last.text
    assert house.rows("SELECT COUNT(*) FROM respondents") == [(1,)]


async def test_a_second_tap_on_erase_does_not_take_the_goodbye_away(house: House, server: TelegramServer) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add().invitation)
    await anna.write("/wissen")
    await house.settle()
    message = anna.last
    for _ in range(2):
        await anna.press("Ja, alles verwijderen", message=message)
    await house.settle()
    assert anna.last.text.startswith("Alles is verwijderd.")


async def test_the_consent_that_is_kept_is_of_the_text_that_was_read(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    """The same in another week, another one in another language or with another contact person."""
    code = house.add().invitation
    for language, yes, days in (
        ("nl", "Ja, ik doe mee", 0),
        ("nl", "Ja, ik doe mee", 7),
        ("en", "Yes, I will take part", 0),
    ):
        clock.pass_time(days=days)
        person = server.person(language_code=language)
        await person.write(f"/start {code}")
        await house.settle()
        await person.press(yes)
        await house.settle()
    first, later, english = (row[0] for row in house.rows("SELECT consent FROM respondents ORDER BY id"))
    assert first == later != english


async def test_a_button_of_a_language_that_is_no_more_lets_one_in_in_one_that_is_offered(
    house: House, server: TelegramServer
) -> None:
    """And not in that of the phone, which this partnership does not ask in."""
    code, person = house.add(languages="en nl").invitation, server.person(language_code="tr")
    await person.write(f"/start {code}")
    await person.wait(lambda message: "Welke taal wilt u?" in message.text)
    await person.press_data(encode(Join(code, "xx")))
    await person.wait(lambda message: "Wat past het best bij u?" in message.text)
    assert house.rows("SELECT language FROM contacts") == [("nl",)]


async def test_the_consent_is_of_all_that_is_agreed_to_and_not_of_the_first_screen_only(
    house: House, server: TelegramServer
) -> None:
    """The smallest group is told behind *Read more* and nowhere in the welcome."""
    shown, code = [], house.add().invitation
    for smallest in (5, 7):
        house.rows("UPDATE partnerships SET minimum_group = :smallest RETURNING id", smallest=smallest)
        person = server.person()
        await person.write(f"/start {code}")
        await house.settle()
        shown.append(person.last.text)
        await person.press("Ja, ik doe mee")
        await house.settle()
    assert shown[0] == shown[1]
    (first,), (second,) = house.rows("SELECT consent FROM respondents ORDER BY id")
    assert first != second


async def test_a_name_that_is_a_formula_is_none_in_ones_own_file(house: House, server: TelegramServer) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add("=1+1").invitation)
    await answer(house, anna, "yes")
    await anna.write("/mijngegevens")
    await house.settle()
    _, file = (message.document for message in anna.messages if message.document)
    assert b"\n'=1+1;" in file.replace(b"\r", b"")


async def test_updates_are_forgotten_after_a_while(house: House, server: TelegramServer, clock: Clock) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add().invitation)
    clock.pass_time(days=9)
    await house.caught_up()
    for _ in range(updates.PARTS):  # in each minute one part
        clock.pass_time(minutes=1)
        await house.app.beat()
    assert house.rows("SELECT COUNT(*) FROM updates") == [(0,)]
