"""Read aloud: phones that speak, phones that do not, and pages that somebody else's program translated."""

import pytest

from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.house import House

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

BUTTON = "document.querySelector('[data-aloud]')"
SAID = "document.getElementById('status').innerText"
TRANSLATED = "document.documentElement.lang = 'ar'; document.documentElement.className = 'translated-rtl'; 0"


async def shown(browser: Browser, house: House, language: str, *voices: str) -> Tab:
    """A phone on which an invitation is opened."""
    tab = await browser.tab(language)
    await tab.has_voices(*voices)
    await tab.open(f"{house.page}/i/{house.add().invitation}")
    return tab


async def to_statement(tab: Tab) -> None:
    for label, sign in (("Ja, ik doe mee", "Hoe doet u mee"), ("Anders", "Zin 1 van 26")):
        await tab.click(label)
        await tab.sees(sign)


@pytest.mark.parametrize(
    ("phone", "parts"),
    [("nl-NL,nl;q=0.9", "nl"), ("en-GB", "en"), ("tr-TR", "nl en"), ("ar", "nl en"), ("", "nl en")],
)
async def test_a_page_is_read_in_its_own_languages(house: House, browser: Browser, phone: str, parts: str) -> None:
    tab = await shown(browser, house, phone, "tr-TR", "en_GB", "nl-NL", "ar-SA")
    if phone:
        assert await tab.run("navigator.language") == phone.split(",")[0]
    own = parts.split()[0]
    assert await tab.run("document.documentElement.lang") == own
    await tab.click({"nl": "Lees voor", "en": "Read aloud"}[own])
    spoken = {"nl": "nl-NL", "en": "en-GB"}
    assert await tab.run("langs()") == [spoken[lang] for lang in (*parts.split(), own)]
    await tab.open(f"{house.page}/nowhere")
    assert await tab.run("document.documentElement.lang") == own


async def test_a_statement_is_read_with_its_answers_in_the_language_it_was_changed_to(
    house: House, browser: Browser
) -> None:
    tab = await shown(browser, house, "nl-NL", "nl-NL", "en-US")
    await to_statement(tab)
    await tab.click("English")
    await tab.sees("Statement 1 of")
    await tab.click("Read aloud")
    assert await tab.run("langs()") == ["en-US", "en-US"]
    statement, choices = await tab.run("texts()")
    assert "health and wellbeing" in statement
    assert choices.startswith("No.\nMore no than yes.")
    await tab.click("Stop reading aloud")
    assert await tab.run(f"{BUTTON}.innerText") == "Read aloud"


@pytest.mark.parametrize(("voices", "can"), [((), False), (("tr-TR", "en-GB"), False), (("nl-BE",), True)])
async def test_where_there_is_no_voice_there_is_no_button(
    house: House, browser: Browser, voices: tuple[str, ...], can: bool
) -> None:
    tab = await shown(browser, house, "nl-NL", *voices)
    assert await tab.run(f"{BUTTON}.checkVisibility()") is can
    await tab.run("speechSynthesis.getVoices = () => [{lang: 'nl'}]; speechSynthesis.onvoiceschanged(); 0")
    assert await tab.run(f"{BUTTON}.checkVisibility()"), "voices come later than the page"
    await tab.run("speechSynthesis.getVoices = () => []; speechSynthesis.onvoiceschanged(); 0")
    assert not await tab.run(f"{BUTTON}.checkVisibility()")


async def test_a_phone_that_has_a_voice_and_says_nothing_says_so_in_words(house: House, browser: Browser) -> None:
    tab = await shown(browser, house, "nl-NL", "nl-NL")
    await tab.run(
        "window.later = setTimeout; window.setTimeout = (act, after) => later(act, after === 5000 ? 0 : after)"
    )
    await tab.click("Lees voor")
    await tab.until(f"{SAID} === 'Deze telefoon kan dit niet voorlezen.'")
    assert await tab.run(f"{BUTTON}.innerText") == "Lees voor"


async def test_a_voice_that_fails_says_so_and_one_that_is_stopped_does_not(house: House, browser: Browser) -> None:
    tab = await shown(browser, house, "nl-NL", "nl-NL")
    await tab.click("Lees voor")
    await tab.click("Stop met voorlezen")
    await tab.run("heard[0].onerror({error: 'canceled'})")
    assert await tab.run(SAID) == ""
    await tab.click("Lees voor")
    await tab.run("heard[0].onerror({error: 'canceled'})")
    assert await tab.run(f"{BUTTON}.innerText") == "Stop met voorlezen", "that was the one before"
    await tab.run("heard[2].onstart()")
    await tab.run("heard[3].onerror({error: 'language-unavailable'})")
    assert await tab.run(f"[{SAID}, {BUTTON}.innerText]") == ["Deze telefoon kan dit niet voorlezen.", "Lees voor"]
    await tab.click("Lees voor")
    await tab.run("heard.at(-1).onend()")
    assert await tab.run(f"{BUTTON}.innerText") == "Lees voor"


async def test_a_page_that_was_translated_is_read_with_one_voice_and_stays_translated(
    house: House, browser: Browser
) -> None:
    tab = await shown(browser, house, "ar", "nl-NL", "en-GB", "ar-SA")
    await tab.run(TRANSLATED)
    await tab.click("Lees voor")
    assert await tab.run("langs()") == ["ar-SA"] * 3
    await to_statement(tab)
    assert await tab.run("document.documentElement.lang") == "ar", "a third party's word stays"
    await tab.run("heard.length = 0")
    await tab.click("Lees voor")
    assert await tab.run("langs()") == ["ar-SA"] * 2
    await tab.run("document.documentElement.className = ''")
    await tab.click("Stop met voorlezen")
    await tab.run("heard.length = 0")
    await tab.click("Lees voor")
    assert await tab.run("langs()") == ["ar-SA"] * 2, "others only change the language"
