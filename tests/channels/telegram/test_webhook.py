"""The webhook: updates are brought to us, and answered only when they are stored; nobody else can bring any."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram import channel, webhook
from tests.house import Clock, House, agree, free_port
from tests.patience import PATIENCE
from tests.telegram_server import TelegramServer

PRESS = {"id": "1", "from": {"id": 5_000_000_001, "language_code": "nl"}, "data": "m1:yes", "chat_instance": "1"}


@pytest.fixture
async def house(
    tmp_path: Path, server: TelegramServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    monkeypatch.setattr(channel, "WATCH_EVERY", 0.1)
    monkeypatch.setattr(channel, "AT_FIRST", 0.05)
    port = str(free_port())
    public = f"http://127.0.0.1:{port}"
    async with House(tmp_path, server, clock, PORT=port, PUBLIC_URL=public, TELEGRAM_UPDATES="webhook") as running:
        yield running


async def post(house: House, body: Any, token: str | None = None) -> tuple[int, bytes]:
    """Bring something to the webhook, as Telegram would or as somebody else does."""
    hook = house.telegram._webhook
    assert hook
    shown = hook.token if token is None else token
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-Telegram-Bot-Api-Secret-Token": shown} if shown else {}
    sent = io.BytesIO(content)
    async with aiohttp.ClientSession() as session, session.post(hook.url, data=sent, headers=headers) as response:
        return response.status, await response.read()


async def test_all_statements_are_answered_through_the_webhook(house: House, server: TelegramServer) -> None:
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    for item in range(1, 27):
        assert f"Zin {item} van 26" in anna.last.text
        await anna.press("Ja")
        await house.settle()
    await anna.press("Klaar")
    await house.settle()
    assert house.rows("SELECT COUNT(*), MIN(option), MAX(option) FROM answers") == [(26, "yes", "yes")]
    assert server.calls["getUpdates"] == 0
    assert len(anna.toasts) == server.calls["answerCallbackQuery"] == 29
    assert not [method for method, _, _ in server.log if method == "answerCallbackQuery"], "our answer is the call"


async def test_the_settings_at_telegram_are_ours(house: House, server: TelegramServer) -> None:
    await server.called("setWebhook")
    hook = house.telegram._webhook
    assert hook
    assert server.updates.webhook is not None
    assert server.updates.webhook.settings == (hook.url, hook.token, 100)
    assert server.updates.allowed == ["message", "callback_query", "my_chat_member"]
    assert server.token not in hook.token


@pytest.mark.parametrize("token", ["", "wrong", "é", "x" * 300])
async def test_nobody_else_can_bring_updates(house: House, token: str) -> None:
    house.add()
    before = house.rows("SELECT COUNT(*) FROM updates")
    assert await post(house, {"update_id": 1, "callback_query": PRESS}, token) == (403, b"")
    assert house.rows("SELECT COUNT(*) FROM updates") == before


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"[]", b'{"update_id": "x"}', b'{"update_id": 1}', b'"' * 9],
)
async def test_what_cannot_be_read_is_let_go(house: House, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert await post(house, body) == (200, b"")
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_too_much_is_refused(house: House) -> None:
    status, _ = await post(house, b"x" * (webhook.MOST_BODY + 1))
    assert status == 413


async def test_an_update_that_is_brought_twice_acts_once(house: House, server: TelegramServer) -> None:
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    await anna.press("Ja")
    await house.settle()
    calls = server.calls["editMessageText"]
    await server.redeliver(3)
    await house.settle()
    assert server.calls["editMessageText"] == calls
    assert "Zin 2 van 26" in anna.last.text


async def test_while_the_database_is_away_nothing_is_confirmed_and_then_it_acts_once(
    house: House, server: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "ANSWER_WITHIN", 0.2)
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE answers RENAME TO elsewhere")
    await anna.press("Ja")
    hook = server.updates.webhook
    assert hook
    async with asyncio.timeout(PATIENCE):
        while not hook.last_error:  # noqa: ASYNC110 - it rings no bell
            await asyncio.sleep(0.01)
    assert "503" in hook.last_error["last_error_message"]
    assert server.updates.alive(), "Telegram keeps it"
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO answers")
    await anna.wait(lambda message: "Zin 2 van 26" in message.text)
    await house.settle()
    assert house.rows("SELECT COUNT(*) FROM answers") == [(1,)]


async def test_from_fetching_to_the_webhook_and_back_loses_nothing(house: House, server: TelegramServer) -> None:
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    for item, mode in enumerate(("polling", "webhook", "polling"), 1):
        await house.stop()
        await anna.press("Ja")
        house.environment["TELEGRAM_UPDATES"] = mode
        await house.start()
        await anna.wait(lambda message, item=item: f"Zin {item + 1} van 26" in message.text)  # type: ignore[misc]
        assert bool(server.updates.webhook) is (mode == "webhook")
    assert house.rows("SELECT COUNT(*) FROM answers") == [(3,)]


async def test_a_webhook_that_another_program_took_off_is_set_again(house: House, server: TelegramServer) -> None:
    await server.called("setWebhook")
    await server.updates.use(None)
    await server.called("setWebhook", 2)
    assert server.updates.webhook


async def test_after_a_long_silence_the_screen_is_shown_again(
    house: House, server: TelegramServer, clock: Clock
) -> None:
    anna = server.person()
    await agree(house, anna, house.add().invitation)
    shown = len(anna.messages)
    await house.stop()
    await anna.press("Ja")
    clock.pass_time(minutes=10)  # Telegram has thrown the press away
    await house.start()
    await anna.wait(lambda message: "Er was even een storing" in message.text)
    assert len(anna.messages) == shown + 1


async def test_stopping_finishes_what_is_in_hand(house: House, server: TelegramServer) -> None:
    people = [server.person() for _ in range(10)]
    code = house.add().invitation
    for person in people:
        await agree(house, person, code)
    for person in people:
        await person.press("Ja")
    await server.confirmed()
    await house.stop()
    assert ["Zin 2 van 26" in person.last.text for person in people] == [True] * 10
