"""Languages of a partnership: a coordinator chooses them, its own stays, and a wave that is open pins what comes in."""

import json

import pytest
from sqlalchemy import text

from bot.survey.offered_languages import offered
from bot.texts.texts import Texts, load
from tests.actors import coordinator, say
from tests.house import House
from tests.pseudo_languages import with_languages
from tests.telegram_server import TelegramServer

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Texts:
    return load(with_languages(tmp_path_factory.mktemp("three"), "pl"))


def kept(house: House) -> str:
    return str(house.rows("SELECT languages FROM partnerships WHERE id = 1")[0][0])


async def test_a_coordinator_takes_a_language_in_and_out_in_a_chat(house: House, server: TelegramServer) -> None:
    fatima = await coordinator(house, server, house.add().coordinator)
    await say(house, fatima, "/settings")
    assert "Mensen kunnen antwoorden in: English, Nederlands" in fatima.last.text
    assert "Antwoorden in: Nederlands" not in str(fatima.last.rows)
    for label, languages in (
        ("Antwoorden in: Polski", "en nl pl"),
        ("✓ Antwoorden in: Polski", "en nl"),
        ("✓ Antwoorden in: English", "nl"),
    ):
        await fatima.press(label)
        await house.settle()
        assert kept(house) == languages
    assert "Mensen kunnen antwoorden in: Nederlands\n" in fatima.last.text
    before = fatima.last
    for forged in ("nl.0", "xx.1", "pl.2", "pl", "."):
        await fatima.press_data(f"c:1:offer:{forged}", before)
        await house.settle()
        assert kept(house) == "nl"


async def test_a_language_that_comes_in_is_pinned_and_what_was_pinned_stays(
    house: House, server: TelegramServer
) -> None:
    fatima = await coordinator(house, server, house.add().coordinator)
    with house.app.database.transaction() as tx:
        tx.connection.execute(text("""UPDATE waves SET wording = '{"nl": {"1": "as it was"}}'"""))
    await say(house, fatima, "/settings")
    await fatima.press("Antwoorden in: Polski")
    await house.settle()
    wording = json.loads(str(house.rows("SELECT wording FROM waves")[0][0]))
    assert wording["nl"] == {"1": "as it was"}
    assert wording["pl"] == house.app.texts.wording()["pl"]


def test_what_is_offered_is_installed_and_its_own_is_always_in() -> None:
    installed = ("ar", "en", "nl", "tr")
    assert offered("en nl", "nl", installed) == ("en", "nl")
    assert offered("tr", "nl", installed) == ("nl", "tr")
    assert offered("fy", "nl", installed) == ("nl",)
    assert offered("", "fy", installed) == installed  # nothing else is left to offer


async def test_a_draft_is_told_where_it_can_be_chosen(house: House, server: TelegramServer) -> None:
    """As long as its folder says that no readers have tried it."""
    fatima = await coordinator(house, server, house.add().coordinator)
    await say(house, fatima, "/settings")
    assert "is een proef" not in fatima.last.text
    await fatima.press("Antwoorden in: Türkçe")
    await house.settle()
    assert "Deze vertaling is een proef: Türkçe." in fatima.last.text
