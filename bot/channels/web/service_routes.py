"""Service routes: what is asked by machines and not by people: is it well, how much is done, here is an update."""

from dataclasses import dataclass
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.port import Hook, House
from bot.channels.web.assets import Assets
from bot.channels.web.audio import FOR_GOOD
from bot.channels.web.requests import body

THROUGH_A_PROXY = ("x-forwarded-for", "forwarded", "via")


@dataclass(frozen=True, slots=True)
class ServiceRoutes:
    house: House
    assets: Assets

    def routes(self) -> list[Route]:
        return [
            *(Route(hook.path, partial(self.bring, hook), methods=["POST"]) for hook in self.house.hooks),
            *(Route(hook.path, partial(self.challenge, hook)) for hook in self.house.hooks if hook.challenge),
            Route("/healthz", self.health),
            Route("/metrics", self.measure),
            Route("/static/{stamp}/{name}", self.asset),
            Route("/robots.txt", self.robots),
        ]

    async def bring(self, hook: Hook, request: Request) -> Response:
        status, content = await hook.bring(request.headers.get(hook.header, ""), await body(request, hook.most))
        return JSONResponse(content, status) if content else Response(status_code=status)

    async def challenge(self, hook: Hook, request: Request) -> Response:
        assert hook.challenge  # noqa: S101 - it has one
        status, text = hook.challenge(dict(request.query_params))
        return PlainTextResponse(text, status)

    async def health(self, _request: Request) -> Response:
        trouble = await self.house.is_well()
        return PlainTextResponse(f"{trouble or 'ok'}\n", 503 if trouble else 200)

    async def measure(self, request: Request) -> Response:
        """For whoever reaches us directly. What comes through a proxy comes from outside, and there it is nothing."""
        if any(name in request.headers for name in THROUGH_A_PROXY):
            raise HTTPException(404)
        return Response(await self.house.measure(), media_type="text/plain; version=0.0.4")

    async def asset(self, request: Request) -> Response:
        found = self.assets.find(request.path_params["name"])
        if found is None:
            raise HTTPException(404)
        return Response(found[0], media_type=found[1], headers={"Cache-Control": FOR_GOOD})

    async def robots(self, _request: Request) -> Response:
        return PlainTextResponse("User-agent: *\nDisallow: /\n")
