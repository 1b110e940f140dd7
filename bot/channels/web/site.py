"""The site: what stands at an address, what may be done there, and what it answers.

Whoever only looks changes nothing. What is done comes as a form with a proof, is taken by the core in one turn, and
leads to the address of what is shown then: by a redirect, or at once for a browser with our script.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from urllib.parse import quote
from weakref import WeakValueDictionary

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from bot.channels.guesses import Guesses
from bot.channels.in_flight import InFlight
from bot.channels.port import House, Opened, Shown, Update
from bot.channels.typed_text import code_in
from bot.channels.web import requests
from bot.channels.web.choices import who_is_it
from bot.channels.web.cookie import Cookie
from bot.channels.web.helped import helped
from bot.channels.web.link_preview import LinkPreview, link_preview
from bot.channels.web.pages import Pages
from bot.channels.web.paths import path_of, path_of_press
from bot.channels.web.requests import Caller, Event
from bot.channels.web.tokens import Tokens
from bot.channels.web.traits import TRAITS
from bot.letters import Attachment, Letter
from bot.survey import codes
from bot.survey.conversation.buttons import (
    Call,
    ChooseLanguage,
    Coordinate,
    Go,
    Join,
    Position,
    ReadProgramme,
    Screen,
    Terms,
    Welcome,
)
from bot.survey.conversation.commands import only_looks
from bot.survey.conversation.events import Filled, Recorded, Wrote
from bot.survey.invitation import Invitation
from bot.texts.texts import HOME_LANGUAGE

ANSWER_WITHIN = 10.0  # seconds; while the database is away a browser is told so, and a script sends it again
DRAWN_AT_ONCE = 2
DOWNLOADS = {
    "pdf": "application/pdf",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Instead(Protocol):
    """What else may stand behind a code; where they chose to read the welcome itself, `is_chosen`."""

    async def __call__(self, caller: Caller, code: str, alert: str, *, is_chosen: bool) -> Response | None: ...


async def nothing_instead(caller: Caller, code: str, alert: str, *, is_chosen: bool) -> None:
    """A code leads to the welcome, and to nothing else."""


class CodesSent(Guesses):
    """Codes that are sent to an address that somebody typed, whoever they say they are: in a community centre, many
    people have one address."""

    PER_CLIENT, PER_NETWORK, PERIOD = 30, 300, 3600.0


@dataclass(slots=True)
class Site:
    house: House
    public_url: str
    tokens: Tokens
    cookie: Cookie
    pages: Pages
    in_flight: InFlight[Update, Shown]
    guesses: Guesses = field(default_factory=Guesses)
    codes: Guesses = field(default_factory=CodesSent)
    drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(DRAWN_AT_ONCE))
    instead: Instead = nothing_instead
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def caller(self, request: Request) -> Caller:
        """Asked by more than one on the way of a request; a visitor who is new stays the same one."""
        known: Caller | None = request.scope.get("caller")
        if known is None:
            known = self.cookie.helped(request, requests.caller(request, self.cookie.name, self.house.texts))
            request.scope["caller"] = known
        return known

    def update(self, caller: Caller, event: Event, once: str = "", at: Position | None = None) -> Update:
        unique = self.tokens.update(caller.token, once or secrets.token_hex(16))
        return Update(unique, TRAITS.name, caller.token, event, caller.accepts, at=at)

    async def look(self, caller: Caller, event: Event) -> Shown:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await self.house.look(self.update(caller, event))

    async def recorded(self, digest: str) -> tuple[bytes, str] | None:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await self.house.recorded(digest)

    # What people see

    async def beginning(self, request: Request) -> Response:
        """Where somebody is has an address of its own; nobody we know is asked for an invitation here."""
        return await self.show_beginning(self.caller(request))

    async def show_beginning(self, caller: Caller, alert: str = "", status: int = 200) -> Response:
        shown = await self.look(caller, Wrote())
        if shown.where and not alert:
            return self.go(caller, path_of(shown.where), is_known=shown.is_known)
        words = self.pages.word(alert, shown.language) if alert else ""
        return await self.page(caller, shown, path_of(shown.where), status, alert=words, asks_code=not shown.is_known)

    async def view(self, event: Event, request: Request) -> Response:
        """What stands at an address, when it is there for this person now; else where they are."""
        caller, shown = await self.seen(event, request)
        if (path := path_of(shown.where)) != request.url.path:
            return self.go(caller, path, is_known=shown.is_known)
        return await self.page(caller, shown, path)

    async def statement(self, request: Request) -> Response:
        return await self.view(Go(0, Position(Screen.ITEM, request.path_params["number"])), request)

    async def coordination(self, request: Request) -> Response:
        return await self.view(_coordinate(request), request)

    async def programme(self, request: Request) -> Response:
        given = request.path_params
        asked = ReadProgramme(given.get("programme", 0), given.get("action", "home"), given.get("argument", "-"))
        return await self.view(asked, request)

    async def coordination_file(self, request: Request) -> Response:
        return await self.attached(_coordinate(request), request)

    async def attached(self, event: Event, request: Request) -> Response:
        """What goes with a letter that stands at an address, drawn when it is asked for."""
        caller, shown = await self.seen(event, request)
        name = request.path_params["name"]
        for letter in shown.letters:
            if (
                letter.attachment
                and letter.attachment.name == name
                and f"{path_of(shown.where)}/{name}" == request.url.path
            ):
                return await self.drawn(caller.token, letter.attachment)
        raise HTTPException(404)

    async def seen(self, event: Event, request: Request) -> tuple[Caller, Shown]:
        caller = self.caller(request)
        return caller, await self.look(caller, event)

    async def invitation(self, request: Request) -> Response:
        code, language = request.path_params["code"], request.path_params.get("language", "")
        spoken = self.house.texts.negotiate(language)
        if language and not spoken:
            raise HTTPException(404)
        return await self.show_invitation(self.caller(request), code, Welcome(code, spoken) if spoken else None)

    async def terms(self, request: Request) -> Response:
        """All that is agreed to, where the welcome says it in short."""
        code, spoken = request.path_params["code"], self.house.texts.negotiate(request.path_params["language"])
        return await self.show_invitation(self.caller(request), code, Terms(code, spoken) if spoken else None)

    async def languages(self, request: Request) -> Response:
        """In which languages the invitation can be read."""
        code = request.path_params["code"]
        return await self.show_invitation(self.caller(request), code, ChooseLanguage(code))

    async def no_invitation(self, request: Request) -> Response:
        return await self.show_invitation(replace(self.caller(request), is_new=False), "")

    async def show_invitation(
        self, caller: Caller, code: str, chosen: Welcome | Terms | ChooseLanguage | None = None, alert: str = ""
    ) -> Response:
        """What stands behind a code: a look and nothing more, whoever it is. The phone may be somebody else's."""
        if code and not self.guesses.may_try(caller.client, code):
            return self.notice(caller, "too_many", 429)
        shown = await self.look(caller, chosen or Opened(code))
        if shown.code_is_right:
            self.guesses.was_right(caller.client, code)
            if instead := await self.instead(caller, code, alert, is_chosen=chosen is not None):
                return instead
        others = [one for one in self.house.entrances.every if one.channel != TRAITS] if shown.letter.rows else []
        return await self.page(
            caller,
            replace(shown, takes_part=False, role=""),
            path_of_press(chosen) or (f"/i/{code}" if code else "/"),
            200 if shown.code_is_right else 404,
            is_known=shown.is_known,
            code=code,
            choices=who_is_it(shown, code),
            elsewhere=[self.pages.elsewhere(one, code, shown.language) for one in others],
            alert=self.pages.word(alert, shown.language) if alert else "",
            link_preview=await self.link_preview(code, shown),
            asks_code=not shown.code_is_right,
        )

    async def link_preview(self, code: str, shown: Shown) -> LinkPreview | None:
        found = await self.behind(code) if shown.code_is_right else None
        return link_preview(found, self.house.texts, shown.language, self.public_url) if found else None

    async def behind(self, code: str) -> Invitation | None:
        async with asyncio.timeout(ANSWER_WITHIN):
            return await self.house.invitation(code)

    async def drawn(self, token: str, attachment: Attachment) -> Response:
        """One at a time for each person, so that nobody waits for all that another asks for."""
        async with self.turns.setdefault(token, asyncio.Lock()), self.drawing:
            content = await asyncio.to_thread(self.house.content, attachment)
        if attachment.kind == "picture":
            return Response(content, media_type="image/png")
        kind = DOWNLOADS.get(attachment.name.rpartition(".")[2], "application/octet-stream")
        return Response(
            content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{attachment.name}"'}
        )

    async def standing(self, _request: Request) -> Response:
        """Asked by each open page now and then: whether there may be something new on it."""
        return PlainTextResponse(await self.house.standing())

    # What people do

    async def tap(self, request: Request) -> Response:
        """A button, a field or a link that is opened: the one way in which anything changes."""
        caller, fields = self.caller(request), await requests.form(request)
        if not self.is_ours(caller, fields):
            return await self.refused(caller, fields)
        event = requests.event(fields)
        if self._asks_for_a_code(event) and not self.codes.may_try(caller.client, secrets.token_hex(8)):
            return self.notice(caller, "too_many_codes", 429)
        if code := code_in(event) or codes.find(fields.get("code", "")):
            if not self.guesses.may_try(caller.client, code):
                return self.notice(caller, "too_many", 429)
            if isinstance(event, Join) and not caller.helping and await self.house.helper_link(code):
                return self.go(caller, f"/i/{code}")  # a helper's device that forgot what it is: it is told there
            caller = await self.with_code(caller, event, code, fields)
        update = self.update(caller, event, f"tap {fields.get('once', '')}", requests.position(fields))
        return await self.shown_after(caller, event, await self.in_flight.take(update, ANSWER_WITHIN))

    def _asks_for_a_code(self, event: Event) -> bool:
        """A device that somebody holds is sent none."""
        press = event.press if isinstance(event, Filled) else event
        typed = [one.name for one in self.house.notifiers if one.calls and one.calls.asks]
        return isinstance(press, Call) and (
            press.action == "again" or (press.action == "leave" and press.argument in typed)
        )

    async def with_code(self, caller: Caller, event: Event, code: str, fields: Mapping[str, str]) -> Caller:
        """Whoever acts on the page of an invitation. The first thing that a visitor does is what opens it, and only
        once; when they join they are given a token that nobody can have seen before."""
        seen = await self.look(caller, Opened(code))
        if seen.code_is_right:
            self.guesses.was_right(caller.client, code)
        if seen.is_known and not self.is_shared(caller):
            return caller
        if seen.code_is_right and not isinstance(event, Opened):
            await self.in_flight.take(self.update(caller, Opened(code), f"opened {code}"), ANSWER_WITHIN)
        if isinstance(event, Join | Opened):
            return replace(caller, token=self.tokens.renewed(caller.token, fields), is_new=True)
        return caller

    async def shown_after(self, caller: Caller, event: Event, shown: Shown) -> Response:
        """What a respondent sees next has an address, and so has what comes of a form. What else a coordinator did may
        be told only here and now, and what is wrong with a form too."""
        path = path_of(shown.where)
        has_address = isinstance(shown.where, Position) or isinstance(event, Filled | Recorded)
        if caller.is_scripted or shown.notice or shown.is_wrong or not has_address:
            return await self.page(caller, shown, path)
        return self.go(caller, path, is_known=shown.is_known)

    def is_shared(self, caller: Caller) -> bool:
        """Whether others act in the same seat, at a demonstration: they join as themselves."""
        shows = self.house.demonstration
        return shows is not None and caller.token in shows.seats

    def is_ours(self, caller: Caller, fields: Mapping[str, str]) -> bool:
        """Whether a page of ours in this very browser sent it: with its token, or with the one before they joined,
        when the answer to that was lost and it is sent again."""
        if caller.is_new:
            return False
        is_proof = self.tokens.is_proof(caller.token, fields.get("proof", ""))
        return is_proof or self.tokens.is_renewed(caller.token, fields)

    async def refused(self, caller: Caller, fields: Mapping[str, str]) -> Response:
        """A form of another site, or of a page from before the cookie was gone: nothing is done, and it says so."""
        alert = "too_old"
        if caller.is_new:
            alert = "away_done" if caller.is_forgotten else "no_cookie"
        if code := codes.find(fields.get("code", "")):
            shown = await self.show_invitation(caller, code, alert=alert)
            shown.status_code = 403
            return shown
        return await self.show_beginning(caller, alert, 403)

    async def away(self, request: Request) -> Response:
        """This phone forgets who used it; a code that somebody else came with is there for them at once."""
        caller, fields = self.caller(request), await requests.form(request)
        if not self.is_ours(caller, fields):
            return await self.refused(caller, fields)
        code = codes.find(fields.get("code", "")) or caller.helping
        response = RedirectResponse(f"/i/{quote(code, safe='')}" if code else "/gone", 303)
        self.cookie.forget(response)
        return response

    async def gone(self, request: Request) -> Response:
        return self.notice(self.caller(request), "away_done", 200)

    # How it is answered

    async def page(
        self, caller: Caller, shown: Shown, path: str, status: int = 200, *, is_known: bool | None = None, **more: Any
    ) -> Response:
        """`path` is its address, for a script that did not come here by it."""
        if isinstance(shown.where, Coordinate | ReadProgramme) and not only_looks(shown.where):
            more["told_once"] = True  # what a coordinator did is told only here: it is not read anew when there is news
        standing = await self.house.standing() if shown.is_known else ""
        return self.answer(caller, shown, path, status, is_known=is_known, standing=standing, **more)

    def answer(
        self, caller: Caller, shown: Shown, path: str, status: int, *, is_known: bool | None = None, **more: Any
    ) -> Response:
        proof, once = self.tokens.proof(caller.token), self.tokens.once()
        more = {**helped(caller, shown, path, proof), **more}
        html = self.pages.render(shown, path=path, proof=proof, once=once, **more)
        response = HTMLResponse(html, status, headers={"Content-Location": path})
        self.cookie.give(response, caller, is_known=shown.is_known if is_known is None else is_known)
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
        shown = Shown(language, (Letter(self.pages.word(word, language)),))
        return self.answer(replace(caller, is_new=False), shown, "/", status)


def _coordinate(request: Request) -> Coordinate:
    given = request.path_params
    return Coordinate(given.get("partnership", 0), given["action"], given.get("argument", "-"))
