"""`samenspraak rehearse`: simulated people answer, in a partnership that is marked and removed in one go."""

import argparse
import sys
from typing import TYPE_CHECKING

from bot import app
from bot.command_line.common import CommandError, entrances_of, opened
from bot.rehearsal import stage
from bot.rehearsal.stage import Rehearsed, Wanted
from bot.runtime.settings import Settings
from bot.texts.texts import load

if TYPE_CHECKING:
    from bot.command_line.common import Commands


def add_to(commands: "Commands") -> None:
    parser = commands.add_parser("rehearse", help="let simulated people answer, to see a summary at once")
    parser.add_argument("--people", type=int, default=30, help="how many take part (default 30)")
    parser.add_argument("--weeks", type=int, default=6, help="how long ago it began (default 6)")
    parser.add_argument("--seed", type=int, default=2, help="the same number gives the same answers (default 2)")
    parser.add_argument("--language", default="nl", help="of the partnership and most of its people")
    parser.add_argument("--remove", action="store_true", help="delete every rehearsal, and nothing else")
    parser.set_defaults(command=rehearse)


def rehearse(asked: argparse.Namespace, settings: Settings) -> int:
    """Make a partnership in which simulated people have answered, or delete every such partnership."""
    if asked.remove:
        return _remove_rehearsals(settings)
    texts, wanted = load(), Wanted(asked.people, asked.weeks, asked.seed, asked.language)
    if wrong := stage.mistakes(wanted, texts):
        raise CommandError("\n".join(wrong))
    entrances = entrances_of(settings)
    try:
        with opened(settings) as database:
            made = stage.rehearse(database, texts, wanted, app.wall_clock(), _tell)
    except KeyboardInterrupt:
        _tell("Stopped half-way. Remove what was made: samenspraak rehearse --remove")
        return 130
    print(_rehearsed(made, wanted))
    print("\n".join(("", *(f"For the coordinator, once:     {link}" for link in entrances.links(made.coordinator)))))
    return 0


def _tell(line: str) -> None:
    print(line, file=sys.stderr)


def _rehearsed(made: Rehearsed, wanted: Wanted) -> str:
    few = made.turnout.completed < made.partnership.minimum_group
    why = f" That is fewer than {made.partnership.minimum_group}, so there are no scores." if few else ""
    return (
        f"{made.partnership.name} is number {made.partnership.id}. Of {wanted.people} simulated people "
        f"{made.turnout.started} answered in the last round and {made.turnout.completed} finished it.{why} "
        "Remove it: samenspraak rehearse --remove"
    )


def _remove_rehearsals(settings: Settings) -> int:
    with opened(settings) as database:
        removed = stage.remove(database)
    print(f"Rehearsals removed: {removed.rehearsals}, with {removed.people} simulated people.")
    return 0
