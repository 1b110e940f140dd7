"""Doors: the two links that a notifier brings, of which one leads in and one stops what it sends; and the way to an app
in which somebody writes to us, to be called there.

Programs open every link of a mail before its reader does, send every form and run every script. So a door leads in as
often as it is opened, only by a press of a finger, and what works without one can do nothing but stop the messages.
"""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.port import Shown
from bot.channels.web import requests
from bot.channels.web.choices import Choice, send_again, stop_messages
from bot.channels.web.own_links import OwnLinks
from bot.channels.web.site import Site
from bot.channels.web.traits import TRAITS
from bot.letters import Letter
from bot.texts.texts import HOME_LANGUAGE


class Doors:
    def __init__(self, site: Site, links: OwnLinks) -> None:
        self._site, self._links = site, links

    def routes(self) -> list[Route]:
        return [
            Route("/door/{tag:notified}", self.door, methods=["GET", "POST"]),
            Route("/stop/{tag:notified}", self.stop, methods=["GET", "POST"]),
            Route("/messages/{notifier:argument}", self.write),
        ]

    async def door(self, request: Request) -> Response:
        """To where they are, for who was called: in their own browser at once."""
        token = await self._site.house.behind_door(request.path_params["tag"])
        if token is None:
            return self._site.say(request, "old_door", 404)
        return await self._links.lead_in(request, self._site.caller(request), token)

    async def stop(self, request: Request) -> Response:
        """Nobody needs to sign in for this, and a mail program that is asked to does it by itself (RFC 8058)."""
        if request.method != "POST":
            return await self._asks(request, "stop_messages", stop_messages)
        fields = await requests.form(request)
        is_again = "again" in fields
        if is_again and not requests.is_sure(fields):
            return await self._asks(request, "messages_stopped", send_again, "tick_first")
        if not await self._site.house.stop_notifying(request.path_params["tag"], again=is_again):
            return self._site.say(request, "not_found", 404)
        said, offers = ("messages_again", stop_messages) if is_again else ("messages_stopped", send_again)
        return await self._asks(request, said, offers)

    async def write(self, request: Request) -> Response:
        """A look, with nothing kept; on a helper's device it would be the app of the helper."""
        caller, notifier = self._site.caller(request), request.path_params["notifier"]
        way = await self._site.house.way_to_write(notifier, TRAITS.name, caller.token) if not caller.helping else ""
        return RedirectResponse(way, 303) if way else self._site.go(caller, "/messages")

    async def _asks(
        self, request: Request, said: str, offers: Callable[[str], tuple[Choice, ...]], alert: str = ""
    ) -> Response:
        caller, path = self._site.caller(request), request.url.path
        language = caller.language or HOME_LANGUAGE
        shown = Shown(language, (Letter(self._site.pages.word(said, language)),))
        told = self._site.pages.word(alert, language) if alert else ""
        return await self._site.page(caller, shown, path, choices=offers(path), alert=told)
