"""Guesses: whoever brings one wrong code after the other is told to wait; nobody else is."""

from bot.channels.guesses import Guesses
from tests.actors import item_on
from tests.channels.web.test_bad_input import wrong
from tests.house import House, agree
from tests.telegram_server import Person, TelegramServer

UNKNOWN, TOO_MANY = "Deze link werkt niet", "U probeerde te veel links die niet werken."


async def guess(house: House, person: Person, times: int) -> None:
    for number in range(times):
        await person.write(f"{'/start ' * (number % 2)}{wrong(number)}")
    await house.settle()


async def test_whoever_guesses_in_a_chat_is_told_to_wait(house: House, server: TelegramServer) -> None:
    guesser, anna, code = server.person(), server.person(), house.add().invitation
    await guess(house, guesser, Guesses.PER_CLIENT)
    assert UNKNOWN in guesser.last.text
    await guess(house, guesser, 1)
    assert TOO_MANY in guesser.last.text
    await guesser.write(code)
    await house.settle()
    assert TOO_MANY in guesser.last.text, "a code that nobody used before is a guess like another"
    await agree(house, anna, code)
    assert item_on(anna) == 1
    await guesser.write(code)
    await house.settle()
    assert "Welkom" in guesser.last.text, "one that was right costs no guess"
    assert house.rows("SELECT COUNT(*) FROM contacts") == [(1,)]


async def test_what_holds_no_code_is_no_guess(house: House, server: TelegramServer) -> None:
    anna, code = server.person(), house.add().invitation
    for number in range(2 * Guesses.PER_CLIENT):
        await anna.write(f"/start game{number}")
    await anna.write(f"Mijn code is {code}.")
    await house.settle()
    assert "Welkom" in anna.last.text


async def test_a_group_of_another_bot_is_not_even_told_to_wait(house: House, server: TelegramServer) -> None:
    anna, group = server.person(), server.group()
    for number in range(2 * Guesses.PER_CLIENT):
        await group.write(anna, f"/start {wrong(number)}")
    await house.settle()
    assert group.messages == []


def test_what_nobody_could_look_up_is_no_guess() -> None:
    guesses = Guesses(lambda: 0.0)
    for number in range(2 * Guesses.PER_CLIENT):
        assert guesses.may_try("192.0.2.1", f"code {number}")
        guesses.was_no_try("192.0.2.1", f"code {number}")
    assert [guesses.may_try("192.0.2.1", f"wrong {number}") for number in range(Guesses.PER_CLIENT + 1)] == [
        *[True] * Guesses.PER_CLIENT,
        False,
    ]
