"""What looks into every message, opens every link and sends every form, gets in nowhere and breaks nothing."""

import re

import pytest

from tests.actors import item_on
from tests.browser import HOW_TO_GET_IT, Browser, find_chromium
from tests.house import House
from tests.notifiers.actors import code, joined, leaves
from tests.notifiers.scanner import Scanner, look_in_chromium
from tests.notifiers.slips.notifier import Street
from tests.notifiers.test_doors import OWN, other, reminded
from tests.variants import variants
from tests.visitor import Visitor

KINDS = pytest.mark.parametrize("junk", variants(("wes@example.org", "", "x", "yes", "123456", "<b>\u202e'; --")))


def kept(house: House) -> list[object]:
    """All that is kept of people and their answers, and of where they are called but whether they want it."""
    tables = ("contacts", "respondents", "responses", "answers", "coordinators", "invitations")
    addresses = house.rows("SELECT id, contact_id, confirmed_at, failed_at FROM notification_addresses")
    return [addresses, *(house.rows(f"SELECT * FROM {table}") for table in tables)]


def is_stopped(house: House) -> bool:
    return house.rows("SELECT count(*) FROM notification_addresses WHERE stopped_at IS NOT NULL") == [(1,)]


async def knows_nobody(house: House, scanner: Scanner, wes: Visitor) -> None:
    assert scanner.token not in ("", wes.token)
    async with scanner.session.get(f"{house.page}/") as answer:
        assert "You need the link or the QR code of your partnership to take part." in await answer.text()
    for page in scanner.seen:
        assert wes.token not in page
        assert not re.search(r"of 26|>Menu<|My answers", page)


async def goes_on(house: House, wes: Visitor, door: str) -> None:
    """They get in from another device by the same link, and give the next answer."""
    async with other(house) as computer:
        await computer.open(door)
        await computer.press(OWN)
        assert computer.token == wes.token
        before = item_on(computer)
        await computer.press("Yes")
        assert item_on(computer) == before + 1


@KINDS
async def test_it_can_do_nothing_but_stop_and_that_is_undone(
    house: House, wes: Visitor, street: Street, junk: str
) -> None:
    links = await reminded(house, wes, street)
    before = kept(house)
    async with Scanner(house.page, junk) as scanner:
        for slip in street.slips("5"):
            await scanner.look_into(slip)
        await knows_nobody(house, scanner, wes)
        assert {*links.values()} <= {*scanner.sent}, "it did send what there is to send"
        assert any("You do not get these messages any more." in page for page in scanner.seen)
        assert not any("You get these messages again." in page for page in scanner.seen)
    assert kept(house) == before
    assert is_stopped(house)
    async with other(house) as computer:
        await computer.open(links["stop"])
        await computer.press("No more messages")
        await computer.press("Send me messages again")
        assert not is_stopped(house)
    await goes_on(house, wes, links["door"])


async def test_it_is_undone_on_the_page_too_and_messages_come_again(house: House, wes: Visitor, street: Street) -> None:
    links = await reminded(house, wes, street)
    async with Scanner(house.page) as scanner:
        await scanner.look_into(street.slips("5")[-1])
    await goes_on(house, wes, links["door"])
    await wes.open("/messages")
    assert "No more slips." in wes.last.text
    await wes.press("Slip: send again")
    house.clock.pass_time(days=6)
    await house.caught_up()
    assert [one["kind"] for one in street.slips("5")] == ["", "reminder", "reminder"]


@KINDS
async def test_it_confirms_no_address_and_spoils_no_code(house: House, wes: Visitor, street: Street, junk: str) -> None:
    await joined(house, wes)
    await leaves(house, wes)
    async with Scanner(house.page, junk) as scanner:
        await scanner.look_into(street.slips("5")[-1])
        await knows_nobody(house, scanner, wes)
    assert house.rows("SELECT count(*) FROM notification_addresses WHERE confirmed_at IS NOT NULL") == [(0,)]
    await wes.fill_in({"The code": code(street)})
    assert "A slip comes to your letterbox." in wes.last.text


async def test_it_looks_into_every_message_of_two_rounds(house: House, wes: Visitor, street: Street) -> None:
    """Each time it stops them, and each time they undo it."""
    await reminded(house, wes, street)
    for days in (5, 10):
        async with Scanner(house.page) as scanner:
            await scanner.look_into(street.slips("5")[-1])
            await knows_nobody(house, scanner, wes)
        assert is_stopped(house)
        await wes.open("/messages")
        await wes.press("Slip: send again")
        house.clock.pass_time(days=days)
        await house.caught_up()
    assert [one["kind"] for one in street.slips("5")] == ["", "reminder", "reminder"]
    await wes.open("/")
    assert item_on(wes) == 2


@pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)
@pytest.mark.fire
async def test_neither_can_one_that_runs_every_script(
    house: House, wes: Visitor, street: Street, browser: Browser
) -> None:
    links = await reminded(house, wes, street)
    before, tab = kept(house), await browser.tab("en")
    seen = [*await look_in_chromium(tab, f"{house.page}{links['door']}")]
    assert sum("First tick the box" in page for page in seen) > 1
    assert not is_stopped(house)
    seen += await look_in_chromium(tab, f"{house.page}{links['stop']}")
    assert any("You do not get these messages any more." in page for page in seen)
    assert not any("You get these messages again." in page for page in seen)
    assert not any(re.search("of 26|Menu", page) for page in seen)
    assert wes.token not in [one["value"] for one in (await tab.call("Network.getCookies"))["cookies"]]
    assert kept(house) == before
    assert is_stopped(house)
    await tab.click("Send me messages again")
    await tab.sees("You get these messages again.")
    assert not is_stopped(house)
    await tab.open(f"{house.page}{links['door']}")
    await tab.click(OWN)
    await tab.sees("Statement 2 of 26")


@pytest.mark.skipif(find_chromium() is None, reason=HOW_TO_GET_IT)
async def test_back_brings_nobodys_door_to_whoever_has_the_phone_next(
    house: House, wes: Visitor, street: Street, browser: Browser
) -> None:
    door = (await reminded(house, wes, street))["door"]
    tab = await browser.tab("en")
    await tab.open(f"{house.page}{door}")
    await tab.click(OWN)
    await tab.sees("Statement 2 of 26")
    await tab.open(f"{house.page}/keep")
    await tab.click("I am done on this phone")
    await tab.sees("This phone does not know who you are any more.")
    await tab.run("history.go(-3), 0")
    await tab.until("location.pathname !== '/gone' && document.readyState === 'complete'")
    assert await tab.run("location.pathname") == "/"
