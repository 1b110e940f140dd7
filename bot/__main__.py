"""The command line: `samenspraak` and then what to do, such as `run`.

Every mistake ends in one clear sentence and exit code 2; what a script reads is on standard output, the rest is not.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from bot.command_line import (
    backup,
    bounce,
    doctor,
    export,
    partnership,
    programme,
    rehearse,
    report,
    run,
    summary,
    wave,
)
from bot.notifiers import OUTLETS
from bot.runtime import logs
from bot.runtime.settings import SettingsError, read
from bot.survey.errors import OperatorError

ONLY_OURS = 0o077  # what we make, databases and exports too, no other account can read
GROUPS = (run, partnership, programme, wave, summary, report, export, rehearse, doctor, backup, bounce)


def main(arguments: Sequence[str] | None = None) -> int:
    os.umask(ONLY_OURS)
    with logs.guarded():
        return _run(_parser().parse_args(arguments))


def _run(asked: argparse.Namespace) -> int:
    try:
        settings = read(outlets=OUTLETS)
        logs.set_up(settings.log_level, settings.log_format)
        return int(asked.command(asked, settings) or 0)
    except SettingsError as error:
        return int(asked.misconfigured(asked, error))
    except OperatorError as error:
        return _tell(asked, error)


def _tell(_asked: argparse.Namespace, error: Exception) -> int:
    print(error, file=sys.stderr)
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("samenspraak", description="A survey chat-bot for neighbourhood partnerships.")
    parser.set_defaults(misconfigured=_tell)
    commands = parser.add_subparsers(required=True, metavar="command")
    for group in GROUPS:
        group.add_to(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
