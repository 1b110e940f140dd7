"""One statement in one glance: in the letters of a phone, a statement and its answers are in sight without a scroll.

In sight is what the page shows as it comes; what is half over the edge or under something else is not.
"""

import json
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.texts.direction import direction_of
from bot.texts.texts import Texts
from tests.browser import Browser, Tab, chromium, missing
from tests.house import House
from tests.variants import variants

pytestmark = pytest.mark.skipif(bool(missing("Roboto")), reason=missing("Roboto"))

SHORT, TALL = 560, 640  # an old phone of 360 x 640 with the bars of its browser, and a new one
ANSWERS = 'button[value^="a:"]'
HERE = f"document.querySelector('{ANSWERS}')"
WITH_WORDS = """[...document.querySelectorAll('main *')].filter(one => one.checkVisibility()
    && one.textContent.replace(/\\s+/g, ' ').includes(WORDS)).slice(-1)"""
"""The smallest that holds these words."""
CUT_OFF = """[...document.querySelectorAll('main *')].some(one => one.checkVisibility()
    && getComputedStyle(one).overflowX !== 'visible' && one.scrollWidth > one.clientWidth)"""
"""Whether there are words of which one does not see the end."""
LANGUAGES = ("nl", "pl", "ar", "uk", "tr", "en")
"""The first two in every run; Polish has the least room to spare."""


@pytest.fixture(scope="module")
def _roboto() -> Iterator[str]:
    with chromium("Roboto") as address:
        yield address


@pytest.fixture
async def browser(_roboto: str) -> AsyncIterator[Browser]:
    async with Browser(_roboto) as running:
        yield running


@pytest.mark.parametrize("aloud", variants((True, False)), ids=["aloud", "silent"])
@pytest.mark.parametrize("language", variants(LANGUAGES))
async def test_a_statement_comes_with_its_answers_in_sight(
    house: House, browser: Browser, texts: Texts, language: str, *, aloud: bool
) -> None:
    """And nothing of it is cut off. Of a phone that reads aloud the words of the button take room."""
    tab = await at_first_statement(house, browser, language, *([language] if aloud else []))
    assert await tab.run("document.querySelector('[data-aloud]').checkVisibility()") is aloud
    assert await tab.fonts(ANSWERS) == {"Roboto"} or direction_of(language) == "rtl", "it has no letters for those"
    scored = {key for key, option in texts.checklist.options.items() if option.score is not None}
    longest = max(texts.checklist.options.values(), key=lambda option: len(texts.word(option.label, language))).key
    hidden, cut = dict[int, list[int]]({SHORT: [], TALL: []}), list[int]()
    for item, asked in texts.checklist.items.items():
        words = texts.word(asked.plain, language)
        for height, wanted in ((SHORT, scored), (TALL, {*texts.checklist.options})):
            if not wanted <= await in_sight(tab, height, words):
                hidden[height].append(item)
        cut += [item] if await tab.run(CUT_OFF) else []
        await answer(tab, item, longest)  # it is said on the next statement
    assert cut == []
    assert hidden == {SHORT: [], TALL: []}, f"not all in sight, by height: {hidden}"


async def test_what_is_in_sight_depends_on_the_screen(house: House, browser: Browser, texts: Texts) -> None:
    tab = await at_first_statement(house, browser, "nl")
    words = texts.word(texts.checklist.items[1].plain, "nl")
    assert await in_sight(tab, 1600, words) == {*texts.checklist.options}
    assert await in_sight(tab, 200, words) < {*texts.checklist.options}
    await tab.run("document.querySelector('main').insertAdjacentHTML('beforeend', '<div id=over></div>'); 0")
    await tab.run("document.getElementById('over').style.cssText = 'position: fixed; inset: 0; z-index: 9'")
    assert await in_sight(tab, 1600, words) == set(), "nothing is in sight that lies under something else"


async def at_first_statement(house: House, browser: Browser, language: str, *voices: str) -> Tab:
    tab = await browser.tab(language)
    await tab.has_voices(*voices)
    await tab.look(height=SHORT)
    await tab.open(f"{house.page}/i/{house.add(languages=' '.join(LANGUAGES)).invitation}")
    for button in ("j:", "k:"):
        await tab.press(f'button[value^="{button}"]')
    await tab.until(HERE)
    return tab


async def in_sight(tab: Tab, height: int, words: str) -> set[str]:
    """The options in sight on a page of this height; none when the statement itself is not. A page that came on the
    shorter screen stands on a taller one where it would have come on that."""
    await tab.look(height=height)
    await tab.until(f"innerHeight === {height}")
    if not await tab.in_sight(WITH_WORDS.replace("WORDS", json.dumps(words))):
        return set()
    values = await tab.in_sight(f"[...document.querySelectorAll('{ANSWERS}')]")
    return {value.split(":")[3] for value in values}


async def answer(tab: Tab, item: int, option: str) -> None:
    await tab.look(height=SHORT)
    await tab.press(f'{ANSWERS}[value$=":{item}:{option}"]')
    settled = "!document.body.classList.contains('busy')"
    await tab.until(f"{settled} && ({HERE} ? {HERE}.value.split(':')[2] > {item} : document.querySelector('main'))")
