"""How we reach the Bot API: over aiohttp, at a third to a seventh of the CPU of python-telegram-bot's default.

What every tap costs goes by `send`: JSON, for aiohttp takes as long again to write a form, and no answer read.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData, TCPConnector
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.runtime.logs import told

CONNECTIONS = 100
KEEP_ALIVE = 60.0  # seconds; a quiet bot should not shake hands anew for each press
TIMEOUT = 10.0  # seconds; shorter than a reply is held
MOST_REASON = 200  # signs of Telegram's own words about an error
JSON = {"Content-Type": "application/json"}
UNREADABLE = (AttributeError, LookupError, TypeError, ValueError)
"""What the library meets in an answer that is right by its first words and holds something else than promised."""
WORKED = (b'{"ok":true', b'{"ok": true')


class AiohttpRequest(BaseRequest):
    """`errors` counts the calls that failed, by status or by how they ended."""

    def __init__(self, errors: Counter[str] | None = None) -> None:
        self._session: ClientSession | None = None
        self._errors = Counter() if errors is None else errors

    @property
    def read_timeout(self) -> float:
        return TIMEOUT

    async def initialize(self) -> None:
        if self._session is None:
            self._session = ClientSession(connector=TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE))

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

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
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else TIMEOUT
        return await self._exchange(method, url, seconds, data=_body(request_data))

    async def send(self, url: str, parameters: Mapping[str, object]) -> None:
        """Call a method of which we want to know only that it worked; a TelegramError says why it did not."""
        status, answer = await self._exchange("POST", url, TIMEOUT, data=json.dumps(parameters).encode(), headers=JSON)
        if not (status == HTTPStatus.OK and answer.startswith(WORKED)):
            await _Answered(status, answer).post(url)

    async def _exchange(self, method: str, url: str, seconds: float, **more: Any) -> tuple[int, bytes]:
        if self._session is None:
            raise NetworkError("the connection to Telegram is closed")
        more["allow_redirects"] = False  # the Bot API sends nobody elsewhere; who does would learn the token
        try:
            async with self._session.request(method, url, timeout=ClientTimeout(seconds), **more) as response:
                if response.status >= HTTPStatus.BAD_REQUEST:
                    self._errors[str(response.status)] += 1
                return _reported(response.status, await response.read())
        except TimeoutError as error:
            self._errors["timeout"] += 1
            raise TimedOut from error
        except (ClientError, OSError) as error:
            self._errors["connection"] += 1
            raise NetworkError(type(error).__name__) from error  # its own words hold the address, and so the token


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


def _body(data: RequestData | None) -> FormData | dict[str, str] | None:
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters or None
    form = FormData(data.json_parameters)
    for name, (file_name, content, kind) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form


async def name_of(bot: Bot) -> str:
    """The bot's name, for links; a ValueError when whoever answers gives none."""
    name = str((await bot.get_me()).username)
    if not re.fullmatch(r"\w{3,64}", name, re.ASCII):
        raise ValueError("getMe gives no name of a bot")
    return name
