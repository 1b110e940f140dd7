"""Requests: who is asking, and the fields of a form, read with nothing of it trusted."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from bot.channels.guesses import client_of
from bot.channels.port import Opened
from bot.channels.typed_text import said
from bot.channels.web.tokens import TOKEN, new_token
from bot.survey import codes
from bot.survey.conversation.buttons import Position, Press, decode, position_from
from bot.survey.conversation.dialogue import Commanded, Expired, Wrote
from bot.texts.texts import Texts

Event = Press | Commanded | Wrote | Expired | Opened

MOST_BODY = 16_384  # bytes of a form; ours have some hundreds
MOST_FIELDS = 12


FORGOTTEN = "forgotten"  # instead of a token, on a phone that was somebody's


class TooLarge(Exception):
    """More was sent than any form of ours holds."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. Whoever brought no token `is_new` and is given one; it means nothing until they agree. A phone
    that `is_forgotten` was somebody's until they gave it away."""

    token: str
    is_new: bool
    client: str
    language: str | None
    is_scripted: bool
    is_forgotten: bool = False


def caller(request: Request, cookie: str, texts: Texts) -> Caller:
    brought = request.cookies.get(cookie, "")
    is_token = TOKEN.fullmatch(brought) is not None
    return Caller(
        token=brought if is_token else new_token(),
        is_new=not is_token,
        client=client_of(request.client.host if request.client else ""),
        language=texts.negotiate(",".join(request.headers.getlist("accept-language"))),
        is_scripted="x-script" in request.headers,
        is_forgotten=brought == FORGOTTEN,
    )


async def form(request: Request) -> dict[str, str]:
    """The fields that were sent; raises TooLarge without having read them all."""
    try:
        sent = (await body(request, MOST_BODY)).decode()
        fields = parse_qsl(sent, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except (UnicodeDecodeError, ValueError):
        return {}
    return dict(fields)


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
    return said(fields.get("say", ""))


def position(fields: Mapping[str, str]) -> Position | None:
    """The screen that was in front of whoever sent this."""
    return position_from(fields["at"]) if "at" in fields else None
