"""The bots that are compared: each in a process, an environment and a folder of its own.

A bot ends by kill -9, so that what is found in its database afterwards was not stored by shutting down.
"""

import asyncio
import json
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import screens
from tests.telegram_server import TelegramServer

ROOT = Path(__file__).parent.parent
SECRET = "a secret that only the benchmark knows"
STARTING = 60.0  # seconds
BOTS: Mapping[str, str] = {
    "a": "python-telegram-bot as it comes, nothing stored",
    "a4": "python-telegram-bot over aiohttp, nothing stored",
    "ours": "Samenspraak on SQLite as it comes, every answer stored",
}


class BenchError(Exception):
    """The figures would not be worth anything; the message says why."""


@dataclass(frozen=True)
class Bot:
    """A running bot. `code` is what people start it with; `database` is a file that only ours makes."""

    name: str
    process: int
    code: str
    database: Path


@asynccontextmanager
async def running(name: str, server: TelegramServer, folder: Path, core: int | None) -> AsyncIterator[Bot]:
    """The bot, ready to take updates; killed at the end."""
    environment = environment_for(server, folder)
    code = await partnership_in(environment, folder) if name == "ours" else "hello"
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command_of(name, server, folder), cwd=folder, env=environment, stdout=DEVNULL, stderr=log
        )
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})  # before it has threads
        await _ready(process, server, folder)
        yield Bot(name, process.pid, code, folder / "survey.db")
    except AssertionError as error:  # somebody waited too long
        raise BenchError(f"{name}: {error}\nIts log ends: {_log(folder)}") from None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def environment_for(server: TelegramServer, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "TELEGRAM_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "DATABASE_URL": f"sqlite:///{folder}/survey.db",
        "SAMENSPRAAK_SECRET": SECRET,
        "PORT": str(free_port()),
    }


def command_of(name: str, server: TelegramServer, folder: Path, python: str = sys.executable) -> Iterable[str]:
    if name == "ours":
        return python, "-m", "bot", "run"
    (folder / "screens.json").write_text(json.dumps(screens.every()), "utf-8")
    (folder / "picture.png").write_bytes(screens.picture())
    client = "aiohttp" if name == "a4" else "stock"
    return python, "-m", "bench.echo", client, server.url, server.token, str(folder)


async def partnership_in(environment: Mapping[str, str], folder: Path) -> str:
    """Make a partnership; its invitation code."""
    asks = "--organisation", screens.ORGANISATION, "--contact", screens.CONTACT, "--language", screens.LANGUAGE
    command = sys.executable, "-m", "bot", "partnership", "add", screens.NAME, *asks, "--json"
    process = await asyncio.create_subprocess_exec(*command, cwd=folder, env=environment, stdout=PIPE, stderr=PIPE)
    out, errors = await process.communicate()
    if process.returncode:
        raise BenchError(f"no partnership: {errors.decode()}")
    return str(json.loads(out)["invitation_code"])


async def _ready(process: Process, server: TelegramServer, folder: Path) -> None:
    """Return when the bot asks for updates."""
    ended, asked = asyncio.create_task(process.wait()), asyncio.create_task(server.called("getUpdates", 1, STARTING))
    await asyncio.wait((ended, asked), return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if process.returncode is not None:
        asked.cancel()
        raise BenchError(f"the bot ended by itself: {_log(folder)}")
    await asked


def _log(folder: Path) -> str:
    return (folder / "log").read_text("utf-8")[-2000:]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
