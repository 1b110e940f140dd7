"""The way to WhatsApp in a real browser: a link that the keyboard reaches and that needs no script, to a tab of its
own; and the page, which says by itself what came of it."""

import pytest

from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, Tab, find_chromium
from tests.channels.web.test_in_chromium import join
from tests.house import House
from tests.notifiers.whatsapp.actors import LEAVE, settled
from tests.whatsapp_server import Person, WhatsAppServer

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

HOW, WORKS = "A message is ready in the app.", "We send you a message in WhatsApp."
LINK = "a[target=_blank]"
LATER = """window.later = []; { const wait = setTimeout;
    window.setTimeout = (act, ms) => ms === 3000 ? later.push(act) : wait(act, ms); }"""
"""What is done three seconds later, is done when the test says so."""
FIRST_IS_SLOW = """{ const real = fetch;
    window.fetch = async (place, how) => {
      const html = await (await real(place, how)).text();
      if (place === location.pathname && !window.letGo) await new Promise((go) => { window.letGo = go; });
      return new Response(html); }; }"""
"""The first look is answered at once, and the answer is here when the test says so."""


async def test_who_sends_the_message_that_is_ready_sees_here_that_it_came(
    house: House, meta: WhatsAppServer, phone: Person, browser: Browser, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.cache
    axe = await fetch_axe(pytestconfig.cache.mkdir("axe"))
    tab = await browser.tab("en")
    await join(tab, house, house.add(language="en").invitation, "en")
    await tab.call("Page.addScriptToEvaluateOnNewDocument", source=LATER)
    await tab.open(f"{house.page}/messages")
    await tab.sees(HOW)
    await looked_at(tab, axe)
    await reached(tab)
    await tab.run(FIRST_IS_SLOW)
    await tab.key("Enter")
    link = await tab.opened("https://wa.me/")
    await tab.hide()
    await tab.hide(hidden=False)
    await tab.until("later.length === 1 && window.letGo")
    assert LEAVE in await tab.text(), "they were back before what they sent was here"
    await meta.follows(phone, link)
    await settled(house, meta)
    await tab.run("later.pop()()")
    await tab.sees(WORKS)
    assert await tab.run(f"document.querySelector('{LINK}')") is None
    await tab.run("letGo(), new Promise((then) => setTimeout(then, 200))")
    assert HOW not in await tab.text(), "what was asked before is older"
    await looked_at(tab, axe)


async def test_without_a_script_it_is_a_link_as_any_other(
    house: House, meta: WhatsAppServer, phone: Person, browser: Browser
) -> None:
    tab = await browser.tab("en", script=False)
    await join(tab, house, house.add(language="en").invitation, "en")
    await tab.open(f"{house.page}/messages")
    await tab.click(LEAVE)
    await meta.follows(phone, await tab.opened("https://wa.me/"))
    await settled(house, meta)
    await tab.open(f"{house.page}/messages")
    await tab.sees(WORKS)


async def looked_at(tab: Tab, axe: str) -> None:
    for how in ({}, {"text": 2.0}, {"dark": True}):
        await tab.look(**how)
        assert await violations(tab, axe) == [], how
        assert await tab.run("document.documentElement.scrollWidth") <= WIDTH, how
    await tab.look()


async def reached(tab: Tab) -> None:
    for _ in range(30):
        await tab.key("Tab")
        if await tab.run("document.activeElement.target"):
            return
    raise AssertionError("the keyboard does not reach it")
