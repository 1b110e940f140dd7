"""Back: the phone's own button goes one statement back, and what is tapped there is what counts."""

import pytest

from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.house import House

pytestmark = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)

MARKED = "document.querySelector('.answers [aria-current]')?.value"


async def begin(tab: Tab, house: House) -> None:
    await tab.open(f"{house.page}/i/{house.add().invitation}")
    await tab.click("Ja, ik doe mee")
    await tab.click("Anders")


async def answer(tab: Tab, item: int, label: str = "Ja") -> None:
    await tab.sees(f"Zin {item} van 26")
    await tab.click(label)


async def back(tab: Tab, item: int, marked: str) -> None:
    """To this statement, where this answer is marked."""
    await tab.run("history.back()")
    await tab.sees(f"Zin {item} van 26")
    await tab.until(f"{MARKED}?.endsWith(':{item}:{marked}')")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
async def test_back_shows_the_statement_before_with_its_answer(house: House, browser: Browser, script: bool) -> None:
    tab = await browser.tab(script=script)
    await begin(tab, house)
    for item in range(1, 9):
        await answer(tab, item, "Ertussenin")
    await tab.sees("Zin 9 van 26")
    await back(tab, 8, "middle")
    await back(tab, 7, "middle")
    await tab.run("history.forward()")
    await tab.sees("Zin 8 van 26")
    assert await tab.run("location.pathname") == "/8"


async def test_a_walk_with_five_times_back_stores_what_was_tapped_last(house: House, browser: Browser) -> None:
    tab, given = await browser.tab(), dict[int, str]()
    await begin(tab, house)
    for item in range(1, 27):
        await answer(tab, item, "Ja")
        given[item] = "yes"
        if item % 5 == 0:
            await tab.sees(f"Zin {item + 1} van 26")
            await back(tab, item, "yes")
            await tab.click("Nee")
            given[item] = "no"
    await tab.click("Klaar")
    await tab.sees("Dank u wel!")
    assert house.rows("SELECT item, option FROM answers ORDER BY item") == [*given.items()]


async def test_back_after_done_changes_nothing(house: House, browser: Browser) -> None:
    tab = await browser.tab()
    await begin(tab, house)
    for item in range(1, 27):
        await answer(tab, item)
    await tab.click("Klaar")
    await tab.sees("Dank u wel!")
    before = house.rows("SELECT * FROM responses")
    for _ in range(3):
        await tab.run("history.back()")
        await tab.until("location.pathname === '/thanks' && document.readyState === 'complete'")
        await tab.sees("Dank u wel!")
    assert house.rows("SELECT * FROM responses") == before
    assert house.rows("SELECT COUNT(*), MIN(option), MAX(option) FROM answers") == [(26, "yes", "yes")]


async def test_the_quiet_line_leads_to_what_was_just_answered(house: House, browser: Browser) -> None:
    tab = await browser.tab()
    await begin(tab, house)
    await answer(tab, 1, "Nee")
    await tab.sees("Zin 1: Nee")
    await tab.click("Veranderen")
    await answer(tab, 1, "Ja")
    await tab.sees("Zin 1: Ja")
    assert house.rows("SELECT item, option FROM answers") == [(1, "yes")]
