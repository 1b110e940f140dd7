"""Fuzz: malformed updates, presses, codes and web requests go through the whole application; nothing breaks or leaks.

A short form runs with the tests; `FUZZ=200000 pytest -s tests/fire/test_fuzz.py` is the whole; the FUZZ_SEED that it
prints brings a failure again. After every batch all tables are read: only what its senders own may have changed.
"""

import asyncio
import logging
import os
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import pytest

from bot.channels.guesses import Guesses
from bot.channels.web.requests import MOST_BODY
from bot.channels.web.tokens import Tokens, new_token
from storage import links, programmes
from storage.engine.sealing import Seal, Secrets
from storage.schema import metadata
from tests.fire.malformed import NUMBERS, Malformed, World
from tests.house import SECRET, Clock, House, Somebody, agree
from tests.telegram_server import Json, Person, TelegramServer
from tests.visitor import Visitor

TOTAL = int(os.environ.get("FUZZ", "3000"))
SEED = os.environ.get("FUZZ_SEED") or str(Random().getrandbits(32))
ON_THE_WEB = 0.2  # of all inputs
BATCH = 100
AT_ONCE = 8  # web requests
PATIENCE = 120  # seconds
LONGEST = 1000  # characters shown of a complaint
NOT_HTTP = "ASGI callable returned without completing response."  # uvicorn, when it had said 400 already

Door = Callable[[House, Sequence[Json]], Awaitable[None]]
Owner = tuple[str, object]
Owned = dict[Owner, list[str]]

CONTACT = "JOIN contacts ON contacts.id = contact_id"
RESPONDENT = f"JOIN respondents ON respondents.id = respondent_id {CONTACT}"
RESPONSE = f"JOIN responses ON responses.id = response_id {RESPONDENT}"
CONTACTS = ("respondents", "letters", "notification_addresses", "coordinators", "programme_readers", "api_tokens")
OF_PEOPLE = {
    "contacts": "contacts",
    **{table: f"{table} {CONTACT}" for table in CONTACTS},
    "taken_messages": f"taken_messages JOIN letters ON letters.id = letter_id {CONTACT}",
    "responses": f"responses {RESPONDENT}",
    **{table: f"{table} {RESPONSE}" for table in ("answers", "open_answers", "compared")},
}
OF_PARTNERSHIPS = {
    "partnerships": "id, * FROM partnerships",
    "waves": "partnership_id, * FROM waves",
    "plans": "partnership_id, * FROM plans",
    "speakers": "partnership_id, * FROM speakers",
    "recordings": "partnership_id, * FROM recordings",
    "coordinator_links": "partnership_id, * FROM coordinator_links",
    "programmes": "partnership_id, programmes.* FROM programmes JOIN programme_partnerships ON programme_id = id",
    "programme_partnerships": "partnership_id, * FROM programme_partnerships",
    "invitations": "partnership_id, code, label, created_at FROM invitations",
    **{
        table: f"partnership_id, {table}.* FROM {table} JOIN waves ON waves.id = wave_id"
        for table in ("feedback", "agreements", "releases", "cells", "departed")
    },
}
OF_NOBODY = {"updates", "marks", "leases", "voice_files", "billed_messages"}
"""That an update was seen, when Telegram answered last, who sends, which recordings a messenger has, what was paid."""


async def by_polling(house: House, updates: Sequence[Json]) -> None:
    """A door for raw updates: return when they are taken, and what they caused is delivered."""
    for update in updates:
        await house.server.post(update)
    taken = asyncio.create_task(house.server.confirmed(PATIENCE))
    await house.alive_until(taken)
    await house.app.delivery.idle()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The server is the one of the run: whoever ends it, ends it for all."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data/fuzz.db"
    return str(request.getfixturevalue("postgresql_url"))


async def test_nothing_breaks_and_nothing_changes_that_should_not(
    url: str, tmp_path: Path, server: TelegramServer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"\nFUZZ={TOTAL} FUZZ_SEED={SEED}")
    monkeypatch.setattr(Guesses, "PER_CLIENT", 10**9)  # else all but the first codes are refused unseen
    monkeypatch.setattr(Guesses, "PER_NETWORK", 10**9)
    began = time.monotonic()
    with complaints() as heard:
        async with House(tmp_path, server, clock, DATABASE_URL=url) as house:
            fuzz = Fuzz(house, heard)
            try:
                await fuzz.people_come()
                await fuzz.run(by_polling, round(TOTAL * (1 - ON_THE_WEB)), round(TOTAL * ON_THE_WEB))
                await fuzz.all_is_well()
            finally:
                await fuzz.visitors_leave()
    print(f"{fuzz.sent} inputs in {time.monotonic() - began:.0f} s; answers of the web: {dict(fuzz.statuses)}")


class Complaints(logging.Handler):
    """Whatever we, or a library under us, log as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.words: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == NOT_HTTP:
            return
        self.words.append(f"{record.name}: {record.getMessage()} {record.exc_info or ''}")


@contextmanager
def complaints() -> Iterator[list[str]]:
    handler = Complaints()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.words
    finally:
        logging.getLogger().removeHandler(handler)


class Fuzz:
    """Neighbours who were never asked for anything here, and those who send whatever there is.

    Partnerships A and B belong to the neighbours. C has a coordinator who presses everything.
    """

    def __init__(self, house: House, heard: list[str]) -> None:
        self.house, self.heard = house, heard
        self.sent, self.statuses = 0, Counter[int]()
        self._seal, self._keys = Seal(SECRET), Tokens(Secrets(SECRET))
        self._twisted = {self.key(number) for number in twisted_numbers()}

    async def people_come(self) -> None:
        server, house = self.house.server, self.house
        self.codes = [house.add(name) for name in ("A", "B", "C")]
        self.invitations = [codes.invitation for codes in self.codes]
        self.anna, ben, carla, dora = (server.person() for _ in range(4))
        self.members = [server.person() for _ in range(4)]
        self.viewer, self.coordinator = server.person(), server.person()
        self.newcomers, self.strangers = ([server.person().id for _ in range(number)] for number in (8, 30))
        for person, code in ((self.anna, 0), (ben, 0), (dora, 1), (carla, 2), (self.coordinator, 2)):
            await agree(house, person, self.invitations[code])
        for _ in range(27):
            await self.one_step(ben, "Klaar")
        await self.one_step(self.anna)
        self.wes, self.webster = Visitor(house.page), Visitor(house.page)
        for visitor in (self.wes, self.webster):
            await agree(house, visitor, self.invitations[0])
        await carla.write(f"/start {self.codes[0].coordinator}")
        await self.coordinator.write(f"/start {self.programme()}")
        await self.anybody_who_left_returns()
        self.neighbours = {self.key(person) for person in (self.anna, ben, dora)} | {self.web_key(self.wes.token)}
        self.world = World(
            responses=[number for (number,) in house.rows("SELECT id FROM responses")],
            partnerships=[number for (number,) in house.rows("SELECT id FROM partnerships")],
            codes=[*self.invitations, self.codes[1].coordinator],
            cookie=house.cookie,
        )
        assert {*OF_PEOPLE, *OF_PARTNERSHIPS, *OF_NOBODY} == {*metadata.tables}, "a table that nobody compares"

    def programme(self) -> str:
        """The link of one over partnership C."""
        with self.house.app.database.transaction() as tx:
            number = programmes.add(tx, "P", "nl", [3], self.house.clock()).id
            return links.make_programme_link(tx, number, self.house.clock())

    async def visitors_leave(self) -> None:
        for visitor in (self.wes, self.webster):
            await visitor.session.close()

    async def one_step(self, person: Person, other: str = "Ja") -> None:
        labels = [label for row in person.last.rows for label, _ in row]
        await person.press("Ja" if "Ja" in labels else other)
        await self.house.settle()

    async def run(self, door: Door, updates: int, requests: int) -> None:
        """Batches of both, so that one meets what the other left behind."""
        batches = ["telegram"] * (updates // BATCH) + ["web"] * (requests // BATCH)
        Random(SEED).shuffle(batches)
        for number, channel in enumerate(batches):
            chance = Random(f"{SEED} {number}")
            before = self.owned()
            if channel == "telegram":
                sent, may = await self.some_updates(door, Malformed(chance, self.world))
            else:
                sent, may = await self.some_requests(Malformed(chance, self.world))
            self.sent += BATCH
            self.only(may, before, self.owned(), f"batch {number} of FUZZ={TOTAL} FUZZ_SEED={SEED}", sent)
            await self.anybody_who_left_returns()

    async def some_updates(self, door: Door, malformed: Malformed) -> tuple[Sequence[object], set[Owner]]:
        """Of strangers, of people who are in it, or of a coordinator; and what these may change."""
        codes: Sequence[str] = self.invitations[:2]
        match malformed.chance.choice(("strangers", "strangers", "members", "members", "coordinator")):
            case "strangers":
                senders, codes, may = self.strangers, (), self._twisted & self.owned().keys()  # nobody new
            case "members":
                senders = [*(person.id for person in self.members), self.viewer.id, *self.newcomers]
                may = {self.key(sender) for sender in senders} | self._twisted | self.counters()
            case _:
                senders = [self.coordinator.id]
                may = self._twisted | self.counters()
        before = self.all_of_c()
        updates = [malformed.update(malformed.chance.choice(senders), codes) for _ in range(BATCH)]
        await door(self.house, updates)
        await self.house.caught_up()  # what time makes of it belongs to this batch too
        self.forget_what_was_shown()
        if senders == [self.coordinator.id]:
            may |= before | self.all_of_c()
        return updates, may

    async def some_requests(self, malformed: Malformed) -> tuple[Sequence[object], set[Owner]]:
        chance, codes, may = malformed.chance, tuple[str, ...](), set[Owner]()
        tokens = [new_token() for _ in range(5)]
        if chance.random() < 0.5:
            tokens, codes = [self.webster.token], tuple(self.invitations[:2])
            may = {self.web_key(self.webster.token)} | self.counters()
        proofs = {
            token: (self._keys.proof(token),) * 16 + ("", "0" * 40, "é", self._keys.proof("x")) for token in tokens
        }
        chosen = [chance.choice(tokens) for _ in range(BATCH)]
        requests = [malformed.request(token, chance.choice(proofs[token]), codes) for token in chosen]
        at_once = asyncio.Semaphore(AT_ONCE)
        for status in await asyncio.gather(*(self.ask(at_once, *request) for request in requests)):
            self.statuses[status] += 1
        await self.house.app.delivery.idle()
        return requests, may

    async def ask(self, at_once: asyncio.Semaphore, said: bytes, is_whole: bool) -> int:
        """The status of the answer; 0 when there is none: to half a request, or when the door is shut in our face."""
        async with at_once:
            line = await first_line(self.house.port, said, PATIENCE if is_whole else 0.3)
        status = int(line.split()[1]) if line.startswith(b"HTTP/1.1 ") else 0
        assert status < 500, f"FUZZ_SEED={SEED}: {status} to {said!r}"
        assert status or not is_whole or len(said) > MOST_BODY, f"FUZZ_SEED={SEED}: no answer to {said!r}"
        return status

    def only(self, may: set[Owner], before: Owned, after: Owned, where: str, sent: Sequence[object]) -> None:
        """Nothing changed that nobody of these may change, and nobody complained."""
        changed = {owner for owner in before.keys() | after.keys() if before.get(owner) != after.get(owner)}
        inputs = self.house.folder / "inputs.txt"
        inputs.write_text("\n".join(map(ascii, sent)))
        for owner in changed - may:
            raise AssertionError(f"{where}: {owner}: {before.get(owner)} became {after.get(owner)}; see {inputs}")
        assert not self.heard, f"{where}: {[words[-LONGEST:] for words in self.heard]}; see {inputs}"

    def owned(self) -> Owned:
        """Every row there is but those of nobody, by whom it belongs to."""
        found = defaultdict[Owner, list[str]](list)
        for table, source in OF_PEOPLE.items():
            for key, *row in self.house.rows(f"SELECT contacts.address_key, {table}.* FROM {source}"):
                found["person", bytes(key)].append(f"{table} {row}")
        for table, source in OF_PARTNERSHIPS.items():
            for number, *row in self.house.rows(f"SELECT {source}"):
                found["partnership", number].append(f"{table} {row}")
        for code, times in self.house.rows("SELECT code, opened FROM invitations"):
            found["opened", code].append(str(times))
        return {owner: sorted(rows) for owner, rows in found.items()}

    def all_of_c(self) -> set[Owner]:
        inside = (
            "SELECT contact_id FROM respondents WHERE partnership_id = :c UNION SELECT contact_id FROM coordinators"
        )
        seated = f"SELECT address_key FROM contacts WHERE id IN ({inside} WHERE partnership_id = :c)"
        people = {("person", bytes(key)) for (key,) in self.house.rows(seated, c=self.world.partnerships[2])}
        assert not people & self.neighbours
        codes = self.house.rows("SELECT code FROM invitations WHERE partnership_id = :c", c=self.world.partnerships[2])
        return {*people, ("partnership", self.world.partnerships[2]), *(("opened", code) for (code,) in codes)}

    def counters(self) -> set[Owner]:
        """How often an invitation was opened."""
        return {("opened", code) for code in self.invitations[:2]}

    def key(self, who: Person | int) -> Owner:
        return "person", self._seal.key("telegram", str(who if isinstance(who, int) else who.id))

    def web_key(self, token: str) -> Owner:
        return "person", self._seal.key("web", token)

    def forget_what_was_shown(self) -> None:
        for chat in self.house.server.chats.values():
            chat.shown.clear()

    async def anybody_who_left_returns(self) -> None:
        """Whoever erased everything, or gave up a seat, comes in again: else there is less and less to go wrong."""
        known = {bytes(key) for (key,) in self.house.rows("SELECT address_key FROM contacts")}
        for number, member in enumerate(self.members):
            if self.key(member)[1] not in known:
                await agree(self.house, member, self.invitations[number % 2])
        if self.web_key(self.webster.token)[1] not in known:
            await agree(self.house, self.webster, self.invitations[0])
        for person, partnership, role in ((self.viewer, 1, "viewer"), (self.coordinator, 2, "coordinator")):
            await self.takes_a_seat(person, partnership, role)

    async def takes_a_seat(self, person: Person, partnership: int, role: str) -> None:
        from storage import contacts, links

        with self.house.app.database.transaction() as tx:
            found = contacts.at(tx, "telegram", str(person.id))
            if found and found.has_seat:
                return
            code = links.make_link(tx, partnership + 1, role, self.house.clock())
        await person.write(f"/start {code}")
        await self.house.settle()

    async def all_is_well(self) -> None:
        """Only answers that exist are stored, nothing waits, and a real person goes on in both channels."""
        options = set(self.house.app.texts.checklist.options)
        assert {(item, option) for item, option in self.house.rows("SELECT item, option FROM answers")} <= {
            (item, option) for item in range(1, 27) for option in options
        }
        assert self.house.rows("SELECT id FROM letters WHERE key IS NULL AND settled_at IS NULL") == []
        await self.anna.write("/verder")
        await self.house.settle()
        for person in (self.anna, self.wes):
            await self.answers_one(person)

    async def answers_one(self, person: Somebody) -> None:
        before = self.house.rows("SELECT COUNT(*) FROM answers")[0][0]
        await person.press("Ja")
        await self.house.settle()
        assert self.house.rows("SELECT COUNT(*) FROM answers")[0][0] == before + 1


def twisted_numbers() -> Iterator[int]:
    """Who a sender becomes when their number is bent into another whole one: somebody else, and rightly so."""
    return (number for number in NUMBERS if type(number) is int and abs(number) < 2**63)


async def first_line(port: int, said: bytes, patience: float) -> bytes:
    """Of what a web server answers, when all of it has come."""
    line = b""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with suppress(ConnectionError, TimeoutError):
        writer.write(said)
        async with asyncio.timeout(patience):
            line = await reader.readline()
            await reader.read()
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    return line
