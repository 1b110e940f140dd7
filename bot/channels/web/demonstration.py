"""A demonstration: one link for everybody, who then choose whether they take part or look as a coordinator does.

There is nothing to protect: what is seen was invented. Whoever looks shares a seat, and joins as themselves.
"""

from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.port import Demonstration, Shown
from bot.channels.web.choices import Choice
from bot.channels.web.site import Site
from bot.letters import Letter
from bot.texts.texts import HOME_LANGUAGE

BEGINNING = "/demo"


@dataclass(frozen=True, slots=True)
class DemonstrationRoutes:
    site: Site
    shows: Demonstration

    def routes(self) -> list[Route]:
        return [Route(BEGINNING, self.choose), Route(f"{BEGINNING}/look", self.look)]

    async def choose(self, request: Request) -> Response:
        """It is the same for everybody, also for who chose before."""
        caller = self.site.caller(request)
        language = caller.language or HOME_LANGUAGE
        about = self.site.pages.word("demo_looks_only" if self.shows.looks_only else "demo", language)
        choices = (
            Choice("demo_part", f"/i/{self.shows.invitation}", is_link=True, is_main=True),
            Choice("demo_look", f"{BEGINNING}/look", is_link=True),
        )
        return await self.site.page(caller, Shown(language, (Letter(about),)), BEGINNING, choices=choices)

    async def look(self, request: Request) -> Response:
        """From here on this browser is that of the seat."""
        caller = self.site.caller(request)
        seat = await self.shows.seat(caller.language or HOME_LANGUAGE)
        return self.site.go(replace(caller, token=seat), "/coordinate/home", is_known=True)
