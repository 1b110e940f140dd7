"""`samenspraak restore`: a back-up put back, so that nobody is written to twice."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.channels import TRAITS
from bot.command_line.common import CommandError, does
from bot.command_line.progress import PIECES, shown
from bot.letters import wall_clock
from bot.notifiers import NOTIFIERS
from bot.runtime.settings import Settings, kept_secret, secret_before
from bot.survey.traits import called_by
from bot.texts.texts import load
from bot.ticks import after_restore
from bot.ticks.after_restore import Taken
from storage import state
from storage.engine.database import Database
from storage.engine.urls import file_of
from storage.upkeep import backups, restoring

UNRECOGNISABLE = (
    "The secret is not here, and without it nobody in a back-up can be recognised. First set SAMENSPRAAK_SECRET to the "
    "secret of the bot that was backed up, or put its file samenspraak.secret in this folder."
)


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, restore)
    parser.add_argument("file", type=Path, help="made by: samenspraak backup")
    parser.add_argument(
        "--moved", action="store_true", help="the bot has not run since: send also what waited and fell due meanwhile"
    )


def restore(asked: argparse.Namespace, settings: Settings) -> None:
    """Put a back-up back, upgraded to this version, and so that nobody is written to twice."""
    if (secret := kept_secret(settings)) is None:
        raise CommandError(UNRECOGNISABLE)
    with _restored(asked.file, settings, secret) as database, database.transaction() as tx:
        made = state.read_moment(tx, backups.MADE)
        restoring.begin_anew(tx, now := wall_clock())
        taken = None if asked.moved else after_restore.settle_in(tx, load(), made, now)
    of = f", of {made:%Y-%m-%d %H:%M} UTC" if made else ""
    print(f"Restored: {asked.file}{of}.")
    if taken:
        print(_in_one_sentence(taken))
    if taken and taken.rounds:
        print(f"Opened or closed by their date, and nobody was told: {taken.rounds} rounds. Tell whom it concerns.")
    print("Now start the bot, and look: samenspraak doctor")


@contextmanager
def _restored(file: Path, settings: Settings, secret: str) -> Iterator[Database]:
    """Whatever is set up here: where the back-up was made, every notifier may have called people since."""
    traits = called_by(TRAITS, (one.traits for one in NOTIFIERS))
    url, former = settings.database_url, secret_before(settings)
    with (
        shown("Restoring", PIECES[file_of(url) is not None]) as far,
        backups.restored(file, url, secret, traits, far, former) as database,
    ):
        yield database


def _in_one_sentence(taken: Taken) -> str:
    return (
        f"Taken for sent, since the bot may have run after that: {taken.letters} letters that waited, "
        f"{taken.invitations} invitations, {taken.reminders} reminders, {taken.posts} weekly posts, {taken.others} "
        "letters about rounds that opened or closed. Had it not run, restore with --moved."
    )
