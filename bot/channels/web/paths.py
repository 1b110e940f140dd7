"""Addresses: what ours look like, and which of them is meant by one to which something was done on its way.

Mail programs, virus scanners, messengers and fingers put things around a link. Whoever comes by such a one is sent to
the clean address, and only there is anything looked up. What somebody asked for is never repeated.
"""

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.convertors import IntegerConvertor, StringConvertor, register_url_convertor

from bot.channels.web.tokens import TOKEN
from bot.survey import codes, short_codes
from bot.survey.conversation.buttons import (
    Call,
    ChooseLanguage,
    Coordinate,
    Go,
    Position,
    Press,
    ReadProgramme,
    Screen,
    Terms,
    Welcome,
    Where,
)
from bot.survey.conversation.commands import COMMANDS, COORDINATING, only_looks

NOTIFIED = "[a-z2-7]{26}"
DOOR = re.compile(rf"/+(door|stop)/+({NOTIFIED})(?![a-z0-9])", re.IGNORECASE)
OWN = re.compile(rf"/mine/+({TOKEN.pattern})(?![A-Za-z0-9])", re.IGNORECASE)
TYPED = re.compile(r"/+([^/?]+)/*(?:\?|$)")
LANGUAGE = re.compile(rf"{codes.SIGNS}/+([a-z]{{2,3}}(?:[_-][a-z0-9]{{2,8}})*)", re.IGNORECASE)


class Code(StringConvertor):
    regex = codes.SIGNS


class Short(StringConvertor):
    regex = rf"(?i:[{short_codes.ALPHABET}]{{4}}-?[{short_codes.ALPHABET}]{{4}})"


class Token(StringConvertor):
    regex = TOKEN.pattern


class Notified(StringConvertor):
    regex = f"(?i:{NOTIFIED})"  # what carries mail may change the case


class Tag(StringConvertor):
    regex = "[A-Za-z0-9_-]{2,35}"


class Digest(StringConvertor):
    regex = "[0-9a-f]{32}"


class Number(IntegerConvertor):
    regex = "[0-9]{1,9}"


SCREENS: Mapping[Screen, str] = {
    Screen.INVITED: "again",
    Screen.GROUP: "group",
    Screen.PAUSE: "pause",
    Screen.PAUSED: "paused",
    Screen.OPEN_QUESTION: "one-more",
    Screen.REVIEW: "review",
    Screen.THANKS: "thanks",
    Screen.RESULT: "result",
    Screen.PICTURE: "picture",
    Screen.TABLE: "table",
    Screen.CLOSED: "closed",
    Screen.PICK: "partnerships",
    Screen.LANGUAGE: "language",
    Screen.REMINDERS: "reminders",
    Screen.HELP: "help",
    Screen.PRIVACY: "privacy",
    Screen.ACCESSIBILITY: "accessibility",
    Screen.MY_DATA: "my-data",
    Screen.ERASE: "delete",
}
"""Where each screen is that has an address; that of a statement is its number."""


class Item(IntegerConvertor):
    regex = "[1-9][0-9]?"


class Argument(StringConvertor):
    regex = "[A-Za-z0-9_.-]{1,64}"


class File(StringConvertor):
    regex = r"[a-z0-9-]{1,40}\.[a-z]{3,4}"


class Anything(StringConvertor):
    regex = "(?s:.*)"  # a line break too, which that of a `path` leaves to whoever comes behind


register_url_convertor("anything", Anything())
register_url_convertor("item", Item())
register_url_convertor("argument", Argument())
register_url_convertor("file", File())
register_url_convertor("code", Code())
register_url_convertor("short", Short())
register_url_convertor("token", Token())
register_url_convertor("tag", Tag())
register_url_convertor("notified", Notified())
register_url_convertor("digest", Digest())
register_url_convertor("number", Number())


def path_of(where: Where | None) -> str:
    """The address of what somebody sees; whoever sees nothing of their own is at the beginning."""
    match where:
        case Position(Screen.ITEM, number):
            return f"/{number}"
        case Position(screen) if screen in SCREENS:
            return f"/{SCREENS[screen]}"
        case ReadProgramme(programme, action, argument):
            of_one = [str(programme)] if programme else []
            parts = [*of_one, *([action] if (action, argument) != ("home", "-") else []), *_argument(argument)]
            return "/" + "/".join(quote(part, safe="") for part in ("programme", *parts))
        case Call():
            return "/messages"
        case Coordinate(partnership, action, argument):
            parts = [action, *([str(partnership)] if partnership else []), *_argument(argument)]
            return "/coordinate/" + "/".join(quote(part, safe="") for part in parts)
        case _:
            return "/"


def _argument(argument: str) -> list[str]:
    return [argument] if argument != "-" else []


def path_of_press(press: Press | None) -> str:
    """Where a button leads that changes nothing; nothing for one that does."""
    match press:
        case Go(position=position) if position.screen in (Screen.ITEM, *SCREENS):
            return path_of(position)
        case Welcome(code, language):
            return f"/i/{code}/{language}"
        case Terms(code, language):
            return f"/i/{code}/{language}/more"
        case ChooseLanguage(code):
            return f"/i/{code}/languages"
        case Coordinate() | ReadProgramme() if only_looks(press):
            return path_of(press)
        case Call("home"):
            return path_of(press)
        case Call("write", notifier):
            return f"/messages/{notifier}"
        case _:
            return ""


def path_of_command(name: str) -> str:
    """Of one of the menu, for respondents or for coordinators."""
    if name in COORDINATING:
        return f"/coordinate/{name}"
    if name == "programme":
        return path_of(ReadProgramme(0))
    screen = COMMANDS.get(name)
    return path_of(Position(screen)) if screen else "/"


def meant(asked: str, spoken: Callable[[str], str | None]) -> str:
    """The clean address of what was asked for; nothing where there is none of ours in it."""
    clean = codes.cleaned(asked)
    if door := DOOR.search(clean):
        return f"/{door[1]}/{door[2]}".lower()
    if own := OWN.search(clean):
        return f"/mine/{own[1]}"
    if not (code := codes.find(asked)):
        return _typed(clean)
    found = LANGUAGE.search(clean)
    language = spoken(found[1]) if found else None
    return f"/i/{code}/{language}" if language else f"/i/{code}"


def _typed(asked: str) -> str:
    """A short code stands behind the host and nowhere else."""
    alone = TYPED.match(asked)
    short = short_codes.find(alone[1]) if alone else ""
    return f"/{short_codes.written(short)}" if short else ""
