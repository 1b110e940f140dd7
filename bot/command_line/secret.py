"""`samenspraak secret`: another secret in the place of the one that everything is sealed with.

It can be broken off at any moment and begun again: what is done stays done, and people go on meanwhile.
"""

import argparse
from contextlib import closing

from bot.command_line.common import CommandError, add
from bot.command_line.progress import shown
from bot.database import open_database
from bot.runtime.settings import OLD_SECRET_FILE, SECRET_FILE, Settings, change_kept_secret, secret_before
from storage.engine.database import AlreadyRunning, Database
from storage.upkeep import changing

BOTH_FIRST = (
    "Only one secret is here. Put a new one into SAMENSPRAAK_SECRET (make it with: openssl rand -hex 32) and the one "
    "that was there into SAMENSPRAAK_OLD_SECRET, start each bot again, and then this."
)
START_AGAIN = (
    f"A new secret is in {SECRET_FILE}, and the one before in {OLD_SECRET_FILE}. Start the bot again, and then this: "
    "samenspraak secret rotate"
)
DONE_BEFORE = (
    "Everything is sealed with the new secret already. To change it once more, first take SAMENSPRAAK_OLD_SECRET (or "
    f"{OLD_SECRET_FILE}) away, and keep it with the back-ups from its time."
)
DONE = (
    "Everything is sealed with the new secret. Keep the old one with the back-ups from before: without it nobody in "
    f"them can be recognised. Take SAMENSPRAAK_OLD_SECRET (or {OLD_SECRET_FILE}) away after 30 days, or now "
    "if somebody saw it: links in e-mails and for coordinators, push messages, and tokens of programs that did not ask "
    "meanwhile, from before end with it."
)


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    add(actions, "rotate", rotate, "seal everything with a new secret, while people answer; may be broken off")


def rotate(_asked: argparse.Namespace, settings: Settings) -> None:
    if not secret_before(settings):
        _begin_with_files(settings)
    with closing(open_database(settings)) as database:
        if not changing.begin(database):
            raise CommandError(DONE_BEFORE)
        with shown("Sealing anew", "contacts") as far:
            done = changing.go_on(database, far)
    print(f"{done} contacts. {DONE}")


def _begin_with_files(settings: Settings) -> None:
    """Where the secret is in our own file we make the new one ourselves; a bot that runs has to read it."""
    if settings.secret:
        raise CommandError(BOTH_FIRST)
    with closing(open_database(settings)) as database:
        change_kept_secret()
        if _is_running(database):
            raise CommandError(START_AGAIN)


def _is_running(database: Database) -> bool:
    """On PostgreSQL the change itself finds out."""
    try:
        with database.alone():
            return False
    except AlreadyRunning:
        return True
