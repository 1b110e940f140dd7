"""Releases on a real database: random neighbourhoods, every publication against the raw answers, and the attacker."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.survey.checklist import Checklist
from bot.texts import Texts
from storage import dialogues, partnerships, releases
from storage.database import Database, Tx
from storage.schema import answers, contacts, respondents, responses
from tests.house import MONDAY, partnership
from tests.survey.test_releases import independent

CELLS = ("everyone", "resident", "professional")
K = 5


@dataclass
class Neighbour:
    number: int
    contact: int
    response: int
    group: str | None
    answers: dict[int, str]
    released_in: int | None = None
    erased: bool = False


@dataclass
class Neighbourhood:
    """A wave as the test knows it: raw answers, and for each publication exactly who was behind it."""

    database: Database
    checklist: Checklist
    chance: random.Random
    people: list[Neighbour] = field(default_factory=list)
    published: dict[tuple[int, str], list[frozenset[int]]] = field(default_factory=dict)
    shown: int = 0

    def found(self, texts: Texts) -> None:
        with self.database.transaction() as tx:
            number, _ = partnerships.add(tx, partnership(), texts.wording(), MONDAY)
            self.wave = partnerships.last_wave(tx, number).id

    def somebody_completes(self) -> None:
        number = len(self.people)
        group = self.chance.choice(("resident", "resident", "professional", "other", None))
        given = {item: self.option() for item in self.checklist.items}
        with self.database.transaction() as tx:
            contact, response = stored(tx, self.wave, number, group, given)
        self.people.append(Neighbour(number, contact, response, group, given))

    def option(self) -> str:
        return self.chance.choices((*self.checklist.options,), (2, 2, 2, 2, 2, self.shy, self.shy))[0]

    def somebody_erases(self) -> None:
        here = [person for person in self.people if not person.erased]
        if here:
            gone = self.chance.choice(here)
            with self.database.transaction() as tx:
                dialogues.erase(tx, self.checklist, gone.contact)
            gone.erased = True

    def release(self, *, final: bool = False) -> None:
        """Publish, and hold every new cell against the raw answers of those who are in it."""
        before = self.last()
        with self.database.transaction() as tx:
            number = releases.publish(tx, self.checklist, self.wave, K, MONDAY, final=final)
        if number == before:
            return
        self.take_in(final=final, number=number)
        for item, cell, n, total, squares in self.rows(
            "SELECT item, cell, n, total, squares FROM cells WHERE release = :number", number=number
        ):
            behind = [p for p in self.people if self.is_behind(p, item, cell)]
            scores = [self.checklist.options[p.answers[item]].score or 0 for p in behind]
            assert (n, total, squares) == (len(scores), sum(scores), sum(score * score for score in scores))
            self.published.setdefault((item, "all"), []).append(frozenset(p.number for p in behind))
            self.shown += 1

    def take_in(self, *, final: bool, number: int) -> None:
        """The first to complete, all but k while the wave is open."""
        here = [person for person in self.people if not person.erased]
        covered = len(here) if final else len(here) - K
        joining = covered - sum(person.released_in is not None for person in here)
        assert final or (joining >= K and covered >= K)
        for person in [p for p in here if p.released_in is None][:joining]:
            person.released_in = number

    def is_behind(self, person: Neighbour, item: int, cell: str) -> bool:
        scored = self.checklist.options[person.answers[item]].score is not None
        here = person.released_in is not None and not person.erased
        return scored and here and (cell in ("everyone", person.group))

    def last(self) -> int:
        return int(self.rows("SELECT COALESCE(MAX(number), 0) FROM releases")[0][0])

    def rows(self, query: str, **values: int) -> list[tuple[Any, ...]]:
        with self.database.transaction() as tx:
            return [tuple(row) for row in tx.connection.execute(text(query), values)]

    def attack(self) -> None:
        """Everything ever published about an item, combined in every way that exact arithmetic allows."""
        for (item, _), sets in self.published.items():
            crowds = Counter(
                tuple(number in behind for behind in sets) for number in set[int]().union(*sets)
            )  # who are in the same publications cannot be told apart
            full = independent(columns(list(crowds)))
            large = [crowd for crowd, people in crowds.items() if people >= K]
            if independent(columns(large)) == full:
                continue  # nothing at all is about small crowds alone, in whatever union
            for few in small_unions(crowds):
                outside = [crowd for crowd in crowds if crowd not in few]
                assert independent(columns(outside)) == full, f"item {item}: something follows about {few}"

    shy: int = 1


Crowd = tuple[bool, ...]


def columns(crowds: list[Crowd]) -> list[list[int]]:
    return [[int(is_in) for is_in in crowd] for crowd in crowds]


def small_unions(crowds: Counter[Crowd]) -> list[set[Crowd]]:
    unions: list[tuple[set[Crowd], int]] = [(set(), 0)]
    for crowd, people in crowds.items():
        unions += [({*one, crowd}, size + people) for one, size in unions if size + people < K]
    return [one for one, _ in unions if one]


def stored(tx: Tx, wave: int, number: int, group: str | None, given: dict[int, str]) -> tuple[int, int]:
    at = MONDAY + timedelta(minutes=number)
    contact = tx.connection.execute(
        tx.insert(contacts)
        .values(channel="telegram", address_key=bytes([number]) * 32, address_sealed=b"", language="nl", created_at=at)
        .returning(contacts.c.id)
    ).scalar_one()
    respondent = tx.connection.execute(
        tx.insert(respondents)
        .values(contact_id=contact, partnership_id=1, group=group, consented_at=at, consent="")
        .returning(respondents.c.id)
    ).scalar_one()
    response = tx.connection.execute(
        tx.insert(responses)
        .values(respondent_id=respondent, wave_id=wave, reminders=True, opened_at=at, touched_at=at, completed_at=at)
        .returning(responses.c.id)
    ).scalar_one()
    rows = [{"response_id": response, "item": i, "option": o, "answered_at": at} for i, o in given.items()]
    tx.connection.execute(tx.insert(answers), rows)
    return contact, response


@pytest.mark.parametrize("seed", range(40))
def test_a_random_neighbourhood(database: Database, checklist: Checklist, texts: Texts, seed: int) -> None:
    if not database.is_sqlite and seed % 4:
        pytest.skip("every fourth on PostgreSQL")
    chance = random.Random(seed)
    neighbourhood = Neighbourhood(database, checklist, chance, shy=chance.choice((0, 1, 3)))
    neighbourhood.found(texts)
    for _ in range(chance.randint(3, 60)):
        neighbourhood.somebody_completes()
        if chance.random() < 0.1:
            neighbourhood.somebody_erases()
        if chance.random() < 0.3:
            neighbourhood.release()
    neighbourhood.release(final=True)
    neighbourhood.release(final=True)
    here = sum(not person.erased for person in neighbourhood.people)
    assert here < K or neighbourhood.shown or neighbourhood.shy
    neighbourhood.attack()


def test_what_was_published_outlives_an_erasure(database: Database, checklist: Checklist, texts: Texts) -> None:
    neighbourhood = Neighbourhood(database, checklist, random.Random(1), shy=0)
    neighbourhood.found(texts)
    for _ in range(6):
        neighbourhood.somebody_completes()
    neighbourhood.release(final=True)
    with database.transaction() as tx:
        before = releases.read(tx, neighbourhood.wave)
    neighbourhood.somebody_erases()
    with database.transaction() as tx:
        assert releases.read(tx, neighbourhood.wave) == before
    assert neighbourhood.rows("SELECT COUNT(*), SUM(n) FROM departed") == [(26, 26)]


@pytest.mark.parametrize(("completed", "interim", "final"), [(4, 0, 0), (5, 0, 26), (9, 0, 26), (10, 26, 26)])
def test_from_ten_on_there_are_interim_scores_from_five_on_final_ones(
    database: Database, checklist: Checklist, texts: Texts, completed: int, interim: int, final: int
) -> None:
    neighbourhood = Neighbourhood(database, checklist, random.Random(2), shy=0)
    neighbourhood.found(texts)
    for _ in range(completed):
        neighbourhood.somebody_completes()
    neighbourhood.release()
    with database.transaction() as tx:
        assert len(releases.read(tx, neighbourhood.wave)) == interim
    neighbourhood.release(final=True)
    with database.transaction() as tx:
        assert len(releases.read(tx, neighbourhood.wave)) == final
