"""The HTTP client of `a4`: the few lines that put aiohttp under python-telegram-bot, and nothing more.

It is not the product's own: what the product gains by a better one must not make the bot better that it is measured by.
"""

from typing import Any

from aiohttp import ClientSession, ClientTimeout
from telegram.request import BaseRequest, RequestData


class OverAiohttp(BaseRequest):
    @property
    def read_timeout(self) -> float:
        return 20.0

    async def initialize(self) -> None:
        self._session = ClientSession()

    async def shutdown(self) -> None:
        await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        *_: Any,
        **__: Any,
    ) -> tuple[int, bytes]:
        fields = request_data.json_parameters if request_data else None
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else self.read_timeout
        async with self._session.request(method, url, data=fields, timeout=ClientTimeout(seconds)) as response:
            return response.status, await response.read()
