"""Whose phone it is: a link that is opened changes nothing about who is known, until they say so."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession
from yarl import URL

from bot.channels.web.cookie import Cookie
from tests.actors import answer, coordinate, item_on
from tests.channels.web.conftest import Visitors
from tests.house import Clock, House, agree
from tests.ports import free_port
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor


def screens(visitor: Visitor) -> int:
    return visitor.last.html.count("<article")


async def test_the_own_link_of_a_neighbour_takes_nobodys_place(house: House, visitors: Visitors) -> None:
    anna, mo, code = visitors(), visitors(), house.add().invitation
    for person in (anna, mo):
        await agree(house, person, code)
    await answer(house, mo, "yes")
    own = anna.token
    await anna.open(f"/mine/{mo.token}")
    assert "Deze link is niet van de persoon op deze telefoon." in anna.last.text
    assert anna.last.links["Blijven waar ik was"] == "/"
    assert anna.last.links["Mijn link bewaren"] == "/keep"
    await anna.press("Verder met de andere link", proof="0" * 40)
    await anna.open("/")
    assert (item_on(anna), anna.token) == (1, own), "a form of another site changes nothing either"
    await anna.open(f"/mine/{mo.token}")
    await anna.press("Verder met de andere link")
    assert (anna.place, item_on(anna), anna.token) == ("/2", 2, mo.token), "it may be their own second link"
    await anna.open(f"/mine/{mo.token}")
    assert (anna.place, item_on(anna)) == ("/2", 2), "their own link asks nothing"


async def test_the_own_link_of_somebody_signs_nobody_in_by_itself(house: House, visitors: Visitors) -> None:
    mo, newcomer, code = visitors(), visitors("tr-TR"), house.add().invitation
    await agree(house, mo, code)
    await answer(house, mo, "yes")
    await newcomer.open(f"/mine/{mo.token}")
    assert newcomer.last.language == "nl", "the language of its owner, who it most likely is"
    assert "Is dit uw eigen link?" in newcomer.last.text
    assert "Did somebody else send it to you?" in newcomer.last.text, "for whom the phone speaks neither"
    assert "Zin 2" not in newcomer.last.whole
    assert "/keep" not in newcomer.last.links.values(), "there is no menu"
    assert newcomer.token not in ("", mo.token)
    asked = newcomer.last
    for forged in ({"proof": "0" * 40}, {"proof": ""}):
        await newcomer.press("Ja, dit is mijn eigen link", on=asked, **forged)
        assert (newcomer.status, newcomer.place) == (403, f"/mine/{mo.token}")
        assert newcomer.last.alert
        assert newcomer.token != mo.token
    await newcomer.open("/")
    assert "Zin 2" not in newcomer.last.whole
    await newcomer.press("Ja, dit is mijn eigen link", on=asked)
    assert (newcomer.place, item_on(newcomer), newcomer.token) == ("/2", 2, mo.token)
    await newcomer.press("Ja, dit is mijn eigen link", on=asked)
    assert (newcomer.place, item_on(newcomer)) == ("/2", 2), "a second press of it says nothing new"


async def test_the_own_link_of_a_coordinator_says_what_it_opens(house: House, visitors: Visitors) -> None:
    fatima, newcomer = visitors(), visitors()
    await coordinate(fatima, house.add().coordinator)
    await newcomer.open(f"/mine/{fatima.token}")
    assert "Deze link opent de pagina van een coördinator of een lezer." in newcomer.last.text
    assert "antwoorden" not in newcomer.last.text


async def test_a_browser_that_keeps_no_cookie_is_told_at_an_own_link(house: House, visitors: Visitors) -> None:
    mo, newcomer = visitors(), visitors()
    await agree(house, mo, house.add().invitation)
    await newcomer.open(f"/mine/{mo.token}")
    newcomer.session.cookie_jar.clear()
    await newcomer.press("Ja, dit is mijn eigen link")
    assert (newcomer.status, newcomer.last.alert) == (
        403,
        "Deze telefoon onthoudt niet waar u was. Zet “cookies” aan, of vraag iemand om hulp.",
    )


@pytest.mark.parametrize("seat", [False, True])
async def test_what_a_browser_had_before_it_joined_opens_nothing(house: House, visitors: Visitors, seat: bool) -> None:
    anna, peeper, codes = visitors(), visitors(), house.add()
    await anna.open(f"/i/{codes.coordinator if seat else codes.invitation}")
    before = anna.token
    label = "Ja, ga verder" if seat else "Ja, ik doe mee"
    form = anna.last
    await anna.press(label, on=form)
    after = anna.token
    assert after not in ("", before)
    await peeper.open(f"/mine/{before}")
    assert peeper.status == 404, "nobody is known by it"
    for _ in range(2):  # the answer to the first never came: the browser has what it had, and sends it again
        anna.session.cookie_jar.update_cookies({house.cookie: before}, URL(house.page))
        await anna.press(label, on=form)
        assert (anna.token, anna.last.alert) == (after, "")
    await anna.press(label, on=form)
    assert (anna.token, anna.last.alert) == (after, ""), "the cookie came, and the page did not"
    assert house.rows("SELECT COUNT(*) FROM contacts") == [(1,)]
    if not seat:
        assert house.rows("SELECT opened FROM invitations") == [(1,)]


async def test_whoever_scans_the_invitation_again_is_asked_and_goes_on(house: House, visitors: Visitors) -> None:
    anna, code = visitors(), house.add().invitation
    await agree(house, anna, code)
    await answer(house, anna, "yes")
    for _ in range(4):
        page = await anna.open(f"/i/{code}")
        assert "Op deze telefoon doet al iemand mee met De Verbinders." in page.whole
        assert "Zin 2" not in page.whole, "somebody else may hold the phone"
        assert "/keep" not in page.links.values(), "there is no menu"
        await anna.press("Verder waar ik was")
        assert (item_on(anna), screens(anna)) == (2, 1)
    assert house.rows("SELECT opened FROM invitations") == [(1,)]


async def test_somebody_else_on_the_same_phone_begins_anew(house: House, visitors: Visitors) -> None:
    phone, code = visitors(), house.add().invitation
    await agree(house, phone, code)
    await answer(house, phone, "yes")
    first = phone.token
    await phone.open(f"/i/{code}")
    await phone.press("Ik ben iemand anders")
    assert phone.place == f"/i/{code}"
    for label in ("Ja, ik doe mee", "Anders"):
        await phone.press(label)
    assert item_on(phone) == 1
    assert phone.token != first
    assert house.rows("SELECT COUNT(*) FROM respondents") == [(2,)]


async def test_a_coordinator_who_looks_at_the_invitation_is_not_counted(house: House, visitors: Visitors) -> None:
    fatima, codes = visitors(), house.add()
    await coordinate(fatima, codes.coordinator)
    await fatima.press("Uitnodigen")
    for _ in range(5):
        page = await fatima.open(f"/i/{codes.invitation}")
        assert "Ja, ik doe mee" in [label for row in page.rows for label, _ in row]
        assert "Ik ben iemand anders" in page.html, "somebody may have been handed the phone"
    assert house.rows("SELECT opened FROM invitations") == [(0,)]
    await fatima.open("/")
    assert "Wat wilt u doen?" in fatima.last.text


async def test_tabs_that_reload_together_after_a_restart_show_one_screen(house: House, visitors: Visitors) -> None:
    anna = visitors()
    await agree(house, anna, house.add().invitation)
    await house.restart()

    async def reload() -> None:
        async with anna.session.get("/") as response:
            assert "Zin 1 van 26" in await response.text()

    await asyncio.gather(*(reload() for _ in range(6)))
    await anna.open("/")
    assert screens(anna) == 1


async def test_a_tap_in_an_old_tab_of_a_phone_that_was_given_away(house: House, visitors: Visitors) -> None:
    phone = visitors()
    await agree(house, phone, house.add().invitation)
    old_tab = phone.last
    await phone.open("/keep")
    await phone.press("Ik ben klaar op deze telefoon")
    assert (phone.status, phone.place) == (200, "/gone"), "a reload of it sends nothing again"
    await phone.press("Ja", on=old_tab)
    assert phone.status == 403
    assert "Deze telefoon weet niet meer wie u bent." in phone.last.alert
    assert house.rows("SELECT COUNT(*) FROM answers") == [(0,)]


async def test_a_screen_that_time_has_overtaken_is_not_shown_again(house: House, visitors: Visitors) -> None:
    fatima, anna, codes = visitors(), visitors(), house.add()
    await coordinate(fatima, codes.coordinator)
    await agree(house, anna, codes.invitation)
    for _ in range(26):
        await answer(house, anna, "yes")
    await anna.press("Klaar")
    assert "Als iedereen klaar is" in anna.last.text
    await fatima.press("Ronde sluiten")
    await fatima.press("Ja, sluiten")
    await house.caught_up()
    await anna.open("/")
    assert "Deze ronde is gesloten." in anna.last.text
    assert "Als iedereen klaar is" not in anna.last.whole
    before = screens(anna)
    await anna.open("/")
    assert screens(anna) == before


async def test_the_language_of_an_invitation_is_one_of_ours(house: House, visitors: Visitors) -> None:
    code = house.add().invitation
    for language in ("klingon", "%E2%82%AC", "a%0d%0aX:y", "nl%0d%0aX:y"):
        async with visitors().session.get(URL(f"{house.page}/i/{code}/{language}", encoded=True)) as response:
            assert (response.status, response.url.path in (f"/i/{code}", f"/i/{code}/nl")) == (200, True), language
            assert "X" not in response.headers


async def test_a_coordinator_who_takes_part_too_is_asked_the_first_question(house: House, visitors: Visitors) -> None:
    codes, fatima = house.add(), visitors()
    await coordinate(fatima, codes.coordinator)
    for label in ("Ronde sluiten", "Ja, sluiten", "Volgende ronde openen", "Ja, openen"):
        await fatima.press(label)
    await fatima.open(f"/i/{codes.invitation}")
    await fatima.press("Ja, ik doe mee")
    assert "Wat past het best bij u?" in fatima.last.text


async def test_another_house_on_the_same_machine_is_another_one(
    house: House, visitors: Visitors, tmp_path: Path, server: TelegramServer, clock: Clock
) -> None:
    """A browser sends the cookies of a host to each of its ports, as to a rehearsal beside a bot."""
    anna = visitors()
    await anna.open(f"/i/{house.add().invitation}")
    await anna.press("Ja, ik doe mee")
    token = anna.token
    (tmp_path / "another").mkdir()
    async with House(tmp_path / "another", server, clock, PORT=str(free_port()), TELEGRAM_TOKEN="") as other:
        url = f"{other.page}/i/{other.add().invitation}"
        async with ClientSession(cookie_jar=anna.session.cookie_jar) as browser, browser.get(url) as page:
            assert "samenspraak-" in page.headers["Set-Cookie"], "nobody is known there, and somebody new may come in"
    await anna.open("/")
    assert (anna.token, "Wat past het best bij u?" in anna.last.text) == (token, True)


def test_a_port_that_need_not_be_written_makes_no_other_house(clock: Clock) -> None:
    for address, port in (("http://x.nl", 80), ("https://x.nl", 443)):
        assert Cookie(address, clock).name == Cookie(f"{address}:{port}", clock).name
    assert Cookie("https://x.nl", clock).name != Cookie("https://x.nl:8443", clock).name
