"""Requests: who is asking, and the fields of a form, read with nothing of it trusted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.channels.guesses import client_of
from bot.channels.port import Opened
from bot.channels.web.tokens import TOKEN, new_token
from bot.survey import codes
from bot.survey.conversation.buttons import Call, Coordinate, Position, Press, Write, decode, position_from
from bot.survey.conversation.events import Expired, Filled, Recorded, Wrote
from bot.survey.sound import MOST_BYTES
from bot.texts.texts import Texts

Event = Press | Filled | Recorded | Wrote | Expired | Opened

MOST_BODY = 65_536  # bytes of a form; most have some hundreds, one with a text in each language has thousands
MOST_FIELDS = 40
FIELD, WAS = "field.", "was."
"""What stands before the name of something to fill in: as it is sent, and as it was."""


BOUNDARY = re.compile(r'^multipart/form-data;.*boundary="?([^";]{1,200})"?')
NAME = re.compile(rb'name="([^"]{1,100})"')
FORGOTTEN = "forgotten"  # instead of a token, on a phone that was somebody's


class TooLarge(Exception):
    """More was sent than any form of ours holds."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. Whoever brought no token `is_new` and is given one; it means nothing until they agree. A phone
    that `is_forgotten` was somebody's until they gave it away. Where it serves others, `helping` is the code of the
    helper's link, and somebody `is_here` when they touched it a moment ago. `accepts` is what their phone says it
    speaks, `language` what we speak of that."""

    token: str
    is_new: bool
    client: str
    language: str | None
    is_scripted: bool
    is_forgotten: bool = False
    helping: str = ""
    is_here: bool = False
    accepts: str = ""


def caller(request: Request, cookie: str, texts: Texts) -> Caller:
    brought = request.cookies.get(cookie, "")
    accepts = ",".join(request.headers.getlist("accept-language"))
    is_token = TOKEN.fullmatch(brought) is not None
    return Caller(
        token=brought if is_token else new_token(),
        is_new=not is_token,
        client=client_of(request.client.host if request.client else ""),
        language=texts.negotiate(accepts),
        is_scripted="x-script" in request.headers,
        is_forgotten=brought == FORGOTTEN,
        accepts=accepts,
    )


async def form(request: Request, most: int = MOST_FIELDS) -> dict[str, str]:
    """The fields that were sent; raises TooLarge without having read them all."""
    try:
        sent = (await body(request, MOST_BODY)).decode()
        fields = parse_qsl(sent, keep_blank_values=True, max_num_fields=most)
    except (UnicodeDecodeError, ValueError):
        return {}
    return dict(fields)


async def upload(request: Request) -> tuple[dict[str, str], bytes]:
    """The fields of a form that brings a file, and the bytes of that; what it is called is not read. Raises TooLarge
    without having read more than a file may be."""
    boundary = BOUNDARY.search(request.headers.get("content-type", ""))
    sent = await body(request, MOST_BYTES + MOST_BODY)
    fields, content = dict[str, str](), b""
    for part in (b"\r\n" + sent).split(b"\r\n--" + boundary[1].encode())[1:-1] if boundary else ():
        head, _, value = part.partition(b"\r\n\r\n")
        name = NAME.search(head)
        if b"filename=" in head:
            content = value
        elif name:
            fields[name[1].decode(errors="replace")] = value.decode(errors="replace")
    return fields, content


async def body(request: Request, most: int) -> bytes:
    """What was sent, at most so many bytes; raises TooLarge without having read more."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > most:
        raise TooLarge
    sent = b""
    async for piece in request.stream():
        sent += piece
        if len(sent) > most:
            raise TooLarge
    return sent


def event(fields: Mapping[str, str]) -> Event:
    """What somebody does with a form."""
    if "press" in fields:
        return decode(fields["press"]) or Expired()
    if "open" in fields:
        return Opened(codes.find(fields["open"]))
    return _filled(fields) if "fill" in fields else Wrote()


def _filled(fields: Mapping[str, str]) -> Event:
    """Only what they changed: else a page of an hour ago would put back what somebody else changed since."""
    press = decode(fields["fill"])
    given = {name.removeprefix(FIELD): _lines(text) for name, text in fields.items() if name.startswith(FIELD)}
    changed = {name: text for name, text in given.items() if text != _lines(fields.get(f"{WAS}{name}", ""))}
    return Filled(press, changed) if isinstance(press, Call | Coordinate | Write) else Expired()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def is_sure(fields: Mapping[str, str]) -> bool:
    """Whether a person says so, by a tick or by a finger: a program that sends every form leaves it as it is."""
    return fields.get("me") == "yes"


def position(fields: Mapping[str, str]) -> Position | None:
    """The screen that was in front of whoever sent this."""
    return position_from(fields["at"]) if "at" in fields else None
