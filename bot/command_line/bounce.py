"""`samenspraak bounce`: takes in a mail that came back, for a mail server that hands it to a program.

Whatever is no bounce of ours is let go with exit code 0: a refusal would send the next bounce. When it cannot be stored
now the exit code is 75, at which mail servers try again.
"""

import argparse
import os
import sys

from bot.command_line.common import does, transaction
from bot.letters import wall_clock
from bot.notifiers.email import bounces
from bot.notifiers.email.bounces import MOST, NOT_WANTED, Bounce
from bot.notifiers.tags import Tags
from bot.runtime.settings import Settings, kept_secret, secret_before
from bot.survey.errors import OperatorError
from bot.turns import calling
from storage.engine.sealing import Secrets

TRY_AGAIN = os.EX_TEMPFAIL
GIVEN = ("ORIGINAL_RECIPIENT", "RECIPIENT")  # by Postfix, to a program in an alias
NO_SECRET = "The secret is not here: nothing that came back can be recognised. Run this where the bot runs."  # noqa: S105


def add_to(parser: argparse.ArgumentParser) -> None:
    does(parser, take)
    parser.add_argument("came_to", nargs="*", help="the address that it came to, where the mail server knows it")
    parser.set_defaults(misconfigured=_later)


def take(asked: argparse.Namespace, settings: Settings) -> int:
    came_to = (*asked.came_to, *filter(None, map(os.environ.get, GIVEN)))
    bounce = bounces.read(sys.stdin.buffer.read(MOST), came_to)
    if bounce and bounce.is_not_wanted:
        print(NOT_WANTED % bounce.status, file=sys.stderr)
    try:
        return _store(bounce, settings) if bounce and bounce.is_hard else 0
    except OperatorError as error:
        return _later(asked, error)


def _store(bounce: Bounce, settings: Settings) -> int:
    if (secret := kept_secret(settings)) is None:
        raise OperatorError(NO_SECRET)
    if number := Tags(Secrets(secret, secret_before(settings))).bounced(bounce.tag):
        with transaction(settings) as tx:
            calling.fail(tx, number, wall_clock())
    return 0


def _later(_asked: argparse.Namespace, error: Exception) -> int:
    print(error, file=sys.stderr)
    return TRY_AGAIN
