"""What can come in by the door that a device uses: anything, from anybody, and none of it calls who did not say yes."""

import json
from collections.abc import AsyncIterator

import pytest

from bot.channels.web.site import CodesSent
from bot.survey.conversation.buttons import Call, encode
from tests.house import Clock, House, agree
from tests.notifiers.push.push_service import PushService
from tests.notifiers.push.test_subscription import given
from tests.visitor import Page, Visitor

CALLS = "U krijgt een bericht op de telefoon of computer waarop u ja zei."


@pytest.fixture
async def wes(house: House) -> AsyncIterator[Visitor]:
    async with Visitor(house.page) as visitor:
        await agree(house, visitor, house.add().invitation)
        yield visitor


async def sends(visitor: Visitor, address: str, **more: str) -> Page:
    """What the script of the page sends."""
    form = (await visitor.open("/messages")).forms["buttons"]
    named = {f"field.{name}": value for name, value in {"address": address, **more}.items()}
    return await visitor.send(form, {**form.fields, "fill": encode(Call("leave", "push")), **named})


def kept(house: House) -> list[tuple[int, bool, bool]]:
    """Whose they are, whether they fail, and whether they are stopped."""
    query = "SELECT contact_id, failed_at IS NOT NULL, stopped_at IS NOT NULL FROM notification_addresses ORDER BY id"
    return [(one, bool(failed), bool(stopped)) for one, failed, stopped in house.rows(query)]


@pytest.mark.parametrize(
    "sent", ["", "x", "{}", json.dumps(given("http://example.org/x")), json.dumps(given(auth="AA"))]
)
async def test_what_is_no_subscription_is_told_and_not_kept(house: House, wes: Visitor, sent: str) -> None:
    page = await sends(wes, sent)
    assert "Stuur het naar dit toestel" in page.html
    assert kept(house) == []


async def test_a_device_that_was_handed_on_calls_only_who_has_it_now(
    house: House, wes: Visitor, service: PushService
) -> None:
    device = service.device()
    await sends(wes, device.subscription)
    async with Visitor(house.page) as ans:
        await agree(house, ans, house.add("Another").invitation)
        assert CALLS in (await sends(ans, device.subscription)).text
        assert len(kept(house)) == 1
        assert CALLS not in (await wes.open("/messages")).text


async def test_what_takes_the_place_of_somebody_elses_takes_no_place(
    house: House, wes: Visitor, service: PushService
) -> None:
    former, own = service.device("former"), service.device("own")
    await sends(wes, former.subscription)
    async with Visitor(house.page) as ans:
        await agree(house, ans, house.add("Another").invitation)
        for instead in (former.subscription, "x"):  # with none it is a yes like any other
            await sends(ans, own.subscription, instead=instead)
    assert len(kept(house)) == 1


async def test_what_does_not_arrive_ends_and_the_page_says_so(
    house: House, wes: Visitor, service: PushService, clock: Clock
) -> None:
    device = service.device()
    await sends(wes, device.subscription)
    service.answer(device, 410)
    clock.pass_time(days=2, hours=1)
    await house.caught_up()
    assert [failed for _, failed, _ in kept(house)] == [True]
    page = await wes.open("/messages")
    assert "Onze berichten komen niet meer aan op de telefoon of computer waarop u ja zei." in page.text
    assert "Stuur het naar dit toestel" in page.html, "another try is offered"


async def test_nothing_is_sent_to_an_address_inside(house: House, wes: Visitor, clock: Clock) -> None:
    await sends(wes, json.dumps(given("https://10.0.0.1/x")))
    clock.pass_time(days=2, hours=1)
    await house.caught_up()
    assert [failed for _, failed, _ in kept(house)] == [True]


async def test_a_device_asks_for_no_code_where_too_many_were_asked_for(
    wes: Visitor, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CodesSent, "PER_CLIENT", 0)
    assert CALLS in (await sends(wes, service.device().subscription)).text
