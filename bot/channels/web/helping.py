"""Helping: one device with which a helper lets several people answer, one after the other.

What the device was told stands in its own cookies. Whoever was there is forgotten by *Next person*, or when nobody
touched it for a while; and who comes back to it is asked first whether they are the same, never shown the answers.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.channels.port import Opened, Shown
from bot.channels.web import requests
from bot.channels.web.choices import Choice
from bot.channels.web.helped import STILL_THERE, THANKS
from bot.channels.web.requests import Caller
from bot.channels.web.site import Site
from bot.letters import Letter
from bot.rendering import attachments
from bot.survey import codes
from bot.survey.conversation.events import Wrote
from bot.survey.invitation import ABOUT_HELPING, HelperLink
from bot.survey.phrases import Phrase, say
from bot.survey.phrases import language as autonym
from bot.texts.languages import negotiate

Endpoint = Callable[[Request], Awaitable[Response]]

WHO_IS_IT = say("Somebody was answering here. Is it still the same person?")
SAME_OR_NEXT = (Choice("same_person", "/here", is_main=True), Choice("not_the_same", "/away"))


def form_in(language: str) -> Phrase:
    return say("Form to print: {language}", language=autonym(language))


class Helping:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        return [
            Route("/helping", self.helpers_page),
            Route("/helping/start", self.start, methods=["POST"]),
            Route("/helping/stop", self.stop, methods=["POST"]),
            Route("/next", self.watched(self.next_person)),
            Route("/card.pdf", self.watched(self.card)),
            Route("/here", self.here, methods=["GET", "POST"]),
            Route(STILL_THERE, self.watched(self.still_there)),
            Route("/away/{proof}", self.forget),
            Route("/i/{code:code}/form/{language:tag}", self.form_to_print),
        ]

    def watched(self, endpoint: Endpoint) -> Endpoint:
        """Where something of one person stands. While somebody helps, nobody sees it who is not there already."""

        async def answer(request: Request) -> Response:
            caller = self._site.caller(request)
            if not caller.helping:
                return await endpoint(request)
            here = await self._site.look(caller, Wrote())
            if not here.is_known:
                is_look = request.method != "POST"
                return self._site.go(caller, f"/i/{caller.helping}") if is_look else await endpoint(request)
            return await endpoint(request) if caller.is_here else await self.ask_who(caller, here)

        return answer

    async def instead(self, caller: Caller, code: str, alert: str, *, is_chosen: bool) -> Response | None:
        """What stands behind a code instead of the welcome: for who may begin to help, or where somebody was."""
        if caller.helping == code.lower():
            here = await self._site.look(caller, Wrote())
            return await self.ask_who(caller, here) if here.is_known else None
        link = None if is_chosen else await self._site.house.helper_link(code)
        return await self._about(caller, link, f"/i/{link.code}", alert) if link else None

    async def ask_who(self, caller: Caller, here: Shown) -> Response:
        shown = Shown(here.language, (Letter(self._site.house.texts.say(WHO_IS_IT, here.language)),))
        unsure = replace(caller, is_here=False)
        return await self._site.page(unsure, shown, "/", is_known=True, choices=SAME_OR_NEXT)

    async def _about(self, caller: Caller, link: HelperLink, path: str, alert: str = "") -> Response:
        """What helping is, to begin and to end it."""
        here, texts = await self._site.look(caller, Opened(link.code)), self._site.house.texts
        title = say("<b>Help people: {partnership}</b>", partnership=link.partnership.name)
        return await self._site.page(
            caller,
            Shown(here.language, (Letter(texts.say(title, here.language)),)),
            path,
            is_known=here.is_known,
            part="helping_start.html",
            link=link,
            is_somebodys=here.is_known,
            about=[texts.word(one, here.language) for one in ABOUT_HELPING],
            forms=[(one, texts.word(form_in(one), here.language)) for one in link.partnership.offers(texts.languages)],
            alert=self._site.pages.word(alert, here.language) if alert else "",
        )

    async def helpers_page(self, request: Request) -> Response:
        caller = self._site.caller(request)
        if link := await self._site.house.helper_link(caller.helping) if caller.helping else None:
            return await self._about(caller, link, "/helping")
        response = self._site.go(replace(caller, helping=""), "/")
        self._site.cookie.help(response, "")  # the link is no more: nobody is left with a device that leads nowhere
        return response

    async def start(self, request: Request) -> Response:
        """From here on this device serves others; whoever it knew is forgotten, or they would be the first."""
        caller, fields = self._site.caller(request), await requests.form(request)
        code = codes.find(fields.get("code", ""))
        if not (self._site.is_ours(caller, fields) and await self._site.house.helper_link(code)):
            return await self._site.refused(caller, fields)
        return self._begin_anew(code, code)

    async def stop(self, request: Request) -> Response:
        caller, fields = self._site.caller(request), await requests.form(request)
        if not (self._site.is_ours(caller, fields) and caller.helping):
            return await self._site.refused(caller, fields)
        return self._begin_anew(caller.helping, "")

    async def forget(self, request: Request) -> Response:
        """Where a page leads by itself when nobody touches it. Its address holds what our forms hold, so that no other
        site can have somebody forgotten; and nothing changes but what this browser knows."""
        caller = self._site.caller(request)
        if not (caller.helping and self._site.is_ours(caller, request.path_params)):
            return self._site.go(caller, "/")
        return self._begin_anew(caller.helping, caller.helping)

    def _begin_anew(self, code: str, helping: str) -> Response:
        response = RedirectResponse(f"/i/{code}", 303)
        self._site.cookie.forget(response)
        self._site.cookie.help(response, helping)
        return response

    async def here(self, request: Request) -> Response:
        """Somebody touches the screen; or says that they are who was there before."""
        caller = self._site.caller(request)
        if request.method == "GET":
            response = Response(status_code=204)
            self._site.cookie.give(response, replace(caller, is_new=False), is_known=False)
            return response
        fields = await requests.form(request)
        if not self._site.is_ours(caller, fields):
            return await self._site.refused(caller, fields)
        return self._site.go(replace(caller, is_here=True), "/", is_known=True)

    async def still_there(self, request: Request) -> Response:
        """This page is shown by the time that passes: it is no sign of somebody."""
        caller = replace(self._site.caller(request), is_here=False)
        return await self._of_person(caller, STILL_THERE, "helping_still.html")

    async def next_person(self, request: Request) -> Response:
        """Also for who leaves halfway; who has finished sees the same on the thanks."""
        return await self._of_person(self._site.caller(request), "/next", "helping_next.html")

    async def _of_person(self, caller: Caller, path: str, part: str) -> Response:
        shown = await self._site.look(caller, Wrote())
        if not (caller.helping and shown.is_known) or shown.where == THANKS:
            return self._site.go(caller, "/")
        return await self._site.page(caller, replace(shown, letters=(), where=None), path, part=part)

    async def card(self, request: Request) -> Response:
        """Their own link to take along, for who takes part in what the helper's link is of."""
        caller = self._site.caller(request)
        link = await self._site.house.helper_link(caller.helping) if caller.helping else None
        if link is None or not (here := await self._site.look(caller, Opened(link.code))).is_member:
            raise HTTPException(404)
        own = f"{self._site.public_url}/mine/{caller.token}"
        return await self._site.drawn(caller.token, attachments.card(link.partnership, own, here.language))

    async def form_to_print(self, request: Request) -> Response:
        link = await self._site.house.helper_link(request.path_params["code"])
        every = link.partnership.offers(self._site.house.texts.languages) if link else ()
        language = negotiate(request.path_params["language"], every)
        if not (link and language):
            raise HTTPException(404)
        return await self._site.drawn(link.code, attachments.form(link.partnership, link.wave, language))
