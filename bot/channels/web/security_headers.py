"""Security headers: around every request the headers that close what a page does not need, and an end to every error.

What goes wrong is logged with its place and never with its words: those may hold what somebody sent.
"""

import logging
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web.notices import Handler

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
RECORDER = "/coordinate/record/"
"""Where the one page is that may use the microphone, and play what it heard."""
ON_RECORDER = {
    "Content-Security-Policy": POLICY.replace("media-src 'self'", "media-src 'self' blob:"),
    "Permissions-Policy": HEADERS["Permissions-Policy"].replace("microphone=()", "microphone=(self)"),
}
ONE_YEAR = "max-age=31536000"


class SecurityHeaders:
    """`notices` say what is wrong, by the status or the class of an error; `sorry` is the page that is left when even
    that one fails which says so. This is the one layer around the addresses: each more is paid for by every request."""

    def __init__(self, app: ASGIApp, notices: Mapping[Any, Handler], sorry: str, *, is_secure: bool) -> None:
        self._app, self._notices, self._sorry = app, notices, sorry
        headers = {**HEADERS, **({"Strict-Transport-Security": ONE_YEAR} if is_secure else {})}
        self.headers, self.on_recorder = _written(headers), _written({**headers, **ON_RECORDER})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self  # so that what has no address is an error, and not an answer of the router's own
        headers = self.on_recorder if scope["path"].startswith(RECORDER) else self.headers
        exchange = _Exchange(headers, receive, send)
        try:
            await self._app(scope, exchange.heard, exchange.guarded)
        except Exception as error:
            await self._end(error, scope, exchange)

    async def _end(self, error: Exception, scope: Scope, exchange: "_Exchange") -> None:
        """Say it, when it is one that is known and nothing was said yet; else log it, and say that we are sorry."""
        notice, is_known = self._notice(error)
        if exchange.is_begun or not is_known:
            exchange.note(error)
        if exchange.is_begun or (exchange.is_gone and not is_known):
            return
        try:
            response = await notice(Request(scope, exchange.heard), error)
            await response(scope, exchange.heard, exchange.guarded)
        except Exception as failed:
            exchange.note(failed)
            if not exchange.is_begun:
                await HTMLResponse(self._sorry, 500)(scope, exchange.heard, exchange.guarded)

    def _notice(self, error: Exception) -> tuple[Handler, bool]:
        kinds = (getattr(error, "status_code", None), *type(error).__mro__)
        kind = next(kind for kind in kinds if kind in self._notices)
        return self._notices[kind], kind is not Exception


def _written(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


class _Exchange:
    """A request and its answer: whether they left, and whether it is begun."""

    def __init__(self, headers: list[tuple[bytes, bytes]], receive: Receive, send: Send) -> None:
        self._headers, self._receive, self._send = headers, receive, send
        self.is_gone = self.is_begun = False

    async def heard(self) -> Message:
        message = await self._receive()
        self.is_gone |= message["type"] == "http.disconnect"
        return message

    async def guarded(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.is_begun = True
            message["headers"] = [*message["headers"], *self._headers]
            MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
        await self._send(message)

    def note(self, error: Exception) -> None:
        if self.is_gone:  # they left halfway, or it was no HTTP: nothing of ours failed
            log.info("a request was not finished: %s", type(error).__name__)
        else:
            log.error("a request failed", exc_info=error)
