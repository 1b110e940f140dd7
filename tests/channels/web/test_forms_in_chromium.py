"""Forms of a coordinator in a real browser: by the keyboard alone, with what is wrong in view, and looked at by axe."""

import pytest

from bot.survey.phrases import say
from storage import partnerships
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.house import House
from tests.variants import variants

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

FOCUS = "document.activeElement"
FORMS = {
    "settings/1": ("contact", "x" * 161),
    "places/1": ("place", "x" * 41),
    "open_name/1/2.-": ("name", "x" * 41),
    "open_day/1/2.-": ("day", ""),
    "share/1": ("nl", "x" * 1501),
    "agreement_add/1": ("what", "x" * 201),
}
"""Where each form is, and what does not fit in one of its fields."""


async def coordinator(browser: Browser, house: House, language: str = "nl", *, script: bool = True) -> Tab:
    tab = await browser.tab(language, script=script)
    await tab.open(f"{house.page}/i/{house.add(languages='ar en nl').coordinator}")
    await tab.click(house.app.texts.word(say("Yes, go on"), language))
    await tab.until("document.querySelector('[href^=\"/coordinate\"]')")
    return tab


def close(house: House) -> None:
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())


async def to_field(tab: Tab, name: str) -> None:
    """By the Tab key, with what was in it chosen, as a browser does."""
    for _ in range(40):
        await tab.key("Tab")
        if await tab.run(f"{FOCUS}.id") == f"field-{name}":
            return
    raise AssertionError(f"the keyboard does not reach {name}")


async def test_the_settings_by_the_keyboard_alone(house: House, browser: Browser) -> None:
    tab = await coordinator(browser, house)
    await tab.open(f"{house.page}/coordinate/settings/1")
    await to_field(tab, "contact")
    assert await tab.run(f"getComputedStyle({FOCUS}).outlineStyle") != "none", "one sees where one is"
    await tab.type("x" * 161)
    await to_field(tab, "reminders")
    await tab.type("5 2")
    await tab.key("Enter")
    await tab.until(f"{FOCUS}.id === 'field-contact' && {FOCUS}.getAttribute('aria-invalid')")
    told = f"{FOCUS}.getAttribute('aria-describedby').split(' ').map(one => document.getElementById(one).innerText)"
    assert await tab.run(f"{told}.pop()") == "Uw tekst heeft 161 tekens. Het mogen er niet meer dan 160 zijn."
    assert await tab.run(f"{FOCUS}.closest('.field').getBoundingClientRect().top") >= 0
    assert await tab.run(f"{FOCUS}.closest('.field').getBoundingClientRect().bottom <= innerHeight")
    assert await tab.run("document.querySelectorAll('[aria-invalid]').length") == 2
    await tab.run(f"{FOCUS}.select()")
    await tab.type("Ali")
    await to_field(tab, "reminders")
    await tab.type("2 9")
    await tab.key("Enter")
    await tab.until("document.getElementById('status').innerText === 'Bewaard.'")
    assert await tab.run("location.pathname") == "/coordinate/settings/1"
    assert house.rows("SELECT contact, remind_again FROM partnerships") == [("Ali", 9)]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("place", variants(FORMS))
async def test_one_stands_at_what_is_wrong(house: House, browser: Browser, place: str, *, script: bool) -> None:
    tab, (name, given) = await coordinator(browser, house, script=script), FORMS[place]
    close(house)
    await tab.open(f"{house.page}/coordinate/{place}")
    await tab.run(f"document.getElementById('field-{name}').focus(), {FOCUS}.select?.()")
    await tab.type(given) if given else None
    await tab.press(".fields .main")
    await tab.until(f"{FOCUS}.id === 'field-{name}' && {FOCUS}.getAttribute('aria-invalid')")
    assert await tab.run(f"{FOCUS}.value") == given
    if script:
        assert await tab.run("location.pathname") == f"/coordinate/{place}"


async def test_the_date_that_a_browser_sends_is_understood(house: House, browser: Browser) -> None:
    tab = await coordinator(browser, house)
    close(house)
    await tab.open(f"{house.page}/coordinate/open_day/1/2.-")
    first = "document.getElementById('field-day').min"
    await tab.run(f"document.getElementById('field-day').value = {first}")
    await tab.press(".fields .main")
    await tab.sees("dinsdag 3 maart")
    assert await tab.run("location.pathname") == "/coordinate/open/1"
    await tab.reload()
    await tab.sees("dinsdag 3 maart")


@pytest.mark.parametrize("language", variants(("nl", "en", "ar")))
async def test_axe_finds_nothing_on_any_form(
    house: House, browser: Browser, pytestconfig: pytest.Config, language: str
) -> None:
    assert pytestconfig.cache
    axe = await fetch_axe(pytestconfig.cache.mkdir("axe"))
    tab = await coordinator(browser, house, language)
    close(house)
    for place, (name, given) in FORMS.items():
        await tab.open(f"{house.page}/coordinate/{place}")
        assert await violations(tab, axe) == [], place
        await tab.run(f"document.getElementById('field-{name}').value = '{given}'")
        await tab.press(".fields .main")
        await tab.until("document.querySelector('[aria-invalid]')")
        assert await violations(tab, axe) == [], f"{place} with what is wrong"
