"""Short links: what was typed over from paper leads to the invitation.

A short code can be guessed where a long one cannot, so whoever brings wrong ones has to wait. A look, and nothing more.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.guesses import Guesses
from bot.channels.web.requests import Caller
from bot.survey import codes, short_codes
from bot.survey.invitation import Invitation


@dataclass(frozen=True, slots=True)
class ShortLinks:
    behind: Callable[[str], Awaitable[Invitation | None]]
    guesses: Guesses
    caller: Callable[[Request], Caller]
    notice: Callable[[Caller, str, int], Response]
    no_invitation: Callable[[Request], Awaitable[Response]]

    def routes(self) -> list[Route]:
        return [Route("/{typed:short}", self.address), Route("/typed", self.form)]

    async def address(self, request: Request) -> Response:
        return await self.lead(request, request.path_params["typed"])

    async def form(self, request: Request) -> Response:
        """The one field on the page for somebody whom we do not know."""
        return await self.lead(request, request.query_params.get("code", ""))

    async def lead(self, request: Request, typed: str) -> Response:
        if code := codes.find(typed):  # they pasted the link itself
            return RedirectResponse(f"/i/{code}", 303)
        short, client = short_codes.find(typed), self.caller(request).client
        if short and not self.guesses.may_try(client, short):
            return self.notice(self.caller(request), "too_many", 429)
        found = await self.behind(short) if short else None
        if found is None:
            return await self.no_invitation(request)
        self.guesses.was_right(client, short)
        return RedirectResponse(f"/i/{found.code}", 303)
