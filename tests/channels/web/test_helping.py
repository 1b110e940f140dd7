"""Helping: one tablet for several neighbours. Nobody sees the one before; everybody leaves with a link that works."""

import re

import pytest
from yarl import URL

from bot.survey import short_codes
from storage import partnerships
from tests.actors import item_on
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.channels.web.conftest import Visitors
from tests.house import Clock, House, agree
from tests.visitor import Visitor

needs_chromium = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

WHO = "Hier was iemand bezig. Is het nog dezelfde persoon?"
WELCOME = "Doet u mee?"
OWN = ("/", "/1", "/12", "/review", "/thanks", "/my-data", "/keep", "/next", "/still-there", "/delete", "/language")
FILES = ("/keep.png", "/card.pdf", "/thanks/samenspraak.png", "/my-data/mijn-antwoorden.csv")
LATER = "{ const now = Date.now; Date.now = () => now() + SECONDS * 1000 }; 0"
SHOWN = "document.querySelector('main').innerText"


@pytest.fixture
def code(house: House) -> str:
    """The helper's, of a partnership with its first wave open."""
    house.add()
    with house.app.database.transaction() as tx:
        return partnerships.helpers_invitation(tx, 1, house.clock())


async def begin(tablet: Visitor, code: str) -> None:
    await tablet.open(f"/i/{code}")
    await tablet.press("Beginnen")


async def join(tablet: Visitor, statements: int = 0) -> None:
    for label in ("Ja, ik doe mee", "Anders", *["Ja"] * statements):
        await tablet.press(label)


async def begin_in(tab: Tab, house: House, code: str) -> None:
    await tab.open(f"{house.page}/i/{code}")
    await tab.click("Beginnen")
    await tab.sees(WELCOME)


async def answer_in(tab: Tab, statements: int, label: str = "Ja") -> None:
    for item in range(1, statements + 1):
        await tab.sees(f"Zin {item} van 26")
        await tab.click(label)


async def join_in(tab: Tab, statements: int = 0) -> None:
    await tab.click("Ja, ik doe mee")
    await tab.click("Anders")
    await answer_in(tab, statements)


async def own_link(tab: Tab) -> str:
    """What stands on the card that they take along."""
    card = str(await tab.run("fetch('/card.pdf').then(card => card.text())"))
    found = re.search(r"/mine/[A-Za-z0-9_-]{32}", card)
    assert found
    return found[0]


async def assert_nothing_is_left(tab: Tab, house: House, code: str) -> None:
    """Of who was there before: not by an address, a reload, the way back, the menu, nor what a page may keep."""
    look = "fetch(path).then(async one => [new URL(one.url).pathname, await one.text()])"
    for path, html in await tab.run(f"Promise.all({[*OWN, *FILES]}.map(path => {look}))"):
        assert path == f"/i/{code}"
        assert "<details" not in html, "there is no menu"
    await tab.reload()
    await tab.sees(WELCOME)
    for _ in range(4):
        await tab.run("history.back()")
        await tab.until(f"location.pathname === '/i/{code}' && document.readyState === 'complete'")
        await tab.sees(WELCOME)
    assert await tab.run("sessionStorage.length + localStorage.length") == 0


@pytest.mark.fire
@needs_chromium
async def test_eight_neighbours_answer_on_one_tablet(
    house: House, browser: Browser, visitors: Visitors, code: str
) -> None:
    tab, links = await browser.tab(), []
    await begin_in(tab, house, code)
    for number in range(8):
        await join_in(tab)
        await answer_in(tab, 26, ("Nee", "Ja")[number % 2])
        await tab.click("Klaar")
        await tab.sees("Dank u wel!")
        assert "Het werk" not in await tab.run(SHOWN), "scores come after a tap"
        links.append(await own_link(tab))
        await tab.click("Mijn uitkomst zien")
        await tab.sees("Het werk: 100" if number % 2 else "Het werk: 0")
        await tab.click("Volgende persoon")
        await tab.sees(WELCOME)
        await assert_nothing_is_left(tab, house, code)
    assert house.rows("SELECT mode, COUNT(*), COUNT(completed_at) FROM responses GROUP BY mode") == [("assisted", 8, 8)]
    assert len(set(links)) == 8
    for number, link in enumerate(links):
        phone = visitors()
        await phone.open(link)
        await phone.press("Ja, dit is mijn eigen link")
        assert f"Het werk: {number % 2 * 100}" in phone.last.text


@needs_chromium
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_who_leaves_halfway_takes_their_link_along(
    house: House, browser: Browser, visitors: Visitors, code: str, script: bool
) -> None:
    tab = await browser.tab(script=script)
    await begin_in(tab, house, code)
    await join_in(tab, 11)
    await tab.sees("Zin 12 van 26")
    await tab.click("Volgende persoon")
    await tab.sees("Uw antwoorden tot nu toe zijn bewaard.")
    link = await own_link(tab)
    await tab.click("Ik hoef geen link")
    await tab.sees("Dan kunt u later niet verdergaan.")
    await tab.click("Volgende persoon")
    await tab.sees(WELCOME)
    await assert_nothing_is_left(tab, house, code)
    phone = visitors()
    await phone.open(link)
    await phone.press("Ja, dit is mijn eigen link")
    assert item_on(phone) == 12


async def test_each_has_a_token_that_nobody_had_before(house: House, visitors: Visitors, code: str) -> None:
    tablet, had = visitors(), set[str]()
    await begin(tablet, code)
    for _ in range(3):
        await join(tablet, 1)
        had.add(tablet.token)
        old = tablet.last
        await tablet.press("Volgende persoon")
        await tablet.press("Volgende persoon")
        await tablet.press("Nee", on=old)
        assert tablet.status == 403, "a tap on an old page is nobody's"
        await tablet.open("/")
    assert len(had) == 3
    assert house.rows("SELECT option, COUNT(*) FROM answers GROUP BY option") == [("yes", 3)]


@needs_chromium
@pytest.mark.fire
async def test_who_does_not_touch_the_thanks_for_two_minutes_is_forgotten(
    house: House, browser: Browser, code: str
) -> None:
    tab = await browser.tab()
    await begin_in(tab, house, code)
    await join_in(tab, 26)
    await tab.click("Klaar")
    await tab.sees("Dank u wel!")
    await tab.run(LATER.replace("SECONDS", "110"))
    await tab.run("new Promise(done => setTimeout(done, 1500))")
    assert "Dank u wel!" in await tab.text()
    await tab.run(LATER.replace("SECONDS", "11"))
    await tab.sees(WELCOME)
    await assert_nothing_is_left(tab, house, code)


@needs_chromium
async def test_in_the_middle_somebody_is_asked_first(house: House, browser: Browser, code: str) -> None:
    tab = await browser.tab()
    await begin_in(tab, house, code)
    await join_in(tab, 3)
    await tab.sees("Zin 4 van 26")
    await tab.run(LATER.replace("SECONDS", "121"))
    await tab.sees("Bent u er nog?")
    assert "Zin 4" not in await tab.text()
    await tab.click("Ja, ik ben er nog")
    await tab.sees("Zin 4 van 26")
    await tab.run(LATER.replace("SECONDS", "121"))
    await tab.sees("Bent u er nog?")
    await tab.run(LATER.replace("SECONDS", "61"))
    await tab.sees(WELCOME)
    await assert_nothing_is_left(tab, house, code)
    assert house.rows("SELECT COUNT(*) FROM answers") == [(3,)], "their answers are kept"


@needs_chromium
async def test_a_touch_on_a_tablet_that_slept_is_of_somebody_else(house: House, browser: Browser, code: str) -> None:
    tab = await browser.tab()
    await begin_in(tab, house, code)
    await join_in(tab, 2)
    await tab.sees("Zin 3 van 26")
    await tab.run(f"for (let one = 0; one < 99; one++) clearInterval(one); {LATER.replace('SECONDS', '500')}")
    assert "Zin 3 van 26" in await tab.text()
    await tab.run("document.dispatchEvent(new Event('pointerdown')); 0")
    await tab.sees("Bent u er nog?")


async def test_without_a_script_the_page_leads_there_by_itself(house: House, visitors: Visitors, code: str) -> None:
    tablet = visitors()
    await begin(tablet, code)
    assert "http-equiv" not in tablet.last.html, "nobody is there to be forgotten"
    await join(tablet)
    assert refreshed(tablet) == ("120", "/still-there")
    await tablet.open("/still-there")
    assert "Bent u er nog?" in tablet.last.text
    seconds, forgets = refreshed(tablet)
    assert (seconds, tablet.last.links["Ja, ik ben er nog"]) == ("60", "/")
    await tablet.open(forgets)
    assert (tablet.place, tablet.token) != ("/1", "")
    assert WELCOME in tablet.last.text


def refreshed(tablet: Visitor) -> tuple[str, str]:
    found = re.search(r'<noscript><meta http-equiv="refresh" content="(\d+); url=(.+?)">', tablet.last.html)
    assert found
    return found[1], found[2]


@needs_chromium
async def test_a_browser_without_a_script_heeds_it(house: House, browser: Browser, code: str) -> None:
    tab = await browser.tab(script=False)
    await begin_in(tab, house, code)
    await join_in(tab)
    await tab.sees("Zin 1 van 26")
    assert await tab.run("document.querySelector('meta[http-equiv=refresh]').content") == "120; url=/still-there"


async def test_nobody_can_have_somebody_forgotten_who_does_not_have_their_page(
    house: House, visitors: Visitors, code: str
) -> None:
    tablet, phone = visitors(), visitors()
    await begin(tablet, code)
    await join(tablet, 4)
    await tablet.open(f"/away/{'0' * 40}")
    assert item_on(tablet) == 5
    await agree(house, phone, ordinary(house))
    proof = phone.last.forms["buttons answers"].fields["proof"]
    await phone.open(f"/away/{proof}")
    assert item_on(phone) == 1, "this phone helps nobody"


def ordinary(house: House) -> str:
    ((code,),) = house.rows("SELECT code FROM invitations WHERE NOT for_helpers")
    return str(code)


@pytest.mark.parametrize("address", ["/", "/12", "/my-data", "/keep", "/next", "/review", "/card.pdf", "/still-there"])
async def test_a_tablet_that_lost_power_asks_who_is_there(
    house: House, clock: Clock, visitors: Visitors, code: str, address: str
) -> None:
    tablet = visitors()
    await begin(tablet, code)
    await join(tablet, 11)
    old = tablet.last
    clock.pass_time(seconds=181)
    for _ in range(2):  # to ask is no sign of somebody
        await tablet.open(address)
        assert tablet.last.whole == WHO
        assert "<details" not in tablet.last.html, "there is no menu"
    await tablet.press("Nee", on=old)
    assert tablet.last.whole == WHO
    assert house.rows("SELECT COUNT(*) FROM answers") == [(11,)], "a tap may be of somebody else"
    await tablet.press("Ja, ga verder")
    assert item_on(tablet) == 12
    clock.pass_time(seconds=181)
    await tablet.open(address)
    await tablet.press("Nee, volgende persoon")
    assert tablet.place == f"/i/{code}"
    assert WELCOME in tablet.last.text
    await tablet.open(address)
    assert (tablet.place, tablet.token) != (address, "")
    assert WELCOME in tablet.last.text


async def test_a_browser_that_was_closed_asks_at_once(house: House, visitors: Visitors, code: str) -> None:
    tablet = visitors()
    await begin(tablet, code)
    await join(tablet, 11)
    tablet.session.cookie_jar.clear(lambda cookie: not cookie["max-age"])
    await tablet.open("/")
    assert tablet.last.whole == WHO


async def test_a_device_whose_link_is_no_more_can_stop(house: House, visitors: Visitors, code: str) -> None:
    tablet = visitors()
    tablet.session.cookie_jar.update_cookies({f"{house.cookie}-helping": "a" * 26}, URL(house.page))
    await tablet.open("/")
    assert tablet.status == 404
    await tablet.press("Stoppen met helpen")
    assert (tablet.place, tablet.cookie("-helping")) == ("/", "")


@pytest.mark.parametrize("seconds", [0, 180])
async def test_who_was_there_a_moment_ago_is_not_asked(
    house: House, clock: Clock, visitors: Visitors, code: str, seconds: int
) -> None:
    tablet = visitors()
    await begin(tablet, code)
    await join(tablet, 2)
    for _ in range(3):
        clock.pass_time(seconds=seconds)
        await tablet.open("/3")
        assert item_on(tablet) == 3
    await tablet.open(f"/i/{code}")
    assert tablet.last.whole == WHO, "whoever scans the helper's link may be the next one"


async def test_a_touch_says_that_somebody_is_there_and_the_news_does_not(
    house: House, clock: Clock, visitors: Visitors, code: str
) -> None:
    tablet = visitors()
    await begin(tablet, code)
    await join(tablet)
    for asked, is_asked_who in (("/here", False), ("/standing", True)):
        for _ in range(2):
            clock.pass_time(seconds=100)
            await tablet.open(asked)
        await tablet.open("/1")
        assert (tablet.last.whole == WHO) == is_asked_who, asked


async def test_a_tap_without_our_form_begins_nothing(house: House, visitors: Visitors, code: str) -> None:
    tablet, stranger = visitors(), visitors()
    await tablet.open(f"/i/{code}")
    for forged in ({"proof": "0" * 40}, {"code": ordinary(house)}, {"code": ""}):
        await tablet.press("Beginnen", on=(page := await tablet.open(f"/i/{code}")), **forged)
        assert (tablet.status, tablet.cookie("-helping")) == (403, ""), page
    await stranger.open(f"/i/{code}")
    stranger.session.cookie_jar.clear()
    await stranger.press("Beginnen")
    assert stranger.status == 403
    assert "cookies" in stranger.last.alert


async def test_who_begins_or_stops_leaves_nobody_on_the_device(house: House, visitors: Visitors, code: str) -> None:
    helper = visitors()
    await agree(house, helper, ordinary(house))
    await helper.open(f"/i/{code}")
    assert "Dit apparaat kent al iemand." in helper.last.html
    assert helper.last.links["Mijn link bewaren"] == "/keep"
    await helper.press("Beginnen")
    assert WELCOME in helper.last.text
    await join(helper, 1)
    await helper.press("Stoppen met helpen")
    assert "Als u stopt, vergeet dit apparaat wie nu bezig is." in helper.last.html
    await helper.press("Stoppen met helpen")
    assert (helper.place, helper.cookie("-helping")) == (f"/i/{code}", "")
    await helper.open("/")
    assert "Zin" not in helper.last.whole


async def test_a_helper_s_link_in_a_resident_s_hands(house: House, visitors: Visitors, code: str) -> None:
    resident = visitors()
    await resident.open(f"/i/{code}")
    assert "Deze link is om anderen te helpen." in resident.last.html
    await resident.press("Voor mijzelf invullen")
    assert resident.place == f"/i/{ordinary(house)}"
    await join(resident)
    assert house.rows("SELECT mode FROM responses") == [(None,)]


async def test_who_is_helped_is_not_sent_to_telegram(house: House, visitors: Visitors, code: str) -> None:
    tablet = visitors()
    await tablet.open(f"/i/{ordinary(house)}")
    assert "Telegram openen" in tablet.last.links, "there eight neighbours would be one person"
    await begin(tablet, code)
    assert WELCOME in tablet.last.text
    assert "Telegram openen" not in tablet.last.links


async def test_a_short_code_leads_to_a_helper_s_link_too(house: House, visitors: Visitors, code: str) -> None:
    ((short,),) = house.rows("SELECT short FROM invitations WHERE for_helpers")
    helper = visitors()
    await helper.open(f"/{short_codes.written(short)}")
    assert helper.place == f"/i/{code}"
    assert "Mensen helpen: De Verbinders" in helper.last.text


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_form_is_printed_by_whoever_helps(house: House, visitors: Visitors, code: str, language: str) -> None:
    helper = visitors()
    for where in (code, ordinary(house)):
        async with helper.session.get(f"/i/{where}/form/{language}") as response:
            assert (await response.read()).startswith(b"%PDF") == (where == code)


async def test_done_is_taken_back_as_ever(house: House, visitors: Visitors, code: str) -> None:
    tablet = visitors()
    await begin(tablet, code)
    await join(tablet, 26)
    await tablet.press("Klaar")
    await tablet.press("Toch nog iets veranderen")
    assert tablet.place == "/review"


@needs_chromium
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_helping_pushes_no_answer_out_of_sight(house: House, browser: Browser, code: str, script: bool) -> None:
    tab = await browser.tab(script=script)
    await begin_in(tab, house, code)
    await join_in(tab)
    await tab.sees("Zin 1 van 26")
    answers = "[...document.querySelectorAll('.answer')]"
    assert len(await tab.in_sight(answers)) == 7


@needs_chromium
@pytest.mark.fire
async def test_axe_finds_nothing_on_the_screens_of_helping(
    house: House, browser: Browser, code: str, pytestconfig: pytest.Config
) -> None:
    axe, tab = await fetch_axe(pytestconfig.cache.mkdir("axe")), await browser.tab()

    async def look(name: str) -> None:
        assert "er ging bij ons iets mis" not in await tab.text(), name
        for dark in (False, True):
            await tab.look(dark=dark)
            assert await violations(tab, axe) == [], name

    await tab.open(f"{house.page}/i/{code}")
    await look("before helping")
    await tab.open(f"{house.page}/i/{code}/paper")
    await look("a form on paper")
    await begin_in(tab, house, code)
    await look("the welcome")
    await tab.open(f"{house.page}/helping")
    await look("to stop")
    await tab.open(f"{house.page}/")
    await join_in(tab, 26)
    for path in ("/next", "/still-there", f"/i/{code}"):
        await tab.open(f"{house.page}{path}")
        await look(path)
    await tab.open(f"{house.page}/")
    await tab.click("Klaar")
    await tab.sees("Dank u wel!")
    await look("the thanks")
