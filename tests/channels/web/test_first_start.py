"""The first start with nothing set: no token, no server, no database, and the whole product works."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from resource import RLIMIT_NOFILE, setrlimit

from tests.actors import item_on
from tests.house import ROOT, free_port
from tests.patience import PATIENCE
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor


@asynccontextmanager
async def samenspraak_run(
    folder: Path, port: int, files: int | None = None, lines: int = 3, code: Path = ROOT
) -> AsyncIterator[str]:
    """`samenspraak run` in this folder, once it runs; gives the `lines` that it printed on standard output, and there
    are no others. It may open no more than so many `files`, and its `code` lies where it is said."""
    ours = ("TELEGRAM_", "SAMENSPRAAK_", "DATABASE_URL", "PUBLIC_URL", "LOG_", "HOST")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=folder,
        env={**clean, "PORT": str(port), "PYTHONPATH": str(code)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=partial(setrlimit, RLIMIT_NOFILE, (files, files)) if files else None,
    )
    assert process.stdout
    assert process.stderr
    async with asyncio.timeout(PATIENCE):
        while b"Samenspraak is running" not in (line := await process.stderr.readline()):
            assert line, "it stopped before it ran"
        assert f"{folder / 'data' / 'samenspraak.db'}".encode() in line
        printed = [await process.stdout.readline() for _ in range(lines)]
    yield b"".join(printed).decode()
    process.send_signal(signal.SIGTERM)
    more, said = await process.communicate()
    assert more == b""
    assert process.returncode == 0, said


async def imported_until_it_ran(folder: Path, server: TelegramServer) -> list[set[str]]:
    """The modules that each start of the process loaded, of one `samenspraak run` with all but mail set up."""
    environment = {
        "PORT": str(free_port()),
        "PUBLIC_URL": "https://samenspraak.example.org",
        "TELEGRAM_TOKEN": server.token,
        "TELEGRAM_API_URL": server.url,
        "PYTHONPATH": str(ROOT),
        "PYTHONPROFILEIMPORTTIME": "1",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    found = list[set[str]]()
    async with asyncio.timeout(PATIENCE):
        while b"Samenspraak is running" not in (line := await process.stderr.readline()):
            assert line, "it stopped before it ran"
            name = line.decode().rpartition("|")[2].strip()
            found += [set()] if name == "imported package" else []
            if line.startswith(b"import time"):
                found[-1].add(name)
    process.terminate()
    await process.communicate()
    return found


RARE = {"alembic", "babel", "fontTools", "openpyxl", "segno", "typst", "xlsxwriter"}
"""What is wanted once for each version, or for a picture or a file that somebody asks for."""
NOT_OURS = {"aiohttp", "pydantic", "psycopg", "sqlalchemy.dialects.postgresql", "sqlalchemy.orm"}
"""What the libraries that we use bring along, where one lets them."""


async def test_what_is_wanted_once_is_not_in_the_bot_that_runs(tmp_path: Path, server: TelegramServer) -> None:
    """Each start of Python tells anew what it imports: one that migrates, and the same process once more."""
    first, second = [await imported_until_it_ran(tmp_path, server) for _ in range(2)]
    assert ["alembic" in one for one in first] == [True, False]
    assert "bot.app" in first[-1]
    assert ["alembic" in one for one in second] == [False], "nothing is migrated, and nothing begins anew"
    assert {"telegram", "starlette", "sqlalchemy.dialects.sqlite"} < second[-1]
    assert not (RARE | NOT_OURS) & second[-1]


async def test_everything_can_be_tried_at_once_and_the_second_start_makes_nothing(tmp_path: Path) -> None:
    port = free_port()
    async with samenspraak_run(tmp_path, port) as printed:
        links = re.findall(r"http://127\.0\.0\.1:\d+(/\S+)", printed)
        assert len(links) == 3
        async with Visitor(f"http://127.0.0.1:{port}", "nl") as anna, Visitor(f"http://127.0.0.1:{port}", "en") as mo:
            await anna.open(links[0])
            assert "Probeer het uit" in anna.last.text
            for label in ("Ja, ik doe mee", "Anders", "Ja"):
                await anna.press(label)
            assert item_on(anna) == 2
            await mo.open(links[1])
            await mo.press("Yes, go on")
            assert "You are now coordinator of Probeer het uit." in mo.last.text
            async with mo.session.get(links[2]) as response:
                assert (response.status, await response.text()) == (200, "ok\n")
    async with samenspraak_run(tmp_path, port, lines=0), Visitor(f"http://127.0.0.1:{port}") as anna:
        await anna.open("/")
        assert anna.status == 200
