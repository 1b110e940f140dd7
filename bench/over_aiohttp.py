"""The HTTP client of `a4`: the few lines that put aiohttp under python-telegram-bot, and nothing more.

It is not the product's own: what the product gains by a better one must not make the bot better that it is measured by.
"""

from typing import Any

from aiohttp import ClientSession, ClientTimeout, FormData
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
        fields = _form(request_data) if request_data else None
        seconds = read_timeout if isinstance(read_timeout, (int, float)) else self.read_timeout
        async with self._session.request(method, url, data=fields, timeout=ClientTimeout(seconds)) as response:
            return response.status, await response.read()


def _form(data: RequestData) -> FormData:
    form = FormData(data.json_parameters)
    for name, (filename, content, kind) in (data.multipart_data if data.contains_files else {}).items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form
