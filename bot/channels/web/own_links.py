"""Own links: by which somebody comes back to their own answers, on any browser, and the page that gives them theirs.

Whoever opens one has said nothing yet, and it may have been sent on: only their press makes this browser the owner's.
"""

from collections.abc import Callable
from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.port import Shown
from bot.channels.web import requests
from bot.channels.web.choices import another_link, own_link, own_message
from bot.channels.web.helping import Endpoint
from bot.channels.web.pages import mail_to_self
from bot.channels.web.requests import Caller
from bot.channels.web.site import Site
from bot.letters import Letter
from bot.rendering import attachments
from bot.survey.conversation import turned_away
from bot.survey.conversation.events import Wrote
from bot.texts.texts import BETWEEN_LANGUAGES, SOURCE_LANGUAGE

WHOSE = {"mine": (turned_away.whose_link, own_link), "door": (turned_away.whose_message, own_message)}
"""What is asked of somebody whom this browser does not know, about each link that leads in."""


class OwnLinks:
    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self, watched: Callable[[Endpoint], Endpoint]) -> list[Route]:
        """What is `watched` is of one person, on a device that may serve others."""
        return [
            Route("/mine/{token:token}", self.mine, methods=["GET", "POST"]),
            Route("/keep", watched(self.keep)),
            Route("/keep.png", watched(self.keep_code)),
        ]

    async def mine(self, request: Request) -> Response:
        """Somebody's own link. Who opens it has said nothing yet, and it may have been sent on: they are asked, and
        only their press makes this browser the owner's."""
        caller, token = self._site.caller(request), request.path_params["token"]
        if not self._site.guesses.may_try(caller.client, token):
            return self._site.notice(caller, "too_many", 429)
        return await self.lead_in(request, caller, token)

    async def lead_in(self, request: Request, caller: Caller, token: str) -> Response:
        own, path = replace(caller, token=token), request.url.path
        owner = await self._site.look(own, Wrote())
        if not owner.is_known:
            return self._site.notice(caller, "not_found", 404)
        self._site.guesses.was_right(caller.client, token)
        if caller.token == token:
            return self._site.go(own, "/", is_known=True)
        if request.method != "POST":
            return await self._ask_whose(caller, path, owner)
        fields = await requests.form(request)
        if not self._site.is_ours(caller, fields):
            return await self._ask_whose(caller, path, owner, "no_cookie" if caller.is_new else "too_old", 403)
        if not requests.is_sure(fields):
            return await self._ask_whose(caller, path, owner, "tick_first", 403)
        return self._site.go(own, "/", is_known=True)

    async def _ask_whose(self, caller: Caller, path: str, owner: Shown, alert: str = "", status: int = 200) -> Response:
        """Whose link it is; in a browser that knows nobody in the language of its owner, who it most likely is, with
        English below for whoever may speak another."""
        here = await self._site.look(caller, Wrote())
        if here.is_known:
            text, choices, languages = turned_away.ANOTHER_LINK, another_link(path), [here.language]
        else:
            asks, offers = WHOSE["door" if path.startswith("/door/") else "mine"]
            text, choices = asks(is_seat=not owner.takes_part), offers(path)
            languages = [owner.language] if caller.language == owner.language else [owner.language, SOURCE_LANGUAGE]
        parts = (self._site.house.texts.say(text, one) for one in dict.fromkeys(languages))
        return await self._site.page(
            caller,
            Shown(languages[0], (Letter(BETWEEN_LANGUAGES.join(parts)),)),
            path,
            status,
            is_known=True,
            choices=choices,
            alert=self._site.pages.word(alert, languages[0]) if alert else "",
        )

    async def keep(self, request: Request) -> Response:
        caller = self._site.caller(request)
        shown = await self._site.look(caller, Wrote())
        if not shown.is_known:
            return self._site.go(caller, "/")
        link = f"{self._site.public_url}/mine/{caller.token}"
        subject, about = (self._site.pages.word(one, shown.language) for one in ("keep_subject", "keep_mailed"))
        mail = mail_to_self(subject, about, link)
        own = replace(shown, letters=(), where=None)
        return await self._site.page(caller, own, "/keep", view="keep", link=link, letter_to_self=mail)

    async def keep_code(self, request: Request) -> Response:
        caller = self._site.caller(request)
        if not (await self._site.look(caller, Wrote())).is_known:
            raise HTTPException(404)
        return await self._site.drawn(caller.token, attachments.qr(f"{self._site.public_url}/mine/{caller.token}"))
