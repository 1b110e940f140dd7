"""`samenspraak backup`: the whole database in one file."""

import argparse
from contextlib import closing
from pathlib import Path

from bot.channels import TRAITS
from bot.command_line.common import does
from bot.command_line.progress import PIECES, shown
from bot.letters import wall_clock
from bot.runtime.settings import Settings, kept_secret
from storage.engine.database import Database
from storage.upkeep import backups


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, back_up)
    parser.add_argument("file", type=Path, help="where; the secret is not in it")
    parser.add_argument("--force", action="store_true", help="write over a file that is there")


def back_up(asked: argparse.Namespace, settings: Settings) -> None:
    """Write a back-up; it does not upgrade, so that one can be made before an upgrade."""
    database = Database(settings.database_url, kept_secret(settings) or "none", TRAITS)
    with closing(database), shown("Copying the database", PIECES[database.is_sqlite]) as far:
        backups.save(database, asked.file, wall_clock(), over=asked.force, progress=far)
    print(f"{asked.file}: {asked.file.stat().st_size // 1024} kB. The secret is not in it: keep that elsewhere.")
