"""From the right: a language that runs from right to left, in a real browser on a small phone, with Dutch names."""

import pytest

from bot.texts.texts import Texts, load
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, WIDTH, Browser, Tab, find_chromium
from tests.house import House
from tests.pseudo_languages import in_arabic_letters, with_languages

pytestmark = [pytest.mark.long, pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)]

NAME = "De Verbinders (12)"
SETTINGS, STATEMENT = "/coordinate/settings", ".statement"


def ours(text: str) -> str:
    return str(in_arabic_letters(text, 1))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    return load(with_languages(tmp_path_factory.mktemp("right"), "ar", said=in_arabic_letters))


async def fits(tab: Tab) -> bool:
    """Nothing hangs out at either side."""
    reach = "Math.min(...[...document.querySelectorAll('main *')].map(one => one.getBoundingClientRect().left))"
    return bool(await tab.run("document.documentElement.scrollWidth") <= WIDTH and await tab.run(reach) >= 0)


async def test_a_page_from_the_right_fits_a_small_phone_and_axe_finds_nothing(
    house: House, browser: Browser, pytestconfig: pytest.Config
) -> None:
    assert pytestconfig.cache
    axe, codes = await fetch_axe(pytestconfig.cache.mkdir("axe")), house.add(NAME, languages="ar en nl")
    tab = await browser.tab("ar")
    await tab.open(f"{house.page}/i/{codes.invitation}")
    for step, there in (
        ("", "article"),
        (ours("Yes, I will take part"), "article"),
        (ours("Other"), STATEMENT),
        (ours("Yes"), STATEMENT),
        (ours("Language") + " / \u2068Language\u2069", "article"),
    ):
        if step:
            await tab.click(step)
        await tab.until(f"document.querySelector('{there}') && !document.querySelector('.busy')")
        assert await tab.run("document.documentElement.dir") == "rtl"
        assert await fits(tab), step
        assert await violations(tab, axe) == [], step
    await tab.open(f"{house.page}/i/{codes.coordinator}")
    await tab.click(ours("Yes, go on"))
    await tab.until("document.querySelector('[href^=\"/coordinate\"]')")
    await tab.open(f"{house.page}{SETTINGS}")
    await tab.until("document.querySelector('#field-organisation')?.dir === 'auto'")
    assert await fits(tab)
    assert await violations(tab, axe) == []


async def test_a_dutch_name_and_a_number_stand_in_their_order(house: House, browser: Browser) -> None:
    """In a line that runs from right to left the name begins it at the right, and its bracket stays at its own end."""
    tab = await browser.tab("ar")
    await tab.open(f"{house.page}/i/{house.add(NAME, languages='ar en nl').invitation}")
    where = """(words => {
        const found = document.createTreeWalker(document.querySelector('article'), NodeFilter.SHOW_TEXT);
        for (let node; (node = found.nextNode());) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            return [0, words.length - 1].map(place => {
                range.setStart(node, at + place); range.setEnd(node, at + place + 1);
                return range.getBoundingClientRect().left;
            });
        }
    })"""
    first, bracket = await tab.run(f"{where}('{NAME}')")
    assert first < bracket
    four, eight = await tab.run(f"{where}('06 12 34 56 78')")
    assert four < eight

    end = await tab.run("document.querySelector('article').getBoundingClientRect().right")
    assert end - bracket < WIDTH / 8  # at the right, where the line begins
