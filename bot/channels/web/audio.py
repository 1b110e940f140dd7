"""Audio: recordings, each at an address made of its bytes, in whatever pieces a browser asks for.

A browser may keep one for good: with other bytes it has another address. What is another file by now is not given out.
"""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from bot.recordings.recordings import Recordings

FOR_GOOD = "public, max-age=31536000, immutable"


def path_of(digest: str) -> str:
    return f"/audio/{digest}.mp3"


@dataclass(frozen=True, slots=True)
class Audio:
    recordings: Recordings

    def routes(self) -> list[Route]:
        return [Route(path_of("{digest:digest}"), self.recording)]

    async def recording(self, request: Request) -> Response:
        found = self.recordings.by_digest(request.path_params["digest"])
        if not (found and found.is_there):
            raise HTTPException(404)
        headers = {"Cache-Control": FOR_GOOD, "ETag": f'"{found.digest}"'}
        return FileResponse(found.path, headers=headers, media_type="audio/mpeg", stat_result=found.path.stat())
