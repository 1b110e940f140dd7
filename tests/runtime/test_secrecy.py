"""Whatever others answer, nothing of it that is secret is logged or printed, and no line of it is longer than allowed.

Everybody here answers with a page or an error that repeats what we said to them.
"""

import asyncio
import io
import json
import logging
import os
import stat
import struct
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from telegram.error import TelegramError

from bot.channels import port
from bot.channels.port import Entrances, Hook, Shown, Update
from bot.channels.telegram import profile
from bot.channels.telegram.channel import TelegramChannel, TokenRefused
from bot.channels.telegram.webhook import Webhook
from bot.command_line.doctor import as_figures, look
from bot.letters import Attachment, Envelope, Letter, Refused, Upload
from bot.runtime import logs
from bot.runtime.metrics import Metrics, Snapshot, exposition
from bot.survey.invitation import HelperLink, Invitation
from bot.survey.paper import Typed
from bot.survey.phrases import Phrase
from bot.survey.traits import Traits
from bot.texts.texts import Texts
from storage.engine.sealing import Secrets
from tests.house import MONDAY, ROOT, SECRET, House, read
from tests.telegram_server import SPELLING, TelegramServer
from tests.variants import variants

TOKEN = "123456789:AAE-x_0123456789abcdefghijklmnopqrs"
PASSWORD = "hunter2/@ö"
FACES = ("getMyCommands", "setMyCommands", "getMyDescription", "setMyDescription", "getMyShortDescription")
CALLS = ("getMe", "getUpdates", "setWebhook", "getWebhookInfo", "deleteWebhook", *FACES, "setMyShortDescription")
SENDS = (
    "sendMessage",
    "editMessageText",
    "answerCallbackQuery",
    "sendPhoto",
    "sendDocument",
    "sendVoice",
    "deleteMessage",
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def repeated(url: str) -> dict[str, dict[str, Any]]:
    """How an answer can go wrong: each of these repeats the address that was called."""
    page = f"<html><p>Error\r\n2026-03-02 09:30:00,000 INFO forged: {url} and {quote(url, safe='')}</p>"
    return {
        "503": {"status": 503, "garbage": page},
        "502 of 2 MB": {"status": 502, "garbage": page * (2 * 2**20 // len(page))},
        "404": {"status": 404, "garbage": page},
        "403": {"status": 403, "garbage": page},
        "200": {"status": 200, "garbage": page},
        "400 in JSON": {"status": 400, "description": f"Bad Request: {page}"},
        "404 in JSON": {"status": 404, "description": f"Not Found: {url}"},
        "500 in JSON": {"status": 500, "description": f"{url}\n" * 100_000},
        "302": {"status": 302, "garbage": page, "location": f"{url}?again"},
    }


@pytest.fixture(params=variants(repeated(""), always=3))
async def repeating(request: pytest.FixtureRequest) -> AsyncIterator[TelegramServer]:
    """A Bot API in whose place somebody answers every call with the address that was called."""
    async with TelegramServer(token=TOKEN) as server:
        for method in SPELLING.values():
            server.fail(method, times=10**6, **repeated(f"{server.url}/bot{TOKEN}/{method}")[request.param])
        yield server


@pytest.mark.long
async def test_no_call_to_telegram_lets_the_token_out(repeating: TelegramServer, tmp_path: Path, texts: Texts) -> None:
    settings = read(
        {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": repeating.url, "SAMENSPRAAK_SECRET": SECRET}, tmp_path
    )
    webhook = Webhook("https://samen.example.org", TOKEN, Secrets(SECRET), lambda _: asyncio.sleep(0, None))
    with everything_logged() as lines:
        channel = TelegramChannel.built(settings)
        assert channel
        await channel.open(Empty(texts))
        works = (channel.introduce(), channel._poll(), channel._watch(webhook), profile.put_up(channel._bot, texts))
        for work in works:
            with suppress(TimeoutError, TelegramError, TokenRefused):
                await asyncio.wait_for(work, 0.2)
        for method in CALLS:
            await call(channel, method)
        await channel._out.acknowledge("1", None)  # type: ignore[union-attr]
        receipts = [await channel.deliver(Envelope("telegram", "1", letter)) for letter in LETTERS]
        metrics = exposition(Metrics(channel_errors={"telegram": channel.errors}), Snapshot(MONDAY, (), None)).decode()
        await channel.close()
        doctor = await look(settings, MONDAY)
    assert set(repeating.calls) >= {*CALLS, *SENDS}
    spoken = [one.reason for one in receipts if isinstance(one, Refused)]
    nothing_out(
        *lines(), *spoken, *metrics.splitlines(), *json.dumps(as_figures(doctor, MONDAY), indent=2).splitlines()
    )
    assert not any(line.startswith("2026-03-02 09:30:00,000") for line in lines())


class Empty(port.House):
    """A house in which nobody lives."""

    def __init__(self, texts: Texts) -> None:
        self.texts, self.clock = texts, lambda: MONDAY

    @property
    def secrets(self) -> Secrets:
        return Secrets(SECRET)

    @property
    def entrances(self) -> Entrances:
        return Entrances()

    @property
    def hooks(self) -> Sequence[Hook]:
        return ()

    async def receive(self, update: Update) -> str | None:
        return None

    async def act(self, update: Update) -> Shown:
        raise NotImplementedError

    async def look(self, update: Update) -> Shown:
        raise NotImplementedError

    async def standing(self) -> str:
        return ""

    async def invitation(self, code: str) -> Invitation | None:
        return None

    async def helper_link(self, code: str) -> HelperLink | None:
        return None

    async def type_in(self, code: str, typed: Typed) -> tuple[Phrase, bool]:
        raise NotImplementedError

    async def caught_up(self, channel: str) -> None:
        """It does not matter."""

    async def way_to_write(self, notifier: str, channel: str, address: str) -> str:
        return ""

    async def told(self, event: port.Told) -> None:
        """It does not matter."""

    async def billed(self, notifier: str) -> tuple[Mapping[str, int], int]:
        return {}, 0

    async def is_well(self) -> str:
        return ""

    @property
    def notifiers(self) -> Sequence[Traits]:
        return ()

    @property
    def public_key(self) -> str:
        return ""

    async def behind_door(self, tag: str) -> str | None:
        return None

    async def stop_notifying(self, tag: str, *, again: bool = False) -> bool:
        return False

    async def bounced(self, tag: str) -> bool:
        return False

    async def measure(self) -> bytes:
        return b""

    def content(self, attachment: Attachment) -> bytes:
        return PNG

    async def voice(self, attachment: Attachment) -> bytes:
        return PNG

    async def file_of(self, upload: Upload, attachment: Attachment) -> str | None:
        return None

    async def keep_file(self, upload: Upload, file: str | None) -> None: ...


LETTERS = (
    Letter("hello"),
    Letter("hello", replaces=1),
    Letter("look", attachment=Attachment("picture", "a.png", "")),
    Letter("read", attachment=Attachment("file", "a.csv", "")),
    Letter("hear", attachment=Attachment("voice", "a.mp3", '{"seconds": 1, "digests": []}')),
    Letter("no more", removes=(1,)),
)


async def call(channel: TelegramChannel, method: str) -> None:
    """By the library, as the channel does it; the error itself may not hold the token either."""
    with pytest.raises(TelegramError) as error:
        await channel._calls.post(f"{channel._bot.base_url}/{method}")
    nothing_out(repr(error.value))


@contextmanager
def everything_logged() -> Iterator[Callable[[], list[str]]]:
    """What is logged at the lowest level, by libraries too, as it stands in both kinds of log."""
    streams, root = (io.StringIO(), io.StringIO()), logging.getLogger()
    levels = {name: logging.getLogger(name).level for name in (None, *logs.CHATTY, "telegram.request")}
    handlers = [logging.StreamHandler(stream) for stream in streams]
    for handler, formatter in zip(handlers, (logs.Lines(), logs.JsonLines()), strict=True):
        handler.setFormatter(formatter)
        root.addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    try:
        yield lambda: [line for stream in streams for line in stream.getvalue().splitlines()]
    finally:
        for handler in handlers:
            root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def nothing_out(*lines: str) -> None:
    assert lines
    secrets = (TOKEN, quote(TOKEN, safe=""), TOKEN.split(":")[1], PASSWORD, quote(PASSWORD, safe=""), SECRET)
    for line in lines:
        assert not any(secret in line for secret in secrets), line[:1000]
        assert len(line) <= logs.LONGEST_LINE + 300, line[:1000]  # and what we write around it


@pytest.mark.fire
async def test_no_command_prints_what_an_error_page_repeats(house: House) -> None:
    await house.stop()
    async with TelegramServer(token=TOKEN) as server:
        for method in SPELLING.values():
            url = f"{server.url}/bot{TOKEN}/{method}"
            server.fail(method, times=10**6, **repeated(url)["502 of 2 MB"])
        there = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_URL": server.url, "LOG_LEVEL": "DEBUG"}
        for arguments in (["doctor"], ["doctor", "--json"], ["partnership", "add", "De Buurt", "--json"]):
            _, out, err = await house.command(*arguments, **there)
            nothing_out(*out.splitlines(), *err.splitlines())
            if arguments[0] == "partnership":
                assert all(link.split("/")[-1] in out for link in json.loads(out)["coordinator_links"])
                assert json.loads(out)["coordinator_code"] in out
                assert "502" in err


@asynccontextmanager
async def database_that_repeats() -> AsyncIterator[int]:
    """The port of a server in PostgreSQL's place that says the address of the database, and more, for an error."""
    url = f"postgresql://samen:{PASSWORD}@127.0.0.1/samen {quote(PASSWORD, safe='')} password={PASSWORD}"
    says = f"SFATAL\0CXX000\0Mcannot serve {url}\n2026-03-02 09:30:00,000 INFO forged {url * 100}\0\0".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readexactly(8)  # it asks for encryption first
            writer.write(b"N")
            await reader.readexactly(8)
            writer.write(b"E" + struct.pack("!i", len(says) + 4) + says)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.parametrize("arguments", variants((["doctor"], ["doctor", "--json"], ["partnership", "list"], ["run"])))
async def test_no_command_prints_what_a_database_repeats(arguments: list[str], tmp_path: Path) -> None:
    async with database_that_repeats() as port:
        url = f"postgresql://samen:{quote(PASSWORD, safe='')}@127.0.0.1:{port}/samen"
        out, err = await command(tmp_path, *arguments, DATABASE_URL=url)
    nothing_out(*out.splitlines(), *err.splitlines())
    assert "cannot serve postgresql://samen:***@" in out + err


async def command(folder: Path, *arguments: str, **settings: str) -> tuple[str, str]:
    """What a command prints, in a folder where nothing is."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SAMENSPRAAK_SECRET": SECRET, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return out.decode(), err.decode()


def test_what_escapes_is_told_without_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    logs.hide(TOKEN, PASSWORD)

    words = f"{TOKEN} and {quote(PASSWORD, safe='')}\x1b[2J\nDETAIL: an answer" + "x" * 10_000

    def fail() -> None:
        raise RuntimeError(words)

    with pytest.raises(SystemExit) as ended, logs.guarded():  # noqa: PT012 - all that is printed until then counts
        print(f"https://samen.example.org/i/abcdef {TOKEN}")
        print(f"https://samen.example.org/i/abcdef https://samen.example.org/mine/abcdef {TOKEN}\n", file=sys.stderr)
        fail()
    out, err = capsys.readouterr()
    assert ended.value.code == 1
    assert out == "https://samen.example.org/i/abcdef ***\n", "a command gives links out, that is what it is for"
    nothing_out(*err.splitlines())
    assert "\n*** and ***" in err
    assert "in fail" in err
    assert not any(one in err for one in ("abcdef", "\x1b", "an answer"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://samen:geheim@db/x", "postgresql://samen:***@db/x"),
        ("no role geheim, ongeheim", "no role ***, ongeheim"),
        ("http://x/bot7:AA-_b/getMe", "http://x/bot***/getMe"),
        ("GET /mine/aB-3 and /I/aB3.", "GET /mine/*** and /I/***."),
        (f"Bearer samenspraak_{'aB-' * 14}_, of samenspraak_bot", "Bearer samenspraak_***, of samenspraak_bot"),
        ("t.me/a_bot?start=aB3)", "t.me/a_bot?start=***)"),
        ("a\r\n\u2028\x1b[31mb", "a [31mb"),
        ("x" * 501, "x" * 499 + "…"),
    ],
)
def test_what_is_told(text: str, shown: str) -> None:
    logs.hide("geheim", "abc")
    assert logs.told(text) == shown


async def test_what_we_make_nobody_else_can_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    await command(tmp_path, "partnership", "list", DATABASE_URL=f"sqlite:///{tmp_path}/x.db")
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert made["x.db"] == 0o600
    assert not [name for name, mode in made.items() if mode & 0o077]
