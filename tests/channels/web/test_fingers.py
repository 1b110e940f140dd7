"""Fingers, tabs and half-typed words: what people do to a page in a real browser without meaning to."""

import asyncio
import time

import pytest

from storage import partnerships
from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.house import House
from tests.variants import variants

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)


async def join(tab: Tab, house: House, code: str) -> None:
    await tab.open(f"{house.page}/i/{code}")
    for label, sign in (("Ja, ik doe mee", "Wat past het best bij u?"), ("Anders", "Zin 1 van 26")):
        await asyncio.sleep(0.6)
        await tab.click(label)
        await tab.sees(sign)


async def test_a_double_tap_answers_no_statement_that_nobody_has_seen(house: House, browser: Browser) -> None:
    """The second half comes when the answer is there already, on whatever stands at that place by then."""
    tab, hit = await browser.tab(hurried=True), []
    await join(tab, house, house.add().invitation)
    for item in range(1, 7):
        await asyncio.sleep(0.6)
        place = await tab.place("Ertussenin", "nearest")
        tapped = time.time()
        await tab.tap_at(*place)
        await tab.sees(f"Zin {item + 1} van 26")
        hit.append(await tab.tap_at(*place, count=2, timestamp=tapped + 0.2))
        await asyncio.sleep(0.2)
        await tab.sees(f"Zin {item + 1} van 26")
        assert house.rows("SELECT COUNT(*) FROM answers") == [(item,)]
    assert set(hit) & {"Nee", "Meer nee dan ja", "Ertussenin", "Meer ja dan nee", "Ja"}, "there were answers under it"


async def test_a_key_is_meant_at_once(house: House, browser: Browser) -> None:
    tab = await browser.tab(hurried=True)
    await join(tab, house, house.add().invitation)
    for item in (2, 3, 4):
        await tab.run("[...document.querySelectorAll('main button')].find(one => one.innerText === 'Ja').focus()")
        await tab.key("Enter")
        await tab.sees(f"Zin {item} van 26")
    assert house.rows("SELECT COUNT(*) FROM answers") == [(3,)]


@pytest.mark.parametrize("hidden", variants((False, True), always=0), ids=["side by side", "behind each other"])
async def test_eight_tabs_of_one_browser_all_answer_and_show_the_same(
    house: House, browser: Browser, hidden: bool
) -> None:
    first = await browser.tab()
    await join(first, house, house.add().invitation)
    tabs = [first]
    for _ in range(7):
        await tabs[-1].hide(hidden=hidden)
        tabs.append(await first.another(f"{house.page}/"))
        await tabs[-1].sees("Zin 1 van 26")
    await tabs[-1].click("Ja")
    await tabs[-1].sees("Zin 2 van 26")
    if hidden:
        await first.hide(hidden=False)
    await first.sees("Zin 2 van 26")
    await first.click("Ja")
    await first.sees("Zin 3 van 26")
    if hidden:
        await tabs[-1].sees("Zin 3 van 26")


HELD_UP = """{ const real = fetch, now = ["/standing", location.pathname];
    window.fetch = (place, how) => now.includes(place) ? real(place, how)
        : new Promise((come) => { window.letGo = () => come(real(place, how)); }); }"""
"""A page that somebody goes to comes when the test says so."""


async def coordinator(browser: Browser, house: House) -> Tab:
    tab = await browser.tab()
    await tab.open(f"{house.page}/i/{house.add().coordinator}")
    await tab.click("Ja, ga verder")
    await tab.sees("U bent nu coördinator")
    return tab


async def news_comes(house: House, tab: Tab) -> None:
    """Of a wave that closes, to whoever comes back to this tab."""
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())
    house.app._standing = 0.0, ""
    await tab.hide()
    await tab.run("document.querySelector('#now').dataset.old = '1'")
    await tab.hide(hidden=False)
    await tab.until("!document.querySelector('#now').dataset.old")


async def test_what_one_is_typing_stays_when_something_else_comes(house: House, browser: Browser) -> None:
    tab = await coordinator(browser, house)
    await tab.open(f"{house.page}/coordinate/places/1")
    await tab.run("document.getElementById('field-place').focus()")
    await tab.type("de bakker")
    await tab.run("document.getElementById('field-place').setSelectionRange(3, 5)")
    await news_comes(house, tab)
    field = "(({value, selectionStart, selectionEnd}) => [value, selectionStart, selectionEnd])(document.activeElement)"
    assert await tab.run(field) == ["de bakker", 3, 5], "by news"
    await tab.click("Link maken")
    await tab.sees("Mensen uitnodigen: de bakker")
    await tab.open(f"{house.page}/coordinate/places/1")
    assert await tab.run("document.getElementById('field-place').value") == "", "it was sent"


async def test_news_takes_nobody_from_where_they_go(house: House, browser: Browser) -> None:
    """Who comes back to a tab and taps at once, goes there, also when the news is here first."""
    tab = await coordinator(browser, house)
    await tab.run(HELD_UP)
    await tab.click("Team")
    await tab.until("window.letGo")
    await news_comes(house, tab)
    await tab.run("letGo(), 0")
    await tab.until("location.pathname.includes('team')")


async def test_a_coordinator_copies_the_invitation_without_opening_it(house: House, browser: Browser) -> None:
    tab = await coordinator(browser, house)
    await tab.click("Uitnodigen")
    await tab.sees("Deel de link")
    await tab.run("navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve(); }; 0")
    await tab.click("Link kopiëren")
    await tab.until("document.getElementById('status').innerText === 'Gekopieerd.'")
    assert await tab.run("window.copied") == await tab.run("document.querySelector('#now a').href")


async def test_a_coordinator_can_type_all_that_may_be_sent(house: House, browser: Browser) -> None:
    tab = await coordinator(browser, house)
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())
    text = "Dank u wel. " * 124 + "Tot ziens!"
    assert 1490 < len(text) <= 1500
    await tab.open(f"{house.page}/coordinate/share/1")
    await tab.run("document.getElementById('field-nl').focus()")
    await tab.type(f"{text[:700]}\n\n{text[700:]}")
    await tab.click("Bekijk hoe het wordt")
    await tab.sees("Tot ziens!")


@pytest.mark.fire
async def test_a_link_that_is_told_once_stays_whatever_is_done_in_another_tab(house: House, browser: Browser) -> None:
    tab = await coordinator(browser, house)
    second = await tab.another(f"{house.page}/coordinate/team")
    told = []
    for one in (tab, second):
        await one.open(f"{house.page}/coordinate/team")
        await one.click("Link voor een coördinator")
        await one.sees("werkt één keer")
        told.append(await one.text())
    await asyncio.sleep(0.5)
    assert await tab.text() == told[0]
    assert told[0] != told[1], "each has a link of its own"
