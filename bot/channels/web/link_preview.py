"""Link previews: what a messenger shows beside a link to an invitation: whose it is, one sentence and a picture.

All of it is the same for everybody and for weeks. There is no count in it and no answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.guesses import Guesses
from bot.channels.web.requests import Caller
from bot.letters import Attachment
from bot.rendering import attachments
from bot.survey.invitation import Invitation
from bot.survey.phrases import say
from bot.texts.texts import Texts

ABOUT = say("Tell us how well we work together, in 26 statements.")
MOST_DRAWN = 200  # of some 30 kB each
ONE_DAY = "public, max-age=86400"


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """What stands in the head of the page; `picture` is an address that is whole, as messengers ask."""

    title: str
    about: str
    picture: str


def link_preview(found: Invitation, texts: Texts, language: str, public_url: str) -> LinkPreview:
    picture = f"{public_url}/i/{found.code}/picture.png"
    return LinkPreview(found.partnership.name, texts.word(ABOUT, language), picture)


class LinkPictures:
    """Each is drawn once, for whoever asks first: a stranger cannot have us draw all day."""

    def __init__(
        self,
        behind: Callable[[str], Awaitable[Invitation | None]],
        guesses: Guesses,
        caller: Callable[[Request], Caller],
        draw: Callable[[Attachment], bytes],
    ) -> None:
        self._behind, self._guesses, self._caller = behind, guesses, caller
        self._draw = lru_cache(MOST_DRAWN)(draw)
        self._drawing = asyncio.Lock()

    def routes(self) -> list[Route]:
        return [Route("/i/{code:code}/picture.png", self.picture)]

    async def picture(self, request: Request) -> Response:
        found = await self._found(request.path_params["code"], self._caller(request).client)
        if found is None:
            return Response(status_code=404)  # a page is nothing to who asks for a picture
        async with self._drawing:
            content = await asyncio.to_thread(self._draw, attachments.link_picture(found.partnership))
        return Response(content, media_type="image/png", headers={"Cache-Control": ONE_DAY})

    async def _found(self, code: str, client: str) -> Invitation | None:
        if not self._guesses.may_try(client, code):
            return None
        if found := await self._behind(code):
            self._guesses.was_right(client, code)
        return found
