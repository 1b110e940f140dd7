"""Audio: recordings, each at an address made of its bytes, in whatever pieces a browser asks for.

A browser may keep one of a folder for good: with other bytes it has another address. What is another file by now is not
given out. One that was made on the page can be taken back: it is kept for a day, and by nobody on the way.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.channels.port import House

FOR_GOOD, FOR_A_DAY = "public, max-age=31536000, immutable", "private, max-age=86400"
RANGE = re.compile(r"bytes=(\d{1,9})-(\d{0,9})|bytes=-(\d{1,9})")


def path_of(digest: str) -> str:
    return f"/audio/{digest}.mp3"


@dataclass(frozen=True, slots=True)
class Audio:
    """`recorded` gives what was made on the page, and what kind of sound it is; raises TimeoutError."""

    house: House
    recorded: Callable[[str], Awaitable[tuple[bytes, str] | None]]

    def routes(self) -> list[Route]:
        return [Route(path_of("{digest:digest}"), self.recording)]

    async def recording(self, request: Request) -> Response:
        digest = request.path_params["digest"]
        found = self.house.recordings.by_digest(digest)
        if found and found.is_there:
            headers = {"Cache-Control": FOR_GOOD, "ETag": f'"{digest}"'}
            return FileResponse(found.path, headers=headers, media_type="audio/mpeg", stat_result=found.path.stat())
        if (recorded := await self.recorded(digest)) is None:
            raise HTTPException(404)
        return _in_pieces(request, *recorded, tag=f'"{digest}"')


def _in_pieces(request: Request, content: bytes, media: str, tag: str) -> Response:
    """All of it, or the piece that is asked for: some phones play nothing else."""
    headers = {"Cache-Control": FOR_A_DAY, "ETag": tag, "Accept-Ranges": "bytes"}
    asked = RANGE.fullmatch(request.headers.get("range", ""))
    if not asked or request.headers.get("if-range", tag) != tag:
        return Response(content, headers=headers, media_type=media)
    size = len(content)
    first = max(size - int(asked[3]), 0) if asked[3] else int(asked[1])
    last = min(int(asked[2]), size - 1) if asked[2] else size - 1
    if first > last:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return Response(content[first : last + 1], 206, headers=headers, media_type=media)
