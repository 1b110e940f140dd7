"""A visitor: somebody with a browser that runs no script. They read the page, press what is on it, and keep cookies.

They have the ways of a person with Telegram, so that a walk can be taken in either channel.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

from aiohttp import ClientResponse, ClientSession, CookieJar
from aiohttp.abc import AbstractCookieJar

from bot.channels.web.paths import path_of_command
from bot.texts.texts import load

VOID = {"meta", "link", "input", "img", "br"}
LINES = {"p", "h1", "h2", "li", "br", "tr", "article", "div", "form", "label"}

Fields = dict[str, str]


@dataclass
class Form:
    action: str
    fields: Fields = field(default_factory=dict)
    labels: Fields = field(default_factory=dict)  # of what one can fill in -> the name of its field
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # label, name, value
    boxes: Fields = field(default_factory=dict)  # to tick, which a person does and a program does not


class Page(HTMLParser):
    """What a person and a browser make of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html, self.language, self.title = html, "", ""
        self.parts: list[tuple[str, str]] = []
        self.forms: dict[str, Form] = {}
        self.rows: list[list[tuple[str, str]]] = []
        self.links: dict[str, str] = {}
        self.images: list[str] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self._words: list[str] = []
        self._parts: dict[str, list[str]] = {"article": [], "title": [], "now": [], "alert": []}
        self._form, self._field, self._label_of = Form(""), "", ""
        self._labels: Fields = {}
        self._told: dict[str, list[str]] = {}
        self._errors: Fields = {}
        self.feed(html)
        self.text, self.whole = self._said("now"), self._said("article")
        self.title, self.alert = self._said("title"), self._said("alert")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "html":
                self.language = given["lang"]
                self.parts.append((given["lang"], given["dir"]))
            case "div" if "lang" in given:
                self.parts.append((given["lang"], given["dir"]))
            case "form":
                self._form = self.forms.setdefault(given.get("id") or given.get("class", ""), Form(given["action"]))
            case "input" | "textarea" | "select" | "option" | "label":
                self._field_begins(tag, given)
            case "div" if given.get("class") == "row":
                self.rows.append([])
            case "img":
                self.images.append(given["src"])
        self._begin(tag, given)

    def given(self, label: str) -> str:
        """What is filled in under this label."""
        form = self.forms["fields"]
        return form.fields[form.labels[label]]

    def error_at(self, label: str) -> str:
        """What stands beside the field with this label, and is told with it."""
        (told,) = (self._errors[one] for one in self._told[label] if one in self._errors)
        return told

    def _field_begins(self, tag: str, given: dict[str, str]) -> None:
        """A field has its label, and what is said about it, by their ids."""
        if tag == "label":
            self._label_of = given.get("for", "")  # one around its field needs none
        elif tag == "option" and "selected" in given:
            self._form.fields[self._field] = given["value"]
        elif given.get("type") == "checkbox":
            self._form.boxes |= {given["name"]: given["value"]}
        elif given.get("type") == "radio":
            self._form.fields |= {given["name"]: given["value"]} if "checked" in given else {}
        elif "name" in given:
            self._field = given["name"]
            self._form.fields[self._field] = given.get("value", "")
            if given.get("type") != "hidden":
                self._form.labels[self._labels[given["id"]]] = self._field
                self._told[self._labels[given["id"]]] = given.get("aria-describedby", "").split()

    def _field_ends(self, tag: str, given: dict[str, str], words: str) -> None:
        if tag == "label":
            self._labels[self._label_of] = " ".join(words.split())
        elif tag == "textarea":
            self._form.fields[given["name"]] = words.removeprefix("\n")
        elif tag == "p" and given.get("id", "").startswith("error-"):
            self._errors[given["id"]] = words

    def _begin(self, tag: str, given: dict[str, str]) -> None:
        if tag in LINES:
            self._hear("\n")
        if tag in ("button", "a", "label", "textarea", "p"):
            self._words = []
        if tag not in VOID:
            self._open.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        opened, given = self._open.pop()
        assert opened == tag, f"<{opened}> is closed by </{tag}>"
        label = " ".join("".join(self._words).split())
        if tag == "button" and given.get("type") != "button":
            form = self.forms[given["form"]] if "form" in given else self._form
            form.buttons.append((label, given.get("name", ""), given.get("value", "")))
            if given.get("name") in ("press", "open"):
                self.rows[-1].append((label, given["value"]))
        elif tag in ("label", "textarea", "p"):
            self._field_ends(tag, given, "".join(self._words))
        elif tag == "a":
            self.links[label] = given["href"]
            if "button" in given.get("class", "").split() and any(one.get("class") == "row" for _, one in self._open):
                self.rows[-1].append((label, given["href"]))

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        self._hear(data)

    def _hear(self, data: str) -> None:
        tags = [tag for tag, _ in self._open]
        if "button" in tags and "p" not in tags:
            return
        for part, is_here in (
            ("title", "title" in tags),
            ("article", "article" in tags),
            ("now", any(given.get("id") == "now" for _, given in self._open)),
            ("alert", any(given.get("role") == "alert" for _, given in self._open)),
        ):
            if is_here:
                self._parts[part].append(data)

    def _said(self, part: str) -> str:
        lines = (" ".join(line.split()) for line in "".join(self._parts[part]).splitlines())
        return "\n".join(filter(None, lines))


def kept(jar: AbstractCookieJar, about: str = "") -> str:
    """What our page keeps in a browser. Its cookies are named after its port; see `House.cookie`."""
    named = re.compile(rf"(__Host-)?samenspraak(-\d+)?{about}")
    return next((cookie.value for cookie in jar if named.fullmatch(cookie.key)), "")


class Visitor:
    """`async with Visitor(house.page) as anna`: she opens links, presses buttons and types commands."""

    def __init__(self, root: str, language: str | None = "nl", **headers: str) -> None:
        spoken = {"Accept-Language": language} if language else {}
        self.session = ClientSession(
            root, headers={**spoken, **headers}, cookie_jar=CookieJar(unsafe=True), raise_for_status=False
        )
        self.last = Page("")
        self.form = Form("/tap")
        self.status = 0
        self.place = ""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.session.close()

    @property
    def token(self) -> str:
        return self.cookie()

    def cookie(self, about: str = "") -> str:
        """What our page keeps in this browser: who they are, or else something about the device."""
        return kept(self.session.cookie_jar, about)

    async def open(self, place: str) -> Page:
        async with self.session.get(place) as response:
            return await self._read(response)

    async def leads_to(self, place: str) -> str:
        """Where a place of ours sends a browser on to, which may be an app."""
        async with self.session.get(place, allow_redirects=False) as response:
            return response.headers["Location"]

    async def press(self, label: str, on: Page | None = None, **forged: str) -> Page:
        """Press the button with this label, on the page as it is or as it was."""
        page = on or self.last
        for form in page.forms.values():
            for text, name, value in form.buttons:
                if text == label:
                    return await self.send(form, {**form.boxes, **({name: value} if name else {}), **forged})
        assert label in page.links, f"no button {label!r} on {page.whole} {page.rows}"
        return await self.open(page.links[label])

    async def press_data(self, data: str, message: Any = None) -> Page:
        """Press with this data, whether or not the page ever offered it."""
        page = message if isinstance(message, Page) else self.last
        form = page.forms.get("buttons answers") or page.forms.get("buttons") or self.form
        offered = any(data == value for _, _, value in form.buttons)
        return await self.send(form, {"press": data} if offered else {"press": data, "at": ""})

    async def write(self, text: str) -> Page:
        """Open a link, or what the menu leads to."""
        if text.startswith("/start "):
            return await self.open(f"/i/{text.removeprefix('/start ')}")
        return await self.open(path_of_command(load().commands.get(text.removeprefix("/"), "")))

    async def fill_in(self, given: Fields, on: Page | None = None) -> Page:
        """Fill in these fields, by their labels, and send the form."""
        form = (on or self.last).forms["fields"]
        return await self.send(form, {form.labels[label]: text for label, text in given.items()})

    async def send(self, form: Form, fields: Fields) -> Page:
        async with self.session.post(form.action, data={**form.fields, **fields}) as response:
            return await self._read(response)

    async def _read(self, response: ClientResponse) -> Page:
        self.status, self.place = response.status, response.url.path
        self.last = Page(await response.text())
        if self.last.forms:
            self.form = next(iter(self.last.forms.values()))
        return self.last
