"""Rehearsing, as an operator and a coordinator see it: a summary within a minute, beside a bot that goes on."""

import asyncio
import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.actors import answer, coordinator, say
from tests.command_line.test_commands import command, folder
from tests.house import Clock, House, agree
from tests.telegram_server import Person, TelegramServer

pytestmark = pytest.mark.long

__all__ = ["command", "folder"]  # fixtures

FEW = ("rehearse", "--people", "10", "--weeks", "2")


def test_a_rehearsal_is_made_marked_kept_from_research_and_removed(command: Any) -> None:
    command("partnership", "add", "Oefening: De Verbinders")
    code, out, err = command(*FEW)
    assert code == 0
    assert re.match(r"Oefening: De Verbinders 2 is number 2. Of 10 simulated people \d+ answered", out)
    assert "Remove it: samenspraak rehearse --remove\n" in out
    assert re.search(r"^For the coordinator, once:     http://127.0.0.1:8000/i/\w{26}$", out, re.MULTILINE)
    assert re.fullmatch(r"(week [12] of 2: \d+ people, \d+ finished\n){2}", err)

    listed = json.loads(command("partnership", "list", "--json")[1])
    assert [one["rehearsal"] for one in listed] == [False, True], "a name alone marks nothing"
    assert command("partnership", "list")[1].count("invented answers") == 1
    code, out, err = command("export", "2", "--wave", "1", "--yes")
    assert (code, out) == (2, "")
    assert "these answers are invented" in err

    summary = json.loads(command("summary", "2", "--json")[1])
    assert summary["partnership"] == "Oefening: De Verbinders 2"
    assert (summary["wave"], summary["wave_name"], summary["state"]) == (2, "na fase 1", "closed")
    assert len(summary["dimensions"]) == len(summary["change"]["everyone"]) == 6

    assert command("rehearse", "--remove")[:2] == (0, "Rehearsals removed: 1, with 10 simulated people.\n")
    (left,) = json.loads(command("partnership", "list", "--json")[1])
    assert (left["partnership"], left["rehearsal"]) == (1, False)


def test_too_few_people_are_told_why_there_are_no_scores(command: Any) -> None:
    code, out, _ = command("rehearse", "--people", "2", "--weeks", "1", "--language", "en")
    assert code == 0
    assert "That is fewer than 5, so there are no scores." in out
    assert json.loads(command("summary", "1", "--json")[1])["withheld"].startswith("Fewer than 5 people finished")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--people", "0"), ["--people: 1 to 300."]),
        (("--people", "-1"), ["--people: 1 to 300."]),
        (("--people", "100000", "--weeks", "0"), ["--people: 1 to 300.", "--weeks: 1 to 52."]),
        (("--weeks", "1000", "--language", "klingon"), ["--weeks: 1 to 52.", "--language: one of en, nl."]),
    ],
)
def test_what_cannot_be_rehearsed_is_told_all_at_once(command: Any, arguments: Sequence[str], told: list[str]) -> None:
    code, out, err = command("rehearse", *arguments)
    assert (code, out, err.splitlines()) == (2, "", told)
    assert command("partnership", "list")[1] == ""


@pytest.fixture
def clock() -> Clock:
    """The time it is: the command in its own process knows no other."""
    return Clock(datetime.now(UTC))


async def test_a_running_bot_goes_on_and_the_coordinator_reads_a_summary(house: House, server: TelegramServer) -> None:
    codes, anna = house.add("Echt"), server.person(language_code="nl")
    await agree(house, anna, codes.invitation)
    making = asyncio.create_task(house.command("rehearse"))
    answers = await asks_the_way_until(house, anna, making)
    code, out, err = await making
    assert code == 0, err
    assert answers, "while it was made"
    await answer(house, anna, "yes", 1)
    assert "Zin 2 van 26" in anna.last.text

    links = re.findall(r"^For the coordinator, once: +(\S+)$", out, re.MULTILINE)
    assert links[0].startswith("https://t.me/samenspraak_bot?start=")
    fatima = await coordinator(house, server, links[0].split("=")[1])
    await is_told_nothing_of_the_past(house, fatima)
    await reads_a_summary(house, fatima)
    assert not house.rows(
        "SELECT letters.id FROM letters JOIN contacts ON contacts.id = contact_id "
        "WHERE channel = 'rehearsal' AND settled_at IS NULL"
    )

    hers = house.rows("SELECT * FROM answers WHERE response_id = 1")
    assert (await house.command("rehearse", "--remove"))[0] == 0
    assert house.rows("SELECT * FROM answers") == hers, "and nobody else's"
    assert len(house.rows("SELECT id FROM contacts")) == 1
    await say(house, fatima, "/samenvatting")
    assert "Het werk" not in fatima.last.text


async def asks_the_way_until(house: House, person: Person, done: asyncio.Task[Any]) -> int:
    """Somebody real writes and is answered, again and again, while time goes on too; how often."""
    answers = 0
    while not done.done():
        await person.write("/verder")
        await house.settle()
        await house.caught_up()
        answers += 1
        await asyncio.sleep(0.1)
    return answers


async def is_told_nothing_of_the_past(house: House, fatima: Person) -> None:
    before = len(fatima.messages)
    for days in (1, 7):
        house.clock.pass_time(days=days)
        await house.caught_up()
    assert len(fatima.messages) == before


async def reads_a_summary(house: House, fatima: Person) -> None:
    await say(house, fatima, "/samenvatting")
    picture, words = fatima.messages[-2:]
    assert "photo" in picture.media
    assert picture.text.startswith("Oefening: De Verbinders · ronde 2")
    assert words.text.startswith("Oefening: De Verbinders · ronde 2 “na fase 1” · gesloten")
    assert re.search(r"^Het werk: \d+ \(n = (minder dan )?\d+\), was \d+", words.text, re.MULTILINE)
    assert "Beter: Het werk" in words.text
    assert re.search(r"^De \d+ mensen die beide keren meededen:", words.text, re.MULTILINE)
