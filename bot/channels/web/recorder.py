"""Recorder: takes in a line that was read aloud on the page, makes of it what is kept, and lets the core keep it.

Only what a coordinator sends is looked at; and one at a time, so that people who answer notice nothing of it.
"""

import asyncio
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.web import requests
from bot.channels.web.requests import Caller
from bot.channels.web.site import ANSWER_WITHIN, Site
from bot.recordings.receiving import received
from bot.survey.conversation.buttons import Coordinate, decode
from bot.survey.conversation.events import Expired, Recorded

PATH = "/recorded"


class Recorder:
    def __init__(self, site: Site) -> None:
        self._site, self._finishing = site, asyncio.Semaphore(1)

    def routes(self) -> list[Route]:
        return [Route(PATH, self.take, methods=["POST"])]

    async def take(self, request: Request) -> Response:
        site, caller = self._site, self._site.caller(request)
        fields, content = await requests.upload(request)
        if not site.is_ours(caller, fields):
            return await site.refused(caller, fields)
        event = await self._event(caller, decode(fields.get("fill", "")), content)
        update = site.update(caller, event, f"tap {fields.get('once', '')}")
        return await site.shown_after(caller, event, await site.in_flight.take(update, ANSWER_WITHIN))

    async def _event(self, caller: Caller, press: object, content: bytes) -> Recorded | Expired:
        if not (isinstance(press, Coordinate) and press.action == "recorded"):
            return Expired()
        seen = await self._site.look(caller, replace(press, action="record"))
        if not (isinstance(seen.where, Coordinate) and seen.where.action == "record"):
            return Expired()  # nobody who may record it, or no such line
        async with self._finishing:
            return Recorded(press, await asyncio.to_thread(received, content))
