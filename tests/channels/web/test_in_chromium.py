"""The page in a real browser, on the screen of a small phone: walked, looked at by axe, and used without a mouse."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from storage import links
from storage.partnerships import Codes
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, Tab, find_chromium
from tests.data import five_sheets
from tests.house import ROOT, House, agree
from tests.variants import variants
from tests.visitor import Visitor

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

WORDS = {
    "nl": ("Ja, ik doe mee", "Anders", "Zin {} van 26", "Klaar", "Dank u wel!"),
    "en": ("Yes, I will take part", "Other", "Statement {} of 26", "Done", "Thank you!"),
}
OPTIONS = {
    "nl": ("Nee", "Meer nee dan ja", "Ertussenin", "Meer ja dan nee", "Ja", "Weet ik niet", "Geldt niet voor mij"),
    "en": ("No", "More no than yes", "In between", "More yes than no", "Yes", "I don't know", "Does not apply to me"),
}
THIRD = "3. Samenwerken gaat alleen goed als iedereen die meedoet, … → Meer ja dan nee"  # a row of the review
KEYS = ("no", "rather_no", "middle", "rather_yes", "yes", "dont_know", "not_applicable")


async def join(tab: Tab, house: House, code: str, language: str = "nl") -> None:
    yes, group, statement, *_ = WORDS[language]
    await tab.open(f"{house.page}/i/{code}")
    await tab.click(yes)
    await tab.click(group)
    await tab.sees(statement.format(1))


class Walk:
    """One person's way through the statements, with all that can happen to a phone."""

    def __init__(self, tab: Tab, house: House, language: str) -> None:
        self.tab, self.house, self.spoken = tab, house, language
        self.given: dict[int, int] = {}
        self.ways: dict[int, Callable[[int], Awaitable[None]]] = {
            5: self.reload, 9: self.lose_before, 12: self.lose_after, 15: self.lose_and_reload,
            18: self.switch, 21: self.switch,
        }  # fmt: skip

    async def answer(self, item: int) -> None:
        await self.tab.sees(WORDS[self.spoken][2].format(item))
        assert await self.tab.run("document.activeElement.id") in ("now", ""), "the new statement has the focus"
        await self.ways.get(item, self.tap)(item)

    async def tap(self, item: int) -> None:
        self.given[item] = item % len(KEYS)
        await self.tab.click(OPTIONS[self.spoken][self.given[item]])

    async def reload(self, item: int) -> None:
        await self.tab.reload()
        await self.tab.sees(WORDS[self.spoken][2].format(item))
        await self.tap(item)

    async def lose_before(self, item: int) -> None:
        """The tap does not arrive."""
        await self.tab.connection(lost=True)
        await self.tap(item)
        await self.told_of_it()
        await self.tab.connection(lost=False)

    async def lose_after(self, item: int) -> None:
        """The tap arrives, and the answer does not come back."""
        await self.tab.lose_answers("/tap")
        await self.tap(item)
        await self.told_of_it()
        assert self.house.rows("SELECT COUNT(*) FROM answers") == [(item,)]
        await self.tab.find_answers_again()

    async def lose_and_reload(self, item: int) -> None:
        await self.tab.connection(lost=True)
        await self.tap(item)
        await self.told_of_it()
        await self.tab.connection(lost=False)
        await self.tab.reload()
        arrived = "document.querySelector('.answers .chosen') && !sessionStorage.getItem('tap')"
        await self.tab.until(f"location.pathname === '/{item + 1}' || ({arrived})")
        if await self.tab.run("location.pathname") == f"/{item}":  # the tap had arrived before the reload
            await self.tab.click({"nl": "Verder ›", "en": "Next ›"}[self.spoken])

    async def told_of_it(self) -> None:
        await self.tab.until("document.getElementById('status').innerText.length > 20")

    async def switch(self, item: int) -> None:
        await self.tab.click({"nl": "English", "en": "Nederlands"}[self.spoken])
        self.spoken = {"nl": "en", "en": "nl"}[self.spoken]
        await self.tab.sees(WORDS[self.spoken][2].format(item))
        assert await self.tab.run("document.documentElement.lang") == self.spoken
        await self.tap(item)


@pytest.mark.parametrize("language", variants(("nl", "en")))
async def test_the_walk_with_all_that_happens_on_the_way(house: House, browser: Browser, language: str) -> None:
    """A reload, a connection lost before a tap, after one, and with a reload, another language and back."""
    tab = await browser.tab(language)
    await join(tab, house, house.add().invitation, language)
    assert await tab.run("location.pathname") == "/1", "the code is no longer in the address bar"
    walk = Walk(tab, house, language)
    for item in range(1, 27):
        await walk.answer(item)
    await tab.click(WORDS[language][3])
    await tab.sees(WORDS[language][4])
    found = house.rows("SELECT item, option FROM answers ORDER BY item")
    assert found == [(item, KEYS[option]) for item, option in sorted(walk.given.items())]
    assert not await tab.run("sessionStorage.length"), "nothing is left behind on the phone"


async def test_the_walk_with_scripts_switched_off(house: House, browser: Browser) -> None:
    tab = await browser.tab(script=False)
    await join(tab, house, house.add().invitation)
    for item in range(1, 27):
        await tab.sees(f"Zin {item} van 26")
        await tab.click("Ertussenin")
    await tab.click("Klaar")
    await tab.sees("Dank u wel!")
    assert not await tab.run("document.querySelector('[data-aloud]').checkVisibility()")
    assert house.rows("SELECT COUNT(*) FROM answers") == [(26,)]


async def test_two_tabs_show_the_same_and_the_back_button_shows_where_one_is(house: House, browser: Browser) -> None:
    tab = await browser.tab()
    await join(tab, house, house.add().invitation)
    second = await tab.another(f"{house.page}/")
    await second.sees("Zin 1 van 26")
    await tab.click("Ja")
    await second.sees("Zin 2 van 26")
    await second.click("Nee")
    await tab.sees("Zin 3 van 26")
    await tab.click("Menu")
    await tab.click("Mijn link bewaren")
    await tab.until("document.getElementById('own')")
    await tab.run("history.back()")
    await tab.sees("Zin 3 van 26")


async def test_the_wave_closes_while_a_tab_is_open(house: House, browser: Browser) -> None:
    tab, codes = await browser.tab(), house.add()
    await join(tab, house, codes.invitation)
    code, out, _ = await house.command("wave", "close", "1")
    assert (code, "closed" in out) == (0, True)
    await tab.click("Ja")
    await tab.sees("Deze ronde van De Verbinders is gesloten.")


async def test_back_brings_nobody_s_own_link_to_whoever_has_the_phone_next(house: House, browser: Browser) -> None:
    async with Visitor(house.page) as mo:
        await agree(house, mo, house.add().invitation)
        tab = await browser.tab()
        await tab.open(f"{house.page}/mine/{mo.token}")
    await tab.click("Ja, dit is mijn eigen link")
    await tab.sees("Zin 1 van 26")
    await tab.open(f"{house.page}/keep")
    await tab.click("Ik ben klaar op deze telefoon")
    await tab.sees("Deze telefoon weet niet meer wie u bent.")
    await tab.run("history.go(-3), 0")
    await tab.until("location.pathname !== '/gone' && document.readyState === 'complete'")
    assert await tab.run("location.pathname") == "/"


async def test_the_first_screen_is_light_and_asks_nobody_else(house: House, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.open(f"{house.page}/i/{house.add().invitation}")
    took = await tab.run("performance.getEntries().filter(one => one.transferSize).map(o => [o.name, o.transferSize])")
    assert all(name.startswith(house.page) for name, _ in took)
    size = sum(size for _, size in took)
    print(f"\nthe first screen is {size} bytes in {len(took)} requests")
    assert len(took) >= 4
    assert size < 60_000
    (told,) = re.findall(r"The first screen is (\d+) kB", (ROOT / "README.md").read_text("utf-8"))
    assert abs(size / 1000 - int(told)) < 3, "the README says how much it is"


async def walk_by_keyboard(tab: Tab, label: str) -> None:
    """Tab to the button with this label, and press Enter."""
    for _ in range(40):
        await tab.key("Tab")
        if await tab.run("document.activeElement.innerText?.replace('✓', '').trim()") == label:
            outline = await tab.run("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", "one sees where one is"
            return await tab.key("Enter")
    raise AssertionError(f"the keyboard does not reach {label!r}")


async def test_with_the_keyboard_alone(house: House, browser: Browser) -> None:
    tab = await browser.tab()
    await tab.open(f"{house.page}/i/{house.add().invitation}")
    for label, then in (
        ("Ja, ik doe mee", "Wat past het best bij u?"), ("Ik woon hier of ik ben vrijwilliger", "Zin 1 van 26"),
        ("Ja", "Zin 2 van 26"),
        ("‹ Terug", "Zin 1 van 26"), ("Verder ›", "Zin 2 van 26"), ("Geldt niet voor mij", "Zin 3 van 26"),
    ):  # fmt: skip
        await walk_by_keyboard(tab, label)
        await tab.sees(then)
    await walk_by_keyboard(tab, "Menu")
    await walk_by_keyboard(tab, "Hulp")
    await tab.sees("Er zijn geen foute antwoorden.")
    await walk_by_keyboard(tab, "Verder met zin 3")
    await tab.sees("Zin 3 van 26")
    await walk_by_keyboard(tab, "Menu")
    await tab.key("Escape")
    assert not await tab.run("document.querySelector('.menu').open")
    await walk_by_keyboard(tab, "Kan iedereen deze pagina gebruiken?")
    await tab.sees("Wat we nog niet weten")


async def every_screen(tab: Tab, house: House, codes: Codes) -> AsyncIterator[str]:
    """Through all that a respondent can see; gives the name of each screen when it is there."""
    await tab.open(f"{house.page}/i/{codes.invitation}")
    yield "welcome"
    await tab.click("Ja, ik doe mee")
    await tab.sees("Wat past het best bij u?")
    yield "group"
    await tab.click("Anders")
    for item in range(1, 27):
        await tab.sees(f"Zin {item} van 26")
        if item in (1, 2, 9, 26):
            yield f"statement {item}"
        await tab.click("Meer ja dan nee")
        if item == 3:
            async for name in side_screens(tab):
                yield name
    async for name in last_screens(tab):
        yield name
    await tab.open(f"{house.page}/i/{codes.invitation}")
    yield "is that you?"
    async with Visitor(house.page) as neighbour:
        await agree(house, neighbour, codes.invitation)
        await tab.open(f"{house.page}/mine/{neighbour.token}")
    yield "the link of somebody else"
    await tab.open(f"{house.page}/nothing")
    yield "nothing here"
    await tab.click("Kan iedereen deze pagina gebruiken?")
    await tab.sees("Wat we nog niet weten")
    yield "can everybody use it"


async def last_screens(tab: Tab) -> AsyncIterator[str]:
    await tab.sees("U heeft bij alle zinnen een antwoord gekozen.")
    yield "review"
    for label, sign in ((THIRD, "Zin 3 van 26"), ("Verder ›", "bij alle zinnen"), ("Klaar", "Dank u wel!")):
        await tab.click(label)
        await tab.sees(sign)
        yield f"after {label}"


async def side_screens(tab: Tab) -> AsyncIterator[str]:
    await tab.sees("Zin 4 van 26")
    await tab.click("‹ Terug")
    await tab.sees("Zin 3 van 26")
    yield "an answered statement"
    await tab.click("Verder ›")
    await tab.sees("Zin 4 van 26")
    await tab.click("Pauze")
    await tab.sees("pauze")
    yield "pause"
    for label in ("Hulp", "Een andere taal kiezen", "Wat er met uw antwoorden gebeurt", "Al uw antwoorden verwijderen",
                  "Uw eigen antwoorden zien"):  # fmt: skip
        before = await tab.run("location.pathname")
        await tab.click("Menu")
        yield f"menu before {label}"
        await tab.click(label)
        await tab.until(f"location.pathname !== {json.dumps(before)}")
        yield label
    await tab.click("Mijn link bewaren")
    await tab.until("document.getElementById('own')")
    yield "own link"
    await tab.click("‹ Terug")
    await tab.sees("Zin 4 van 26")


async def every_coordinator_screen(tab: Tab, house: House, _codes: Codes) -> AsyncIterator[str]:
    with house.app.database.transaction() as tx:
        code = links.make_link(tx, 1, "coordinator", house.clock())
    await tab.open(f"{house.page}/i/{code}")
    yield "the link of a coordinator"
    await tab.click("Ja, ga verder")
    await tab.sees("U bent nu coördinator")
    yield "coordinator"
    for label, sign in (
        ("Uitnodigen", "Deel de link"), ("QR-code", "Scan deze code"), ("Poster (A4)", "om te printen"),
        ("Een link voor nog een plek", "Voor welke plek?"), ("Bibliotheek", "uitnodigen: Bibliotheek"),
        ("‹ Terug", "Wat wilt u"), ("Stand", "geopend"), ("Samenvatting", "scores"), ("Team", "coördinator"),
        ("Link voor een coördinator", "werkt één keer"), ("‹ Terug", "Team"), ("‹ Terug", "Wat wilt u"),
        ("Instellingen", "Contactpersoon"), ("‹ Terug", "Wat wilt u"), ("Ronde sluiten", "Wilt u ronde 1 sluiten"),
    ):  # fmt: skip
        await tab.click(label)
        await tab.sees(sign)
        yield f"coordinator: {label}"
    await tab.click("Ja, sluiten")
    await tab.sees("Ronde 1 is gesloten.")
    for place, send in (("places/1", "Link maken"), ("settings/1", "Bewaren"), ("open_name/1/2.-", "Bewaren"),
                        ("open_day/1/2.-", "Bewaren"), ("share/1", "Bekijk hoe het wordt"),
                        ("agreement_add/1", "Bewaren")):  # fmt: skip
        await tab.open(f"{house.page}/coordinate/{place}")
        await tab.click(send)
        await tab.until("!document.body.classList.contains('busy')")
        yield f"coordinator: {place} sent as it is"


async def five_answer(house: House, codes: Codes) -> None:
    """In the browser, by people without script: it is only so that there is a score to see."""
    for sheet in five_sheets():
        async with Visitor(house.page) as person:
            await person.open(f"/i/{codes.invitation}")
            for label in ("Ja, ik doe mee", "Anders", *(OPTIONS["nl"][KEYS.index(key)] for key in sheet.values())):
                await person.press(label)
            await person.press("Klaar")


@pytest.mark.fire
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_axe_finds_nothing_on_any_screen(
    house: House, browser: Browser, pytestconfig: pytest.Config, dark: bool
) -> None:
    assert pytestconfig.cache
    axe = await fetch_axe(pytestconfig.cache.mkdir("axe"))
    codes, looked_at = house.add("De Verbinders in Moerwijk"), 0
    await five_answer(house, codes)
    for is_coordinator in (False, True):
        tab = await browser.tab(dark=dark)
        screens = every_coordinator_screen(tab, house, codes) if is_coordinator else every_screen(tab, house, codes)
        async for name in screens:
            assert await violations(tab, axe) == [], name
            looked_at += 1
    print(f"\naxe looked at {looked_at} screens")


@pytest.mark.fire
@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("ar", "rtl")])
async def test_axe_finds_nothing_on_any_screen_in_another_language(
    house: House, browser: Browser, pytestconfig: pytest.Config, language: str, direction: str
) -> None:
    """And nothing hangs out at either side."""
    assert pytestconfig.cache
    axe = await fetch_axe(pytestconfig.cache.mkdir("axe"))
    codes = house.add("De Verbinders in Moerwijk", languages="ar en nl")
    await five_answer(house, codes)
    for screens in (every_screen, every_coordinator_screen):
        tab = await browser.tab()
        async for name in screens(tab, house, codes):
            async with spoken(tab, house, language) as second:
                assert await violations(second, axe) == [], name
                assert await second.run("document.documentElement.dir") == direction, name
                assert await second.run(HANGING_OUT) == [], name


@asynccontextmanager
async def spoken(tab: Tab, house: House, language: str) -> AsyncIterator[Tab]:
    """The same address in a second tab of the same person, as if they had chosen another language meanwhile."""
    house.rows("UPDATE contacts SET language = :language RETURNING id", language=language)
    second = await tab.another(await tab.run("location.href"))
    await second.speaks(language)
    await second.look()
    await second.reload()
    try:
        yield second
    finally:
        house.rows("UPDATE contacts SET language = 'nl' RETURNING id")
        await second.call("Page.close")


@pytest.mark.parametrize("text", variants((2.0, 1.0)))
async def test_everything_is_large_enough_and_nothing_runs_off_the_screen(
    house: House, browser: Browser, text: float
) -> None:
    codes = house.add("De Verbinders in Moerwijk")
    for is_coordinator in (False, True):
        tab = await browser.tab()
        await tab.look(text=text)
        screens = every_coordinator_screen(tab, house, codes) if is_coordinator else every_screen(tab, house, codes)
        async for name in screens:
            assert await tab.run("document.documentElement.scrollWidth") <= WIDTH, name
            assert await tab.run(TOO_SMALL) == [], name
            assert await tab.run(CUT_OFF) == [], name


HANGING_OUT = f"""[...document.querySelectorAll('main *')]
    .filter(one => one.checkVisibility() && !one.closest('.table'))
    .map(one => [one.getBoundingClientRect(), one])
    .filter(([box]) => box.left < -1 || box.right > {WIDTH + 1})
    .map(([, one]) => one.outerHTML.slice(0, 99))"""
CONTROLS = "button, a.button, summary, input:not([type=hidden]), textarea, select"
TARGETS = f"[...document.querySelectorAll('{CONTROLS}')]"
TOO_SMALL = f"""{TARGETS}.filter(one => one.checkVisibility()).filter(one => {{
    const box = one.getBoundingClientRect();
    return box.height < 43.9 || box.width < 43.9;
}}).map(one => one.outerHTML)"""
CUT_OFF = f"""{TARGETS}.filter(one => one.checkVisibility() && !['INPUT', 'TEXTAREA', 'SELECT'].includes(one.tagName))
    .filter(one => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
    .map(one => one.outerHTML)"""
