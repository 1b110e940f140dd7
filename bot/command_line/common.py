"""What commands have in common: the database opened and closed again, a partnership by its name, links.

What cannot be done is a CommandError, in a sentence that says why and what to do.
"""

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from bot.channels import CHANNELS
from bot.channels.port import Channel, Entrance, Entrances
from bot.command_line import progress
from bot.database import open_database
from bot.notifiers import OUTLETS
from bot.runtime import logs
from bot.runtime.settings import Settings, SettingsError, read
from bot.survey.conversation.dialogue import Partnership
from bot.survey.errors import OperatorError
from bot.survey.whole_numbers import as_number
from storage import partnerships, programmes, waves
from storage.engine.database import Tx
from storage.partnerships import LONGEST, Wave
from storage.programmes import Programme

Command = Callable[[argparse.Namespace, Settings], int | None]
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

MOST_WAVES = 9_999
PATIENCE = 10.0  # seconds for a channel to say who we are there


class CommandError(OperatorError):
    """What was asked cannot be done; the message says why and what to do."""


def add(
    commands: Commands, name: str, command: Command, about: str, *, of_one: bool = False, scripts: bool = False
) -> argparse.ArgumentParser:
    """One action of a command that has several."""
    parser = commands.add_parser(name, help=about)
    does(parser, command, of_one=of_one, scripts=scripts)
    return parser


def does(parser: argparse.ArgumentParser, command: Command, *, of_one: bool = False, scripts: bool = False) -> None:
    """What it does, with what many of them take: one partnership, and --json."""
    parser.set_defaults(carry_out=carry_out, command=command, misconfigured=tell)
    if of_one:
        parser.add_argument("partnership", help="its name or number")
    if scripts:
        parser.add_argument("--json", action="store_true", help="for scripts")


def carry_out(asked: argparse.Namespace) -> int:
    """The command, with the settings in force; the exit code."""
    try:
        settings = read(outlets=OUTLETS)
        logs.set_up(settings.log_level, settings.log_format)
        return int(asked.command(asked, settings) or 0)
    except SettingsError as error:
        return int(asked.misconfigured(asked, error))
    except OperatorError as error:
        return tell(asked, error)


def tell(_asked: argparse.Namespace, error: Exception) -> int:
    print(error, file=sys.stderr)
    return 2


def as_json(found: object) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)


def put(content: bytes, file: Path, called: str) -> None:
    """All of it or nothing: a file that was there before stays when the disk is full."""
    beside = file.parent / f".{file.name}.part"  # also of a folder, such as `.`, which has no name
    try:
        beside.write_bytes(content)
        beside.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise CommandError(f"{called} cannot be written to {file}: {error.strerror or error}.") from error


@contextlib.contextmanager
def transaction(settings: Settings) -> Iterator[Tx]:
    with progress.upgrading() as far:
        database = open_database(settings, progress=far)
    with contextlib.closing(database), database.transaction() as tx:
        yield tx


def wanted_partnership(tx: Tx, name: str) -> Partnership:
    if found := partnerships.find(tx, name):
        return found
    raise CommandError(f"There is no partnership {short(name)!r}. See them all: samenspraak partnership list")


def short(name: str) -> str:
    return name if len(name) <= LONGEST["name"] else f"{name[: LONGEST['name']]}..."


def wanted_programme(tx: Tx, name: str) -> Programme:
    if found := programmes.find(tx, name):
        return found
    raise CommandError(f"There is no programme {short(name)!r}. See them all: samenspraak programme list")


def entrances_of(settings: Settings) -> Entrances:
    """Those of every channel that says so now; of another it is told that its links are missing."""

    async def ask(channel: Channel, described: str) -> Entrance | None:
        try:
            async with asyncio.timeout(PATIENCE):
                await channel.introduce()
        except TimeoutError:
            print(f"The links for {described} are missing: no answer", file=sys.stderr)
        except OperatorError as error:
            print(f"The links for {described} are missing: {error}", file=sys.stderr)
        finally:
            await channel.close()
        return channel.entrance

    built = [(one, channel.described(settings)) for channel in CHANNELS if (one := channel.built(settings))]
    return Entrances(tuple(known for one in built if (known := asyncio.run(ask(*one)))))


def wanted_wave(tx: Tx, partnership: Partnership, number: int | None) -> Wave:
    """The last one, when no number is given."""
    if number is None:
        return partnerships.last_wave(tx, partnership.id)
    if found := waves.numbered(tx, partnership.id, number):
        return found
    known = ", ".join(map(str, waves.numbers(tx, partnership.id)))
    raise CommandError(f"{partnership.name} has no wave {number}. It has: {known}.")


def wave_number(text: str) -> int:
    if (found := as_number(text, MOST_WAVES)) is None:
        raise argparse.ArgumentTypeError("a number")
    return found
