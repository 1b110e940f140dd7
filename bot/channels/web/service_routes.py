"""Service routes: what is asked by machines and not by people: is it well, how much is done, here is an update."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.web.pages import Assets
from bot.channels.web.requests import body

THROUGH_A_PROXY = ("x-forwarded-for", "forwarded", "via")


@dataclass(frozen=True, slots=True)
class Hook:
    """A door for a messenger's own server: `bring` takes what it shows in `header` and the body, and gives the status
    and the content of our answer."""

    path: str
    header: str
    most: int  # bytes
    bring: Callable[[str, bytes], Awaitable[tuple[int, Mapping[str, Any]]]]


@dataclass(frozen=True, slots=True)
class ServiceRoutes:
    is_well: Callable[[], Awaitable[str]]
    metrics: Callable[[], Awaitable[bytes]]
    hook: Hook | None
    assets: Assets

    def routes(self) -> list[Route]:
        hooks = [Route(self.hook.path, self.bring, methods=["POST"])] if self.hook else []
        return [
            *hooks,
            Route("/healthz", self.health),
            Route("/metrics", self.measure),
            Route("/static/{stamp}/{name}", self.asset),
            Route("/robots.txt", self.robots),
        ]

    async def bring(self, request: Request) -> Response:
        assert self.hook  # noqa: S101 - else it has no route
        shown = request.headers.get(self.hook.header, "")
        status, content = await self.hook.bring(shown, await body(request, self.hook.most))
        return JSONResponse(content, status) if content else Response(status_code=status)

    async def health(self, _request: Request) -> Response:
        trouble = await self.is_well()
        return PlainTextResponse(f"{trouble or 'ok'}\n", 503 if trouble else 200)

    async def measure(self, request: Request) -> Response:
        """For whoever reaches us directly. What comes through a proxy comes from outside, and there it is nothing."""
        if any(name in request.headers for name in THROUGH_A_PROXY):
            raise HTTPException(404)
        return Response(await self.metrics(), media_type="text/plain; version=0.0.4")

    async def asset(self, request: Request) -> Response:
        found = self.assets.find(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found[0], media_type=found[1], headers={"Cache-Control": "public, max-age=31536000, immutable"})

    async def robots(self, _request: Request) -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")
