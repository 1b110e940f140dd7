"""`samenspraak programme`: who follows several partnerships reads their published results side by side.

Only the operator makes one, changes it, hands out links and ends it; nothing of a partnership is changed by it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.channels.web.settings import WebSettings
from bot.command_line.common import CommandError, add, as_json, entrances_of, short, transaction, wanted_programme
from bot.letters import wall_clock
from bot.runtime.settings import Settings
from bot.survey.conversation.dialogue import Partnership
from bot.survey.whole_numbers import as_number
from bot.texts.texts import load
from storage import api_tokens, links, partnerships, programmes
from storage.api_tokens import ApiToken
from storage.engine.database import Tx
from storage.partnerships import LONGEST, MOST
from storage.programmes import Programme


def add_to(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="action")
    adding = add(actions, "add", add_programme, "make a programme, and print a link for who reads it", scripts=True)
    adding.add_argument("name", help="as its readers and the coordinators see it")
    adding.add_argument("partnerships", nargs="+", metavar="partnership", help="the name or number of each")
    adding.add_argument("--language", default="nl", help="the language for phones in a language we do not speak")
    changing = add(actions, "change", change, "add partnerships to a programme, or leave some out")
    linking = add(actions, "link", new_link, "a link for one more reader, or when the first is used, lost or too old")
    ending = add(actions, "remove", end, "end a programme: nobody reads along any more")
    making = add(actions, "token", new_token, "a token by which a program reads what a reader reads", scripts=True)
    tokens = add(actions, "tokens", list_tokens, "every token that works, whoever made it", scripts=True)
    revoking = add(actions, "revoke", revoke_token, "let a token work no more")
    for one in (changing, linking, ending, making, tokens, revoking):
        one.add_argument("programme", help="its name or number")
    revoking.add_argument("token", help="its number, and not the token itself")
    changing.add_argument("--add", nargs="+", default=[], metavar="PARTNERSHIP")
    changing.add_argument("--leave-out", nargs="+", default=[], metavar="PARTNERSHIP")
    add(actions, "list", list_programmes, "every programme with its partnerships", scripts=True)


def add_programme(asked: argparse.Namespace, settings: Settings) -> None:
    now = wall_clock()
    with transaction(settings) as tx:
        name, of = _described(tx, asked)
        made = programmes.add(tx, name, asked.language, [one.id for one in of], now)
        code = links.make_programme_link(tx, made.id, now)
    reader_links = entrances_of(settings).links(code)
    if asked.json:
        facts = {"programme": made.id, "partnerships": [one.id for one in of]}
        print(as_json({**facts, "reader_code": code, "reader_links": reader_links}))
        return
    print(f"{made.name} is number {made.id}. Its partnerships: {_names(of)}.\n")
    print("\n".join(f"For who reads it, once:  {link}" for link in reader_links))


def _described(tx: Tx, asked: argparse.Namespace) -> tuple[str, list[Partnership]]:
    """The name and the partnerships; raises CommandError with every mistake."""
    name, languages = partnerships.tidy(asked.name), load().languages
    of, mistakes = _looked_up(tx, asked.partnerships)
    checks = (
        (name, "The name is empty."),
        (len(name) <= LONGEST["name"], f"The name has {len(name)} characters; {LONGEST['name']} is the most."),
        (not name.isdigit(), "The name must not be just a number: commands take a number or a name."),
        (
            name.isdigit() or not programmes.find(tx, name),
            f"There is a programme with the name {short(name)!r} already.",
        ),
        (asked.language in languages, f"--language: one of {', '.join(languages)}."),
    )
    _refuse([*(mistake for fine, mistake in checks if not fine), *mistakes])
    return name, of


def _looked_up(tx: Tx, names: Sequence[str]) -> tuple[list[Partnership], list[str]]:
    """The partnerships with these names or numbers, and what is wrong with some."""
    found = {name: partnerships.find(tx, name) for name in names}
    known = [one for name in names if (one := found[name])]
    see = "See them all: samenspraak partnership list"
    return known, [
        *(f"There is no partnership {short(name)!r}. {see}" for name, one in found.items() if one is None),
        *(f"{one.name} is named twice." for one, times in Counter(known).items() if times > 1),
    ]


def _refuse(mistakes: Sequence[str]) -> None:
    if mistakes:
        raise CommandError("\n".join(mistakes))


def change(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        programme = wanted_programme(tx, asked.programme)
        more, less = _changes(tx, asked, programme)
        programmes.include(tx, programme.id, more)
        programmes.leave_out(tx, programme.id, less)
        of = programmes.partnerships_of(tx, programme.id)
    print(f"The partnerships of {programme.name}: {_names(of)}.")


def _changes(tx: Tx, asked: argparse.Namespace, programme: Programme) -> tuple[list[int], list[int]]:
    """Which partnerships come in and which go; raises CommandError with every mistake, and then nothing is changed."""
    (more, wrong), (less, wrong_too) = (_looked_up(tx, names) for names in (asked.add, asked.leave_out))
    there = programmes.partnerships_of(tx, programme.id)
    checks = (
        (asked.add or asked.leave_out, "Say what changes: --add PARTNERSHIP, or --leave-out PARTNERSHIP."),
        *((one not in there, f"{one.name} is in {programme.name} already.") for one in more),
        *((one in there, f"{one.name} is not in {programme.name}.") for one in less),
        ({*there, *more} - {*less}, "No partnership would be left. To end it: samenspraak programme remove"),
    )
    _refuse([*wrong, *wrong_too, *(mistake for fine, mistake in checks if not fine)])
    return [one.id for one in more], [one.id for one in less]


def new_link(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        code = links.make_programme_link(tx, wanted_programme(tx, asked.programme).id, wall_clock())
    print("\n".join(entrances_of(settings).links(code)))


def end(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        programme = wanted_programme(tx, asked.programme)
        programmes.end(tx, programme.id)
    print(f"{programme.name} is ended. Nobody reads along any more; the partnerships are as they were.")


def new_token(asked: argparse.Namespace, settings: Settings) -> None:
    """It is printed here and never again: of what was made, we keep a keyed hash."""
    now = wall_clock()
    with transaction(settings) as tx:
        programme = wanted_programme(tx, asked.programme)
        token = api_tokens.make(tx, programme.id, None, now)
    if token is None:
        full = f"{programme.name} has {api_tokens.MOST} tokens of yours, and that is the most."
        raise CommandError(f"{full} Let one go first: samenspraak programme revoke")
    until, address = (now + api_tokens.LASTS).date(), f"{WebSettings.read(settings).page_url}/api/v1"
    facts = {"programme": programme.id, "token": token, "expires_on": until.isoformat(), "address": address}
    print(as_json(facts) if asked.json else f"{token}\n\nIt works until {until}, at {address}. It is not shown again.")


def list_tokens(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        programme = wanted_programme(tx, asked.programme)
        found = [_as_data(one) for one in api_tokens.of_programme(tx, programme.id, wall_clock())]
    if asked.json:
        print(as_json(found))
        return
    for one in found:
        used = f"last used on {one['used_on']}" if one["used_on"] else "not used yet"
        print(f"{one['token']:>4}  of {one['of']}, made on {one['made_on']}, works until {one['expires_on']}, {used}")
    if not found:
        print("There are no tokens. Make one: samenspraak programme token PROGRAMME", file=sys.stderr)


def _as_data(one: ApiToken) -> dict[str, Any]:
    days = {"made_on": one.made_on, "expires_on": one.until, "used_on": one.used_on}
    told = {name: day.isoformat() if day else None for name, day in days.items()}
    return {"token": one.id, "of": "a reader" if one.contact else "the operator", **told}


def revoke_token(asked: argparse.Namespace, settings: Settings) -> None:
    number = as_number(asked.token, MOST)
    with transaction(settings) as tx:
        programme = wanted_programme(tx, asked.programme)
        if number is None or not api_tokens.revoke(tx, programme.id, number):
            raise CommandError(f"{programme.name} has no token of that number. See them all: programme tokens")
    print(f"Token {number} of {programme.name} works no more.")


def list_programmes(asked: argparse.Namespace, settings: Settings) -> None:
    with transaction(settings) as tx:
        found = [_listed(tx, one) for one in programmes.every(tx)]
    if asked.json:
        print(as_json(found))
        return
    for one in found:
        names = ", ".join(of["name"] for of in one["partnerships"])
        print(f"{one['programme']:>4}  {one['name']}  read by {one['readers']}: {names}")
    if not found:
        print("There are no programmes yet. Make one: samenspraak programme add NAME PARTNERSHIP", file=sys.stderr)


def _listed(tx: Tx, programme: Programme) -> dict[str, Any]:
    of = programmes.partnerships_of(tx, programme.id)
    return {
        "programme": programme.id,
        "name": programme.name,
        "readers": len(programmes.readers_of(tx, programme.id)),
        "partnerships": [{"partnership": one.id, "name": one.name} for one in of],
    }


def _names(of: Sequence[Partnership]) -> str:
    return ", ".join(one.name for one in of)
