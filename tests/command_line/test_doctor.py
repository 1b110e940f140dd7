"""The doctor: green beside a running bot, and red with what to do for each thing that can be wrong, within seconds."""

import json
import re
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import text
from telegram import WebhookInfo

from bot.channels.telegram.health import MANY, updates
from bot.channels.telegram.settings import TelegramSettings
from bot.command_line import doctor
from bot.command_line.doctor import NAMES, is_well, look
from bot.runtime.health import Finding
from bot.runtime.settings import Settings
from storage import letters, state
from storage.engine.database import Database
from tests.house import MONDAY, SECRET, Clock, House, agree, read
from tests.storage.beginnings import ANNA, LETTER, somebody
from tests.telegram_server import TelegramServer


async def test_all_is_well_beside_a_running_bot(house: House, server: TelegramServer) -> None:
    await agree(house, server.person(), house.add().invitation)
    findings = await look(ticking(house).settings, house.clock())
    assert [finding.name for finding in findings] == list(NAMES)
    not_there = ("whatsapp", "templates", "email")
    assert [(one.name, one.found) for one in findings if not one.ok] == [(name, "not set up") for name in not_there]
    assert is_well(findings)
    said = doctor.as_figures(findings, house.clock())
    assert said["well"] is True
    assert json.loads(json.dumps(said)) == said
    assert SECRET not in str(said)
    assert server.token not in str(said)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "statement", "told"),
    [
        ("schema", "UPDATE alembic_version SET version_num = '9999'", "newer version"),
        ("schema", "UPDATE alembic_version SET version_num = '0001'", "0001, and .* is the newest"),
        ("schema", "DROP TABLE cells", "Missing: cells"),
        ("schema", "DROP TABLE alembic_version", "did not make"),
        ("secret", "UPDATE marks SET value = 'x' WHERE name = 'secret'", "nobody in it can be recognised"),
        ("bot", "DELETE FROM marks WHERE name = 'last tick'", "no bot is running; none ever kept time"),
        ("writing", "CREATE TRIGGER no BEFORE INSERT ON marks BEGIN SELECT RAISE(ABORT, 'full'); END", "full"),
    ],
)
async def test_what_is_wrong_in_the_database_is_told(house: House, name: str, statement: str, told: str) -> None:
    ticking(house)
    await house.stop()
    with Database(house.settings.database_url, SECRET).transaction() as tx:
        tx.connection.execute(text(statement))
    found = await only_wrong(house.settings, house.clock())
    assert found.name == name
    assert re.search(told, found.found)
    assert found.advice


@pytest.mark.parametrize(
    ("passed", "told"),
    [
        (timedelta(minutes=2), None),
        (timedelta(minutes=4), "the last round of ticks without a failure was at 2026-03-02 09:30 UTC"),
        (timedelta(minutes=-4), "in the future"),
    ],
)
async def test_a_bot_that_does_not_keep_time_is_not_running(house: House, passed: timedelta, told: str | None) -> None:
    findings = by_name(await look(ticking(house).settings, house.clock() + passed))
    assert findings["bot"].ok is (told is None)
    assert (told or "running: the last round of ticks was 120 s ago") in findings["bot"].found


async def test_letters_that_wait_for_long_are_told(house: House, clock: Clock) -> None:
    await house.stop()
    database = Database(house.settings.database_url, SECRET)
    with database.transaction() as tx:
        letters.enqueue(tx, somebody(tx, ANNA), LETTER, clock(), "reminder:1:1")
        state.write_moment(tx, state.LAST_TICK, clock() + timedelta(minutes=16))
    findings = by_name(await look(house.settings, clock() + timedelta(minutes=14)))
    assert (findings["letters"].ok, findings["letters"].found) == (True, "1 wait, the oldest for 840 s")
    late = await only_wrong(house.settings, clock() + timedelta(minutes=16))
    assert (late.name, late.figures) == ("letters", {"waiting": 1, "oldest_seconds": 960, "given_up": 0})


async def test_before_the_first_start_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = await only_wrong(read({}, tmp_path), MONDAY)
    assert (found.name, found.advice) == ("database", "Start the bot, which makes it: samenspraak run")
    assert list(tmp_path.iterdir()) == []


async def test_a_secret_that_is_gone_is_told_and_none_is_made(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ticking(house)
    del house.environment["SAMENSPRAAK_SECRET"]
    found = await only_wrong(house.settings, house.clock())
    assert (found.name, found.found) == ("secret", "not there: nobody in the database can be recognised")
    assert not (tmp_path / "samenspraak.secret").exists()


async def test_telegram_that_is_away_or_refuses_is_told(house: House, server: TelegramServer) -> None:
    ticking(house)
    refused = {**house.environment, "TELEGRAM_TOKEN": "1:wrong"}
    found = await only_wrong(read(refused, house.folder), house.clock())
    assert (found.name, found.found) == ("telegram", "Telegram refuses TELEGRAM_TOKEN")
    server.fail("getMe", 502)
    found = await only_wrong(house.settings, house.clock())
    assert "Telegram does not answer: " in found.found
    assert server.token not in found.found


async def test_a_webhook_in_the_way_of_a_bot_that_polls_is_told(house: House, server: TelegramServer) -> None:
    ticking(house)
    await house.stop()
    hook = {"url": "https://elsewhere.example.org/hook"}
    async with aiohttp.ClientSession() as client:
        await client.post(f"{server.url}/bot{server.token}/setWebhook", data=hook)
    found = await only_wrong(house.settings, house.clock())
    assert found.name == "updates"
    assert "a webhook is set, at https://elsewhere.example.org/hook" in found.found


async def test_updates_that_pile_up_are_told(house: House, server: TelegramServer) -> None:
    ticking(house)
    await house.stop()
    anna = server.person()
    for number in range(MANY + 1):
        await anna.write(f"{number}")
    found = await only_wrong(house.settings, house.clock())
    assert (found.found, found.figures["waiting"]) == ("101 updates wait at Telegram", 101)


@pytest.mark.parametrize(
    ("url", "error_at", "told"),
    [
        ("https://samen.example.org/telegram", None, None),
        ("https://samen.example.org/telegram", MONDAY - timedelta(hours=1), None),
        ("https://samen.example.org/telegram", MONDAY - timedelta(minutes=1), "Connection refused"),
        ("https://samen.example.org.evil.nl/telegram", None, "not under PUBLIC_URL"),
        ("", None, "the webhook is at no address"),
    ],
)
def test_a_webhook_must_be_ours_and_answer(url: str, error_at: datetime | None, told: str | None) -> None:
    info = WebhookInfo(url, False, 3, error_at, "Connection refused" if error_at else None)
    settings = TelegramSettings("1:a", "https://api.telegram.org", True, "https://samen.example.org")
    found = updates(info, settings, MONDAY)
    assert found.ok is (told is None)
    assert (told or "by webhook, 3 wait") in found.found


@pytest.mark.long
@pytest.mark.fire
async def test_whoever_does_not_answer_costs_seconds(silent: int, tmp_path: Path) -> None:
    environment = {
        "DATABASE_URL": f"postgresql://samen:hunter2@127.0.0.1:{silent}/samen",
        "SAMENSPRAAK_SECRET": SECRET,
        "TELEGRAM_TOKEN": "123:abc",
        "TELEGRAM_API_URL": f"http://127.0.0.1:{silent}",
    }
    findings = by_name(await look(read(environment, tmp_path), MONDAY))
    assert {name for name, one in findings.items() if one.ok is False} == {"database", "telegram"}
    assert "no answer within 5 seconds" in findings["telegram"].found
    assert "hunter2" not in str(findings)


async def test_the_command_says_the_same_in_words_and_in_json(house: House) -> None:
    await house.stop()
    code, out, _ = await house.command("doctor")
    assert code == 1
    assert "NOT OK  bot        no bot is running" in out
    assert "do: Start it: samenspraak run" in out
    code, out, _ = await house.command("doctor", "--json", PORT="none")
    said = json.loads(out)
    assert (code, said["well"], set(said["findings"])) == (1, False, set(NAMES))
    assert said["findings"]["settings"]["found"] == "PORT: allowed is a number from 1 to 65535."
    assert said["findings"]["database"]["ok"] is None


@pytest.fixture
def silent() -> Iterator[int]:
    """A port at which somebody takes the phone and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def ticking(house: House) -> House:
    with house.app.database.transaction() as tx:
        state.write_moment(tx, state.LAST_TICK, house.clock())
    return house


async def only_wrong(settings: Settings, now: datetime) -> Finding:
    (found,) = (one for one in await look(settings, now) if one.ok is False)
    return found


def by_name(findings: list[Finding]) -> dict[str, Any]:
    return {finding.name: finding for finding in findings}
