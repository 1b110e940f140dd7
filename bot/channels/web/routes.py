"""Routes: every address there is, and what answers there."""

from functools import partial

from starlette.requests import Request
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.channels.in_flight import InFlight
from bot.channels.port import House
from bot.channels.web import accessibility
from bot.channels.web.api import ApiRoutes
from bot.channels.web.audio import Audio
from bot.channels.web.cookie import Cookie
from bot.channels.web.demonstration import DemonstrationRoutes
from bot.channels.web.doors import Doors
from bot.channels.web.helping import Endpoint, Helping
from bot.channels.web.home_screen import HomeScreen
from bot.channels.web.link_preview import LinkPictures
from bot.channels.web.notices import Notices
from bot.channels.web.own_links import OwnLinks
from bot.channels.web.pages import Pages
from bot.channels.web.paper_forms import PaperForms
from bot.channels.web.paths import SCREENS
from bot.channels.web.recorder import Recorder
from bot.channels.web.security_headers import SecurityHeaders
from bot.channels.web.service_routes import ServiceRoutes
from bot.channels.web.short_links import ShortLinks
from bot.channels.web.site import Site
from bot.channels.web.tokens import Tokens
from bot.survey.conversation.buttons import Call, Go, Position

PROGRAMME = ("", *(f"/{{programme:number}}{path}" for path in ("", "/{action}", "/{action}/{argument:argument}")))
"""Where the screens of a programme are."""


def site(house: House, pages: Pages, public_url: str) -> SecurityHeaders:
    tokens, cookie = Tokens(house.secrets), Cookie(public_url, house.clock)
    own = Site(house, public_url, tokens, cookie, pages, InFlight(house.act))
    helping, links = Helping(own), OwnLinks(own)
    own.instead, watched = helping.instead, helping.watched
    coordination_file = watched(own.coordination_file)
    machines = ServiceRoutes(house, pages.assets)
    post = partial(Route, methods=["POST"])
    routes = [
        post("/tap", watched(own.tap)),  # the one that is asked most of all comes first
        Route("/standing", own.standing),
        Route("/", watched(own.beginning)),
        Route("/{number:item}", watched(own.statement)),
        *(Route(f"/{path}", watched(partial(own.view, Go(0, Position(screen))))) for screen, path in SCREENS.items()),
        Route("/accessibility/{language:tag}", watched(partial(accessibility.in_language, own))),
        *(
            Route(f"/{path}/{{name}}", watched(partial(own.attached, Go(0, Position(screen)))))
            for screen, path in SCREENS.items()
        ),
        Route("/coordinate/{action}", watched(own.coordination)),
        Route("/coordinate/{action}/{partnership:number}", watched(own.coordination)),
        Route("/coordinate/{action}/{partnership:number}/{name:file}", coordination_file),
        Route("/coordinate/{action}/{partnership:number}/{argument:argument}", watched(own.coordination)),
        Route("/coordinate/{action}/{partnership:number}/{argument:argument}/{name:file}", coordination_file),
        *(Route(f"/programme{path}", watched(own.programme)) for path in PROGRAMME),
        Route("/messages", watched(partial(own.view, Call()))),
        *Doors(own, links).routes(),
        *(DemonstrationRoutes(own, shows).routes() if (shows := house.demonstration) else ()),
        *helping.routes(),
        *PaperForms(own).routes(),
        Route("/i/{code:code}", own.invitation),
        Route("/i/{code:code}/languages", own.languages),
        Route("/i/{code:code}/{language:tag}", own.invitation),
        Route("/i/{code:code}/{language:tag}/more", own.terms),
        *links.routes(watched),
        post("/away", own.away),
        Route("/gone", own.gone),
        *HomeScreen(own).routes(),
        *machines.routes(),
        *Audio(house, own.recorded).routes(),
        *Recorder(own).routes(),
        *ApiRoutes(house.api).routes(),
        *LinkPictures(own.behind, own.guesses, own.caller, house.content).routes(),
        *ShortLinks(own.behind, own.guesses, own.caller, own.notice, own.no_invitation).routes(),
    ]
    for route in routes:
        route.app = _answered_by(route.endpoint)
    notices = Notices(own.say, house.texts.negotiate, own.no_invitation).handlers()
    # Else it would send people, for a stroke at the end, to whatever host the request names.
    router = Router(routes, redirect_slashes=False)
    return SecurityHeaders(router, notices, pages.for_anybody("broken"), is_secure=cookie.is_secure)


def _answered_by(endpoint: Endpoint) -> ASGIApp:
    """Without the layer of Starlette's that looks after errors: there is one around all addresses."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)

    return answer
