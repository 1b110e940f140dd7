"""The pages that are compared: each in a process, an environment and a folder of its own, ended by kill -9."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientError, ClientSession

from bench import screens
from bench.bots import ROOT, SECRET, STARTING, BenchError, free_port, partnership_in

PAGES: Mapping[str, str] = {
    "bare": "Starlette, Jinja and uvicorn as they come, a statement with nine buttons, nothing stored",
    "ours": "Samenspraak on SQLite as it comes, every answer stored",
}


@dataclass(frozen=True)
class Site:
    """A running page. `start` is where people come in; `database` is a file that only ours makes."""

    process: int
    root: str
    start: str
    database: Path


@asynccontextmanager
async def running(page: str, folder: Path, core: int | None) -> AsyncIterator[Site]:
    environment = environment_for(folder)
    start = f"/i/{await partnership_in(environment, folder)}" if page == "ours" else "/0"
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command_of(page, environment["PORT"], folder), cwd=folder, env=environment, stdout=DEVNULL, stderr=log
        )
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})  # before it has threads
        root = f"http://127.0.0.1:{environment['PORT']}"
        await _answers(root, process)
        yield Site(process.pid, root, start, folder / "survey.db")
    except AssertionError as error:  # somebody saw what they should not
        raise BenchError(f"{page}: {error}\nIts log ends: {(folder / 'log').read_text('utf-8')[-2000:]}") from None
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def environment_for(folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": f"sqlite:///{folder}/survey.db",
        "SAMENSPRAAK_SECRET": SECRET,
        "PORT": str(free_port()),
    }


def command_of(page: str, port: str, folder: Path) -> Iterable[str]:
    if page == "ours":
        return sys.executable, "-m", "bot", "run"
    (folder / "screens.json").write_text(json.dumps(screens.statements()), "utf-8")
    return sys.executable, "-m", "bench.bare_page", port, str(folder / "screens.json")


async def _answers(root: str, process: Process) -> None:
    """Return when somebody is there."""
    patience = time.monotonic() + STARTING
    async with ClientSession(root) as client:
        while time.monotonic() < patience and process.returncode is None:
            with suppress(ClientError):
                async with client.get("/"):
                    return
            await asyncio.sleep(0.05)
    raise AssertionError("it does not answer")
