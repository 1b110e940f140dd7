"""Actors: what people in tests do, in any channel."""

import json
import re

import pytest

from bot.__main__ import main
from tests.data import APPENDIX_A, PUBLISHED, PUBLISHED_TOTAL
from tests.house import House, Somebody
from tests.telegram_server import Person, TelegramServer
from tests.visitor import Visitor

LABELS = {
    "nl": {
        "no": "Nee",
        "rather_no": "Meer nee dan ja",
        "middle": "Ertussenin",
        "rather_yes": "Meer ja dan nee",
        "yes": "Ja",
    },
    "en": {
        "no": "No",
        "rather_no": "More no than yes",
        "middle": "In between",
        "rather_yes": "More yes than no",
        "yes": "Yes",
    },
}


async def walk(house: House, person: Somebody, code: str, words: str = "{}", option: str = "Yes") -> list[str]:
    """From the link to the thanks, with the same answer everywhere; every screen on the way."""
    seen: list[str] = []

    async def press(label: str) -> None:
        await person.press(words.format(label))
        await house.settle()
        seen.append(str(person.last))

    await person.write(f"/start {code}")
    await house.settle()
    for label in ("Yes, I will take part", "Other", *[option] * 26, "Done"):
        await press(label)
    return seen


def item_on(person: Somebody) -> int:
    found = re.search(r"(?:Zin|Statement) (\d+) (?:van|of) 26", person.last.text)
    assert found, person.last.text
    return int(found[1])


def spoken_on(person: Somebody) -> str:
    return "nl" if "Zin " in person.last.text else "en"


async def answer(house: House, person: Somebody, option: str, taps: int = 1) -> None:
    label, message = LABELS[spoken_on(person)][option], person.last
    data = next(data for row in message.rows for text, data in row if text.removeprefix("✓ ") == label)
    for _ in range(taps):
        await person.press_data(data, message)
    await house.settle()


async def tap(house: House, person: Somebody, *labels: str) -> None:
    """Press the first of these labels that is there."""
    there = {label for row in person.last.rows for label, _ in row}
    await person.press(next(label for label in labels if label in there))
    await house.settle()


async def fill_in(house: House, person: Somebody, sheet: dict[int, str], turn: int) -> None:
    """A sheet, in the way of somebody who hesitates, takes breaks, changes language and taps twice."""
    for item, option in sheet.items():
        assert item_on(person) == item
        if item % 7 == turn:
            await answer(house, person, "middle")
            await tap(house, person, "‹ Terug", "‹ Back")
            assert item_on(person) == item
        elif item % 6 == turn:
            await tap(house, person, "Pauze", "Pause")
            if not isinstance(person, Visitor):  # on a page nothing can remind them
                await tap(house, person, "Over een week", "In a week")
            await tap(house, person, f"Verder met zin {item}", f"Go on with statement {item}")
        if item % 5 == turn:
            await tap(house, person, "English", "Nederlands")
        await answer(house, person, option, taps=2 if item % 4 == turn % 4 else 1)


async def coordinator(house: House, server: TelegramServer, code: str, language: str = "nl") -> Person:
    person = server.person(language_code=language)
    await say(house, person, f"/start {code}")
    return person


async def say(house: House, person: Person, text: str) -> None:
    await person.write(text)
    await house.settle()


async def press(house: House, person: Person, *labels: str) -> None:
    for label in labels:
        await person.press(label)
        await house.settle()


async def coordinate(visitor: Visitor, code: str) -> None:
    await visitor.open(f"/i/{code}")
    await visitor.press("Ja, ga verder")


async def fetch(visitor: Visitor, place: str) -> bytes:
    async with visitor.session.get(place) as response:
        assert response.status == 200
        return await response.read()


def reads_the_published_table(capsys: pytest.CaptureFixture[str]) -> None:
    """An operator asks for the summary of partnership 1: it is the table that was printed."""
    assert main(["summary", "1", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert {key: value["score"] for key, value in summary["dimensions"].items()} == PUBLISHED
    assert summary["total"] == {"score": PUBLISHED_TOTAL, "n": 5}
    assert {int(item): value["score"] for item, value in summary["items"].items()} == APPENDIX_A
