"""The command line: `samenspraak run | partnership | wave | summary | export | rehearse`.

Every mistake ends in one clear sentence and exit code 2; what a script reads is on standard output, the rest is not.
"""

import argparse
import sys
from collections.abc import Sequence

from bot import logs
from bot.channels.telegram.channel import TokenRefused
from bot.channels.web.channel import CannotListen
from bot.command_line import partnership, rehearsing, running, scores, wave
from bot.command_line.opening import CommandError
from bot.rehearsal import RehearsalGone
from bot.research import ExportError
from bot.settings import SettingsError, read
from bot.survey.checklist import ChecklistError
from bot.texts import TextsError
from storage.database import StorageError

GROUPS = (running, partnership, wave, scores, rehearsing)
TOLD = (
    CommandError,
    SettingsError,
    StorageError,
    TextsError,
    ChecklistError,
    TokenRefused,
    ExportError,
    CannotListen,
    RehearsalGone,
)
"""What goes wrong in words that are for the operator."""


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    try:
        settings = read()
        logs.set_up(settings.log_level, settings.log_format)
        return int(asked.command(asked, settings) or 0)
    except TOLD as error:
        print(error, file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("samenspraak", description="A survey chat-bot for neighbourhood partnerships.")
    commands = parser.add_subparsers(required=True, metavar="command")
    for group in GROUPS:
        group.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
