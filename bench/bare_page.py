"""The bare page: Starlette, Jinja and uvicorn as everybody knows them, one statement with nine buttons.

Nothing is stored, nothing is checked: what is left is what such a page costs. It runs in a process of its own.
"""

import json
import secrets
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import uvicorn
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

BUTTONS = 9
PAGE = """<!doctype html>
<html lang="nl">
<head><meta charset="utf-8"><title>A statement</title><link rel="stylesheet" href="/page.css"></head>
<body><main>
<p>{{ text }}</p>
<form method="post" action="/tap">
  <input type="hidden" name="once" value="{{ once }}">
  {% for label, value in buttons %}
  <button name="press" value="{{ value }}">{{ label }}</button>
  {% endfor %}
</form>
</main></body></html>"""


def main(port: str, screens: str) -> None:
    page = BarePage(json.loads(Path(screens).read_text("utf-8")))
    uvicorn.run(page.app, port=int(port), loop="asyncio", http="h11", lifespan="off", ws="none", access_log=False)


class BarePage:
    def __init__(self, screens: list[tuple[str, list[list[tuple[str, str]]]]]) -> None:
        self._screens = [(text, [button for row in rows for button in row][:BUTTONS]) for text, rows in screens]
        self._template = Environment(autoescape=True).from_string(PAGE)
        routes = [Route("/{item:int}", self.statement), Route("/tap", self.tap, methods=["POST"])]
        self.app = Starlette(routes=routes)

    async def statement(self, request: Request) -> Response:
        return self._shown(request.path_params["item"])

    async def tap(self, request: Request) -> Response:
        fields = dict(parse_qsl((await request.body()).decode()))
        item = int(fields["press"].split(":")[2])  # of the statement that was answered: the place of the next one
        return self._shown(item) if "x-script" in request.headers else RedirectResponse(f"/{item}", 303)

    def _shown(self, item: int) -> Response:
        text, buttons = self._screens[item]
        return HTMLResponse(self._template.render(text=text, buttons=buttons, once=secrets.token_hex(12)))


if __name__ == "__main__":
    main(*sys.argv[1:])
