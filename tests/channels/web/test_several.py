"""Several partnerships in one browser: which one it is about is asked and shown; and who is new is not asked again."""

from tests.actors import answer, coordinate, item_on
from tests.channels.web.conftest import Visitors
from tests.house import Clock, House, agree


async def test_who_takes_part_in_two_chooses_one_and_sees_which_it_is(
    house: House, visitors: Visitors, clock: Clock
) -> None:
    anna = visitors()
    await agree(house, anna, house.add("Alfa").invitation)
    await answer(house, anna, "yes")
    await agree(house, anna, house.add("Beta").invitation)
    assert "Beta" in anna.last.text
    await anna.open("/")
    assert anna.place == "/partnerships"
    clock.pass_time(seconds=5)
    await anna.press("Alfa")
    assert (item_on(anna), "Alfa" in anna.last.text) == (2, True)
    await answer(house, anna, "no")
    assert item_on(anna) == 3
    assert house.rows("SELECT item, option FROM answers ORDER BY item") == [(1, "yes"), (2, "no")]


async def test_who_comes_for_the_first_time_in_a_second_round_is_not_asked_again(
    house: House, visitors: Visitors, clock: Clock
) -> None:
    codes, fatima, anna = house.add(), visitors(), visitors()
    await coordinate(fatima, codes.coordinator)
    for label in ("Ronde sluiten", "Ja, sluiten", "Volgende ronde openen", "Ja, openen"):
        await fatima.press(label)
    await fatima.open("/")
    assert "Toch niet: ronde 2 niet openen" in [label for row in fatima.last.rows for label, _ in row]
    await agree(house, anna, codes.invitation)
    await anna.open("/")
    assert anna.place == "/1"
    clock.pass_time(days=1)
    await fatima.open("/")
    assert "Toch niet" not in fatima.last.html


async def test_the_form_to_print_can_be_had_where_it_is_offered(house: House, visitors: Visitors) -> None:
    fatima = visitors()
    await coordinate(fatima, house.add().coordinator)
    await fatima.press("Uitnodigen")
    await fatima.press("Link om mensen te helpen")
    label = next(label for row in fatima.last.rows for label, _ in row if label.startswith("Formulier"))
    await fatima.press(label)
    async with fatima.session.get(fatima.last.links["form.pdf"]) as response:
        assert (await response.read()).startswith(b"%PDF")


async def test_a_helper_s_device_that_forgot_what_it_is_lets_nobody_in_for_good(
    house: House, visitors: Visitors
) -> None:
    fatima, tablet = visitors(), visitors()
    await coordinate(fatima, house.add().coordinator)
    await fatima.press("Uitnodigen")
    await fatima.press("Link om mensen te helpen")
    [(code,)] = house.rows("SELECT code FROM invitations WHERE for_helpers")
    await tablet.open(f"/i/{code}/nl")
    await tablet.press("Ja, ik doe mee")
    assert tablet.place == f"/i/{code}"
    assert house.rows("SELECT COUNT(*) FROM respondents") == [(0,)]
