"""How we reach the Bot API: python-telegram-bot's request interface over connections of our own.

What every tap costs goes by `send`: JSON, and no answer read.
"""

import asyncio
import json
import re
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.written import body_of
from bot.http.connection import NoAnswer
from bot.http.connections import Places, trusted
from bot.http.written import Body
from bot.runtime.logs import told

TIMEOUT = 10.0  # seconds; shorter than a reply is held
MOST_REASON = 200  # signs of Telegram's own words about an error
JSON = "application/json"
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What the library meets in an answer that is right by its first words and holds something else than promised."""
WORKED = (b'{"ok":true', b'{"ok": true')


class HttpRequest(BaseRequest):
    """`errors` counts the calls that failed, by status or by how they ended."""

    def __init__(self, errors: Counter[str] | None = None, trust: Callable[[], ssl.SSLContext] = trusted) -> None:
        self._errors = Counter() if errors is None else errors
        self._places, self._is_open = Places(trust), False

    @property
    def read_timeout(self) -> float:
        return TIMEOUT

    async def initialize(self) -> None:
        self._is_open = True

    async def shutdown(self) -> None:
        self._is_open = False
        await self._places.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """All of it, from waiting for a connection to the end of the answer, within `read_timeout`."""
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else TIMEOUT
        return await self._exchange(method, url, seconds, body_of(request_data))

    async def send(self, url: str, parameters: Mapping[str, object]) -> None:
        """Call a method of which we want to know only that it worked; a TelegramError says why it did not."""
        status, answer = await self._exchange("POST", url, TIMEOUT, (JSON, json.dumps(parameters).encode()))
        if not (status == HTTPStatus.OK and answer.startswith(WORKED)):
            await _Answered(status, answer).post(url)

    async def _exchange(self, method: str, url: str, seconds: float, body: Body | None) -> tuple[int, bytes]:
        if not self._is_open:
            raise NetworkError("the connection to Telegram is closed")
        try:
            async with asyncio.timeout(seconds):
                # Whatever it is: the Bot API sends nobody elsewhere, and who does so would learn the token.
                status, answer, _ = await self._places.exchange(method, url, body)
        except TimeoutError as error:
            self._errors["timeout"] += 1
            raise TimedOut from error
        except (OSError, ValueError) as error:
            self._errors["connection"] += 1
            # its own words may hold the address, and so the token
            raise NetworkError(str(error) if isinstance(error, NoAnswer) else type(error).__name__) from error
        if status >= HTTPStatus.BAD_REQUEST:
            self._errors[str(status)] += 1
        return _reported(status, answer)


def _reported(status: int, answer: bytes) -> tuple[int, bytes]:
    """The answer of the Bot API; of an error only its status and its kind. Whoever else answers in its place, such as a
    proxy with a page of its own, says nothing about our token or about a person."""
    if status == HTTPStatus.OK and answer.startswith(WORKED):
        return status, answer
    said = object_in(answer)
    if status < HTTPStatus.MULTIPLE_CHOICES and "result" in said:
        return status, answer
    if status < HTTPStatus.BAD_REQUEST or not isinstance(said.get("description"), str):
        raise NetworkError(f"{status}, and not an answer of the Bot API")
    more = said.get("parameters")
    kept = {name: one for name, one in more.items() if type(one) is int} if isinstance(more, dict) else {}
    return status, json.dumps({"description": told(said["description"], MOST_REASON), "parameters": kept}).encode()


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object that came; an empty one for whatever else did."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


class _Answered(BaseRequest):
    """An answer that came already, for the library to make out what is wrong with it."""

    def __init__(self, status: int, answer: bytes) -> None:
        self._answer = status, answer

    @property
    def read_timeout(self) -> float:
        return TIMEOUT

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        return self._answer


async def name_of(bot: Bot) -> str:
    """The bot's name, for links; a ValueError when whoever answers gives none."""
    name = str((await bot.get_me()).username)
    if not re.fullmatch(r"\w{3,64}", name, re.ASCII):
        raise ValueError("getMe gives no name of a bot")
    return name
