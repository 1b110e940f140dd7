"""A call of which nobody reads the answer goes wrong exactly as one of the library's does."""

from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from bot.channels.telegram.http import HttpRequest
from tests.telegram_server import TelegramServer

WORDS = "1 < 2 & <b>ja</b> · ✓ 💡 \n é"


async def test_what_is_sent_arrives(server: TelegramServer, client: HttpRequest) -> None:
    bot, anna = Bot(server.token, f"{server.url}/bot", request=client), server.person()
    await anna.write("hallo")
    text, keyboard = (
        WORDS.replace("1 < 2 &", "1 &lt; 2 &amp;"),
        {"inline_keyboard": [[{"text": "Ja", "callback_data": "x"}]]},
    )
    message = {"chat_id": anna.id, "text": text, "parse_mode": "HTML", "reply_markup": keyboard}
    await client.send(f"{bot.base_url}/sendMessage", message)
    assert (anna.last.text, anna.last.rows) == (WORDS.replace("<b>ja</b>", "ja"), ((("Ja", "x"),),))


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 7},
        {"status": 400, "description": "Bad Request: message is not modified"},
        {"status": 403, "description": "Forbidden: bot was blocked by the user"},
        {"status": 401},
        {"status": 500},
        {"status": 502, "garbage": True},
        {"status": 200, "garbage": True},
    ],
)
async def test_it_fails_as_the_library_does(server: TelegramServer, client: HttpRequest, fault: dict[str, Any]) -> None:
    bot, anna = Bot(server.token, f"{server.url}/bot", request=client), server.person()
    await anna.write("hallo")
    server.fail("sendMessage", **fault, times=2)
    with pytest.raises(TelegramError) as theirs:
        await bot.send_message(anna.id, "hallo")
    with pytest.raises(TelegramError) as ours:
        await client.send(f"{bot.base_url}/sendMessage", {"chat_id": anna.id, "text": "hallo"})
    assert (type(ours.value), str(ours.value)) == (type(theirs.value), str(theirs.value))


async def test_nobody_at_home_is_trouble_with_the_network(client: HttpRequest) -> None:
    for url in ("http://127.0.0.1:1/bot0:secret/sendMessage", "http:///bot0:secret/sendMessage"):
        with pytest.raises(NetworkError) as trouble:
            await client.send(url, {})
        assert not isinstance(trouble.value, (BadRequest, RetryAfter))
        assert "secret" not in str(trouble.value)
