"""The machine interface over HTTP: a token in the header, JSON back, and nothing kept by anybody on the way.

A token in an address would stand in histories and logs, so it is looked for in one header and nowhere else.
"""

import asyncio
import re
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.api import Api, ApiAnswer, ApiQuery
from bot.channels.guesses import Guesses, client_of

VERSION = "v1"
WITHIN = 10.0  # seconds; while the database is away a program is told so
MOST_PARAMETERS = 10
BEARER = re.compile(r"bearer +([\w.~+/=-]{1,200})", re.IGNORECASE | re.ASCII)
READING = ("GET", "HEAD")
MORE = {
    401: {"WWW-Authenticate": "Bearer"},
    405: {"Allow": ", ".join(READING)},
    429: {"Retry-After": str(round(Guesses.PERIOD))},
    503: {"Retry-After": "60"},
}
"""What a program is told beside what is wrong."""


@dataclass(frozen=True, slots=True)
class ApiRoutes:
    api: Api
    guesses: Guesses = field(default_factory=Guesses)

    def routes(self) -> list[Route]:
        every = Route("/api/{path:anything}", self.ask)
        every.methods = None  # what is no reading has an answer of ours, too
        return [every]

    async def ask(self, request: Request) -> Response:
        if request.method not in READING:
            return self._problem(405)
        version, _, path = request.path_params["path"].partition("/")
        path = f"/{path}" if version == VERSION else ""
        if path == "/openapi.json":
            return _found(request, self.api.description())
        answer = await self._answer(request, path)
        return self._problem(answer.status) if answer.status != 200 else _found(request, answer.content)

    async def _answer(self, request: Request, path: str) -> ApiAnswer:
        """Whoever brings wrong tokens has to wait; the right one is let in all the same."""
        token, client = _token(request), client_of(request.client.host if request.client else "")
        if token is None:
            return ApiAnswer(401)
        if not self.guesses.may_try(client, token):
            return ApiAnswer(429)
        answer = await self._asked(ApiQuery(token, path, _parameters(request)))
        if answer.status == 503:
            self.guesses.was_no_try(client, token)
        elif answer.status != 401:
            self.guesses.was_right(client, token)
        return answer

    async def _asked(self, query: ApiQuery) -> ApiAnswer:
        try:
            async with asyncio.timeout(WITHIN):
                return await self.api.answer(query)
        except TimeoutError:
            return ApiAnswer(503)

    def _problem(self, status: int) -> Response:
        said = self.api.problem(status)
        return Response(said, status, MORE.get(status), "application/problem+json")


def _found(request: Request, content: bytes) -> Response:
    """Or that it is as it was, to whoever says how that is."""
    tag = f'"{sha256(content).hexdigest()[:32]}"'
    is_as_it_was = tag in request.headers.get("if-none-match", "")
    if is_as_it_was:
        return Response(status_code=304, headers={"ETag": tag})
    return Response(content, 200, {"ETag": tag}, "application/json")


def _token(request: Request) -> str | None:
    found = BEARER.fullmatch(request.headers.get("authorization", "").strip())
    return found[1] if found else None


def _parameters(request: Request) -> tuple[tuple[str, str], ...]:
    """Too many of them are one that nobody knows."""
    try:
        return tuple(parse_qsl(request.url.query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS))
    except ValueError:
        return (("", ""),)
