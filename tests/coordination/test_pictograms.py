"""Pictograms as a setting: on unless a coordinator turns them off, and of one partnership."""

import pytest

from tests.actors import coordinator, press, say
from tests.house import House
from tests.telegram_server import TelegramServer

ON, OFF = "Pictogrammen: aan", "Pictogrammen: uit"


async def test_they_are_on_and_turned_off_by_a_button_or_a_command(house: House, server: TelegramServer) -> None:
    fatima = await coordinator(house, server, house.add().coordinator)
    house.add("Ander")
    await say(house, fatima, "/instellingen")
    assert ON in fatima.last.text
    await press(house, fatima, "Geen pictogrammen")
    assert OFF in fatima.last.text
    await press(house, fatima, "Pictogrammen laten zien")
    assert ON in fatima.last.text
    await say(house, fatima, "/settings pictograms OFF")
    assert OFF in fatima.last.text
    assert [bool(has) for (has,) in house.rows("SELECT pictograms FROM partnerships ORDER BY id")] == [False, True]


@pytest.mark.parametrize("typed", ["", " ", "misschien", "2", "-1", "aan uit", "x" * 4000, "<b>aan</b>"])
async def test_what_is_neither_on_nor_off_changes_nothing(house: House, server: TelegramServer, typed: str) -> None:
    fatima = await coordinator(house, server, house.add(pictograms=False).coordinator)
    await say(house, fatima, f"/instellingen pictogrammen {typed}")
    assert "Dat lukte niet" in fatima.last.text
    assert OFF in fatima.last.text
