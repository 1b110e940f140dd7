"""Invitations: each place has a link, and an address of its own to read out, to write down and to print."""

from contextlib import closing

import pypdfium2
import pytest

from bot.survey.short_codes import written
from tests.actors import coordinator, say
from tests.house import House
from tests.telegram_server import TelegramServer


def words_of(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document, closing(document[0].get_textpage()) as words:
        return str(words.get_text_range())


def shorts(house: House) -> dict[str, str]:
    return {str(label): written(str(short)) for label, short in house.rows("SELECT label, short FROM invitations")}


@pytest.mark.parametrize("place", ["", "Bakker"])
async def test_the_address_to_type_stands_on_the_screen_and_on_the_poster(
    house: House, server: TelegramServer, place: str
) -> None:
    await house.stop()
    house.environment["PUBLIC_URL"] = "https://samenspraak.example.org"
    await house.start()
    fatima = await coordinator(house, server, house.add().coordinator)
    await say(house, fatima, f"/invite {place}".strip())
    address = f"samenspraak.example.org/{shorts(house)[place]}"
    assert f"Om voor te lezen of op te schrijven: {address}" in fatima.last.text
    await fatima.press("Poster (A4)")
    await house.settle()
    (poster,) = (message.document for message in fatima.messages if message.document)
    assert address in words_of(poster)
    assert len(set(shorts(house).values())) == (2 if place else 1)


async def test_where_the_page_cannot_be_reached_there_is_nothing_to_type(house: House, server: TelegramServer) -> None:
    fatima = await coordinator(house, server, house.add().coordinator)
    await say(house, fatima, "/invite")
    assert "t.me/" in fatima.last.text
    assert "op te schrijven" not in fatima.last.text
    assert shorts(house)[""] not in fatima.last.text
