"""Helping, as a coordinator sees it: a link of its own, forms to print, and no count of few people."""

from bot.coordination.helping import type_in
from bot.rendering.forms import form_pdf
from bot.survey import short_codes
from bot.survey.paper import Typed
from storage import partnerships
from tests.actors import coordinator, press, say
from tests.data import five_sheets
from tests.house import House, agree
from tests.telegram_server import TelegramServer


def helper_s_code(house: House) -> str:
    with house.app.database.transaction() as tx:
        return partnerships.helpers_invitation(tx, 1, house.clock())


def type_in_sheets(house: House, code: str, first: int, last: int) -> None:
    with house.app.database.transaction() as tx:
        for number in range(first, last + 1):
            sheet = Typed(1, str(number), "resident", five_sheets()[number % 5], "nl")
            assert type_in(tx, house.app.texts, code, sheet, house.clock())[1]


async def come_in(house: House, server: TelegramServer, code: str, people: int) -> None:
    for _ in range(people):
        await agree(house, server.person(language_code="nl"), code)


async def test_status_says_who_was_helped_and_who_answered_on_paper(house: House, server: TelegramServer) -> None:
    codes = house.add()
    helper = helper_s_code(house)
    fatima = await coordinator(house, server, codes.coordinator)
    await say(house, fatima, "/stand")
    assert "Per plek" not in fatima.last.text
    await come_in(house, server, codes.invitation, 5)
    await come_in(house, server, helper, 5)
    type_in_sheets(house, helper, 1, 6)
    await say(house, fatima, "/stand")
    assert "16 mensen zijn begonnen" in fatima.last.text
    for line in (
        "Algemeen: 5 mensen begonnen, 0 klaar",
        "Met hulp: 5 mensen begonnen, 0 klaar",
        "Op papier: 6 mensen begonnen, 6 klaar",
    ):
        assert line in fatima.last.text


async def test_status_shows_no_few_on_paper_nor_those_from_whom_they_would_follow(
    house: House, server: TelegramServer
) -> None:
    codes = house.add()
    helper = helper_s_code(house)
    fatima = await coordinator(house, server, codes.coordinator)
    await come_in(house, server, codes.invitation, 6)
    await come_in(house, server, helper, 5)
    type_in_sheets(house, helper, 1, 4)
    await say(house, fatima, "/stand")
    assert "Op papier: laten we niet zien" in fatima.last.text
    # Fifteen in all: the four would follow from the five and the six.
    assert "Met hulp: laten we niet zien" in fatima.last.text
    assert "Algemeen: 6 mensen begonnen, 0 klaar" not in fatima.last.text
    assert "15 mensen zijn begonnen" in fatima.last.text
    assert "Er is 15 keer een link geopend" in fatima.last.text  # eleven times and four forms


async def test_a_coordinator_gets_the_link_of_a_page_and_the_form(house: House, server: TelegramServer) -> None:
    codes = house.add("De Verbinders in Moerwijk")
    fatima = await coordinator(house, server, codes.coordinator)
    await say(house, fatima, "/uitnodigen")
    await press(house, fatima, "Link om mensen te helpen")
    assert "Er is hier geen pagina die anderen kunnen openen." in fatima.last.text, "only this machine can reach it"
    assert "start=" not in fatima.last.text
    await press(house, fatima, "Formulier om te printen: English")
    (form,) = (message for message in fatima.messages if message.document)
    assert form.filename == "form.pdf"
    assert form.document
    assert form.document.startswith(b"%PDF")
    assert b"/Lang(en)" in form.document
    house.telegram.entrance, page = None, f"{house.page}/i/{helper_s_code(house)}"
    await press(house, fatima, "‹ Terug", "Link om mensen te helpen")
    assert page in fatima.last.text
    assert f"{page}/paper" in fatima.last.text
    ((short,),) = house.rows("SELECT short FROM invitations WHERE for_helpers")
    assert f"{house.page.partition('://')[2]}/{short_codes.written(short)}" in fatima.last.text
    assert "Geef deze link alleen aan helpers." in fatima.last.text
    assert house.rows("SELECT COUNT(*) FROM invitations WHERE for_helpers") == [(1,)]


async def test_between_two_rounds_the_form_is_for_the_next_one(house: House, server: TelegramServer) -> None:
    codes = house.add()
    house.telegram.entrance = None
    fatima = await coordinator(house, server, codes.coordinator)
    with house.app.database.transaction() as tx:
        partnerships.close_wave(tx, 1, house.clock())
        (asked_by,) = partnerships.every(tx)
    await say(house, fatima, "/uitnodigen")
    await press(house, fatima, "Link om mensen te helpen", "Formulier om te printen: Nederlands")
    assert "Er is nu geen ronde open." in fatima.last.text
    (form,) = (message.document for message in fatima.messages if message.document)
    assert form == form_pdf(house.app.texts, asked_by, 2, "nl")


async def test_the_helper_s_link_is_no_place_to_hang_up(house: House, server: TelegramServer) -> None:
    codes = house.add()
    helper = helper_s_code(house)
    fatima = await coordinator(house, server, codes.coordinator)
    await fatima.press_data(f"c:1:poster:{helper}")
    await house.settle()
    assert helper not in str(fatima.messages)
    assert codes.invitation in fatima.last.text


async def test_a_helper_s_link_in_a_resident_s_hands_lets_them_take_part(house: House, server: TelegramServer) -> None:
    house.add()
    anna = server.person(language_code="nl")
    await agree(house, anna, helper_s_code(house))
    assert "Zin 1 van 26" in anna.last.text
    assert house.rows("SELECT mode FROM responses") == [("assisted",)]
    await say(house, anna, "/status")
    assert "Met hulp" not in anna.last.text
