"""After an outage: what Telegram kept is taken first, and only who lost a tap is shown the screen again."""

from tests.house import Clock, House, agree
from tests.telegram_server import TelegramServer


async def test_a_tap_that_was_kept_is_answered_and_nothing_is_said_of_a_silence(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna, ben = server.person(language_code="nl"), server.person(language_code="nl")
    code = house.add().invitation
    for person in (anna, ben):
        await agree(house, person, code)
    await house.stop()
    clock.pass_time(minutes=10)
    await anna.press("Ja")
    await house.start()
    await house.settle()
    assert anna.last.text.count("Zin 2 van 26") == 1
    assert not any("even een storing" in message.text for message in anna.messages)
    assert ben.last.text.startswith("Er was even een storing.")
    assert "Zin 1 van 26" in ben.last.text


async def test_whoever_wants_no_messages_gets_none_about_a_silence(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna, ben = server.person(language_code="nl"), server.person(language_code="nl")
    code = house.add().invitation
    for person in (anna, ben):
        await agree(house, person, code)
    await anna.write("/stop")
    await ben.press("Pauze")
    await house.settle()
    await ben.press("Geen bericht")
    await house.settle()
    await house.stop()
    clock.pass_time(minutes=10)
    await house.start()
    await house.caught_up()
    assert not any("even een storing" in message.text for person in (anna, ben) for message in person.messages)
