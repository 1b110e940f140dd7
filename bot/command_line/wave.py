"""`samenspraak wave`: open, close or reopen a round of asking; a running bot then writes to the people."""

import argparse
from typing import TYPE_CHECKING

from bot import app
from bot import waves as rounds
from bot.command_line.common import CommandError, transaction, wanted_partnership
from bot.runtime.settings import Settings
from bot.survey.calendar import decent, zone
from bot.texts.texts import load
from storage import partnerships, waves

if TYPE_CHECKING:
    from bot.command_line.common import Commands

MOST_WEEKS = 52  # that a wave is open


def add_to(commands: "Commands") -> None:
    parser = commands.add_parser("wave", help="open or close a round of asking")
    actions = parser.add_subparsers(required=True, metavar="action")
    for name, command, about in (
        ("open", open_wave, "open the next wave and invite everybody who took part before"),
        ("close", close_wave, "close the open wave and send the result"),
        ("reopen", reopen_wave, "open the last wave again, until the next one"),
    ):
        action = actions.add_parser(name, help=about)
        action.add_argument("partnership", help="its name or number")
        action.set_defaults(command=command)
        if name == "open":
            action.add_argument("--name", default="", help="such as 'after phase 1'")
            action.add_argument("--weeks", type=int, help="close by itself after so many weeks")


def open_wave(asked: argparse.Namespace, settings: Settings) -> None:
    """Open the next wave; a running bot then sends the invitations, at a decent hour."""
    texts, now, name = load(), app.wall_clock(), partnerships.tidy(asked.name)
    if len(name) > rounds.LONGEST_NAME:
        raise CommandError(f"--name: {rounds.LONGEST_NAME} characters is the most.")
    if asked.weeks is not None and not 1 <= asked.weeks <= MOST_WEEKS:
        raise CommandError(f"--weeks: 1 to {MOST_WEEKS}.")
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        if partnerships.last_wave(tx, partnership.id).closed_at is None:
            raise CommandError(f"A wave of {partnership.name} is open. Close it first.")
        if waves.plan(tx, partnership.id).confirmed:
            raise CommandError(f"A next wave of {partnership.name} is planned. Cancel that first, in the chat: /open")
        waves.prepare(tx, partnership.id, name=name, weeks=asked.weeks, opens_at=None)
        wave = rounds.open_wave(tx, texts, partnership, decent(now, partnership.timezone), now)
        reach = waves.reach(tx, partnership.id)
    if wave is None or wave.invite_at is None:
        raise CommandError(f"A wave of {partnership.name} is open. Close it first.")
    at = wave.invite_at.astimezone(zone(partnership.timezone))
    print(f"Wave {wave.number} of {partnership.name} is open.")
    print(f"It invites {reach.people} people from {at:%Y-%m-%d %H:%M} on.")


def reopen_wave(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        if not waves.reopen(tx, wave.id, app.wall_clock()):
            raise CommandError(f"Wave {wave.number} of {partnership.name} is open already.")
        waves.drop_plan(tx, partnership.id)
    print(f"Wave {wave.number} of {partnership.name} is open again.")


def close_wave(asked: argparse.Namespace, settings: Settings) -> None:
    """Close the open wave; a running bot then sends the final summary."""
    texts, now = load(), app.wall_clock()
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        if not rounds.close_wave(tx, texts, partnership, wave, now, now):
            raise CommandError(f"Wave {wave.number} of {partnership.name} was closed before.")
        turnout = partnerships.turnout(tx, wave.id)
    print(f"Wave {wave.number} of {partnership.name} is closed: {turnout.completed} of {turnout.started} completed it.")
