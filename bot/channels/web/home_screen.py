"""The home screen: what a phone asks for that puts the page among its apps, and what it runs to be called there."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.web.site import Site
from bot.survey.conversation.events import Wrote

WORKER, ICON = "sw.js", "sign.png"


@dataclass(frozen=True, slots=True)
class HomeScreen:
    own: Site

    def routes(self) -> list[Route]:
        return [Route(f"/{WORKER}", self.worker), Route("/manifest.webmanifest", self.manifest)]

    async def worker(self, _request: Request) -> Response:
        """At the root, where it works for every page; never kept, so that a better one is there at the next visit."""
        content, kind = self.own.pages.assets.own(WORKER)
        return Response(content, media_type=kind)

    async def manifest(self, request: Request) -> Response:
        """Of whoever asks: on an iPhone the home screen shares no cookie with the browser, so it begins with their own
        link. On a helper's device it is nobody's."""
        caller = self.own.caller(request)
        shown = await self.own.look(caller, Wrote())
        is_own = shown.is_known and not caller.helping
        about = {
            "id": "/",
            "name": "Samenspraak",
            "start_url": f"/mine/{caller.token}" if is_own else "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#ffffff",
            "icons": [{"src": f"{self.own.pages.assets.root}{ICON}", "sizes": "512x512", "type": "image/png"}],
        }
        return JSONResponse(about, media_type="application/manifest+json")
