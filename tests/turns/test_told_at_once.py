"""What a carrier tells, what people do and what is delivered, all at once by two replicas on PostgreSQL: nobody waits
for each other, nobody is called twice or where they stopped it, and no letter is left where nobody fetches it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest
from sqlalchemy import text

from bot.channels.port import Ended, Entrance, Entrances, Incoming, Renamed
from bot.channels.web.traits import TRAITS as WEB
from bot.delivery.handover import note_end
from bot.letters import Delivered, Elsewhere, Letter, Postponed, Receipt, Unreachable
from bot.notifiers.email.traits import TRAITS as EMAIL
from bot.notifiers.tags import Tags
from bot.notifiers.whatsapp.traits import TRAITS as WHATSAPP
from bot.texts.texts import Texts
from bot.turns import calling, told
from storage import contacts, letters, notification_addresses, retention, taken_messages
from storage.contacts import Contact
from storage.engine.database import Database, Tx
from storage.engine.sealing import Secrets
from tests.house import MONDAY, SECRET
from tests.storage.beginnings import rows

pytestmark = pytest.mark.fire

THREADS, EACH = 8, 300
IDS = [f"NL.{number}" for number in range(5)]
ENDS: Sequence[Receipt] = (Delivered(), Unreachable("gone"), Elsewhere("held back"), Postponed(5.0, alone=True))
TWICE = "SELECT contact_id FROM notification_addresses WHERE kind = 'whatsapp' GROUP BY 1 HAVING count(*) > 1"
LEFT = (
    "SELECT letters.id, stopped_at, failed_at FROM letters LEFT JOIN notification_addresses a ON a.id = address_id "
    "WHERE settled_at IS NULL AND (a.id IS NULL OR stopped_at IS NOT NULL OR failed_at IS NOT NULL)"
)


@dataclass
class Neighbourhood:
    house: told.House
    people: list[tuple[str, int]]
    """The address on the page, and the contact."""
    numbers: Iterator[int] = field(default_factory=count)
    under_way: list[str] = field(default_factory=list)
    """Names of messages that were taken, or are just then."""

    def writes(self, tx: Tx, chosen: Random, now: datetime) -> None:
        code = self.house.tags.leave(chosen.choice(self.people)[1], now)
        said = chosen.choice(("STOP", "Hello", code, code, code))
        self._told(tx, Incoming(f"{now}", "whatsapp", chosen.choice(IDS), said), now)

    def changes_number(self, tx: Tx, chosen: Random, now: datetime) -> None:
        self._told(tx, Renamed(f"{now}", "whatsapp", *chosen.sample(IDS, 2)), now)

    def hears_an_end(self, tx: Tx, chosen: Random, now: datetime) -> None:
        if names := self.under_way[:]:
            self._told(tx, Ended(chosen.choice(names), "whatsapp", chosen.choice(ENDS), "utility"), now)

    def _told(self, tx: Tx, event: Incoming | Renamed | Ended, now: datetime) -> None:
        told.take(tx, self.house, event, now)

    def is_written_to(self, tx: Tx, chosen: Random, now: datetime) -> None:
        address, contact = chosen.choice(self.people)
        if contacts.at(tx, "web", address) == Contact(contact, has_seat=False):
            letters.enqueue(tx, contact, Letter("Dag"), now, f"result:{contact}:{now}")

    def does_something(self, tx: Tx, chosen: Random, now: datetime) -> None:
        address, contact = chosen.choice(self.people)
        contacts.at(tx, "web", address)
        letters.withdraw(tx, letters.unasked(contact), now)

    def looks_at_messages(self, tx: Tx, chosen: Random, now: datetime) -> None:
        address, contact = chosen.choice(self.people)
        contacts.at(tx, "web", address)
        for one in notification_addresses.of_contact(tx, contact):
            chosen.choice((calling.stop, calling.fail, *[calling.start] * 4))(tx, one.number, now)

    def is_forgotten(self, tx: Tx, chosen: Random, now: datetime) -> None:
        """And comes in anew, on the same page."""
        number = chosen.randrange(len(self.people))
        address, contact = self.people[number]
        if chosen.random() < 0.1 and contacts.at(tx, "web", address):
            retention.erase_idle(tx, [contact])  # they are nothing here
        self.people[number] = address, contacts.meet(tx, "web", address, "nl", now)

    def deliver(self, database: Database, chosen: Random, now: datetime) -> None:
        with database.transaction() as tx:
            found = letters.claim_bulk(tx, ("whatsapp", "email"), now, 5)
            assert not tx.connection.execute(text(LEFT)).all(), "nothing is sent where they stopped it"
        for envelope in found:
            name = f"wamid.{envelope.number}.{now}"
            if is_early := chosen.random() < 0.5:
                self.under_way.append(name)
            with database.transaction() as tx:
                if failed := taken_messages.take(tx, envelope.carrier, name, envelope.number or 0, now):
                    note_end(tx, failed, now)
            if not is_early:
                self.under_way.append(name)


DEEDS: Mapping[str, Callable[[Neighbourhood, Tx, Random, datetime], None]] = {
    "writes": Neighbourhood.writes,
    "changes number": Neighbourhood.changes_number,
    "hears": Neighbourhood.hears_an_end,
    "is written to": Neighbourhood.is_written_to,
    "is written to again": Neighbourhood.is_written_to,
    "does something": Neighbourhood.does_something,
    "looks": Neighbourhood.looks_at_messages,
    "is forgotten": Neighbourhood.is_forgotten,
}


@pytest.mark.parametrize("seed", range(2))
def test_everything_at_once(postgresql_url: str, texts: Texts, seed: int) -> None:
    web = replace(WEB, notifiers=(WHATSAPP, EMAIL))
    house = told.House(
        texts, Tags(Secrets(SECRET)), Entrances((Entrance(WEB, "https://x.nl/i/", home="https://x.nl"),))
    )
    with ExitStack() as stack:
        replicas = [stack.enter_context(closing(Database(postgresql_url, SECRET, [web]))) for _ in range(2)]
        with replicas[0].transaction() as tx:
            here = [f"somebody-{number}" for number in range(4)]
            people = [(address, contacts.meet(tx, "web", address, "nl", MONDAY)) for address in here]
        neighbourhood = Neighbourhood(house, people)

        def live(number: int) -> None:
            chosen, database = Random(f"{seed} {number}"), replicas[number % 2]
            for _ in range(EACH):
                now = MONDAY + timedelta(seconds=next(neighbourhood.numbers))
                if (deed := chosen.choice((*DEEDS, "deliver"))) == "deliver":
                    neighbourhood.deliver(database, chosen, now)
                    continue
                with database.transaction() as tx:
                    DEEDS[deed](neighbourhood, tx, chosen, now)

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(live, range(THREADS)))
        assert rows(replicas[0], TWICE) == rows(replicas[0], LEFT) == []
        with replicas[0].transaction() as tx:
            for name in neighbourhood.under_way:
                told.take(tx, house, Ended(name, "whatsapp", Delivered()), MONDAY)
        assert rows(replicas[0], "SELECT * FROM taken_messages WHERE ended IS NULL") == [], "each end was heard"
        assert len(neighbourhood.under_way) > 40
