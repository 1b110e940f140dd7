"""The site: every address there is, what may be done at it, and what it answers.

Whoever only looks changes nothing. What is done comes as a form with a proof, is taken by the core, and the answer is
the page as it stands then: after a redirect for a browser without our script, at once for one with it.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote
from weakref import WeakValueDictionary

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.channels.guesses import Guesses
from bot.channels.in_flight import InFlight
from bot.channels.port import House, Opened, Preview, Update
from bot.channels.typed_text import code_in
from bot.channels.web import requests
from bot.channels.web.choices import another_link, own_link, who_is_it
from bot.channels.web.cookie import Cookie
from bot.channels.web.event_stream import Events
from bot.channels.web.mailbox import Mailboxes
from bot.channels.web.notices import Notices
from bot.channels.web.pages import Pages, mail_to_self
from bot.channels.web.requests import Caller, Event
from bot.channels.web.security_headers import SecurityHeaders
from bot.channels.web.service_routes import ServiceRoutes
from bot.channels.web.tokens import Tokens
from bot.channels.web.traits import TRAITS
from bot.letters import Attachment, Letter
from bot.rendering import attachments
from bot.survey import codes
from bot.survey.conversation import turned_away
from bot.survey.conversation.buttons import BeforeJoining, Erase, Join, Welcome
from bot.survey.conversation.dialogue import Commanded, Wrote
from bot.texts.texts import BETWEEN_LANGUAGES, HOME_LANGUAGE, SOURCE_LANGUAGE

REPLY_WITHIN = 0.1  # seconds; a letter to a page comes in the next moment, or none comes
ANSWER_WITHIN = 10.0  # seconds; while the database is away a browser is told so, and a script sends it again
DRAWN_AT_ONCE = 2
INLINE = {"samenspraak.png": "image/png", "qr.png": "image/png"}
DOWNLOADS = {"pdf": "application/pdf", "csv": "text/csv; charset=utf-8"}


@dataclass(slots=True)
class Site:
    house: House
    mailboxes: Mailboxes
    public_url: str
    tokens: Tokens
    cookie: Cookie
    events: Events
    pages: Pages
    in_flight: InFlight[object]
    guesses: Guesses = field(default_factory=Guesses)
    drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DRAWN_AT_ONCE))
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def caller(self, request: Request) -> Caller:
        return requests.caller(request, self.cookie.name, self.house.texts)

    def update(self, caller: Caller, event: Event, once: str = "", message: int | None = None) -> Update:
        unique = self.tokens.update(caller.token, once or secrets.token_hex(16))
        return Update(unique, TRAITS.name, caller.token, event, caller.language, message)

    async def look(self, caller: Caller, event: Event) -> Preview:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await self.house.preview(self.update(caller, event))

    # What people see

    async def chat(self, request: Request) -> Response:
        return await self.show_chat(self.caller(request), is_seen=request.method != "HEAD")

    async def show_chat(self, caller: Caller, alert: str = "", status: int = 200, *, is_seen: bool = True) -> Response:
        """The page as it stands, with the letters that waited for it; they keep waiting when nobody sees it."""
        preview = await self.look(caller, Wrote())
        if preview.is_known and is_seen:
            await self.catch_up(caller, preview)
        box = self.mailboxes.find(caller.token)
        letters = box.letters if box else {1: preview.letter}
        words = self.pages.word(alert, preview.language) if alert else ""
        version = box.version if box else ""
        return self.answer(caller, preview, letters, "/", status, alert=words, version=version)

    async def catch_up(self, caller: Caller, preview: Preview) -> None:
        """After a restart, or when a round closed or opened meanwhile, the core says again where this person is."""
        await self.house.collect(TRAITS.name, caller.token)
        box = self.mailboxes.of(caller.token)
        if not box.letters or box.is_overtaken(preview.standing):
            await self.take(caller, self.update(caller, Commanded("continue"), f"again {box.version}"))
        box.stand(preview.standing)

    async def invitation(self, request: Request) -> Response:
        code, language = request.path_params["code"], request.path_params.get("language", "")
        if language and not self.house.texts.negotiate(language):
            raise HTTPException(404)
        return await self.show_invitation(self.caller(request), code, language)

    async def no_invitation(self, request: Request) -> Response:
        return await self.show_invitation(replace(self.caller(request), is_new=False), "")

    async def show_invitation(self, caller: Caller, code: str, language: str = "", alert: str = "") -> Response:
        """What stands behind a code: a look and nothing more, whoever it is. The phone may be somebody else's."""
        spoken = self.house.texts.negotiate(language) or ""
        if code and not self.guesses.may_try(caller.client, code):
            return self.notice(caller, "too_many", 429)
        preview = await self.look(caller, Welcome(code, spoken) if spoken else Opened(code))
        if preview.code_is_right:
            self.guesses.was_right(caller.client, code)
        others = [one for one in self.house.entrances.every if one.channel != TRAITS] if preview.letter.rows else []
        return self.answer(
            caller,
            replace(preview, takes_part=False, role=""),
            {1: preview.letter},
            f"/i/{code}/{spoken}".rstrip("/") if code else "/",
            200 if preview.code_is_right else 404,
            code=code,
            choices=who_is_it(preview, code),
            elsewhere=[self.pages.elsewhere(one, code, preview.language) for one in others],
            alert=self.pages.word(alert, preview.language) if alert else "",
        )

    async def personal(self, request: Request) -> Response:
        """Somebody's own link. Who opens it has said nothing yet, and it may have been sent on: they are asked, and
        only their press makes this browser the owner's."""
        caller, token = self.caller(request), request.path_params["token"]
        if not self.guesses.may_try(caller.client, token):
            return self.notice(caller, "too_many", 429)
        own = replace(caller, token=token)
        owner = await self.look(own, Wrote())
        if not owner.is_known:
            return self.notice(caller, "not_found", 404)
        self.guesses.was_right(caller.client, token)
        if caller.token == token:
            return self.go(own, "/", is_known=True)
        if request.method != "POST":
            return await self.ask_whose(caller, token, owner)
        if self.is_ours(caller, await requests.form(request)):
            return self.go(own, "/", is_known=True)
        return await self.ask_whose(caller, token, owner, "no_cookie" if caller.is_new else "too_old", 403)

    async def ask_whose(
        self, caller: Caller, token: str, owner: Preview, alert: str = "", status: int = 200
    ) -> Response:
        """Whose link it is; in a browser that knows nobody in the language of its owner, who it most likely is, with
        English below for whoever may speak another."""
        preview = await self.look(caller, Wrote())
        languages = [preview.language]
        if preview.is_known:
            text, choices = turned_away.ANOTHER_LINK, another_link(token)
        else:
            preview, choices = owner, own_link(token)
            text = turned_away.whose_link(is_seat=not owner.takes_part)
            languages = [owner.language] if caller.language == owner.language else [owner.language, SOURCE_LANGUAGE]
        parts = (self.house.texts.say(text, one) for one in dict.fromkeys(languages))
        return self.answer(
            caller,
            replace(preview, takes_part=False, role=""),
            {1: Letter(BETWEEN_LANGUAGES.join(parts))},
            f"/mine/{token}",
            status,
            choices=choices,
            alert=self.pages.word(alert, preview.language) if alert else "",
        )

    async def keep(self, request: Request) -> Response:
        caller = self.caller(request)
        preview = await self.look(caller, Wrote())
        if not preview.is_known:
            return self.go(caller, "/")
        link = f"{self.public_url}/mine/{caller.token}"
        mail = mail_to_self(self.pages.word("keep_subject", preview.language), link)
        return self.answer(caller, preview, {}, "/keep", view="keep", link=link, letter_to_self=mail)

    async def keep_code(self, request: Request) -> Response:
        caller = self.caller(request)
        if not (await self.look(caller, Wrote())).is_known:
            raise HTTPException(404)
        return await self.drawn(caller.token, attachments.qr(f"{self.public_url}/mine/{caller.token}"))

    async def file(self, request: Request) -> Response:
        """What goes with a letter that is on this person's page now."""
        token = self.caller(request).token
        box = self.mailboxes.find(token)
        letter = box.letters.get(request.path_params["number"]) if box else None
        if letter is None or letter.attachment is None or letter.attachment.name != request.path_params["name"]:
            raise HTTPException(404)
        return await self.drawn(token, letter.attachment)

    async def drawn(self, token: str, attachment: Attachment) -> Response:
        """One at a time for each person, so that nobody waits for all that another asks for."""
        async with self.turns.setdefault(token, asyncio.Lock()), self.drawing:
            content = await asyncio.to_thread(self.house.content, attachment)
        if attachment.name in INLINE:
            return Response(content, media_type=INLINE[attachment.name])
        kind = DOWNLOADS.get(attachment.name.rpartition(".")[2], "application/octet-stream")
        return Response(
            content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{attachment.name}"'}
        )

    async def news(self, request: Request) -> Response:
        """News of this person's page, as long as they look at it."""
        caller = self.caller(request)
        if caller.is_new or not (await self.look(caller, Wrote())).is_known:
            return Response(status_code=204)  # a browser does not ask again
        await self.house.collect(TRAITS.name, caller.token)
        box = self.mailboxes.of(caller.token)
        return self.events.of(box)

    # What people do

    async def tap(self, request: Request) -> Response:
        """A button, a command or a link that is opened: the one way in which anything changes."""
        caller, fields = self.caller(request), await requests.form(request)
        if not self.is_ours(caller, fields):
            return await self.refused(caller, fields)
        event = requests.event(fields)
        code = code_in(event) or codes.find(fields.get("code", ""))
        if code and not self.guesses.may_try(caller.client, code):
            return self.notice(caller, "too_many", 429)
        preview = await self.look(caller, Opened(code) if code else Wrote())
        if code and preview.code_is_right:
            self.guesses.was_right(caller.client, code)
        if not preview.is_known and preview.code_is_right and isinstance(event, BeforeJoining):
            # The first thing that a visitor does is what opens the invitation, and only once.
            await self.in_flight.take(self.update(caller, Opened(code), f"opened {code}"), ANSWER_WITHIN)
            if isinstance(event, Welcome):
                return await self.in_language(caller, event)
        if not preview.is_known and isinstance(event, Join | Opened):
            caller = replace(caller, token=self.tokens.renewed(fields), is_new=True)
        if preview.is_known and fields.get("code"):
            fields = {**fields, "message": ""}  # it is a number on the page of the invitation, and not on theirs
        await self.act(caller, event, fields)
        return await self.show_chat(caller) if caller.is_scripted else self.go(caller, "/#now")

    def is_ours(self, caller: Caller, fields: Mapping[str, str]) -> bool:
        """Whether a page of ours in this very browser sent it: with its token, or with the one before they joined,
        when the answer to that was lost and it is sent again."""
        if caller.is_new:
            return False
        return (
            self.tokens.is_proof(caller.token, fields.get("proof", "")) or self.tokens.renewed(fields) == caller.token
        )

    async def refused(self, caller: Caller, fields: Mapping[str, str]) -> Response:
        """A form of another site, or of a page from before the cookie was gone: nothing is done, and it says so."""
        alert = "too_old"
        if caller.is_new:
            alert = "away_done" if caller.is_forgotten else "no_cookie"
        if code := codes.find(fields.get("code", "")):
            shown = await self.show_invitation(caller, code, alert=alert)
            shown.status_code = 403
            return shown
        return await self.show_chat(caller, alert, 403)

    async def in_language(self, caller: Caller, event: Welcome) -> Response:
        if caller.is_scripted:
            return await self.show_invitation(caller, event.invitation, event.language)
        return self.go(caller, f"/i/{event.invitation}/{event.language}")

    async def act(self, caller: Caller, event: Event, fields: Mapping[str, str]) -> None:
        """Have the core take it. Who erased everything has nothing left on the page but the word of it."""
        number = fields.get("message", "")
        message = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else None
        await self.take(caller, self.update(caller, event, f"tap {fields.get('once', '')}", message))
        if isinstance(event, Erase):
            box = self.mailboxes.of(caller.token)
            box.keep_only({box.newest})

    async def take(self, caller: Caller, update: Update) -> None:
        """The core takes it, and its letters are on the page."""
        version = self.mailboxes.of(caller.token).version
        await self.in_flight.take(update, ANSWER_WITHIN)
        await self.mailboxes.of(caller.token).news(version, REPLY_WITHIN)
        self.mailboxes.of(caller.token).keep_newest_screen()

    async def away(self, request: Request) -> Response:
        """This phone forgets who used it; a code that somebody else came with is there for them at once."""
        caller, fields = self.caller(request), await requests.form(request)
        if not self.is_ours(caller, fields):
            return await self.refused(caller, fields)
        code = codes.find(fields.get("code", ""))
        response = RedirectResponse(f"/i/{quote(code, safe='')}" if code else "/gone", 303)
        self.cookie.forget(response)
        return response

    async def gone(self, request: Request) -> Response:
        return self.notice(self.caller(request), "away_done", 200)

    # How it is answered

    def answer(
        self,
        caller: Caller,
        preview: Preview,
        letters: dict[int, Letter],
        path: str,
        status: int = 200,
        **more: Any,
    ) -> Response:
        """A page. `path` is its address, for a script that did not come here by it."""
        proof, once = self.tokens.proof(caller.token), secrets.token_hex(12)
        html = self.pages.render(preview, letters, proof=proof, once=once, **more)
        response = HTMLResponse(html, status, headers={"Content-Location": quote(path)})
        self.cookie.give(response, caller, is_known=preview.is_known)
        return response

    def go(self, caller: Caller, path: str, *, is_known: bool = False) -> Response:
        response = RedirectResponse(path, 303)
        self.cookie.give(response, caller, is_known=is_known)
        return response

    def say(self, request: Request, word: str, status: int) -> Response:
        return self.notice(self.caller(request), word, status)

    def notice(self, caller: Caller, word: str, status: int) -> Response:
        """A page with one sentence, for whoever is there."""
        language = caller.language or HOME_LANGUAGE
        letter = Letter(self.pages.word(word, language))
        return self.answer(replace(caller, is_new=False), Preview(language, letter), {1: letter}, "/", status)


def site(
    house: House,
    mailboxes: Mailboxes,
    pages: Pages,
    public_url: str,
    secret: str,
    events: Events,
) -> SecurityHeaders:
    tokens, cookie = Tokens(secret), Cookie(public_url)
    own = Site(house, mailboxes, public_url, tokens, cookie, events, pages, InFlight(house.receive))
    machines = ServiceRoutes(house, pages.assets)
    post = partial(Route, methods=["POST"])
    routes = [
        Route("/", own.chat),
        Route("/i/{code:code}", own.invitation),
        Route("/i/{code:code}/{language:tag}", own.invitation),
        Route("/mine/{token:token}", own.personal, methods=["GET", "POST"]),
        Route("/keep", own.keep),
        Route("/keep.png", own.keep_code),
        Route("/file/{number:number}/{name}", own.file),
        Route("/events", own.news),
        post("/tap", own.tap),
        post("/away", own.away),
        Route("/gone", own.gone),
        *machines.routes(),
    ]
    notices = Notices(own.say, house.texts.negotiate, own.no_invitation)
    app = Starlette(routes=routes, exception_handlers=notices.handlers())
    app.router.redirect_slashes = False  # it would send people to whatever host the request names
    return SecurityHeaders(app, pages.for_anybody("broken"), is_secure=cookie.is_secure)
