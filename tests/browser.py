"""A real browser: headless Chromium over its DevTools protocol, on the screen of a small phone.

It is found on the path, or where CHROMIUM says; where there is none, the tests that need it say so.
"""

import asyncio
import base64
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.leftovers import prefix
from tests.patience import PATIENCE

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream", "--remote-debugging-port=0", "--host-resolver-rules=MAP wa.me ~NOTFOUND",
)  # fmt: skip
HOW_TO_GET_IT = "no Chromium here: on Debian `apt-get install chromium`, or set CHROMIUM to where it is"
PHONES = {"Roboto": "fonts-roboto-unhinted", "Inter": "fonts-inter"}
"""What a page is set in on Android, and what comes near to it on an iPhone; with the package of Debian that has it."""
WIDTH, HEIGHT = 360, 640


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def missing(font: str) -> str:
    """Why nothing can be measured in this font; nothing when it can."""
    if find_chromium() is None:
        return HOW_TO_GET_IT
    if shutil.which("fc-list") and subprocess.run(("fc-list", font), capture_output=True).stdout:
        return ""
    return f"no {font} here: on Debian `apt-get install {PHONES.get(font, 'fontconfig')}`"


@contextmanager
def chromium(font: str = "") -> Iterator[str]:
    """Where it listens. It may serve any number of tests, one after another. With a `font`, that is the font of the
    system, as on a phone that has it."""
    with tempfile.TemporaryDirectory(prefix=prefix("chromium"), ignore_cleanup_errors=True) as folder:
        command = (find_chromium() or "chromium", *FLAGS, f"--user-data-dir={folder}", "about:blank")
        environment = {**os.environ, **(_fonts(font, Path(folder, "fonts.conf")) if font else {})}
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        try:
            yield _address(Path(folder, "DevToolsActivePort"))
        finally:
            process.terminate()
            process.wait()


def _fonts(font: str, file: Path) -> dict[str, str]:
    file.write_text(FONTS.replace("FONT", font))
    return {"FONTCONFIG_FILE": str(file)}


def _address(file: Path) -> str:
    patience = time.monotonic() + PATIENCE
    while not (file.is_file() and file.read_text().count("\n")):  # it can only be looked at
        assert time.monotonic() < patience, "Chromium does not say where it listens"
        time.sleep(0.05)
    port, path = file.read_text().splitlines()[:2]
    return f"ws://127.0.0.1:{port}{path}"


class Browser:
    """`async with Browser(address) as browser`; each `tab` is the browser of somebody else."""

    def __init__(self, address: str) -> None:
        self._chromium = address
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._heard: dict[tuple[str, str], Callable[[Any], Awaitable[None]]] = {}
        self._acting: set[asyncio.Future[None]] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        session = await self._stack.enter_async_context(aiohttp.ClientSession())
        self._socket = await session.ws_connect(self._chromium, max_msg_size=0)
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._socket.close()
        await self._listening
        await self._stack.aclose()

    async def tab(
        self, language: str = "nl", *, dark: bool = False, script: bool = True, hurried: bool = False
    ) -> "Tab":
        """Somebody's first tab. Who is not `hurried` has looked at a page for a second before they tap on it: for
        them the clock is put back by that, instead of waiting."""
        context = await self.call("Target.createBrowserContext", disposeOnDetach=True)
        tab = await self.tab_in(str(context["browserContextId"]), hurried=hurried)
        await tab.speaks(language)
        await tab.look(dark=dark)
        if not script:
            await tab.call("Emulation.setScriptExecutionDisabled", value=True)
        return tab

    async def tab_in(self, context: str, *, hurried: bool = False) -> "Tab":
        target = await self.call("Target.createTarget", url="about:blank", browserContextId=context, newWindow=True)
        session = await self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab = Tab(self, str(session["sessionId"]), context)
        await tab.call("Page.enable")
        await tab.call("Network.enable")
        if not hurried:
            await tab.call("Page.addScriptToEvaluateOnNewDocument", source=UNHURRIED)
        return tab

    async def call(self, method: str, session: str | None = None, **params: Any) -> Any:
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": params, **({"sessionId": session} if session else {})}
        await self._socket.send_str(json.dumps(message))
        async with asyncio.timeout(PATIENCE):
            return await self._answers[number]

    async def _listen(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            if act := self._heard.get((said.get("sessionId", ""), said.get("method", ""))):
                acting = asyncio.ensure_future(act(said["params"]))
                self._acting.add(acting)
                acting.add_done_callback(self._acting.discard)
            answer = self._answers.pop(said.get("id", 0), None)
            if answer is None or answer.done():
                continue
            if "error" in said:
                answer.set_exception(AssertionError(said["error"]["message"]))
            else:
                answer.set_result(said["result"])

    def hear(self, session: str, method: str, act: Callable[[Any], Awaitable[None]]) -> None:
        """Act on each event of this kind."""
        self._heard[session, method] = act


LEAVES = "Inspected target navigated or closed"


class Tab:
    """One tab of somebody's browser."""

    def __init__(self, browser: Browser, session: str, context: str) -> None:
        self._browser, self._session, self._context = browser, session, context

    async def another(self, address: str) -> "Tab":
        """A second tab of the same person."""
        tab = await self._browser.tab_in(self._context)
        await tab.open(address)
        return tab

    async def opened(self, start: str) -> str:
        """The address of a tab that a link here opened, once it leads to what begins so."""
        async with asyncio.timeout(PATIENCE):
            while True:
                targets = (await self._browser.call("Target.getTargets"))["targetInfos"]
                for one in targets:
                    if one.get("browserContextId") == self._context and one["url"].startswith(start):
                        return str(one["url"])
                await asyncio.sleep(0.02)  # it can only be asked

    async def call(self, method: str, **params: Any) -> Any:
        return await self._browser.call(method, self._session, **params)

    async def speaks(self, language: str) -> None:
        """What its owner set the phone to; nothing where the browser does not say it."""
        if language:
            agent = (await self.call("Browser.getVersion"))["userAgent"]
            await self.call("Emulation.setUserAgentOverride", userAgent=agent, acceptLanguage=language)
        else:
            await self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": ""})

    async def has_voices(self, *languages: str) -> None:
        """What this phone can read aloud in, from the next page on; `heard` is what it was asked to say."""
        script = VOICES.replace("LANGUAGES", json.dumps(languages))
        await self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    async def microphone(self, address: str, *, allowed: bool) -> None:
        """What its owner says when this site asks for it; what it hears are beeps."""
        await self._browser.call(
            "Browser.setPermission",
            permission={"name": "microphone"},
            setting="granted" if allowed else "denied",
            origin=address,
            browserContextId=self._context,
        )

    async def takes(self, selector: str, path: Path) -> None:
        """Choose this file in the field that the selector finds."""
        document = await self.call("DOM.getDocument")
        node = await self.call("DOM.querySelector", nodeId=document["root"]["nodeId"], selector=selector)
        await self.call("DOM.setFileInputFiles", files=[str(path)], nodeId=node["nodeId"])

    async def look(self, *, dark: bool = False, width: int = WIDTH, height: int = HEIGHT, text: float = 1.0) -> None:
        """How the screen is: its colours, its size, and how large its owner wants letters."""
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2, mobile=True
        )
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=features)
        await self.call("Page.setFontSizes", fontSizes={"standard": int(16 * text)})

    async def open(self, address: str) -> None:
        await self.call("Page.navigate", url=address)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def reload(self) -> None:
        await self.run("window.__old = true")
        await self.call("Page.reload")
        await self.until("!window.__old && document.readyState === 'complete'")

    async def run(self, script: str) -> Any:
        """What this expression gives; a promise is awaited."""
        found = await self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, script: str, seconds: float = PATIENCE) -> None:
        """Wait until this expression is true."""
        try:
            async with asyncio.timeout(seconds):
                while not await self._is_true(script):  # noqa: ASYNC110 - it can only be asked
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"never came true: {script}\n{await self.text()}") from None

    async def text(self) -> str:
        return str(await self.run("document.body.innerText"))

    async def sees(self, words: str) -> None:
        """Wait until these words are there, and nothing is on its way any more."""
        settled = "!document.body.classList.contains('busy')"
        await self.until(f"{settled} && document.querySelector('main').innerText.includes({json.dumps(words)})")

    async def click(self, label: str) -> None:
        """A finger on the button or link with this label."""
        await self.tap_at(*await self.place(label))

    async def press(self, selector: str) -> None:
        """A finger on the first that this selector finds, once it is there and scrolled into sight."""
        find = f"[...document.querySelectorAll({json.dumps(selector)})].find(one => one.checkVisibility())"
        await self.until(find)
        await self.tap_at(*await self.run(f"({CENTRE})({find}, 'nearest')"))

    async def in_sight(self, elements: str) -> list[str]:
        """Of these elements, an expression, the values of those that are wholly in sight: not over the edge, and not
        under something else."""
        found = await self.run(f"{elements}.filter({SEEN}).map(one => one.value || '')")
        return [str(value) for value in found]

    async def fonts(self, selector: str) -> set[str]:
        """The fonts that the words in the first that this selector finds are really set in."""
        await self.call("DOM.enable")
        await self.call("CSS.enable")
        document = await self.call("DOM.getDocument")
        node = await self.call("DOM.querySelector", nodeId=document["root"]["nodeId"], selector=selector)
        used = await self.call("CSS.getPlatformFontsForNode", nodeId=node["nodeId"])
        return {str(font["familyName"]) for font in used["fonts"]}

    async def tap_at(self, x: float, y: float, count: int = 1, **more: float) -> str:
        """A finger at this place, the first or the second time in a row; what is there by then. Its `timestamp`, in
        seconds since 1970, may be earlier than now: then a slow machine hears of it only now."""
        there = await self.run(f"document.elementFromPoint({x}, {y}).innerText")
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count, **more)
        return str(there)

    async def place(self, label: str, block: str = "center") -> tuple[float, float]:
        """Where the button or link with this label is, once it is there and scrolled into sight."""
        await self.until(f"({FIND})({json.dumps(label)})")
        x, y = await self.run(f"({PLACE})({json.dumps(label)}, {json.dumps(block)})")
        return x, y

    async def type(self, words: str) -> None:
        """Into the field that has the focus."""
        await self.call("Input.insertText", text=words)

    async def hide(self, *, hidden: bool = True) -> None:
        """Somebody goes to another tab, or comes back to this one."""
        script = f"Object.defineProperty(document, 'hidden', {{configurable: true, get: () => {json.dumps(hidden)}}})"
        await self.run(f"{script}; document.dispatchEvent(new Event('visibilitychange')); 0")

    async def key(self, name: str) -> None:
        code, text = {"Tab": (9, ""), "Enter": (13, "\r"), "Escape": (27, ""), "Space": (32, " ")}[name]
        known = {"key": " " if name == "Space" else name, "code": name, "windowsVirtualKeyCode": code}
        await self.call("Input.dispatchKeyEvent", type="keyDown", text=text, **known)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **known)

    async def connection(self, *, lost: bool) -> None:
        await self.call(
            "Network.emulateNetworkConditions", offline=lost, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )
        while lost and await self.run(REACHES):  # what asks in a browser hears of it a moment later
            pass

    async def lose_answers(self, path: str) -> None:
        """From now on, what is sent to this path arrives, and its answer does not."""

        async def lose(paused: Any) -> None:
            await self.call("Fetch.failRequest", requestId=paused["requestId"], errorReason="ConnectionReset")

        self._browser.hear(self._session, "Fetch.requestPaused", lose)
        await self.call("Fetch.enable", patterns=[{"urlPattern": f"*{path}", "requestStage": "Response"}])

    async def find_answers_again(self) -> None:
        await self.call("Fetch.disable")

    async def picture(self, path: Path) -> None:
        taken = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(taken["data"]))

    async def _is_true(self, script: str) -> bool:
        try:
            found = await self.call("Runtime.evaluate", expression=f"!!({script})", returnByValue=True)
        except AssertionError as error:
            if str(error) == LEAVES:
                return False  # it was asked of a page that is gone by now
            raise
        return bool(found.get("result", {}).get("value"))


REACHES = "fetch('/healthz', { cache: 'no-store' }).then(() => true, () => false)"
VOICES = """window.heard = []; speechSynthesis.getVoices = () => LANGUAGES.map(lang => ({lang}));
    speechSynthesis.speak = said => heard.push(said); speechSynthesis.cancel = () => {};
    window.langs = () => heard.map(said => said.lang); window.texts = () => heard.map(said => said.text);"""
UNHURRIED = "{ const now = performance.now.bind(performance); performance.now = () => now() - 1000; }"
FIND = """label => [...document.querySelectorAll('button, a, summary')].find(
    one => one.checkVisibility() && one.innerText.replace('✓', '').trim() === label)"""
CENTRE = """(one, block) => {
    one.scrollIntoView({block, behavior: 'instant'});
    const box = one.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
}"""
PLACE = f"(label, block) => ({CENTRE})(({FIND})(label), block)"
SEEN = """one => {
    const {left, right, top, bottom} = one.getBoundingClientRect(), x = (left + right) / 2, y = (top + bottom) / 2;
    return [[left + 2, y], [right - 2, y], [x, top + 2], [x, bottom - 2]].every(([x, y]) => {
        const there = document.elementFromPoint(x, y);
        return there && (one.contains(there) || there.contains(one));
    }) && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
}"""
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><include>/etc/fonts/fonts.conf</include>
<match target="pattern"><test name="family"><string>sans-serif</string></test>
<edit name="family" mode="prepend" binding="strong"><string>FONT</string></edit></match></fontconfig>
"""
