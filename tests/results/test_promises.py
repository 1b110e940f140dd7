"""What people are promised about their answers, held against what somebody can do who tries."""

import json
import re

import pytest

from bot.__main__ import main
from bot.channels import CHANNELS
from bot.survey.conversation.values import TERMS, WHAT_HIDES, shared
from bot.survey.traits import Traits
from bot.texts.texts import Texts
from tests.actors import walk
from tests.house import Clock, House, agree, partnership
from tests.telegram_server import Person, TelegramServer
from tests.visitor import Visitor

pytestmark = pytest.mark.long

MORE_THAN_WE_KEEP = re.compile(r"nobody can work|niemand kan .*uitrekenen|kan niemand .*uitrekenen", re.IGNORECASE)


async def say(house: House, person: Person, text: str) -> str:
    await person.write(text)
    await house.settle()
    return str(person.last.text)


async def close(house: House, coordinator: Person) -> None:
    await say(house, coordinator, "/close")
    await coordinator.press("Yes, close")
    await house.settle()
    await house.caught_up()


async def test_who_takes_part_four_times_learns_the_fifth_and_no_text_denies_it(
    house: House, server: TelegramServer
) -> None:
    """Browsers without a seat are people to us. So this is said before somebody agrees, and bursts are shown."""
    codes = house.add()
    fatima = server.person(language_code="en")
    await say(house, fatima, f"/start {codes.coordinator}")
    for option in (*["No"] * 4, "Yes"):
        async with Visitor(house.page, "en") as visitor:
            await visitor.write(f"/start {codes.invitation}")
            consent = (await visitor.press("Read more")).text
            screens = await walk(house, visitor, codes.invitation, option=option)
    status = await say(house, fatima, "/status")
    await close(house, fatima)
    assert house.rows("SELECT DISTINCT n, total FROM cells") == [(5, 100)], "what the fifth said follows"
    assert "Whoever takes part several times counts several times, and can find out more" in consent
    assert "On 2 March 2026 5 people joined within one hour." in status
    assert not MORE_THAN_WE_KEEP.search("\n".join((consent, *screens, *(message.text for message in fatima.messages))))


@pytest.mark.parametrize("seat_first", [True, False])
@pytest.mark.parametrize(("others", "cells"), [(4, []), (5, [(26, 6)])])
async def test_the_coordinator_s_own_answers_are_in_the_scores_and_count_for_nobody(
    house: House, server: TelegramServer, seat_first: bool, others: int, cells: list[tuple[int, int]]
) -> None:
    codes = house.add()
    fatima = server.person(language_code="en")
    if seat_first:
        assert "you do not count for the 5" in await say(house, fatima, f"/start {codes.coordinator}")
    await walk(house, fatima, codes.invitation)
    if not seat_first:
        await say(house, fatima, f"/start {codes.coordinator}")
    for _ in range(others):
        await walk(house, server.person(language_code="en"), codes.invitation)
    await close(house, fatima)
    assert house.rows("SELECT COUNT(*), n FROM cells WHERE cell = 'everyone' GROUP BY n") == cells
    told = "Fewer than 5 people finished this round" in fatima.last.text
    assert told is not bool(cells)


async def test_a_seat_that_is_given_up_still_counts_for_nobody(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima, joost = (server.person(language_code="en") for _ in range(2))
    await say(house, fatima, f"/start {codes.coordinator}")
    await say(house, fatima, "/team")
    await fatima.press("Link for a coordinator")
    await house.settle()
    link = re.search(r"start=(\w+)", fatima.last.text)
    assert link
    await say(house, joost, f"/start {link[1]}")
    await walk(house, joost, codes.invitation)
    await say(house, joost, "/team")
    for label in ("I want to stop as coordinator", "Yes, stop"):
        await joost.press(label)
        await house.settle()
    for _ in range(4):
        await walk(house, server.person(language_code="en"), codes.invitation)
    await close(house, fatima)
    assert house.rows("SELECT COUNT(*) FROM coordinators") == [(1,)]
    assert house.rows("SELECT COUNT(*) FROM cells") == [(0,)]


async def test_in_a_next_round_a_seat_counts_for_nobody_either(house: House, server: TelegramServer) -> None:
    """Who is invited is in the round before they answer."""
    codes = house.add()
    fatima = server.person(language_code="en")
    await walk(house, fatima, codes.invitation)
    await say(house, fatima, f"/start {codes.coordinator}")
    await close(house, fatima)
    await say(house, fatima, "/open")
    await fatima.press("Yes, open")
    await house.settle()
    house.clock.pass_time(hours=2)
    await house.caught_up()
    assert house.rows("SELECT wave_id, seated FROM responses ORDER BY 1") == [(1, 1), (2, 1)]


async def test_people_who_come_one_by_one_are_no_crowd(house: House, server: TelegramServer, clock: Clock) -> None:
    codes = house.add()
    fatima = server.person(language_code="en")
    await say(house, fatima, f"/start {codes.coordinator}")
    for wait in (0, 25, 25, 25, 25):
        clock.pass_time(minutes=wait)
        await walk(house, server.person(language_code="en"), codes.invitation)
    assert "within one hour" not in await say(house, fatima, "/status")
    await walk(house, server.person(language_code="en"), codes.invitation)
    told = await say(house, fatima, "/status")
    assert "On 2 March 2026 4 or more people joined within one hour." in told, "else one at another time follows"


async def test_no_small_count_follows_from_what_status_shows(house: House, server: TelegramServer) -> None:
    """Ten started, six of them in the library: that four came in elsewhere would follow."""
    codes = house.add()
    fatima = server.person(language_code="en")
    await say(house, fatima, f"/start {codes.coordinator}")
    library = re.search(r"start=(\w+)", await say(house, fatima, "/invite library"))
    assert library
    for code in (*[library[1]] * 6, *[codes.invitation] * 4):
        await agree(house, server.person(language_code="en"), code, "Yes, I will take part", "Other")
    status = await say(house, fatima, "/status")
    assert "10 people have started." in status
    assert "General: not shown" in status
    assert "library: not shown" in status
    assert "We also leave out a number when another one would follow from it." in status
    await agree(house, server.person(language_code="en"), codes.invitation, "Yes, I will take part", "Other")
    status = await say(house, fatima, "/status")
    assert "General: 5 people started, 0 finished" in status
    assert "library: 6 people started, 0 finished" in status


async def test_the_n_of_a_statement_does_not_say_who_did_not_know(
    house: House, server: TelegramServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five of six gave a score; that one did not would be seen beside the six of every other statement."""
    codes = house.add()
    fatima = server.person(language_code="en")
    await say(house, fatima, f"/start {codes.coordinator}")
    for first in (*["Yes"] * 5, "I don't know"):
        person = server.person(language_code="en")
        await agree(house, person, codes.invitation, "Yes, I will take part", "Other")
        for label in (first, *["Yes"] * 25, "Done"):
            await person.press(label)
            await house.settle()
    await close(house, fatima)
    told = fatima.last.text
    assert "The partnership as a whole: 100 (n = fewer than 6)" in told
    assert "The work: 100 (n = 6)" in told
    assert "Mean of all statements: 100 (n = fewer than 6)" in told
    assert "n = 5" not in told
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["summary", "1", "--json"]) == 0
    items = json.loads(capsys.readouterr().out)["items"]
    assert items["1"] == {"score": 100, "n": None, "fewer_than": 6}
    assert items["2"] == {"score": 100, "n": 6}


@pytest.mark.parametrize("channel", [one.traits for one in CHANNELS], ids=lambda one: one.name)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_what_hides_an_answer_is_told_where_it_ends(texts: Texts, clock: Clock, language: str, channel: Traits) -> None:
    known = shared(partnership(), channel, clock())
    said = texts.say(TERMS, language, known)
    assert texts.say(WHAT_HIDES, language, known) in said
    assert ("Wie uw eigen link heeft" in said or "Whoever has your own link" in said) is (channel.name == "web")
    assert not MORE_THAN_WE_KEEP.search(said)
