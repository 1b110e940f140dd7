"""What a coordinator types in a chat is understood in each language, as its own examples say it."""

import pytest

from bot.survey.phrases import say as phrase
from tests.actors import coordinator, say
from tests.house import House
from tests.telegram_server import TelegramServer

KEPT = """SELECT contact, organisation, timezone, remind_after, remind_again, p.open_question, pictograms, w.name
    FROM partnerships p JOIN waves w ON w.partnership_id = p.id"""
BEFORE = """UPDATE partnerships
    SET contact = '', organisation = '', timezone = 'Europe/Paris', remind_after = 3,
        open_question = 0, pictograms = 1"""


@pytest.mark.parametrize("language", ["nl", "tr", "pl", "ar", "uk"])
async def test_the_examples_of_the_settings_do_what_they_say(
    house: House, server: TelegramServer, language: str
) -> None:
    fatima = await coordinator(house, server, house.add(languages=f"en nl {language}").coordinator)
    with house.app.database.transaction() as tx:
        tx.connection.exec_driver_sql(BEFORE)
        tx.connection.exec_driver_sql("UPDATE contacts SET language = ?", (language,))
    await say(house, fatima, "/settings")
    examples = [line for line in fatima.last.text.split("\n") if line.startswith("/")]
    for line in examples:
        await say(house, fatima, line)
    name = house.app.texts.word(phrase("after phase 1"), language)
    facts = ("Fatima: 06 12 34 56 78", "De Schakel", "Europe/Amsterdam", 2, 5, 1, 0, name)
    assert house.rows(KEPT) == [facts]
    await say(house, fatima, "/settings QUESTION off")
    assert house.rows("SELECT open_question FROM partnerships") == [(0,)]
