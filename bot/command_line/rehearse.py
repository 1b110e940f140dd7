"""`samenspraak rehearse`: simulated people answer in a database of their own, and a coordinator sees what came of it.

That database is in a new folder that nobody could have named, under a secret of its own: whatever the settings say, it
is not the one that real answers are in.
"""

import argparse
import contextlib
import errno
import shutil
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir, mkdtemp

from bot import app
from bot.channels.web.settings import WebSettings
from bot.command_line import export, first_run, run, summary
from bot.command_line.common import CommandError, does, transaction
from bot.command_line.progress import shown
from bot.letters import wall_clock
from bot.notifiers import OUTLETS
from bot.rehearsal import stage
from bot.rehearsal.stage import Rehearsed, Wanted
from bot.runtime.settings import Settings, read, the_secret
from bot.texts.texts import SOURCE_LANGUAGE, load

OTHER_NAMES = {"localhost": "127.0.0.1", **dict.fromkeys(("127.0.0.1", "0.0.0.0", "::1", "::"), "localhost")}  # noqa: S104
"""HOST -> another name of this machine. A browser has one cookie for all ports of a name: so that of the page of a
running bot stays what it is."""


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, rehearse)
    parser.add_argument("--people", type=int, default=30, help="how many take part (default 30)")
    parser.add_argument("--weeks", type=int, default=6, help="how long ago it began (default 6)")
    parser.add_argument("--seed", type=int, default=2, help="the same number gives the same answers (default 2)")
    parser.add_argument("--language", default="nl", help="of the partnership and most of its people")
    parser.add_argument("--no-page", action="store_true", help="print the summary, and serve no page")
    parser.add_argument("--export", metavar="FOLDER", help="write the invented answers there as a research export, csv")
    parser.add_argument("--keep", metavar="FOLDER", help="leave what was made below this folder, which must be there")


def rehearse(asked: argparse.Namespace, settings: Settings) -> None:
    texts, wanted = load(), Wanted(asked.people, asked.weeks, asked.seed, asked.language)
    if wrong := stage.mistakes(wanted, texts):
        raise CommandError("\n".join(wrong))
    with own_folder(asked.keep) as folder:
        own = own_settings(settings, folder)
        with transaction(own) as tx, shown("Rehearsing", "weeks") as far:
            made = stage.rehearse(tx, texts, wanted, wall_clock(), far)
        print(_rehearsed(made, wanted), flush=True)
        if asked.export is not None:
            _export(own, made.partnership.name, asked.export)
        if asked.no_page:
            summary.summarise(argparse.Namespace(partnership=made.partnership.name, wave=None, json=False), own)
        else:
            _serve(own, made.coordinator)


def _export(own: Settings, partnership: str, folder: str) -> None:
    chosen = {"wave": export.ALL, "format": "csv", "out": folder, "language": SOURCE_LANGUAGE, "yes": True}
    export.export(argparse.Namespace(partnership=partnership, **chosen), own)


@contextlib.contextmanager
def own_folder(kept_in: str | None) -> Iterator[Path]:
    """A new one, which goes at the end unless it is to be kept."""
    where = Path(kept_in or gettempdir()).absolute()
    try:
        folder = Path(mkdtemp("", "rehearsal-", where))
    except OSError as error:
        raise CommandError(f"No folder can be made in {where}: {error.strerror}.") from None
    try:
        yield folder
    finally:
        if kept_in:
            tell(f"It is kept in {folder}: there, samenspraak without any settings opens it.")
        else:
            shutil.rmtree(folder)


def own_settings(settings: Settings, folder: Path, port: int | None = None, address: str | None = None) -> Settings:
    """Nothing of the settings in force but where the page is: no token, no database, no secret."""
    web = WebSettings.read(settings)
    port, name = port or _free_port(web), OTHER_NAMES.get(web.host)
    given = {"HOST": web.host, "PORT": str(port), "DATABASE_URL": f"sqlite:///{folder}/data/samenspraak.db"}
    address = address or (f"http://{name}:{port}" if name else "")
    own = read({**given, "PUBLIC_URL": address}, folder, OUTLETS)
    return replace(own, secret=the_secret(own, folder))


def _free_port(web: WebSettings) -> int:
    """The first behind PORT that nobody has: PORT itself is for a bot that may just be away. What else is wrong with
    HOST, the page says."""
    return next((port for port in range(web.port + 1, 65536) if is_free(web.host, port)), web.port)


def is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        return error.errno != errno.EADDRINUSE
    return True


def _serve(own: Settings, code: str) -> None:
    house = app.App(own)

    def ready() -> None:
        tell("The page of the rehearsal is there. Ctrl+C stops it.")
        first_run.show([("For the coordinator, once:", f"{WebSettings.read(own).page_url}/i/{code}")])

    run.serve(house, ready)


def tell(line: str) -> None:
    print(line, file=sys.stderr)


def _rehearsed(made: Rehearsed, wanted: Wanted) -> str:
    few = made.turnout.completed < made.partnership.minimum_group
    why = f" That is fewer than {made.partnership.minimum_group}, so there are no scores." if few else ""
    return (
        f"{made.partnership.name}: of {wanted.people} simulated people {made.turnout.started} answered in the last "
        f"round and {made.turnout.completed} finished it.{why}"
    )
