"""`samenspraak demo`: one link, by which whoever comes by takes part or looks as a coordinator, among invented people.

It is a rehearsal, in a folder of its own that goes at Ctrl+C; nothing is near real answers.
"""

import argparse
import sys
from collections.abc import Iterator
from functools import partial

from bot import app
from bot.channels.port import Demonstration
from bot.channels.web.demonstration import BEGINNING
from bot.channels.web.settings import WebSettings
from bot.channels.web.traits import TRAITS
from bot.command_line import first_run, run
from bot.command_line.common import CommandError, does, transaction
from bot.command_line.progress import shown
from bot.command_line.rehearse import is_free, own_folder, own_settings, tell
from bot.letters import wall_clock
from bot.rehearsal import demonstration, stage
from bot.rehearsal.demonstration import Prepared
from bot.rehearsal.stage import Wanted
from bot.rendering.codes import qr_lines
from bot.runtime.settings import Settings, is_origin
from bot.texts.texts import load

SEED = 2
ENDS = "The demonstration is there. Ctrl+C stops it, and then nothing of it is left."


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, demonstrate)
    parser.add_argument("--people", type=int, default=30, help="how many took part before (default 30)")
    parser.add_argument("--weeks", type=int, default=16, help="how long ago it began (default 16)")
    parser.add_argument("--language", default="nl", help="of the partnership and most of its people")
    parser.add_argument("--port", type=int, help="where the page is; without it the first that is free behind PORT")
    parser.add_argument("--address", help="where phones find the page, such as http://192.168.1.20:8001")
    parser.add_argument("--read-only", action="store_true", help="visitors change nothing that the next one sees")


def demonstrate(asked: argparse.Namespace, settings: Settings) -> None:
    texts, wanted = load(), Wanted(asked.people, asked.weeks, SEED, asked.language)
    if wrong := [*stage.mistakes(wanted, texts), *_mistakes(asked.port, asked.address, settings)]:
        raise CommandError("\n".join(wrong))
    with own_folder(None) as folder:
        own = own_settings(settings, folder, asked.port, asked.address)
        with transaction(own) as tx, shown("Rehearsing", "weeks") as far:
            prepared = demonstration.prepare(tx, texts, wanted, wall_clock(), far, looks_only=asked.read_only)
        _serve(own, prepared, looks_only=asked.read_only)


def _mistakes(port: int | None, address: str | None, settings: Settings) -> Iterator[str]:
    host = WebSettings.read(settings).host
    if address is not None and not is_origin(address):
        yield "--address: a web address like http://192.168.1.20:8001, with no path."
    if port is not None and not 1 <= port <= 65535:
        yield "--port: a number from 1 to 65535."
    elif port is not None and not is_free(host, port):
        yield f"--port: another program is at {host}:{port}. Choose another one."


def _serve(own: Settings, prepared: Prepared, *, looks_only: bool) -> None:
    house = app.App(own)

    async def seat(language: str) -> str:
        sit = partial(demonstration.sit, prepared=prepared, channel=TRAITS.name, language=language, now=house.clock())
        return await house.database.run_when_there(sit)

    house.demonstration = Demonstration(prepared.invitation, frozenset(prepared.seats.values()), seat, looks_only)
    run.serve(house, partial(_ready, f"{WebSettings.read(own).page_url}{BEGINNING}"))


def _ready(link: str) -> None:
    tell(ENDS)
    if sys.stdout.isatty():
        print(qr_lines(link))
    first_run.show([("For everybody who comes by:", link)])
