"""Notices: what is said where there is nothing to show.

Whatever is asked for, and however, the answer is a page of ours in the language of the phone.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response

from bot.channels.web.paths import meant
from bot.channels.web.requests import TooLarge

log = logging.getLogger(__name__)

Handler = Callable[[Request, Any], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Notices:
    """`say` makes a page with one sentence; `no_invitation` says that a link is none of ours."""

    say: Callable[[Request, str, int], Response]
    spoken: Callable[[str], str | None]
    no_invitation: Callable[[Request], Awaitable[Response]]

    def handlers(self) -> Mapping[Any, Handler]:
        return {
            404: self.not_found,
            405: self.not_understood,
            ClientDisconnect: self.hung_up,
            TooLarge: self.too_large,
            TimeoutError: self.not_now,
            Exception: self.broken,
        }

    async def not_found(self, request: Request, _error: HTTPException) -> Response:
        """There may be one of our links in it all the same."""
        path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
        if clean := meant(f"{path}?{query}", self.spoken):
            return RedirectResponse(clean, 303)
        if path.startswith("/i/"):
            return await self.no_invitation(request)
        return self.say(request, "not_found", 404)

    async def not_understood(self, request: Request, error: HTTPException) -> Response:
        """A form was sent to its own address, and that stays in the address bar: whoever opens it again comes back."""
        if request.method in ("GET", "HEAD"):
            return RedirectResponse("/", 303)
        response = self.say(request, "not_understood", 405)
        response.headers.update(error.headers or {})
        return response

    async def hung_up(self, _request: Request, _error: Exception) -> Response:
        log.info("a request was not finished: they left")
        return Response(status_code=400)  # nobody hears it

    async def too_large(self, request: Request, _error: Exception) -> Response:
        response = self.say(request, "too_large", 413)
        response.headers["Connection"] = "close"  # the rest of it is not read
        return response

    async def not_now(self, request: Request, _error: Exception) -> Response:
        return self.say(request, "broken", 503)

    async def broken(self, request: Request, _error: Exception) -> Response:
        return self.say(request, "broken", 500)
