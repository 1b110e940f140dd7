"""`samenspraak run`: answer people, until stopped."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable

from bot import app
from bot.channels.web.settings import WebSettings
from bot.command_line import first_run, progress
from bot.command_line.common import does
from bot.database import bring_up_to_date
from bot.runtime.loading import undisturbed
from bot.runtime.settings import Settings
from storage.engine.urls import file_of, told

log = logging.getLogger(__name__)

LAST_PATIENCE = 15.0  # seconds that a stop may take; a container gets 20


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, run)


def run(_asked: argparse.Namespace, settings: Settings) -> None:
    with progress.upgrading() as far:
        was_behind = bring_up_to_date(settings, far)
    if was_behind:
        begin_anew()
    with undisturbed():
        house = app.App(settings)
    page = WebSettings.read(settings).page_url
    is_page_alone = len(house.channels) == 1
    links = first_run.links(house.database, house.texts, page, house.clock()) if is_page_alone else ()

    def ready() -> None:
        where = file.absolute() if (file := file_of(settings.database_url)) else told(settings.database_url)
        print(f"Samenspraak is running. Its database: {where}. Ctrl+C stops it.", file=sys.stderr)
        first_run.show(links)

    serve(house, ready)


def begin_anew() -> None:
    """What migrates is large, and would stay in memory as long as we run: the same process starts without it."""
    if os.name == "posix":
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - as it was started


def serve(house: app.App, ready: Callable[[], None]) -> None:
    """Until Ctrl+C or a stop."""
    with contextlib.suppress(asyncio.CancelledError), asyncio.Runner(loop_factory=_new_loop) as runner:
        runner.run(_until_stopped(house, ready))


def _new_loop() -> asyncio.AbstractEventLoop:
    """That of uvloop, where there is one; there is none on Windows."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _until_stopped(house: app.App, ready: Callable[[], None]) -> None:
    running = asyncio.create_task(house.run(ready))

    def stop() -> None:
        running.cancel()
        patience = threading.Timer(LAST_PATIENCE, _leave)
        patience.daemon = True
        patience.start()

    for sign in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(sign, stop)
    try:
        await running
    except ExceptionGroup as group:
        raise group.exceptions[0] from None


def _leave() -> None:
    """Not even the end may hang, as when the database does: what is stored is as safe as after a kill."""
    log.error("stopped without what was in hand, which did not end within %d seconds", LAST_PATIENCE)
    os._exit(1)
