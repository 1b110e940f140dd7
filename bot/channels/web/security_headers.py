"""Security headers: around every request the headers that close what a page does not need, and an end to every error.

What goes wrong is logged with its place and never with its words: those may hold what somebody sent.
"""

import logging

from starlette.datastructures import MutableHeaders
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
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
NO_TURN = "can't handle event type Response"  # h11, when it has refused what came while we were at it
ONE_YEAR = "max-age=31536000"


class SecurityHeaders:
    """`sorry` is the page that is left when even that one fails which says so."""

    def __init__(self, app: ASGIApp, sorry: str, *, is_secure: bool) -> None:
        self._app, self._sorry = app, sorry
        headers = {**HEADERS, **({"Strict-Transport-Security": ONE_YEAR} if is_secure else {})}
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_gone = is_begun = False

        async def heard() -> Message:
            nonlocal is_gone
            message = await receive()
            is_gone |= message["type"] == "http.disconnect"
            return message

        async def guarded(message: Message) -> None:
            nonlocal is_begun
            if message["type"] == "http.response.start":
                is_begun = True
                message["headers"] = [*message["headers"], *self._headers]
                MutableHeaders(scope=message).setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._app(scope, heard, guarded)
        except Exception as error:
            if is_gone or NO_TURN in str(error):  # they left halfway, or it was no HTTP: nothing of ours failed
                log.info("a request was not finished: %s", type(error).__name__)
            else:
                log.error("a request failed", exc_info=error)
                if not is_begun:
                    await HTMLResponse(self._sorry, 500)(scope, receive, guarded)
