"""`samenspraak seat`: the operator sees seats as numbers, and takes one away from whoever holds it."""

import asyncio
import json
from pathlib import Path

import pytest

from bot.command_line.seat import OF_A_PARTNERSHIP, OF_A_PROGRAMME
from bot.survey import codes
from storage import contacts, links
from storage.schema import letters
from tests.actors import coordinate, coordinator, say
from tests.coordination.test_programme import made
from tests.house import Clock, House, agree
from tests.storage.test_taken_messages import WAITS_FOR_ANOTHER
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor


async def seats(house: House, *name: str) -> list[tuple[str, str]]:
    code, out, _ = await house.command("seat", "list", *name, "--json")
    assert code == 0
    return [(one["role"], one["channel"]) for one in json.loads(out)]


async def test_a_seat_is_taken_away_while_the_bot_runs(house: House, server: TelegramServer) -> None:
    first = house.add().coordinator
    async with Visitor(house.page) as thief:
        await coordinate(thief, first)
        await thief.open("/coordinate/team")
        await thief.press("Link voor een coördinator")
        left = codes.find(thief.last.text)
        _, link, _ = await house.command("partnership", "link", "1")
        fatima = await coordinator(house, server, codes.find(link) or "")
        assert await seats(house, "De Verbinders") == [("coordinator", "web"), ("coordinator", "telegram")]
        _, out, _ = await house.command("seat", "list", "1")
        number = out.split()[0]
        code, out, _ = await house.command("seat", "remove", "1", number)
        assert (code, "work no more: 1." in out, "Nobody" in out) == (0, True, False)
        assert await seats(house, "1") == [("coordinator", "telegram")]
        assert "1 coördinator" not in (await thief.open("/coordinate/team")).text
    async with Visitor(house.page) as another:
        assert "wordt u coördinator" not in (await another.open(f"/i/{left}")).text
    await say(house, fatima, "/team")
    assert "1 coördinator" in fatima.last.text


async def test_who_takes_part_too_goes_on_and_gets_no_more_post(house: House) -> None:
    of = house.add()
    async with Visitor(house.page) as anna:
        await coordinate(anna, of.coordinator)
        await agree(house, anna, of.invitation)
        (contact,) = {one for (one,) in house.rows("SELECT contact_id FROM coordinators")}
        with house.app.database.transaction() as tx:
            for key in ("summary", "reminder"):
                tx.connection.execute(
                    tx.insert(letters).values(
                        contact_id=contact, key=f"{key}:1:1:2026-W10", due_at=house.clock(), attempts=0
                    )
                )
        code, out, _ = await house.command("seat", "remove", "1", str(contact))
        assert (code, out.splitlines()[1]) == (
            0,
            "Nobody coordinates it now. A link for somebody: samenspraak partnership link 1",
        )
        waiting = house.rows("SELECT key FROM letters WHERE settled_at IS NULL AND key IS NOT NULL")
        assert waiting == [("reminder:1:1:2026-W10",)]
        assert "Zin 1 van 26" in (await anna.open("/1")).text


async def test_one_of_a_programme_is_taken_away_too_and_it_says_where_else_there_is_one(
    house: House, server: TelegramServer
) -> None:
    house.add("Noord")
    fatima = await coordinator(house, server, made(house, "Stad", 1))
    await say(house, fatima, f"/start {house.add('Zuid').coordinator}")
    assert await seats(house, "Stad", "--programme") == [("programme", "telegram")]
    assert await seats(house, "Noord") == []
    number = (await house.command("seat", "list", "Stad", "--programme"))[1].split()[0]
    code, out, err = await house.command("seat", "remove", "Noord", number)
    assert (code, out, err.split(": ")[-1]) == (2, "", "samenspraak seat list 1\n")
    code, out, _ = await house.command("seat", "remove", "Stad", number, "--programme")
    assert (code, "Nobody reads along now." in out) == (0, True)
    assert f"has a seat in Zuid too. Take that away: samenspraak seat remove 2 {number}\n" in out
    await say(house, fatima, "/team")
    assert "Noord" not in fatima.last.text
    await say(house, fatima, f"/start {made(house, 'Land', 2)}")
    with house.app.database.transaction() as tx:
        to_read = links.make_link(tx, 2, "viewer", house.clock())
    await coordinator(house, server, to_read)
    _, out, _ = await house.command("seat", "remove", "2", number)
    assert out.splitlines()[1:] == [
        f"Who held it has a seat in Land too. Take that away: samenspraak seat remove 2 {number} --programme",
        "Nobody coordinates it now. A link for somebody: samenspraak partnership link 2",
    ]
    assert (await house.command("seat", "remove", "2", number, "--programme"))[1].count("\n") == 2, "and nowhere else"
    assert house.rows("SELECT partnership_id FROM coordinator_links WHERE used_on IS NULL") == [(1,)]


@pytest.mark.fire
async def test_a_link_that_they_make_meanwhile_goes_along(
    tmp_path: Path, server: TelegramServer, clock: Clock, postgresql_url: str
) -> None:
    """Whoever still has another seat is not forgotten: that does not make the command wait for their turn."""
    async with House(tmp_path, server, clock, DATABASE_URL=postgresql_url) as house:
        fatima = await coordinator(house, server, house.add("Noord").coordinator)
        await say(house, fatima, f"/start {house.add('Zuid').coordinator}")
        with house.app.database.transaction() as tx:
            assert contacts.hold(tx, 1)
            links.make_link(tx, 1, "coordinator", clock())
            removing = asyncio.create_task(house.command("seat", "remove", "1", "1"))
            while not house.rows(WAITS_FOR_ANOTHER)[0][0]:
                assert not removing.done()
                await asyncio.sleep(0.01)
        assert "work no more: 1." in (await removing)[1]


@pytest.mark.parametrize("number", ["7", "0", "-1", "x", "9" * 30])
async def test_a_seat_that_is_not_there_is_told(house: House, number: str) -> None:
    of = house.add()
    async with Visitor(house.page) as fatima:
        await coordinate(fatima, of.coordinator)
        code, out, err = await house.command("seat", "remove", "1", "--", number)
        assert (code, out) == (2, "")
        assert "De Verbinders has no seat of that number. See them all: samenspraak seat list" in err
        assert await seats(house, "1") == [("coordinator", "web")]


async def test_what_is_not_there_has_no_seats(house: House) -> None:
    for kind, name in ((OF_A_PARTNERSHIP, "partnership"), (OF_A_PROGRAMME, "programme")):
        given = ["seat", "list", "x" * 5000, *(["--programme"] if kind is OF_A_PROGRAMME else [])]
        code, _, err = await house.command(*given)
        assert (code, f"There is no {name} 'xxx" in err, len(err) < 250) == (2, True, True)
    house.add()
    assert "Nobody coordinates it now." in (await house.command("seat", "list", "1"))[2]
