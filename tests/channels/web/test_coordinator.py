"""Coordinators in a browser: an address for all that can be seen, pictures that arrive and files to take along."""

from tests.actors import answer, coordinate, fetch
from tests.channels.web.conftest import Visitors
from tests.data import five_sheets
from tests.house import House, agree
from tests.telegram_server import TelegramServer


async def test_a_look_at_a_link_that_works_once_does_not_use_it_up(house: House, visitors: Visitors) -> None:
    code = house.add().coordinator
    for _ in range(3):
        preview = visitors(None)
        await preview.open(f"/i/{code}")
        assert "coördinator van De Verbinders" in preview.last.text
    fatima, late = visitors(), visitors()
    await coordinate(fatima, code)
    assert "U bent nu coördinator" in fatima.last.text
    await late.open(f"/i/{code}")
    assert "al gebruikt, of te oud" in late.last.text
    await fatima.open(f"/i/{code}")
    await fatima.press("Verder waar ik was")
    assert "Wat wilt u doen?" in fatima.last.text, "whoever has the seat is let in"
    assert house.rows("SELECT COUNT(*) FROM coordinators") == [(1,)]


async def test_a_coordinator_invites_and_closes_in_the_browser(house: House, visitors: Visitors) -> None:
    codes = house.add("De Verbinders in Moerwijk")
    fatima = visitors()
    await coordinate(fatima, codes.coordinator)
    await fatima.open("/coordinate/places/1")
    await fatima.fill_in({"Een andere plek": "bakker & <b>co</b>"})
    assert "Mensen uitnodigen: bakker & <b>co</b>" in fatima.last.text
    await fatima.press("QR-code")
    (place,) = (image for image in fatima.last.images if image.endswith("qr.png"))
    assert (await fetch(fatima, place)).startswith(b"\x89PNG")
    await fatima.press("Poster (A4)")
    assert (await fetch(fatima, fatima.last.links["poster.pdf"])).startswith(b"%PDF")
    for sheet in five_sheets():
        person = visitors()
        await agree(house, person, codes.invitation)
        for option in sheet.values():
            await answer(house, person, option)
        await person.press("Klaar")
    await fatima.press("Stand")
    assert "5 mensen zijn klaar." in fatima.last.text
    await fatima.press("Ronde sluiten")
    await fatima.press("Ja, sluiten")
    await house.caught_up()
    await fatima.press("Samenvatting")
    assert "69" in fatima.last.text
    picture = next(image for image in reversed(fatima.last.images) if image.endswith("samenspraak.png"))
    assert (await fetch(fatima, picture)).startswith(b"\x89PNG")


async def test_what_is_on_somebodys_page_is_for_nobody_else(house: House, visitors: Visitors) -> None:
    fatima, stranger = visitors(), visitors()
    await coordinate(fatima, house.add().coordinator)
    await fatima.press("Uitnodigen")
    await fatima.press("QR-code")
    (place,) = (image for image in fatima.last.images if image.endswith("qr.png"))
    for path in (place, "/keep.png"):
        async with stranger.session.get(path) as response:
            assert response.content_type == "text/html"


async def test_when_both_run_and_the_page_is_public_the_poster_opens_the_page(
    house: House, server: TelegramServer, visitors: Visitors
) -> None:
    await house.stop()
    house.environment["PUBLIC_URL"] = "https://samenspraak.example.org"
    await house.start()
    await house.settle()
    codes = house.add()
    fatima, anna = server.person(language_code="nl"), visitors()
    await fatima.write(f"/start {codes.coordinator}")
    await house.settle()
    await fatima.press("Uitnodigen")
    await house.settle()
    assert f"https://samenspraak.example.org/i/{codes.invitation}" in fatima.last.text
    assert f"In Telegram: https://t.me/samenspraak_bot?start={codes.invitation}" in fatima.last.text
    await anna.open(f"/i/{codes.invitation}")
    assert anna.last.links["Telegram openen"] == f"https://t.me/samenspraak_bot?start={codes.invitation}"


async def test_somebody_can_take_part_and_coordinate_in_one_browser(house: House, visitors: Visitors) -> None:
    codes, both = house.add(), visitors()
    await agree(house, both, codes.invitation)
    await coordinate(both, codes.coordinator)
    assert "U bent nu coördinator" in both.last.text
    await both.press("Verder met de zinnen")
    assert "Zin 1 van 26" in both.last.text
    await both.press("Stand")
    assert "1 persoon is begonnen." in both.last.text
