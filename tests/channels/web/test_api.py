"""The machine interface over HTTP: a program with a token reads what a reader of the programme reads, and nothing else.

What comes in: tokens (fresh, revoked, too old, of another programme, forged, a link's code), paths, parameters.
"""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from aiohttp import ClientSession

from bot import waves as opening
from bot.channels.guesses import Guesses
from bot.results.tables import read_table
from storage import agreements, api_tokens, links, partnerships, programmes
from tests.actors import press, say
from tests.coordination.test_coordinator import everything, five_answer
from tests.coordination.test_programme import close, follow, made
from tests.house import Clock, House
from tests.telegram_server import TelegramServer

NOTHING = {
    "type": "about:blank",
    "title": "Not Found",
    "status": 404,
    "detail": "There is no such thing in this programme.",
}
STRANGER = "There is no token, or it does not work (any more)."


@dataclass(frozen=True, slots=True)
class Said:
    status: int
    data: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Program:
    """Somebody's software."""

    browser: ClientSession

    async def ask(self, path: str, token: str | None = None, method: str = "GET", **headers: str) -> Said:
        with_token = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.browser.request(method, f"/api/v1{path}", headers={**with_token, **headers}) as answer:
            content = await answer.read()
            assert "application/problem+json" in answer.headers.get("Content-Type", "") or answer.status in (200, 304)
            assert answer.headers["Cache-Control"] == "no-store"
            return Said(answer.status, json.loads(content) if content else None, answer.headers)


@pytest.fixture
async def program(house: House) -> AsyncIterator[Program]:
    async with ClientSession(house.page) as browser:
        yield Program(browser)


def token(house: House, programme: int = 1, contact: int | None = None) -> str:
    with house.app.database.transaction() as tx:
        found = api_tokens.make(tx, programme, contact, house.clock())
    assert found
    return found


async def test_a_program_reads_what_is_published(house: House, server: TelegramServer, program: Program) -> None:
    """What a coordinator who looked would have released by now is in nothing, and asking does not release it."""
    north, _ = house.add("Noord"), house.add("Zuid")
    made(house, "Stad", 1, 2)
    mine = token(house)
    await five_answer(house, server, north.invitation)
    first = (await program.ask("/partnerships/1/waves/1", mine)).data
    assert first["turnout"] == {"invited": 5, "started": 5, "completed": 5}
    assert (first["state"], first["closed_on"], first["is_scored"]) == ("open", None, False)
    with house.app.database.transaction() as tx:
        wave, noord = partnerships.last_wave(tx, 1), partnerships.find(tx, "1")
        assert noord
        partnerships.close_wave(tx, wave.id, house.clock())
    before = everything(house)
    scores = (await program.ask("/partnerships/1/waves/1/scores", mine)).data
    assert scores == {"partnership": 1, "wave": 1, "state": "closed", "minimum_group": 5, "published": []}
    assert everything(house) == before
    with house.app.database.transaction() as tx:
        read_table(tx, house.app.texts, noord, partnerships.last_wave(tx, 1), house.clock())
    [everyone] = (await program.ask("/partnerships/1/waves/1/scores", mine)).data["published"]
    assert everyone["of"] == "everyone"
    assert everyone["total"] == {"score": 69, "n": 5, "fewer_than": None}
    parts = {one["dimension"]: one["score"] for one in everyone["dimensions"]}
    assert (len(parts), parts["general"], parts["suitability"]) == (6, 95, 81)
    assert [one["item"] for one in everyone["items"]] == [*range(1, 27)]
    assert (await program.ask("/partnerships/1/waves/1", mine)).data["closed_on"] == "2026-03-02"


async def test_a_program_knows_its_partnerships_and_what_they_are_asked(house: House, program: Program) -> None:
    house.add("Noord"), house.add("Zuid")
    made(house, "Stad", 1, 2)
    mine = token(house)
    told = (await program.ask("/partnerships", mine)).data
    assert [(one["name"], one["last_wave"], one["scored_wave"]) for one in told["partnerships"]] == [
        ("Noord", 1, None),
        ("Zuid", 1, None),
    ]
    labels = (await program.ask("/checklist", mine)).data
    assert labels["dimensions"][0]["plain"]["nl"] == "De samenwerking als geheel"
    assert {*labels["items"][0]["statement"]} == {*house.app.texts.languages}
    assert (await program.ask("/programme", mine)).data == {
        "programme": 1,
        "name": "Stad",
        "partnerships": 2,
        "expires_on": "2027-03-02",
    }


async def test_who_has_no_token_that_works_learns_nothing(
    house: House, server: TelegramServer, program: Program, clock: Clock
) -> None:
    """A link's code is no token; and where there is something it is as where there is nothing."""
    codes = house.add("Noord")
    made(house, "Stad", 1)
    mine, revoked = token(house), token(house)
    with house.app.database.transaction() as tx:
        assert api_tokens.revoke(tx, 1, 2)
        link, viewer = links.make_programme_link(tx, 1, clock()), links.make_link(tx, 1, "viewer", clock())
    wrong = (None, "x", link, viewer, codes.coordinator, codes.invitation, revoked, f"{mine}x", mine.upper())
    said = [await program.ask("/partnerships/1", one) for one in wrong]
    said += [await program.ask(path, one) for path in ("/partnerships/99", "/nowhere", "") for one in (None, revoked)]
    assert {(one.status, one.data["detail"], one.headers["WWW-Authenticate"]) for one in said} == {
        (401, STRANGER, "Bearer")
    }
    async with program.browser.get(f"/api/v1/partnerships/1?token={mine}") as answer:
        assert answer.status == 401
    assert (await program.ask("/partnerships/1", mine)).status == 200
    kept = b"".join(file.read_bytes() for file in (house.folder / "data").iterdir())
    assert b"api_tokens" in kept
    assert mine.encode() not in kept
    clock.pass_time(days=365)
    assert (await program.ask("/partnerships/1", mine)).status == 401
    assert token(house)
    assert house.rows("SELECT id FROM api_tokens") == [(3,)], "what is too old is gone when there is a new one"


async def test_wrong_tokens_have_to_wait_and_the_right_one_is_let_in(house: House, program: Program) -> None:
    house.add("Noord")
    made(house, "Stad", 1)
    mine = token(house)
    assert (await program.ask("/programme", mine)).status == 200
    for number in range(Guesses.PER_CLIENT):
        assert (await program.ask("/programme", f"wrong{number}")).status == 401
    late = await program.ask("/programme", "wrong")
    assert (late.status, late.headers["Retry-After"]) == (429, "600")
    assert (await program.ask("/programme", mine)).status == 200


async def test_a_token_reads_its_own_programme_and_goes_with_the_seat(
    house: House, server: TelegramServer, program: Program
) -> None:
    for name in ("Noord", "Zuid", "Geheim Genootschap"):
        house.add(name)
    fatima = await follow(house, server, made(house, "Stad", 1, 2))
    made(house, "Ander", 3)
    [(contact,)] = house.rows("SELECT contact_id FROM programme_readers")
    mine, operators = token(house, 1, contact), token(house)
    for path in (
        "/partnerships/3",
        "/partnerships/3/waves",
        "/partnerships/3/waves/1/scores",
        "/partnerships/3/agreements",
    ):
        secret, nowhere = await program.ask(path, mine), await program.ask(path.replace("3", "99"), mine)
        assert (secret.status, secret.data) == (nowhere.status, nowhere.data) == (404, NOTHING)
    assert "Geheim" not in json.dumps((await program.ask("/partnerships", mine)).data)
    with house.app.database.transaction() as tx:
        programmes.leave_out(tx, 1, [2])
    assert (await program.ask("/partnerships/2", mine)).status == 404
    await say(house, fatima, "/stop")
    await press(house, fatima, "Ja, stoppen")
    assert (await program.ask("/partnerships", mine)).status == 401
    assert (await program.ask("/partnerships", operators)).status == 200
    with house.app.database.transaction() as tx:
        programmes.end(tx, 1)
    assert (await program.ask("/partnerships", operators)).status == 401


async def test_lists_come_in_pages(house: House, program: Program) -> None:
    for number in range(5):
        house.add(f"Buurt {number}")
    made(house, "Stad", *range(1, 6))
    mine, seen = token(house), list[int]()
    after: int | None = 0
    while after is not None:
        told = (await program.ask(f"/partnerships?limit=2&after={after}", mine)).data
        seen += [one["partnership"] for one in told["partnerships"]]
        after = told["next"]
    assert seen == [1, 2, 3, 4, 5]
    close(house, 1)
    with house.app.database.transaction() as tx:
        found = partnerships.find(tx, "1")
        assert found
        opening.open_wave(tx, house.app.texts, found, house.clock(), house.clock())
    told = (await program.ask("/partnerships/1/waves?limit=1", mine)).data
    assert ([one["wave"] for one in told["waves"]], told["next"]) == ([1], 1)
    told = (await program.ask("/partnerships/1/waves?after=1", mine)).data
    assert ([(one["wave"], one["state"]) for one in told["waves"]], told["next"]) == ([(2, "open")], None)


LIMITS = ("limit=0", "limit=101", "limit=x", "limit=", "limit=1&limit=2")
PARAMETERS = (*LIMITS, "after=-1", "token=x", "x" * 2000, "&".join("a" * 50))
PATHS = ("/0", "/x", f"/{'9' * 30}", "/1/", "/1/waves/9", "/1/waves/1/nothing", "/1%0a", "/%0a/1")


async def test_what_cannot_be_asked_is_told(house: House, program: Program) -> None:
    house.add("Noord")
    made(house, "Stad", 1)
    mine = token(house)
    for parameters in PARAMETERS:
        assert (await program.ask(f"/partnerships?{parameters}", mine)).status == 400, parameters
    assert (await program.ask("/partnerships/1?limit=1", mine)).status == 400
    for path in PATHS:
        said = await program.ask(f"/partnerships{path}", mine)
        assert (said.status, said.data) == (404, NOTHING), path
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        said = await program.ask("/partnerships", mine, method)
        assert (said.status, said.headers["Allow"]) == (405, "GET, HEAD")


async def test_what_did_not_change_is_not_sent_again(house: House, program: Program) -> None:
    house.add("Noord")
    made(house, "Stad", 1)
    mine = token(house)
    tag = (await program.ask("/partnerships", mine)).headers["ETag"]
    again = await program.ask("/partnerships", mine, **{"If-None-Match": tag})
    assert (again.status, again.data, again.headers["ETag"]) == (304, None, tag)
    house.add("Zuid")
    with house.app.database.transaction() as tx:
        programmes.include(tx, 1, [2])
    assert (await program.ask("/partnerships", mine, **{"If-None-Match": tag})).status == 200


async def test_every_answer_is_as_it_is_described(house: House, server: TelegramServer, program: Program) -> None:
    """Of every resource the real answer is held against the description, which nobody needs a token for."""
    north = house.add("Noord")
    made(house, "Stad", 1)
    mine = token(house)
    await five_answer(house, server, north.invitation)
    close(house, 1)
    with house.app.database.transaction() as tx:
        wave = partnerships.last_wave(tx, 1)
        facts = {"what": "Elke week koffie", "who": "Fatima", "by_when": date(2026, 5, 1)}
        assert agreements.add(tx, wave.id, facts, house.clock().date())
    described = (await program.ask("/openapi.json")).data
    assert described["openapi"] == "3.1.0"
    for path, operation in described["paths"].items():
        said = await program.ask(path.format(partnership=1, wave=1), mine)
        content = operation["get"]["responses"][str(said.status)]["content"]["application/json"]
        fits(described, content["schema"], said.data, path)


def fits(described: Any, schema: Any, data: Any, where: str) -> None:
    """As much of JSON Schema as the description uses."""
    schema = schema["anyOf"][data is None] if "anyOf" in schema else schema
    if reference := schema.get("$ref"):
        schema = described["components"]["schemas"][reference.rpartition("/")[2]]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
    assert type(data) is kinds[schema["type"]], (where, schema, data)
    assert data in schema.get("enum", [data])
    if isinstance(data, list):
        assert data, f"{where}: nothing to look at"
        for one in data:
            fits(described, schema["items"], one, where)
    elif isinstance(data, dict):
        properties = schema.get("properties") or dict.fromkeys(data, schema.get("additionalProperties"))
        assert {*schema.get("required", properties)} == {*data}, where
        for name, one in data.items():
            fits(described, properties[name], one, f"{where}.{name}")
