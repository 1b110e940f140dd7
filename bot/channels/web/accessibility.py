"""The accessibility statement, which stands behind a link below every page: also for whoever has no invitation.

A visitor reads it in the language of the page that they came from; nothing about them is kept.
"""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.site import Site
from bot.survey.conversation.buttons import Go, Position, Screen

STATEMENT = Go(0, Position(Screen.ACCESSIBILITY))


async def in_language(own: Site, request: Request) -> Response:
    """For a visitor. Whoever we know reads it in their own, at an address without a language."""
    caller = replace(own.caller(request), accepts=request.path_params["language"])
    return await own.page(caller, await own.look(caller, STATEMENT), request.url.path)
