"""Events: a page that is looked at hears of news, by a stream that costs nothing while there is none."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from starlette.responses import Response, StreamingResponse

from bot.channels.web.mailbox import Mailbox

HEARTBEAT = 25.0  # seconds between signs of life on a stream that has no news
MOST_EACH = 3  # a browser has six connections for all its tabs together
UNBUFFERED = {"X-Accel-Buffering": "no"}  # nginx would keep news until it has a page full of it


@dataclass(slots=True)
class Events:
    """At most so many streams; when `closing` is set, each ends at its next sign of life."""

    most: int
    closing: asyncio.Event
    open: int = 0

    def of(self, box: Mailbox) -> Response:
        if self.open >= self.most or box.listeners >= MOST_EACH:
            return Response(status_code=204)  # a browser does not ask again
        return StreamingResponse(self._stream(box), media_type="text/event-stream", headers=UNBUFFERED)

    async def _stream(self, box: Mailbox) -> AsyncIterator[str]:
        self.open += 1
        box.listeners += 1
        try:
            version = ""
            while not self.closing.is_set():
                has_news = await box.news(version, HEARTBEAT)
                version = box.version
                yield f"data: {version}\n\n" if has_news else ": still here\n\n"
        finally:
            self.open -= 1
            box.listeners -= 1
