"""Of who writes to us in WhatsApp nothing is kept, logged or given out as it came: no id, no telephone number, no name,
neither of theirs nor of a message, and no words."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.delivery import rate_limit
from bot.texts.texts import load
from storage.schema import metadata
from storage.upkeep import backups
from tests.house import Clock, House, free_port
from tests.notifiers.actors import joined
from tests.notifiers.test_secrecy import unhidden
from tests.notifiers.whatsapp.actors import later, leaves, takes_part
from tests.runtime.test_secrecy import everything_logged
from tests.telegram_server import TelegramServer
from tests.variants import variants
from tests.visitor import Visitor
from tests.whatsapp_server import PROFILE, WhatsAppServer

NUMBER = "0031611223344"
WORDS = f"call me on {NUMBER}, xylophone"
COMMANDS = (
    ("doctor", "--json"),
    ("whatsapp", "templates"),
    ("whatsapp", "costs"),
)


@pytest.fixture(params=variants(("sqlite", "postgresql")))
async def house(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    server: TelegramServer,
    clock: Clock,
    meta: WhatsAppServer,
    second: float,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    monkeypatch.setattr(rate_limit, "SECOND", second)
    port = str(free_port())
    page = f"http://127.0.0.1:{port}"
    meta.webhook = f"{page}/whatsapp"
    meta.templates_of(load(), page)
    there = {"DATABASE_URL": request.getfixturevalue("postgresql_url")} if request.param == "postgresql" else {}
    own = {"PORT": port, "PUBLIC_URL": page, **there, **meta.environment}
    async with House(tmp_path, server, clock, **own) as running:
        yield running


async def all_that_can_happen(house: House, meta: WhatsAppServer, wes: Visitor) -> set[str]:
    """They are called, write, get another id, and what comes then stays on its way; a stranger writes; somebody stops,
    and is gone. All that was secret in it."""
    first, second = meta.person("NL.471100471100", number="31647114711"), meta.person("NL.926300926300")
    third = meta.person("NL.600700600700", number="31660076007")
    await takes_part(house, meta, wes, first)
    await later(house, meta, days=2, hours=1)
    for text in (WORDS, "STOP"):
        await meta.says(meta.person("BE.815200815200", number="32481528152"), text)
    await meta.bring(meta.renamed(first, second))
    await meta.says(second, WORDS)
    async with Visitor(house.page, "en") as ans:
        await joined(house, ans, house.add("De Buren", language="en").invitation)
        code = parse_qs(urlsplit(await leaves(house, meta, ans, third)).query)["text"][0].split()[-1]
        third.is_gone, second.is_on = True, False
        await later(house, meta, days=6)
        meta.errors.append((400, 131026))  # to our answer to this
        await meta.says(third, "STOP")
    return {code, ans.token, wes.token, NUMBER, "xylophone", PROFILE, meta.token, meta.app_secret, *known_to(meta)}


def known_to(meta: WhatsAppServer) -> Iterator[str]:
    """By whom and by what Meta tells them apart, and the ways in that it brought."""
    for one in meta.people.values():
        yield from (one.user_id, one.number)
        yield from (word.rpartition("/")[2] for text in one.got for word in text.split() if "/door/" in word)
    for content in meta.heard or ():
        value = content["entry"][0]["changes"][0]["value"]
        yield from (one["id"] for one in (*value.get("messages", ()), *value.get("statuses", ())))


def rows(house: House) -> bytes:
    """Every value in every table, as a dump has them."""
    with house.app.database.transaction() as tx:
        found = (
            value for table in metadata.sorted_tables for row in tx.connection.execute(table.select()) for value in row
        )
        return b"\n".join(one if isinstance(one, bytes) else str(one).encode() for one in found)


async def printed(house: House, folder: Path, wes: Visitor) -> str:
    """All that an operator, a researcher and they themselves can ask for."""
    export = ("export", "1", "--wave", "1", "--yes", "--out", str(folder))
    said = await asyncio.gather(*(house.command(*one) for one in (*COMMANDS, export)))
    pages = [(await wes.open(place)).html for place in ("/metrics", "/my-data", "/messages")]
    files = [path.read_text("utf-8-sig") for path in folder.glob("partnership-*.csv")]
    return "\n".join((*(part for _, out, err in said for part in (out, err)), *pages, *files))


def kept(house: House, copy: Path) -> bytes:
    """The database with what stands beside it and a back-up; on PostgreSQL what a dump has is in the tables."""
    if house.app.database.is_sqlite:
        backups.save(house.app.database, copy, house.clock())
    places = [copy, *Path(house.folder, "data").rglob("*")]
    return b"".join(path.read_bytes() for path in places if path.is_file()) + rows(house)


async def test_nothing_says_who_they_are_where_they_are_called_or_what_they_wrote(
    house: House, meta: WhatsAppServer, wes: Visitor, tmp_path: Path
) -> None:
    meta.heard = []
    with everything_logged() as lines, unhidden() as ours:
        await house.restart()  # so that all that is made at the start says all that it does
        secrets = await all_that_can_happen(house, meta, wes)
        there, said = kept(house, tmp_path / "copy"), await printed(house, tmp_path, wes)
        told = "\n".join((*lines(), ours()))
    on_their_way = "SELECT count(*) FROM taken_messages WHERE letter_id IS NOT NULL"
    assert house.rows(on_their_way) != [(0,)], "what is on its way is kept until its end is heard"
    assert b"De Verbinders" in there
    assert "notification address" in told
    for expected in ("samenspraak_billed_messages", "of 100 people", '"well"', "partnership-1", "samenspraak_notice"):
        assert expected in said, expected
    assert len(secrets) > 25
    for secret in secrets:
        assert secret.encode() not in there, secret
        assert secret not in told, secret
        assert secret not in said, secret
