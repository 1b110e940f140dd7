"""Scanners: programs that look into a message before its reader does.

They open every link, follow where it leads, keep cookies, and send every form that they find. One kind runs no script;
the other is a real browser, in which a program presses.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientSession, CookieJar

from tests.browser import Tab
from tests.visitor import kept

DEEP = 4  # pages behind a link
LINK = re.compile(r"https?://[^\s\"'<>)]+")
TYPED = ("text", "email", "search", "tel", "url", "number", "")

Fields = Mapping[str, str]


@dataclass
class Found:
    """A form on a page: what is in its fields as they are, which can be typed in, and the buttons that send it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: list[str] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)


class Reader(HTMLParser):
    """What a program finds on a page to open and to send. A box that nobody ticked is not sent, as in any browser."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Found] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "")
        match tag:
            case "a" | "link" | "img" | "script":
                self.links += [given[one] for one in ("href", "src") if one in given]
            case "form":
                self.forms.append(Found(given.get("action", ""), given.get("method", "get")))
            case "button" if kind != "button" and self.forms:
                self.forms[-1].buttons.append({name: given.get("value", "")} if name else {})
            case "input" | "textarea" | "select" if (
                name and self.forms and (kind not in ("checkbox", "radio") or "checked" in given)
            ):
                self.forms[-1].fields[name] = given.get("value", "")
                self.forms[-1].typed += [name] if kind in TYPED else []


@dataclass
class Scanner:
    """`async with Scanner(house.page) as scanner`. With `junk`, it types that in every field that takes words. `seen`
    is every page that it got, `sent` where its forms went."""

    root: str
    junk: str = ""
    seen: list[str] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    _done: set[str] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self.session = ClientSession(cookie_jar=CookieJar(unsafe=True), headers={"Accept-Language": "en"})
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    @property
    def token(self) -> str:
        return kept(self.session.cookie_jar)

    async def look_into(self, message: Mapping[str, object]) -> None:
        for link in LINK.findall(" ".join(map(str, message.values()))):
            await self._ask("HEAD", link, 0)
            await self._ask("GET", link, DEEP)

    async def _ask(self, method: str, address: str, deep: int, fields: Fields | None = None) -> None:
        told = {name: value for name, value in (fields or {}).items() if name not in ("proof", "once")}
        asked = f"{method} {address} {told}"
        if asked in self._done or not address.startswith(self.root):
            return
        self._done.add(asked)
        async with self.session.request(method, address, data=fields) as answer:
            assert answer.status < 500, asked
            is_page = answer.content_type == "text/html"
            html = await answer.text() if is_page else ""
            here = str(answer.url)
        self.seen += [html] if html else []
        if deep:
            await self._go_on(here, html, deep - 1)

    async def _go_on(self, here: str, html: str, deep: int) -> None:
        page = Reader(html)
        for form in page.forms:
            fields = form.fields | {name: self.junk for name in form.typed if self.junk}
            for button in form.buttons or [{}]:
                await self._send(here, form, {**fields, **button}, deep)
        for link in page.links:
            await self._ask("GET", urljoin(here, link).partition("#")[0], deep)

    async def _send(self, here: str, form: Found, fields: Fields, deep: int) -> None:
        address = urljoin(here, form.action)
        self.sent.append(urlsplit(address).path)
        if form.method == "post":
            await self._ask("POST", address, deep, fields)
        else:
            query = "&".join(f"{name}={value}" for name, value in fields.items())
            await self._ask("GET", f"{address}?{query}", deep)


WAYS = ("document.forms[AT].requestSubmit()", "document.querySelectorAll('form button:not([type=button])')[AT].click()")
SENDS = "document.forms.length", "document.querySelectorAll('form button:not([type=button])').length"


async def look_in_chromium(tab: Tab, link: str, deep: int = 2, path: Sequence[str] = ()) -> list[str]:
    """Open a link, and do all that a program can do there by script; the words of every page that it got."""
    await _along(tab, link, path)
    seen = [await tab.text()]
    counts = [int(await tab.run(count)) for count in SENDS]
    for way, count in zip(WAYS, counts, strict=True):
        for at in range(count if deep else 0):
            seen += await look_in_chromium(tab, link, deep - 1, (*path, way.replace("AT", str(at))))
    return seen


async def _along(tab: Tab, link: str, path: Sequence[str]) -> None:
    await tab.open(link)
    for step in path:
        await tab.run(f"window.__old = true; {step}; 0")
        await tab.until("!window.__old && document.readyState === 'complete'")
