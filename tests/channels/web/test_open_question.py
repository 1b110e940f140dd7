"""The open question on a page: a field, its error, and what somebody may not do with it."""

import pytest

from bot.survey.conversation.buttons import Go, Position, Screen, Write, encode
from storage.schema import answers
from tests.actors import fetch, say
from tests.axe import fetch_axe, violations
from tests.browser import HOW_TO_GET_IT, Browser, Tab, find_chromium
from tests.channels.web.conftest import Visitors
from tests.data import five_sheets
from tests.house import MONDAY, House, agree, fill
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor

SHEET = five_sheets()[0]
BOMEN = "Meer bomen, en een bankje voor Ömer"
FIELD = "Uw antwoord"
needs_chromium = pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)


@pytest.fixture
async def wes(house: House, visitors: Visitors) -> Visitor:
    visitor = visitors("nl")
    await agree(house, visitor, house.add(open_question=True).invitation)
    await fill(house, visitor, SHEET, done="Overslaan")
    await visitor.press("Zelf iets schrijven")
    return visitor


def kept(house: House) -> int:
    return int(house.rows("SELECT COUNT(*) FROM open_answers")[0][0])


async def test_on_a_page_it_is_a_field(house: House, wes: Visitor) -> None:
    assert wes.place == "/one-more"
    await wes.fill_in({FIELD: BOMEN})
    assert wes.place == "/review"
    assert f"Wat zou het meeste helpen? → {BOMEN}" in wes.last.text
    await wes.press("Veranderen wat ik schreef")
    assert wes.last.given(FIELD) == BOMEN
    await wes.fill_in({FIELD: "y" * 10_000})
    assert wes.last.error_at(FIELD) == "Uw tekst heeft 10000 tekens. Het mogen er niet meer dan 500 zijn."
    assert wes.last.given(FIELD) == "y" * 10_000, "nothing that they typed is lost"
    await wes.fill_in({FIELD: "Een <b>bankje</b>\r\n\r\n& meer"})
    assert "→ Een <b>bankje</b> & meer" in wes.last.text
    await wes.press("Veranderen wat ik schreef")
    await wes.fill_in({FIELD: "  "})
    assert "→ niets geschreven" in wes.last.text
    await wes.press("Zelf iets schrijven")
    await wes.fill_in({})
    assert (wes.place, kept(house)) == ("/review", 0)
    await wes.press("Klaar")
    assert wes.place == "/thanks"


async def test_on_a_page_my_data_holds_it(wes: Visitor) -> None:
    await wes.fill_in({FIELD: BOMEN})
    await wes.open("/my-data")
    assert f"Wat u zelf schreef: {BOMEN}" in wes.last.text
    assert BOMEN in (await fetch(wes, "/my-data/mijn-antwoorden.csv")).decode("utf-8-sig")


async def test_an_old_page_after_done_says_what_to_do(house: House, wes: Visitor) -> None:
    old = wes.last
    await wes.open("/review")
    await wes.press("Klaar")
    await wes.fill_in({FIELD: BOMEN}, on=old)
    assert "U bent klaar" in wes.last.alert
    assert kept(house) == 0


async def test_where_it_is_not_asked_a_forged_press_or_form_keeps_nothing(
    house: House, server: TelegramServer, visitors: Visitors
) -> None:
    code = house.add().invitation
    anna, wes = server.person(language_code="nl"), visitors("nl")
    for person in (anna, wes):
        await agree(house, person, code)
        await fill(house, person, SHEET, done="English")
    for response in (1, 2, 999):
        await anna.press_data(encode(Go(response, Position(Screen.OPEN_QUESTION))), anna.last)
        await anna.press_data(encode(Write(response)), anna.last)
    await say(house, anna, BOMEN)
    await wes.open("/one-more")
    assert wes.place == "/review"
    form = wes.last.forms["buttons"]
    await wes.send(form, {"fill": encode(Write(2)), "field.words": BOMEN, "was.words": ""})
    assert wes.status == 200
    assert "That button does not work any more" in wes.last.alert
    assert kept(house) == 0


async def test_a_form_for_the_response_of_somebody_else_writes_nothing_there(house: House, visitors: Visitors) -> None:
    code = house.add(open_question=True).invitation
    people = [visitors("nl"), visitors("nl")]
    for person in people:
        await agree(house, person, code)
        await fill(house, person, SHEET, done="Overslaan")
    await people[0].press("Zelf iets schrijven")
    form = people[0].last.forms["fields"]
    await people[0].send(form, {"fill": encode(Write(2)), "field.words": BOMEN})
    assert kept(house) == 0


async def test_what_is_agreed_to_says_it_only_where_it_is_asked(house: House, visitors: Visitors) -> None:
    asks, asks_not = house.add("Een", open_question=True), house.add("Twee")
    wes = visitors("nl")
    for code, is_said in ((asks, True), (asks_not, False)):
        await wes.open(f"/i/{code.invitation}")
        await wes.press("Lees meer")
        assert ("Aan het eind kunt u zelf iets schrijven" in wes.last.text) is is_said
        await agree(house, visitors("nl"), code.invitation)
    assert len(house.rows("SELECT DISTINCT consent FROM respondents")) == 2


async def test_on_a_page_it_is_set_by_a_field(house: House, visitors: Visitors) -> None:
    codes, fatima = house.add(), visitors("nl")
    await fatima.open(f"/i/{codes.coordinator}")
    await fatima.press("Ja, ga verder")
    await fatima.open("/coordinate/settings/1")
    await fatima.fill_in({"Open vraag aan het eind": "2", "Organisatie": "Iets"})
    assert fatima.last.error_at("Open vraag aan het eind") == "Kies er een uit de lijst."
    await fatima.fill_in({"Open vraag aan het eind": "1"})
    assert house.rows("SELECT open_question FROM waves") == [(1,)]
    await agree(house, visitors("nl"), codes.invitation)
    await fatima.fill_in({"Open vraag aan het eind": "0", "Organisatie": "Anders"})
    assert "Er doen al mensen mee" in fatima.last.error_at("Open vraag aan het eind")
    assert fatima.last.given("Organisatie") == "Anders", "and all that was filled in is still there"
    assert house.rows("SELECT organisation FROM partnerships") == [("Iets",)]


async def test_a_coordinator_on_a_page_reads_them_at_an_address(house: House, visitors: Visitors) -> None:
    codes, fatima = house.add(open_question=True), visitors("nl")
    await fatima.open(f"/i/{codes.coordinator}")
    await fatima.press("Ja, ga verder")
    for number in range(5):
        wes = visitors("nl")
        await agree(house, wes, codes.invitation)
        await fill(house, wes, SHEET, done="Overslaan")
        await wes.press("Zelf iets schrijven")
        await wes.fill_in({FIELD: f"<i>Tekst</i> {number} /wissen"})
        await wes.press("Klaar")
    await fatima.open("/coordinate/close/1")
    await fatima.press("Ja, sluiten")
    await fatima.open("/coordinate/summary/1")
    await fatima.press("Wat mensen schreven (5)")
    assert fatima.place == "/coordinate/written/1/1.1"
    assert all(f"<i>Tekst</i> {number} /wissen" in fatima.last.text for number in range(5))
    assert "<i>" not in fatima.last.html
    for argument in ("1.9", "9.1", "x", "1.-1"):
        await fatima.open(f"/coordinate/written/1/{argument}")
        assert (fatima.place, fatima.status) == ("/coordinate/written/1/1.1", 200)
    await wes.open("/coordinate/written/1/1.1")
    assert "Tekst" not in wes.last.text


async def asked_in(tab: Tab, house: House) -> None:
    """Somebody who answered every statement, at the question."""
    await tab.open(f"{house.page}/i/{house.add(open_question=True).invitation}")
    await tab.click("Ja, ik doe mee")
    await tab.click("Anders")
    await tab.sees("Klopt dit voor u?")
    rows = [{"response_id": 1, "item": item, "option": "yes", "answered_on": MONDAY.date()} for item in range(2, 27)]
    with house.app.database.transaction() as tx:
        tx.connection.execute(tx.insert(answers), rows)
    await tab.click("Ja")
    await tab.sees("Wat zou het meeste helpen?")


@needs_chromium
async def test_in_a_browser_what_is_too_long_stays_in_the_field_and_is_told_there(
    house: House, browser: Browser, pytestconfig: pytest.Config
) -> None:
    tab, focus = await browser.tab("nl"), "document.activeElement"
    await tab.look(width=360, height=560)
    await asked_in(tab, house)
    assert await tab.run("document.documentElement.scrollWidth") <= 360
    await tab.run("document.getElementById('field-words').focus()")
    await tab.type("z" * 501)
    await tab.press(".fields .main")
    await tab.until(f"{focus}.id === 'field-words' && {focus}.getAttribute('aria-invalid')")
    assert await tab.run(f"{focus}.value") == "z" * 501
    assert pytestconfig.cache
    assert await violations(tab, await fetch_axe(pytestconfig.cache.mkdir("axe"))) == []
    await tab.run(f"{focus}.value = 'Meer bomen'")
    await tab.press(".fields .main")
    await tab.sees("Meer bomen")
    assert await tab.run("location.pathname") == "/review"
    await tab.run("history.back()")
    await tab.until("document.getElementById('field-words')?.value === 'Meer bomen'")
    assert house.rows("SELECT COUNT(*) FROM open_answers") == [(1,)]
