"""All that is about being called, in a real browser on the screen of a small phone: looked at by axe, in large letters,
in the dark, and used without a mouse."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.notifiers.tags import Tags
from storage.engine.sealing import Secrets
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, Tab, find_chromium
from tests.channels.web.test_in_chromium import join
from tests.house import SECRET, Clock, House, free_port
from tests.mail_server import MailServer
from tests.telegram_server import TelegramServer

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

FOCUS = "document.activeElement"
WES = "wes@example.org"


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    async with MailServer() as running:
        yield running


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock, mail_server: MailServer) -> AsyncIterator[House]:
    """Where an e-mail can be sent, and a push message."""
    port = free_port()
    mail = {"SMTP_URL": f"smtp://127.0.0.1:{mail_server.port}", "MAIL_FROM": "samen@example.org"}
    async with House(tmp_path, server, clock, PORT=str(port), PUBLIC_URL=f"http://127.0.0.1:{port}", **mail) as running:
        yield running


async def send(tab: Tab, name: str, words: str) -> None:
    """Type in a field, and press the button of its form."""
    await tab.run(f"document.getElementById('field-{name}').focus(), {FOCUS}.select()")
    await tab.type(words)
    await tab.press(".fields .main")


async def there(tab: Tab, selector: str) -> None:
    await tab.until(f"!document.body.classList.contains('busy') && document.querySelector({selector!r})")


async def every_page(tab: Tab, house: House, mail_server: MailServer) -> AsyncIterator[str]:
    """Through all that somebody sees of it; the name of each page when it is there."""
    for name in ("pause", "messages"):
        await tab.open(f"{house.page}/{name}")
        yield name
    await send(tab, "address", "wes at example")
    await there(tab, "#error-address")
    yield "no address"
    await send(tab, "address", WES)
    await there(tab, "#field-code")
    yield "the code"
    await send(tab, "code", "12")
    await there(tab, "#error-code")
    yield "a wrong code"
    await house.settle()
    await send(tab, "code", mail_server.mails[-1].part("plain").split("\n")[0].split()[-1])
    await there(tab, "#now")
    await tab.until("!document.getElementById('field-code')")
    yield "called"
    await tab.open(f"{house.page}/reminders")
    yield "reminders"
    for pages in (pages_behind_links(tab, house), pages_of_what_is_over(tab, house)):
        async for name in pages:
            yield name


async def pages_of_what_is_over(tab: Tab, house: House) -> AsyncIterator[str]:
    await tab.open(f"{house.page}/messages")
    yield "stopped"
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql("UPDATE notification_addresses SET failed_at = confirmed_at, stopped_at = NULL")
    await tab.reload()
    yield "failed"


async def pages_behind_links(tab: Tab, house: House) -> AsyncIterator[str]:
    """As in a browser that knows nobody."""
    door, stop = Tags(Secrets(SECRET)).door(1, house.clock()), Tags(Secrets(SECRET)).stop(1)
    cookies = (await tab.call("Network.getCookies"))["cookies"]
    await tab.call("Network.clearBrowserCookies")
    await tab.open(f"{house.page}/door/{door}")
    yield "door"
    await tab.run("document.forms[0].submit(), 0")
    await there(tab, ".alert")
    yield "door without a tick"
    await tab.open(f"{house.page}/door/{'a' * 26}")
    yield "old door"
    await tab.open(f"{house.page}/stop/{stop}")
    yield "stop"
    await tab.press(".choice button")
    await there(tab, ".send_again")
    yield "stopped by its link"
    await tab.press(".choice button")
    await there(tab, ".stop_messages, .stop_them")
    yield "sent again"
    await tab.press(".choice button")
    await there(tab, ".send_again")
    for one in cookies:
        await tab.call("Network.setCookie", name=one["name"], value=one["value"], url=house.page)


@pytest.mark.fire
@pytest.mark.parametrize("language", ["nl", "en"])
async def test_axe_finds_nothing_and_nothing_is_off_the_screen(
    house: House, browser: Browser, mail_server: MailServer, pytestconfig: pytest.Config, language: str
) -> None:
    assert pytestconfig.cache
    axe = await fetch_axe(pytestconfig.cache.mkdir("axe"))
    tab = await browser.tab(language)
    await join(tab, house, house.add(language=language).invitation, language)
    seen = []
    async for name in every_page(tab, house, mail_server):
        for how in ({}, {"text": 2.0}, {"dark": True}):
            await tab.look(**how)
            assert await violations(tab, axe) == [], (name, how)
            assert await tab.run("document.documentElement.scrollWidth") <= WIDTH, (name, how)
        await tab.look()
        seen.append(name)
    assert len(seen) == 15


async def test_by_the_keyboard_alone_with_what_is_wrong_in_view(
    house: House, browser: Browser, mail_server: MailServer
) -> None:
    tab = await browser.tab("en")
    await join(tab, house, house.add(language="en").invitation, "en")
    await tab.open(f"{house.page}/messages")
    for name, wrong in (("address", "wes"), ("code", "12")):
        await to(tab, f"field-{name}")
        await tab.type(wrong)
        await tab.key("Enter")
        await tab.until(f"{FOCUS}.id === 'field-{name}' && {FOCUS}.getAttribute('aria-invalid')")
        told = await tab.run(f"document.getElementById({FOCUS}.getAttribute('aria-describedby').trim()).innerText")
        assert ("e-mail address" if name == "address" else "not the right code") in told
        assert await tab.run(f"{FOCUS}.closest('.field').getBoundingClientRect().bottom <= innerHeight")
        await house.settle()
        right = WES if name == "address" else mail_server.mails[-1].part("plain").split("\n")[0].split()[-1]
        await tab.run(f"{FOCUS}.select()")
        await tab.type(right)
        await tab.key("Enter")
        await tab.until(f"!document.getElementById('field-{name}')")
    await tab.sees("We send you an e-mail at")
    assert await tab.run(f"{FOCUS}.id") == "now", "whoever hears the page hears what has changed"


async def test_whoever_has_a_program_press_the_button_can_tick_the_box(
    house: House, browser: Browser, mail_server: MailServer
) -> None:
    """As people do who speak to their phone: a page cannot tell them from a scanner, until they do what they read."""
    tab = await browser.tab("en")
    await join(tab, house, house.add(language="en").invitation, "en")
    await tab.open(f"{house.page}/messages")
    await send(tab, "address", WES)
    await there(tab, "#field-code")
    await tab.call("Network.clearBrowserCookies")
    await tab.open(f"{house.page}/door/{Tags(Secrets(SECRET)).door(1, house.clock())}")
    assert not await tab.run("document.querySelector('.sure').checkVisibility()"), "a finger needs none"
    await tab.run("document.querySelector('.own_message button').click(), 0")
    await tab.sees("First tick the box")
    beside = "document.querySelector('.sure').getBoundingClientRect().height < 60"
    assert await tab.run(beside), "the words stand beside their box"
    await tab.press(".sure label")
    await tab.run("document.querySelector('.own_message button').click(), 0")
    await tab.sees("Statement 1 of 26")


async def test_a_door_is_opened_by_the_keyboard_too(house: House, browser: Browser, mail_server: MailServer) -> None:
    tab = await browser.tab("en")
    await join(tab, house, house.add(language="en").invitation, "en")
    await tab.open(f"{house.page}/messages")
    await send(tab, "address", WES)
    await there(tab, "#field-code")
    await tab.call("Network.clearBrowserCookies")
    await tab.open(f"{house.page}/door/{Tags(Secrets(SECRET)).door(1, house.clock())}")
    for _ in range(10):
        await tab.key("Tab")
        if await tab.run(f"{FOCUS}.innerText") == "Yes, this message is for me":
            break
    await tab.key("Enter")
    await tab.sees("Statement 1 of 26")


async def to(tab: Tab, identity: str) -> None:
    for _ in range(40):
        await tab.key("Tab")
        if await tab.run(f"{FOCUS}.id") == identity:
            return
    raise AssertionError(f"the keyboard does not reach {identity}")
