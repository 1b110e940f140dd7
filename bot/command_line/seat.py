"""`samenspraak seat`: who coordinates or reads along, by a number and never by a name, and how a seat is taken away.

Whoever held one may have made links for others: those that nobody used yet go along.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.command_line.common import CommandError, add, as_json, transaction, wanted_partnership, wanted_programme
from bot.letters import wall_clock
from bot.runtime.settings import Settings
from bot.survey.conversation.dialogue import Partnership
from bot.survey.whole_numbers import as_number
from storage import contacts, coordinators, links, programmes, seats
from storage.engine.database import Tx
from storage.partnerships import MOST
from storage.programmes import Programme
from storage.seats import Held


@dataclass(frozen=True, slots=True)
class Kind:
    """What a seat is in; `option` says so, `column` is that of its links, `command` makes a new one, and without a
    `role` there is nobody left who minds it."""

    option: str
    column: str
    command: str
    role: str
    nobody: str
    wanted: Callable[[Tx, str], Partnership | Programme]
    held: Callable[[Tx, int], list[Held]]
    leave: Callable[[Tx, int, int, datetime], None]


OF_A_PARTNERSHIP = Kind(
    option="",
    column="partnership_id",
    command="partnership link",
    role="coordinator",
    nobody="Nobody coordinates it now.",
    wanted=wanted_partnership,
    held=seats.of_partnership,
    leave=coordinators.leave,
)
OF_A_PROGRAMME = Kind(
    option=" --programme",
    column="programme_id",
    command="programme link",
    role=seats.ALONG,
    nobody="Nobody reads along now.",
    wanted=wanted_programme,
    held=seats.of_programme,
    leave=lambda tx, contact, programme, _: programmes.leave(tx, contact, programme),
)


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    listing = add(actions, "list", list_seats, "who holds one: a number, what, where and since when", scripts=True)
    removing = add(actions, "remove", remove, "take one away, and the links that nobody used yet")
    for one in (listing, removing):
        one.add_argument("name", help="that of the partnership, or its number")
        one.add_argument("--programme", action="store_true", help="the name is that of a programme, or its number")
    removing.add_argument("seat", help="its number")


def _kind(asked: argparse.Namespace) -> Kind:
    return OF_A_PROGRAMME if asked.programme else OF_A_PARTNERSHIP


def list_seats(asked: argparse.Namespace, settings: Settings) -> None:
    kind = _kind(asked)
    with transaction(settings) as tx:
        whole = kind.wanted(tx, asked.name)
        found = [_as_data(one) for one in kind.held(tx, whole.id)]
    if asked.json:
        print(as_json(found))
        return
    for one in found:
        print("{seat:>4}  {role:12}{channel:10}since {since}".format_map(one))
    if not found:
        print(_nobody(kind, whole), file=sys.stderr)


def _as_data(one: Held) -> Mapping[str, Any]:
    return {"seat": one.contact, "role": one.role, "channel": one.channel, "since": one.since.date().isoformat()}


def _nobody(kind: Kind, whole: Partnership | Programme) -> str:
    return f"{kind.nobody} A link for somebody: samenspraak {kind.command} {whole.id}"


def remove(asked: argparse.Namespace, settings: Settings) -> None:
    kind, number, now = _kind(asked), as_number(asked.seat, MOST), wall_clock()
    with transaction(settings) as tx:
        whole = kind.wanted(tx, asked.name)
        contacts.hold(tx, number or 0)
        if number is None or number not in {one.contact for one in kind.held(tx, whole.id)}:
            see = f"samenspraak seat list {whole.id}{kind.option}"
            raise CommandError(f"{whole.name} has no seat of that number. See them all: {see}")
        kind.leave(tx, number, whole.id, now)
        dropped, left = links.drop_unused(tx, **{kind.column: whole.id}), kind.held(tx, whole.id)
        elsewhere = [*_elsewhere(tx, number)]
    print(f"Seat {number} of {whole.name} is taken away. Links that nobody had used and work no more: {dropped}.")
    for name, command in elsewhere:
        print(f"Who held it has a seat in {name} too. Take that away: {command}")
    if not any(one.role == kind.role for one in left):
        print(_nobody(kind, whole))


def _elsewhere(tx: Tx, contact: int) -> Iterator[tuple[str, str]]:
    """Where else a contact has a seat, and by which command they lose it."""
    for one in coordinators.seats(tx, contact):
        if one.role != seats.ALONG:
            yield one.partnership.name, f"samenspraak seat remove {one.partnership.id} {contact}"
    for reader in programmes.read_by(tx, contact):
        yield reader.programme.name, f"samenspraak seat remove {reader.programme.id} {contact} --programme"
