"""`samenspraak wave`: open, close or reopen a round of asking; a running bot then writes to the people."""

import argparse

from bot.command_line.common import CommandError, add, transaction, wanted_partnership
from bot.letters import wall_clock
from bot.runtime.settings import Settings
from bot.survey.calendar import decent, zone
from bot.texts.texts import load
from bot.waves import LONGEST_NAME, close_wave, open_wave, reopen_wave
from storage import participants, partnerships, waves
from storage.turnout import turnout_of

MOST_WEEKS = 52  # that a wave is open


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    opening = add(actions, "open", _open, "open the next wave and invite everybody who took part before", of_one=True)
    opening.add_argument("--name", default="", help="such as 'after phase 1'")
    opening.add_argument("--weeks", type=int, help="close by itself after so many weeks")
    add(actions, "close", _close, "close the open wave and send the result", of_one=True)
    add(actions, "reopen", _reopen, "open the last wave again, until the next one", of_one=True)


def _open(asked: argparse.Namespace, settings: Settings) -> None:
    """Open the next wave; a running bot then sends the invitations, at a decent hour."""
    texts, now, name = load(), wall_clock(), partnerships.tidy(asked.name)
    if len(name) > LONGEST_NAME:
        raise CommandError(f"--name: {LONGEST_NAME} characters is the most.")
    if asked.weeks is not None and not 1 <= asked.weeks <= MOST_WEEKS:
        raise CommandError(f"--weeks: 1 to {MOST_WEEKS}.")
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        if waves.plan(tx, partnership.id).confirmed:
            raise CommandError(f"A next wave of {partnership.name} is planned. Cancel that first, in the chat: /open")
        waves.prepare(tx, partnership.id, name=name, weeks=asked.weeks, opens_at=None)
        invite_at = decent(now, partnership.timezone)
        if not (wave := open_wave(tx, texts, partnership, invite_at, now)):
            raise CommandError(f"A wave of {partnership.name} is open. Close it first.")
        reach = participants.reach(tx, partnership.id)
    print(f"Wave {wave.number} of {partnership.name} is open.")
    print(
        f"It invites {reach.people} people from {invite_at.astimezone(zone(partnership.timezone)):%Y-%m-%d %H:%M} on."
    )


def _reopen(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        if not reopen_wave(tx, partnership, wave, wall_clock()):
            raise CommandError(f"Wave {wave.number} of {partnership.name} is open already.")
    print(f"Wave {wave.number} of {partnership.name} is open again.")


def _close(asked: argparse.Namespace, settings: Settings) -> None:
    """Close the open wave; a running bot then sends the final summary."""
    texts, now = load(), wall_clock()
    with transaction(settings) as tx:
        partnership = wanted_partnership(tx, asked.partnership)
        wave = partnerships.last_wave(tx, partnership.id)
        if not close_wave(tx, texts, partnership, wave, now, now):
            raise CommandError(f"Wave {wave.number} of {partnership.name} was closed before.")
        turnout = turnout_of(tx, wave.id)
    print(f"Wave {wave.number} of {partnership.name} is closed: {turnout.completed} of {turnout.started} completed it.")
