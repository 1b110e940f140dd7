"""Coordinators: nobody outside a partnership sees or does anything in it, and links, groups and closings hold."""

import asyncio
import json
import re
from datetime import UTC, datetime

import pytest

from bot.__main__ import main
from bot.coordination.actions import ACTIONS
from bot.survey.conversation.buttons import Coordinate, encode
from bot.survey.conversation.commands import COMMANDS, COORDINATING
from storage import partnerships
from tests.actors import coordinator, say
from tests.data import APPENDIX_A, PUBLISHED, PUBLISHED_TOTAL, five_sheets
from tests.house import Clock, House, agree, fill
from tests.telegram_server import Person, TelegramServer

ARGUMENTS = ("-", "1", "viewer", "coordinator", "d3", "h14", "nl", "0")


async def five_answer(house: House, server: TelegramServer, code: str) -> None:
    for sheet in five_sheets():
        person = server.person(language_code="nl")
        await agree(house, person, code)
        await fill(house, person, sheet)


def everything(house: House) -> dict[str, list[tuple[object, ...]]]:
    """Every row that a coordinator can touch, but for the letters and updates that any chat makes."""
    tables = (
        "partnerships",
        "waves",
        "invitations",
        "coordinator_links",
        "coordinators",
        "programmes",
        "programme_partnerships",
        "programme_readers",
        "releases",
        "cells",
        "responses",
        "agreements",
    )
    return {table: sorted(house.rows(f"SELECT * FROM {table}"), key=repr) for table in tables}


@pytest.mark.long
async def test_nothing_of_another_partnership_is_shown_or_changed(house: House, server: TelegramServer) -> None:
    """Every action with every argument, and every command, by somebody who coordinates something else."""
    theirs = house.add("Geheim Genootschap", organisation="Verborgen BV", contact="Onbekend: 0")
    await five_answer(house, server, theirs.invitation)
    mine = house.add("Van Mij")
    person = await coordinator(house, server, mine.coordinator)
    (invitation,) = house.rows("SELECT code FROM invitations WHERE partnership_id = 1")
    before = everything(house)
    message = person.last
    for action in (*ACTIONS, "forged"):
        for argument in (*ARGUMENTS, str(invitation[0])):
            data = encode(Coordinate(1, action, argument))
            assert len(data.encode()) <= 64
            await person.press_data(data, message)
    await house.settle()
    for name in (*COORDINATING, *COMMANDS):
        if name != "erase":
            await say(house, person, f"/{name}")
    assert everything(house) == before
    shown = "\n".join(str(one) for one in person.messages)
    assert not re.search("Geheim Genootschap|Verborgen BV|Onbekend: 0", shown)
    assert str(invitation[0]) not in shown


async def test_somebody_with_no_seat_sees_the_door(house: House, server: TelegramServer) -> None:
    house.add()
    stranger = server.person(language_code="nl")
    await say(house, stranger, "/start")
    before = everything(house)
    for action in ACTIONS:
        await stranger.press_data(encode(Coordinate(1, action)), stranger.last)
    await house.settle()
    for name in COORDINATING:
        await say(house, stranger, f"/{name}")
    assert everything(house) == before
    assert all(message.text.startswith("Hallo!") for message in stranger.messages)


async def test_a_viewer_reads_summaries_and_does_nothing(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    await say(house, fatima, "/team")
    await fatima.press("Link voor een lezer of groep")
    await house.settle()
    viewer = await coordinator(house, server, code_on(fatima))
    before = everything(house)
    for action in (*ACTIONS, "forged"):
        if action not in ("left", "language"):
            await viewer.press_data(encode(Coordinate(1, action, "1")), viewer.last)
            await house.settle()
    assert everything(house) == before
    await say(house, viewer, "/summary")
    assert "De scores ziet u als de ronde sluit" in viewer.last.text


def code_on(person: Person) -> str:
    return str(re.findall(r"start=(\w+)", person.last.text)[0])


async def test_a_link_works_once_and_not_too_late(house: House, server: TelegramServer, clock: Clock) -> None:
    first, second = house.add("Een"), house.add("Twee")
    await coordinator(house, server, first.coordinator)
    late = await coordinator(house, server, first.coordinator)
    assert "al gebruikt, of te oud" in late.last.text
    clock.pass_time(days=31)
    too_late = await coordinator(house, server, second.coordinator)
    assert "al gebruikt, of te oud" in too_late.last.text
    assert house.rows("SELECT COUNT(*) FROM coordinators") == [(1,)]


async def test_two_who_open_a_link_at_once(house: House, server: TelegramServer) -> None:
    codes = house.add()
    people = [server.person(language_code="nl") for _ in range(5)]
    await asyncio.gather(*(person.write(f"/start {codes.coordinator}") for person in people))
    await house.settle()
    assert sum("U bent nu coördinator" in person.last.text for person in people) == 1
    assert house.rows("SELECT COUNT(*) FROM coordinators") == [(1,)]


async def test_a_respondent_can_be_coordinator_and_the_other_way_round(house: House, server: TelegramServer) -> None:
    codes = house.add()
    anna = server.person(language_code="nl")
    await agree(house, anna, codes.invitation)
    await say(house, anna, f"/start {codes.coordinator}")
    assert "U bent nu coördinator" in anna.last.text
    await say(house, anna, "/verder")
    assert "Zin 1 van 26" in anna.last.text
    await say(house, anna, "/stand")
    assert "1 persoon is begonnen" in anna.last.text
    ben = await coordinator(house, server, house.add("Ander").coordinator)
    await agree(house, ben, codes.invitation)
    assert "Zin 1 van 26" in ben.last.text


async def test_two_coordinators_who_close_at_once_close_once(house: House, server: TelegramServer) -> None:
    codes = house.add()
    await five_answer(house, server, codes.invitation)
    fatima = await coordinator(house, server, codes.coordinator)
    await say(house, fatima, "/team")
    await fatima.press("Link voor een coördinator")
    await house.settle()
    joost = await coordinator(house, server, code_on(fatima))
    for person in (fatima, joost):
        await say(house, person, "/sluiten")
    await asyncio.gather(fatima.press("Ja, sluiten"), joost.press("Ja, sluiten"), fatima.press("Ja, sluiten"))
    await house.settle()
    await house.caught_up()
    for person in (fatima, joost):
        finals = [message for message in person.messages if "Gemiddelde van alle zinnen: 69" in message.text]
        assert len(finals) == 1
    assert house.rows("SELECT number, final FROM releases") == [(1, 1)]


async def test_an_old_close_button_closes_no_later_round(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    await say(house, fatima, "/sluiten")
    old = fatima.last
    await fatima.press("Ja, sluiten")
    await house.settle()
    with house.app.database.transaction() as tx:
        partnerships.open_wave(tx, 1, {}, house.clock())
    await fatima.press("Ja, sluiten", message=old)
    await house.settle()
    assert house.rows("SELECT number FROM waves WHERE closed_at IS NULL") == [(2,)]


async def test_a_linked_group_receives_moves_and_throws_out(house: House, server: TelegramServer) -> None:
    codes = house.add()
    await five_answer(house, server, codes.invitation)
    fatima = await coordinator(house, server, codes.coordinator)
    group = server.group(title="Team Moerwijk")
    await group.add_bot(fatima)
    await group.write(fatima, f"/start {codes.invitation}")
    await group.write(fatima, "Goedemorgen allemaal")
    await house.settle()
    assert "voor één persoon" in group.last.text
    await say(house, fatima, "/team")
    await fatima.press("Link voor een lezer of groep")
    await house.settle()
    await group.write(fatima, f"/start@samenspraak_bot {code_on(fatima)}")
    await house.settle()
    assert "Vanaf nu komen de samenvattingen" in group.last.text
    group.migrate()
    await say(house, fatima, "/sluiten")
    await fatima.press("Ja, sluiten")
    await house.settle()
    await house.caught_up()
    assert "Gemiddelde van alle zinnen: 69" in group.last.text
    await group.remove_bot(fatima)
    await house.settle()
    ((reachable,),) = house.rows("SELECT COUNT(*) FROM contacts WHERE unreachable_at IS NOT NULL")
    assert reachable == 1


async def test_a_coordinator_who_blocks_the_bot_is_passed_over(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    await fatima.block()
    await house.settle()
    with house.app.database.transaction() as tx:
        from storage import coordinators

        assert coordinators.recipients(tx, 1) == []


@pytest.mark.parametrize("name", ["<b>&amp;</b>", "שכונה טובה", "👩‍👩‍👧 Samen 🌍", "x" * 80, "{0} %s \\"])
async def test_names_of_every_kind_pass_through_the_whole_chat(house: House, server: TelegramServer, name: str) -> None:
    codes = house.add(name)
    fatima = await coordinator(house, server, codes.coordinator)
    for command in ("/status", "/invite", "/summary", "/team", "/settings", "/close"):
        await say(house, fatima, command)
    await say(house, fatima, f"/invite {name * 3}")
    for label in ("QR-code", "Poster (A4)"):
        await fatima.press(label)
        await house.settle()
    assert name[:10] in fatima.messages[0].text
    assert any(message.document for message in fatima.messages)
    assert any(message.photo for message in fatima.messages)


@pytest.mark.long
async def test_while_the_wave_is_open_no_message_holds_a_score(house: House, server: TelegramServer) -> None:
    codes = house.add()
    fatima = await coordinator(house, server, codes.coordinator)
    await five_answer(house, server, codes.invitation)
    for command in ("/summary", "/status", "/invite", "/close", "/team", "/settings"):
        await say(house, fatima, command)
    assert not any(re.search(r"\(n = |Gemiddelde", message.text) for message in fatima.messages)
    assert not any(message.photo for message in fatima.messages)
    assert house.rows("SELECT COUNT(*) FROM cells") == [(0,)]


async def test_the_command_line_says_what_the_coordinator_sees(
    house: House, server: TelegramServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = house.add()
    await five_answer(house, server, codes.invitation)
    fatima = await coordinator(house, server, codes.coordinator)
    assert (await house.command("wave", "close", "1"))[0] == 0
    house.clock.now = datetime.now(UTC)  # a command of its own process has the time of the machine
    await house.caught_up()
    assert "Gemiddelde van alle zinnen: 69" in fatima.last.text
    for name, value in house.environment.items():
        monkeypatch.setenv(name, value)
    assert main(["summary", "1", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert {key: value["score"] for key, value in summary["dimensions"].items()} == PUBLISHED
    assert summary["total"]["score"] == PUBLISHED_TOTAL
    assert main(["summary", "1"]) == 0
    message, _, statements = capsys.readouterr().out.strip().partition("\n\nDe samenwerking als geheel\n")
    sent, _, until = fatima.last.text.partition("\n\nIs er op ")
    assert message == sent
    assert until, "and what only a coordinator is told: until when people can be asked again"
    told = re.findall(r"^(\d+)\. .+ (\d+) \(n = 5\)$", statements, re.MULTILINE)
    assert {int(item): int(score) for item, score in told} == APPENDIX_A
