"""Forms on paper: typed in by whoever has a helper's link, each once; what is wrong is told beside its row."""

import re

import pytest

from storage import partnerships
from tests.browser import HOW_TO_GET_IT, Browser, find_chromium
from tests.channels.web.conftest import Visitors
from tests.data import five_sheets
from tests.house import House
from tests.visitor import Fields, Page, Visitor

needs_chromium = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)
FORMS = "SELECT mode, sheet FROM responses ORDER BY sheet"


@pytest.fixture
def code(house: House) -> str:
    """The helper's, of a partnership with its first wave open."""
    house.add()
    with house.app.database.transaction() as tx:
        return partnerships.helpers_invitation(tx, 1, house.clock())


def filled(number: str, **more: str) -> Fields:
    marks = {f"statement-{item}": option for item, option in five_sheets()[0].items()}
    return {"number": number, "group": "resident", "language": "nl", **marks, **more}


async def type_in(helper: Visitor, code: str, fields: Fields) -> Page:
    page = await helper.open(f"/i/{code}/paper")
    return await helper.send(page.forms["paper"], fields)


def beside(page: Page, row: str) -> str:
    """What is told in the row of this statement."""
    found = re.search(rf"<legend>{re.escape(row)}\. .*?</fieldset>", page.html, re.DOTALL)
    assert found, row
    told = re.search(r'class="alert">(.*?)<', found[0])
    return told[1] if told else ""


async def test_a_form_is_typed_in_once(house: House, visitors: Visitors, code: str) -> None:
    helper, other = visitors(), visitors()
    page = await type_in(helper, code, filled("12"))
    assert (helper.status, page.alert) == (200, "Formulier 12 is ingevoerd en telt mee.")
    assert 'value="12"' not in page.html, "the next form begins empty"
    page = await type_in(other, code, filled(" 12 "))
    assert page.alert == "Formulier 12 is al ingevoerd. Er is niets veranderd."
    assert house.rows(FORMS) == [("paper", 12)]
    assert house.rows("SELECT item, option FROM answers ORDER BY item") == [*five_sheets()[0].items()]
    assert house.rows('SELECT "group" FROM respondents') == [("resident",)]


async def test_what_is_wrong_is_told_where_it_stands_and_what_was_typed_stays(
    house: House, visitors: Visitors, code: str
) -> None:
    helper = visitors()
    page = await type_in(helper, code, filled("twaalf", **{"statement-5": "perhaps"}))
    assert beside(page, "5") == "Zin 5: kies één van de zeven antwoorden, of geen."
    assert beside(page, "6") == ""
    assert re.search(r'id="wrong-number">Schrijf een nummer op het formulier', page.html)
    assert 'value="twaalf"' in page.html
    assert page.html.count(" checked") == 27, "25 statements, the group and the language"
    assert house.rows(FORMS) == []


async def test_an_empty_form_is_not_kept(house: House, visitors: Visitors, code: str) -> None:
    page = await type_in(visitors(), code, {"number": "3", "group": "", "language": "nl"})
    assert page.alert == "Op dit formulier staat geen antwoord. Een leeg formulier bewaren wij niet."
    assert house.rows(FORMS) == []


async def test_a_form_of_another_site_is_not_taken(house: House, visitors: Visitors, code: str) -> None:
    helper = visitors()
    page = await type_in(helper, code, filled("12", proof="0" * 40))
    assert (helper.status, page.alert) == (403, "Deze pagina was te oud. Wat u koos, is niet bewaard. Tik opnieuw.")
    assert 'value="12"' in page.html, "what was typed is still there"
    await helper.send(page.forms["paper"], filled("12"))
    assert house.rows(FORMS) == [("paper", 12)]


async def test_a_page_that_was_open_since_the_round_before_stores_nothing(
    house: House, visitors: Visitors, code: str
) -> None:
    helper = visitors()
    old = await helper.open(f"/i/{code}/paper")
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())
        partnerships.open_wave(tx, 1, {}, house.clock())
    page = await helper.send(old.forms["paper"], filled("12"))
    assert "Deze ronde is gesloten." in page.alert
    assert house.rows(FORMS) == []


async def test_only_a_helper_s_link_opens_the_page(house: House, visitors: Visitors, code: str) -> None:
    ((ordinary,),) = house.rows("SELECT code FROM invitations WHERE NOT for_helpers")
    somebody = visitors()
    for address in (f"/i/{ordinary}/paper", f"/i/{'a' * 26}/paper"):
        await somebody.open(address)
        assert "paper" not in somebody.last.forms
        assert somebody.status == 404
    await somebody.open("/paper")
    assert somebody.place == "/"
    await somebody.open(f"/i/{code}")
    await somebody.press("Beginnen")
    await somebody.open("/paper")
    assert (somebody.status, somebody.place) == (200, f"/i/{code}/paper")


@needs_chromium
async def test_digits_choose_and_go_on(house: House, browser: Browser, code: str) -> None:
    tab = await browser.tab()
    await tab.open(f"{house.page}/i/{code}")
    await tab.click("Papieren formulieren invoeren")
    await tab.sees("Formulier invoeren: De Verbinders")
    await tab.run("document.getElementById('number').focus()")
    await tab.type("7")
    await tab.run("document.querySelector('[data-row] input').focus()")
    for digit in [*"12345670", *"5" * 18]:
        pressed = {"key": digit, "windowsVirtualKeyCode": ord(digit), "text": digit}
        await tab.call("Input.dispatchKeyEvent", type="keyDown", **pressed)
        await tab.call("Input.dispatchKeyEvent", type="keyUp", **pressed)
    await tab.key("Enter")
    await tab.sees("Formulier 7 is ingevoerd en telt mee.")
    given = house.rows("SELECT item, option FROM answers ORDER BY item")
    first = ["no", "rather_no", "middle", "rather_yes", "yes", "dont_know", "not_applicable"]
    assert given == [*enumerate(first, 1), *((item, "yes") for item in range(9, 27))]


@needs_chromium
async def test_the_page_is_no_wider_than_a_small_phone_with_large_letters(
    house: House, browser: Browser, code: str
) -> None:
    tab = await browser.tab()
    await tab.look(width=180, height=320, text=2.0)
    await tab.open(f"{house.page}/i/{code}/paper")
    await tab.sees("Formulier invoeren: De Verbinders")
    assert await tab.run("document.documentElement.scrollWidth") == 180
