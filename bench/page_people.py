"""The people on a page: each reads what it shows, presses a button, and the next one only after the answer.

They know of a page what a browser knows: its forms, their hidden fields and buttons, and where each is sent. So the
page of the survey and a bare one have the same people.
"""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from types import TracebackType
from typing import Self

from aiohttp import BaseConnector, ClientSession, ClientTimeout, CookieJar

ITEMS = 26
SCRIPT = {"X-Script": "1"}
FORM = re.compile(r"<form\b[^>]*\baction=\"(.*?)\"[^>]*>(.*?)</form>", re.DOTALL)
HIDDEN = re.compile(r"<input\b[^>]*type=\"hidden\"[^>]*>")
BUTTON = re.compile(r"<button\b[^>]*name=\"press\"[^>]*>")
NAME, VALUE = re.compile(r"\bname=\"(.*?)\""), re.compile(r"\bvalue=\"(.*?)\"")
OPTION = re.compile(r"a:\d+:(\d+):(\w+)")


@dataclass(frozen=True)
class Form:
    action: str
    fields: dict[str, str]
    presses: list[str]


class PagePerson:
    """`async with PagePerson(root, connector, number, has_script) as person`; without a connector the connections are
    their own, as a browser's. `taps` is statement -> option."""

    def __init__(self, root: str, connector: BaseConnector | None, number: int, has_script: bool) -> None:
        self._client = ClientSession(
            root,
            connector=connector,
            connector_owner=connector is None,
            cookie_jar=CookieJar(unsafe=True),
            headers={"Accept-Language": "nl", **(SCRIPT if has_script else {})},
            timeout=ClientTimeout(120),
        )
        self.number, self.requests, self.shown = number, 0, ""
        self.taps: dict[int, str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.close()

    async def come_in(self, start: str) -> None:
        """Up to the first statement: agree, choose a group."""
        await self.ask("GET", start)
        for letter in ("j:", "k:"):
            if not self.sees("a:"):
                await self.press(letter)

    async def walk(self) -> list[float]:
        """Answer every statement; the seconds from each tap to its answer."""
        taken = list[float]()
        while self.sees("a:"):
            started = time.perf_counter()
            pressed = await self.press("a:", self.number + len(taken))
            taken.append(time.perf_counter() - started)
            if found := OPTION.fullmatch(pressed):
                self.taps[int(found[1])] = found[2]
        assert len(self.taps) == ITEMS, f"{len(self.taps)} statements, and then: {self.shown}"
        return taken

    def sees(self, letter: str) -> bool:
        return any(value.startswith(letter) for form in forms(self.shown) for value in form.presses)

    async def press(self, letter: str, place: int = 0) -> str:
        """A button whose value begins so, by its place among those; the value."""
        for form in forms(self.shown):
            if presses := [value for value in form.presses if value.startswith(letter)]:
                value = presses[place % len(presses)]
                await self.ask("POST", form.action, {**form.fields, "press": value})
                return value
        raise AssertionError(f"no button {letter} on: {self.shown}")

    async def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> None:
        async with self._client.request(method, path, data=fields) as answer:
            self.shown = await answer.text()
            self.requests += 1 + len(answer.history)
            assert answer.status == 200, f"{method} {path}: {answer.status} {self.shown}"

    async def poll(self, path: str, every: float) -> None:
        """Ask again and again, as the script of a page does; everybody at another moment."""
        await asyncio.sleep(random.uniform(0, every))
        while True:
            async with self._client.get(path, headers=SCRIPT) as answer:
                assert answer.status < 300, f"GET {path}: {answer.status}"
                await answer.read()
            await asyncio.sleep(every)


def forms(html: str) -> Iterator[Form]:
    for action, inside in FORM.findall(html):
        hidden = {of(NAME, tag): of(VALUE, tag) for tag in HIDDEN.findall(inside)}
        yield Form(unescape(action), hidden, [of(VALUE, tag) for tag in BUTTON.findall(inside)])


def of(attribute: re.Pattern[str], tag: str) -> str:
    found = attribute.search(tag)
    return unescape(found[1]) if found else ""


def tapped(people: list[PagePerson]) -> Counter[tuple[int, str]]:
    return Counter(answer for one in people for answer in one.taps.items())
