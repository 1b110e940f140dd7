"""Coordinators on a page: the weekly summary and the result are sent to them too, and they see how many are reached by
what."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.coordination.team import lost
from bot.survey.agreements import Agreement, asking
from tests.house import Clock, House, agree, fill, partnership
from tests.notifiers.actors import called, joined
from tests.notifiers.slips.notifier import SlipsNotifier, Street
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor


@pytest.fixture
def street(tmp_path: Path) -> Street:
    found = Street(tmp_path / "street")
    found.build(*map(str, range(1, 9)))
    return found


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock, street: Street) -> AsyncIterator[House]:
    made = House(tmp_path, server, clock, STREET=str(street.folder))
    made.notifiers = (SlipsNotifier,)
    async with made as running:
        yield running


async def coordinate(visitor: Visitor, code: str) -> None:
    await visitor.open(f"/i/{code}")
    await visitor.press("Yes, go on")


async def five_answer(house: House, code: str) -> None:
    for _ in range(5):
        async with Visitor(house.page, "en") as visitor:
            await joined(house, visitor, code)
            await fill(house, visitor, dict.fromkeys(range(1, 27), "yes"), done="Done")


async def test_the_summary_and_the_result_come_with_their_picture(house: House, street: Street) -> None:
    codes = house.add(language="en")
    async with Visitor(house.page, "en") as fatima:
        await coordinate(fatima, codes.coordinator)
        await fatima.open("/")
        await fatima.press("Send me a message")
        assert "each week, with the summary" in fatima.last.text
        await called(house, fatima, street)
        house.clock.pass_time(hours=1)
        await five_answer(house, codes.invitation)
        await five_answer(house, codes.invitation)
        house.clock.pass_time(days=7)
        await house.caught_up()
        (_, weekly) = street.slips("5")
        assert (weekly["kind"], weekly["picture"]) == ("summary", True)
        assert weekly["about"] == "De Verbinders: summary of week 11"
        await fatima.open("/coordinate/close")
        await fatima.press("Yes, close")
        await house.caught_up()
        assert [one["kind"] for one in street.slips("5")[2:]] == ["final"], "a report is sent to who asked for it"


async def test_who_asks_for_it_is_sent_the_report_too(house: House, street: Street) -> None:
    codes = house.add(language="en")
    async with Visitor(house.page, "en") as fatima:
        await coordinate(fatima, codes.coordinator)
        await called(house, fatima, street)
        await fatima.press("Send the reports along as a file")
        await five_answer(house, codes.invitation)
        await fatima.open("/coordinate/close")
        await fatima.press("Yes, close")
        await house.caught_up()
        assert sorted(one["kind"] for one in street.slips("5")[1:]) == ["final", "report"]


async def test_before_opening_it_says_by_what_people_are_reached(
    house: House, server: TelegramServer, street: Street
) -> None:
    codes = house.add(language="en")
    async with Visitor(house.page, "en") as fatima, Visitor(house.page, "en") as wes, Visitor(house.page, "en") as ans:
        await coordinate(fatima, codes.coordinator)
        await joined(house, wes, codes.invitation)
        await joined(house, ans, codes.invitation)
        await called(house, ans, street, "7")
        anna = server.person(language_code="en")
        await agree(house, anna, codes.invitation, "Yes, I will take part", "Other")
        await fatima.open("/coordinate/close")
        await fatima.press("Yes, close")
        page = await fatima.open("/coordinate/open")
        assert "This reaches 2 people." in page.text
        assert "Slip: 1" in page.text
        assert "Telegram: 1" in page.text
        assert "1 person takes part on the page" in page.text
        await fatima.press("Yes, open")
        page = await fatima.press("Text to send on")
        assert "De Verbinders asks you again" in page.text
        assert codes.invitation in page.text
        assert "vraagt u nog een keer" in (await fatima.press("Nederlands")).text
        house.clock.pass_time(minutes=6)
        await house.caught_up()
        await house.caught_up()
        assert [one["kind"] for one in street.slips("7")] == ["", "closed", "invitation"]


async def test_who_is_finished_and_leaves_an_address_is_sent_the_result(house: House, street: Street) -> None:
    codes = house.add(language="en")
    async with Visitor(house.page, "en") as fatima, Visitor(house.page, "en") as wes:
        await coordinate(fatima, codes.coordinator)
        await joined(house, wes, codes.invitation)
        await fill(house, wes, dict.fromkeys(range(1, 27), "no"), done="Done")
        await wes.press("Send me a message")
        assert "not finished" not in wes.last.text
        await called(house, wes, street, "7")
        await five_answer(house, codes.invitation)
        await fatima.open("/coordinate/close")
        await fatima.press("Yes, close")
        await house.caught_up()
        await house.caught_up()
        _, result = street.slips("7")
        assert (result["kind"], result["about"]) == ("result", "The result of the group is there")
        assert "De Verbinders" not in result["about"]
        await fatima.open("/coordinate/share")
        await fatima.fill_in({"English": "We buy a bench."})
        await fatima.press("Yes, send")
        await house.caught_up()
        answer = street.slips("7")[-1]
        assert (answer["kind"], answer["about"]) == ("feedback", "There is an answer to the result of the group")


def test_what_is_sent_to_coordinators_alone_says_what_it_is_about_too() -> None:
    about_agreements = asking(1, [Agreement(1, 1, 1, "a bench")])
    assert about_agreements.about
    assert lost(partnership()).about
