"""`samenspraak run`: answer people, until stopped."""

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot import app, first_start
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.command_line.opening import Commands


def add_to(commands: "Commands") -> None:
    commands.add_parser("run", help="answer people, until stopped").set_defaults(command=run)


def run(_asked: argparse.Namespace, settings: Settings) -> None:
    house = app.App(settings)
    links = (
        () if settings.telegram_token else first_start.links(house.database, house.texts, house.doors, house.clock())
    )

    def ready() -> None:
        print("Samenspraak is running. Ctrl+C stops it.", file=sys.stderr)
        first_start.show(links)

    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_until_stopped(house, ready))


async def _until_stopped(house: app.App, ready: Callable[[], None]) -> None:
    running = asyncio.create_task(house.run(ready))
    for sign in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            asyncio.get_running_loop().add_signal_handler(sign, running.cancel)
    try:
        await running
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
