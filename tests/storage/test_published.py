"""Releases on a real database: random neighbourhoods, every publication against the raw answers, and the attacker.

A neighbourhood answers in one wave or in several; people come back or not, new ones come, and some are erased between.
Some hold a seat: they are in the scores, and the attacker knows their answers.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import GROUP_LABELS
from bot.survey.scores.scoring import Score
from bot.texts.texts import Texts
from storage import coordinators, links, participants, partnerships, programmes
from storage import published as releases
from storage import respondents as dialogues
from storage.engine.database import Database, Tx
from storage.schema import answers, contacts, respondents, responses
from tests.house import MONDAY, partnership
from tests.storage.shown import only_what_was_published
from tests.survey.scores.test_disclosure import independent
from tests.variants import variants

GROUPS = ("resident", "resident", "professional", "other", None)
K = 5

Row = tuple[Any, ...]


@dataclass
class Neighbour:
    """Somebody, and of each wave that they completed: their response, their answers and their release."""

    number: int
    contact: int
    respondent: int
    group: str | None
    responses: dict[int, int] = field(default_factory=dict)
    answers: dict[int, dict[int, str]] = field(default_factory=dict)
    released: dict[int, int] = field(default_factory=dict)
    has_a_seat: bool = False
    seated: set[int] = field(default_factory=set)


@dataclass
class Neighbourhood:
    """Waves as the test knows them: raw answers, and for each publication exactly who was behind it. `seen` are the
    scores in tables and files that were held against what was published."""

    database: Database
    texts: Texts
    chance: random.Random
    shy: int = 1
    people: list[Neighbour] = field(default_factory=list)
    waves: list[int] = field(default_factory=list)
    completed: list[tuple[int, Neighbour]] = field(default_factory=list)
    published: dict[tuple[int, int], list[frozenset[int]]] = field(default_factory=dict)
    shown: int = 0
    seen: int = 0
    compared: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.checklist: Checklist = self.texts.checklist
        with self.database.transaction() as tx:
            name = f"Neighbourhood {len(partnerships.every(tx))}"
            self.number, _ = partnerships.add(tx, partnership(name), self.texts.wording(), MONDAY)
            self.waves.append(partnerships.last_wave(tx, self.number).id)

    @property
    def wave(self) -> int:
        return self.waves[-1]

    def next_wave(self) -> None:
        with self.database.transaction() as tx:
            partnerships.close_wave(tx, self.wave, MONDAY)
            partnerships.open_wave(tx, self.number, self.texts.wording(), MONDAY)
            self.waves.append(partnerships.last_wave(tx, self.number).id)

    def somebody_completes(self, again: Neighbour | None = None, *, all_but_done: bool = False) -> None:
        """A newcomer, or somebody who was here before. Without a last tap their answers do not count."""
        given = {item: self.option() for item in self.checklist.items}
        at = MONDAY + timedelta(minutes=len(self.completed))
        with self.database.transaction() as tx:
            person = again or self.newcomer(tx)
            done = None if all_but_done else at
            row = stored(tx, self.wave, person.respondent, given, at, done, seated=person.has_a_seat)
            person.responses[self.wave] = row
        if person.has_a_seat:
            person.seated.add(self.wave)
        if not all_but_done:
            person.answers[self.wave] = given
            self.completed.append((self.wave, person))

    def newcomer(self, tx: Tx) -> Neighbour:
        number, group = len(self.people), self.chance.choice(GROUPS)
        contact, respondent = introduced(tx, self.number, number, group)
        self.people.append(Neighbour(number, contact, respondent, group))
        return self.people[-1]

    def option(self) -> str:
        return self.chance.choices((*self.checklist.options,), (2, 2, 2, 2, 2, self.shy, self.shy))[0]

    def here(self) -> list[Neighbour]:
        return [person for person in self.people if person.answers]

    def somebody_gets_a_seat(self, among: Sequence[Neighbour] = ()) -> None:
        """From now on, and for what they answered and was not released yet."""
        if here := among or self.here():
            person = self.chance.choice(here)
            person.has_a_seat = True
            with self.database.transaction() as tx:
                self.chance.choice((self.takes_seat, self.reads_along))(tx, person)
            person.seated |= person.responses.keys() - person.released.keys()

    def takes_seat(self, tx: Tx, person: Neighbour) -> None:
        coordinators.take_seat(tx, person.contact, self.number, "viewer", MONDAY)

    def reads_along(self, tx: Tx, person: Neighbour) -> None:
        """In a programme over this partnership, be it there before them or after."""
        late = self.chance.random() < 0.5
        name = f"Programme {len(programmes.every(tx))}"
        number = programmes.add(tx, name, "nl", [] if late else [self.number], MONDAY).id
        code = links.make_programme_link(tx, number, MONDAY)
        link = links.link(tx, code, MONDAY)
        assert link
        programmes.use_link(tx, code, link, person.contact, MONDAY)
        programmes.include(tx, number, [self.number] if late else [])

    def somebody_erases(self, among: Sequence[Neighbour] = ()) -> None:
        if here := among or self.here():
            gone = self.chance.choice(here)
            with self.database.transaction() as tx:
                dialogues.erase(tx, self.checklist, gone.contact)
            gone.answers.clear()

    def answers_are_forgotten(self) -> None:
        """Of the first wave somebody's answers were kept for long enough; what they answered later stays."""
        wave = self.waves[0]
        if here := [person for person in self.here() if wave in person.answers]:
            gone = self.chance.choice(here)
            response = responses.c.id == gone.responses[wave]
            with self.database.transaction() as tx:
                releases.depart(tx, self.checklist, response)
                tx.connection.execute(delete(responses).where(response))
            del gone.answers[wave]

    def release(self, *, final: bool = False) -> None:
        """Publish, and hold every new cell against the raw answers of those who are in it."""
        before, last = self.cells(), self.last()
        with self.database.transaction() as tx:
            number = releases.publish(tx, self.checklist, self.wave, K, MONDAY, final=final)
        if number > last:
            self.take_in(final=final, number=number)
        for wave, release, item, cell, *sums in self.cells() - before:
            assert (wave, release) == (self.wave, number)
            behind = [p for p in self.behind(wave, item) if cell in ("everyone", p.group)]
            self.is_about(wave, item, behind, sums)
            self.shown += 1

    def take_in(self, *, final: bool, number: int) -> None:
        """The first to complete, all but k while the wave is open."""
        here = [person for wave, person in self.completed if wave == self.wave and wave in person.answers]
        counting = [person for person in here if self.wave not in person.seated]
        covered = len(counting) if final else len(counting) - K
        joining = covered - sum(self.wave in person.released for person in counting)
        assert joining
        assert final or (joining >= K and covered >= K)
        for person in [p for p in here if self.wave not in p.released]:
            joining -= self.wave not in person.seated
            if joining >= 0:
                person.released[self.wave] = number

    def compare(self) -> set[int]:
        """Compare with the wave before, and hold both halves against the raw answers of those in both; the items."""
        before, (earlier, later) = self.cells(), self.waves[-2:]
        with self.database.transaction() as tx:
            releases.compare(tx, self.checklist, earlier, later, self.checklist.items, K)
            found = releases.read_same(tx, earlier, later)
        new = self.cells() - before
        both = {item: self.behind_both(item) for item in self.checklist.items}
        for wave, _, item, _, *sums in new:
            self.is_about(wave, item, both[item], sums)
        items = {item for _, _, item, *_ in new}
        assert sorted(row[:1] + row[2:3] for row in new) == [(w, i) for w in (earlier, later) for i in sorted(items)]
        for item in items:
            assert [cell.score for cell in found[item]] == [self.mean(w, item, both[item]) for w in (earlier, later)]
        self.compared["published"] += len(items)
        counting = {item: self.counting(self.wave, people) for item, people in both.items()}
        self.compared["refused"] += sum(counting[item] >= K for item in both.keys() - items)
        self.compared["kept"] += len(found.keys() - items)
        return items

    def behind(self, wave: int, item: int) -> list[Neighbour]:
        """Who are in a wave just now, with a scored answer to this item."""
        here = [person for person in self.people if wave in person.released and wave in person.answers]
        return [p for p in here if self.checklist.options[p.answers[wave][item]].score is not None]

    def behind_both(self, item: int) -> list[Neighbour]:
        earlier, later = (self.behind(wave, item) for wave in self.waves[-2:])
        return [person for person in earlier if person in later]

    def is_about(self, wave: int, item: int, behind: list[Neighbour], sums: list[int]) -> None:
        scores = self.scores(wave, item, behind)
        assert self.counting(wave, behind) >= K
        assert sums == [len(scores), sum(scores), sum(score * score for score in scores)]
        self.published.setdefault((wave, item), []).append(frozenset(p.number for p in behind))

    def counting(self, wave: int, behind: list[Neighbour]) -> int:
        return sum(wave not in person.seated for person in behind)

    def scores(self, wave: int, item: int, behind: list[Neighbour]) -> list[int]:
        return [self.checklist.options[p.answers[wave][item]].score or 0 for p in behind]

    def mean(self, wave: int, item: int, behind: list[Neighbour]) -> Score:
        return Score(Fraction(sum(self.scores(wave, item, behind)), len(behind)), len(behind))

    def close(self) -> None:
        """The last release and, from the second wave on, the comparison. Whoever asks again changes nothing."""
        self.release(final=True)
        if len(self.waves) > 1:
            self.compare()
        before = self.kept()
        with self.database.transaction() as tx:
            releases.publish(tx, self.checklist, self.wave, K, MONDAY, final=True)
            if len(self.waves) > 1:
                earlier, later = self.waves[-2:]
                releases.compare(tx, self.checklist, earlier, later, self.checklist.items, K)
            self.seen += only_what_was_published(tx, self.texts, self.number, K, MONDAY)
        assert self.kept() == before, "who looks at a table publishes nothing by it"

    def kept(self) -> list[set[Row]]:
        return [set(self.rows(f"SELECT * FROM {table}")) for table in ("releases", "cells", "compared", "departed")]

    def last(self) -> int:
        found = self.rows("SELECT COALESCE(MAX(number), 0) FROM releases WHERE wave_id = :wave", wave=self.wave)
        return int(found[0][0])

    def cells(self) -> set[Row]:
        ours = "SELECT wave_id, release, item, cell, n, total, squares FROM cells JOIN waves ON waves.id = wave_id"
        return set(self.rows(f"{ours} WHERE partnership_id = :partnership", partnership=self.number))

    def rows(self, query: str, **values: int) -> list[Row]:
        with self.database.transaction() as tx:
            return [tuple(row) for row in tx.connection.execute(text(query), values)]

    def attack(self) -> None:
        """Everything ever published about an item in a wave, combined in every way that exact arithmetic allows."""
        for wave, sets in {(wave, tuple(sets)) for (wave, _), sets in self.published.items()}:
            crowds = Counter[Crowd]()  # who are in the same publications cannot be told apart
            for number in set[int]().union(*sets):
                crowds[tuple(number in behind for behind in sets)] += wave not in self.people[number].seated
            full = independent(columns(crowds))
            if independent(columns(crowd for crowd, people in crowds.items() if people >= K)) == full:
                continue  # nothing at all is about small crowds alone, in whatever union
            for few in small_unions(crowds):
                outside = [crowd for crowd in crowds if crowd not in few]
                assert independent(columns(outside)) == full, f"something follows about {few}"


Crowd = tuple[bool, ...]


def columns(crowds: Iterable[Crowd]) -> list[list[int]]:
    return [[int(is_in) for is_in in crowd] for crowd in crowds]


def small_unions(crowds: Counter[Crowd]) -> list[set[Crowd]]:
    """The largest of them: what is about a part of one is about that one, too."""
    unions: list[tuple[set[Crowd], int]] = [(set(), 0)]
    for crowd, people in crowds.items():
        unions += [({*one, crowd}, size + people) for one, size in unions if size + people < K]
    return [one for one, size in unions if not any(size + crowds[more] < K for more in crowds.keys() - one)]


def introduced(tx: Tx, of: int, number: int, group: str | None) -> tuple[int, int]:
    """A contact and a respondent of a partnership."""
    key = f"{of}:{number}".encode().ljust(32)
    contact = tx.connection.execute(
        tx.insert(contacts)
        .values(channel="telegram", address_key=key, address_sealed=b"", language="nl", created_at=MONDAY)
        .returning(contacts.c.id)
    ).scalar_one()
    respondent = tx.connection.execute(
        tx.insert(respondents)
        .values(contact_id=contact, partnership_id=of, group=group, consented_at=MONDAY, consent="")
        .returning(respondents.c.id)
    ).scalar_one()
    return contact, respondent


def stored(
    tx: Tx,
    wave: int,
    respondent: int,
    given: dict[int, str],
    at: datetime,
    completed_at: datetime | None,
    *,
    seated: bool = False,
) -> int:
    response = participants.invite(tx, respondent, wave, at)
    assert response
    row = responses.c.id == response
    tx.connection.execute(update(responses).where(row).values(completed_at=completed_at))
    assert tx.connection.execute(select(responses.c.seated).where(row)).scalar() is seated
    rows = [{"response_id": response, "item": i, "option": o, "answered_on": at.date()} for i, o in given.items()]
    tx.connection.execute(tx.insert(answers), rows)
    return response


@pytest.mark.long
@pytest.mark.parametrize("seed", variants(range(40)))
def test_a_random_neighbourhood(database: Database, texts: Texts, seed: int) -> None:
    if not database.is_sqlite and seed % 4:
        pytest.skip("every fourth on PostgreSQL")
    chance = random.Random(seed)
    neighbourhood = Neighbourhood(database, texts, chance, shy=chance.choice((0, 1, 3)))
    seats = chance.choice((0, 0.05, 0.3))
    for _ in range(chance.randint(3, 60)):
        neighbourhood.somebody_completes()
        if chance.random() < seats:
            neighbourhood.somebody_gets_a_seat()
        if chance.random() < 0.1:
            neighbourhood.somebody_erases()
        if chance.random() < 0.3:
            neighbourhood.release()
    neighbourhood.close()
    counting = neighbourhood.counting(neighbourhood.wave, neighbourhood.here())
    assert counting < K or neighbourhood.shown or neighbourhood.shy
    assert bool(neighbourhood.seen) is bool(neighbourhood.shown)
    neighbourhood.attack()


@pytest.mark.long
@pytest.mark.parametrize("ten", variants(range(3), always=0))
def test_random_neighbourhoods_that_are_asked_again(database: Database, texts: Texts, ten: int) -> None:
    if not database.is_sqlite and ten:
        pytest.skip("one ten on PostgreSQL")
    compared = Counter[str]()
    for seed in range(10 * ten, 10 * ten + 10):
        chance = random.Random(seed)
        neighbourhood = Neighbourhood(database, texts, chance, shy=chance.choice((0, 0, 1)))
        asked_again(neighbourhood, chance)
        neighbourhood.attack()
        compared += neighbourhood.compared + Counter(seen=neighbourhood.seen)
    assert all(compared[outcome] for outcome in ("published", "refused", "kept", "seen")), compared


def asked_again(neighbourhood: Neighbourhood, chance: random.Random) -> None:
    """Two or three waves, some of them opened once more after they were closed."""
    come(neighbourhood, chance, chance.randint(8, 30), [])
    for _ in range(chance.choice((1, 1, 2))):
        neighbourhood.next_wave()
        faithful = chance.choice((0.4, 0.7, 1))
        back = [person for person in neighbourhood.here() if chance.random() < faithful]
        come(neighbourhood, chance, chance.choice((0, 3, 6, 12)), back)
        if chance.random() < 0.5:
            rest = [p for p in neighbourhood.here() if neighbourhood.wave not in p.responses]
            come(neighbourhood, chance, chance.choice((0, 2, 6)), rest[: chance.randint(0, 8)])


def come(neighbourhood: Neighbourhood, chance: random.Random, newcomers: int, back: list[Neighbour]) -> None:
    """They complete in any order; meanwhile some leave and something is published. Then the wave is closed."""
    coming = [*back, *([None] * newcomers)]
    chance.shuffle(coming)
    for somebody in coming:
        if somebody is None or somebody.answers:
            neighbourhood.somebody_completes(somebody, all_but_done=chance.random() < 0.05)
        if chance.random() < 0.01:
            neighbourhood.somebody_gets_a_seat()
        if chance.random() < 0.05:
            neighbourhood.somebody_erases()
        if chance.random() < 0.05 and len(neighbourhood.waves) > 2:
            neighbourhood.answers_are_forgotten()
        if chance.random() < 0.1:
            neighbourhood.release()
    neighbourhood.close()


@pytest.mark.parametrize(
    ("both", "gone", "new", "published"),
    [
        (4, 6, 6, False),
        (5, 0, 0, True),
        (5, 0, 1, False),  # the newcomer would follow by subtraction
        (5, 1, 0, False),  # so would, in the wave before, whoever came no more
        (5, 5, 4, False),
        (6, 0, 6, True),
        (6, 6, 6, True),
    ],
)
def test_the_same_people_are_compared_where_nobody_stands_out(
    database: Database, texts: Texts, both: int, gone: int, new: int, published: bool
) -> None:
    neighbourhood = neighbourhood_of_two_waves(database, texts, both, gone, new)
    assert neighbourhood.compare() == (set(texts.checklist.items) if published else set())


def neighbourhood_of_two_waves(database: Database, texts: Texts, both: int, gone: int, new: int) -> Neighbourhood:
    neighbourhood = Neighbourhood(database, texts, random.Random(3), shy=0)
    for _ in range(both + gone):
        neighbourhood.somebody_completes()
    neighbourhood.close()
    neighbourhood.next_wave()
    for person in neighbourhood.people[:both]:
        neighbourhood.somebody_completes(person)
    for _ in range(new):
        neighbourhood.somebody_completes()
    neighbourhood.release(final=True)
    return neighbourhood


def test_only_items_that_are_asked_for_are_compared(database: Database, texts: Texts) -> None:
    neighbourhood = neighbourhood_of_two_waves(database, texts, 6, 0, 6)
    earlier, later = neighbourhood.waves
    with database.transaction() as tx:
        releases.compare(tx, texts.checklist, earlier, later, {3, 7}, K)
        assert releases.read_same(tx, earlier, later).keys() == {3, 7}
        assert not releases.read_same(tx, later, earlier)


def test_after_a_reopening_the_first_comparison_stays_or_is_renewed(database: Database, texts: Texts) -> None:
    """Two more of those who were there before are too few for a second comparison; five are enough."""
    neighbourhood = neighbourhood_of_two_waves(database, texts, both=6, gone=12, new=6)
    everything = set(texts.checklist.items)
    assert neighbourhood.compare() == everything
    assert opened_again(neighbourhood, back=2, new=5) == set()
    assert opened_again(neighbourhood, back=3, new=5) == everything
    neighbourhood.attack()


def test_of_whoever_left_it_is_known_which_comparisons_they_were_in(database: Database, texts: Texts) -> None:
    """If not, four means would seem to differ by the one who left: this week's two, and the two of before."""
    neighbourhood = neighbourhood_of_two_waves(database, texts, both=6, gone=10, new=6)
    everything = set(texts.checklist.items)
    assert neighbourhood.compare() == everything
    neighbourhood.somebody_erases(neighbourhood.people[:6])
    assert opened_again(neighbourhood, back=5, new=0) == everything
    neighbourhood.attack()


def opened_again(neighbourhood: Neighbourhood, back: int, new: int) -> set[int]:
    """So many more come, and the last wave is closed and compared again; the items."""
    rest = [person for person in neighbourhood.here() if neighbourhood.wave not in person.responses]
    for somebody in (*rest[:back], *[None] * new):
        neighbourhood.somebody_completes(somebody)
    neighbourhood.release(final=True)
    return neighbourhood.compare()


def test_what_was_published_outlives_an_erasure(database: Database, checklist: Checklist, texts: Texts) -> None:
    neighbourhood = Neighbourhood(database, texts, random.Random(1), shy=0)
    for _ in range(6):
        neighbourhood.somebody_completes()
    neighbourhood.release(final=True)
    with database.transaction() as tx:
        before = releases.read(tx, neighbourhood.wave)
    neighbourhood.somebody_erases()
    with database.transaction() as tx:
        assert releases.read(tx, neighbourhood.wave) == before
    assert neighbourhood.rows("SELECT COUNT(*), SUM(n) FROM departed") == [(26, 26)]


def test_of_whoever_leaves_the_comparisons_they_were_in_are_kept(database: Database, texts: Texts) -> None:
    neighbourhood = neighbourhood_of_two_waves(database, texts, both=6, gone=0, new=0)
    neighbourhood.compare()
    neighbourhood.somebody_erases()
    earlier, later = neighbourhood.waves
    assert neighbourhood.rows("SELECT DISTINCT wave_id, same, n FROM departed ORDER BY wave_id") == [
        (earlier, f">{later}.1.1", 1),
        (later, f"<{earlier}.1.1", 1),
    ]
    assert neighbourhood.rows("SELECT COUNT(*) FROM compared") == [(10,)]


@pytest.mark.parametrize(("completed", "interim", "final"), [(4, 0, 0), (5, 0, 26), (9, 0, 26), (10, 26, 26)])
def test_from_ten_on_there_are_interim_scores_from_five_on_final_ones(
    database: Database, texts: Texts, completed: int, interim: int, final: int
) -> None:
    neighbourhood = Neighbourhood(database, texts, random.Random(2), shy=0)
    for _ in range(completed):
        neighbourhood.somebody_completes()
    neighbourhood.release()
    with database.transaction() as tx:
        assert len(releases.read(tx, neighbourhood.wave)) == interim
    neighbourhood.release(final=True)
    with database.transaction() as tx:
        assert len(releases.read(tx, neighbourhood.wave)) == final


@pytest.mark.parametrize(("others", "final"), [(4, 0), (5, 26)])
def test_who_has_a_seat_counts_in_the_scores_and_never_towards_k(
    database: Database, texts: Texts, others: int, final: int
) -> None:
    neighbourhood = Neighbourhood(database, texts, random.Random(4), shy=0)
    for _ in range(others + 1):
        neighbourhood.somebody_completes()
    neighbourhood.somebody_gets_a_seat(neighbourhood.people[:1])
    neighbourhood.release(final=True)
    with database.transaction() as tx:
        found = releases.read(tx, neighbourhood.wave)
    assert len(found) == final
    assert {cell.score.n for cell in found.values()} <= {others + 1}


def test_a_cell_knows_how_many_people_it_is_of(database: Database, texts: Texts) -> None:
    """Of everyone, of a group, and of those who were there both times; whoever left is in what came before."""
    neighbourhood = neighbourhood_of_two_waves(database, texts, both=6, gone=6, new=7)
    neighbourhood.compare()
    groups = [Counter(p.group for p in neighbourhood.people if wave in p.released) for wave in neighbourhood.waves]
    found = neighbourhood.rows("SELECT DISTINCT wave_id, cell, people FROM cells")
    of_waves = {(wave, cell): people for wave, cell, people in found}
    for wave, size, count in zip(neighbourhood.waves, (12, 13), groups, strict=True):
        assert of_waves.pop((wave, "everyone")) == size
        for group in releases.GROUPS:
            assert of_waves.pop((wave, group), count[group]) == count[group]
    assert set(of_waves.values()) == {6}
    neighbourhood.somebody_erases()
    assert neighbourhood.rows("SELECT DISTINCT wave_id, cell, people FROM cells") == found


def test_between_rounds_the_last_five_wait_however_many_have_a_seat(database: Database, texts: Texts) -> None:
    neighbourhood = Neighbourhood(database, texts, random.Random(5), shy=0)
    for _ in range(12):
        neighbourhood.somebody_completes()
    for number in (2, 9, 11):
        neighbourhood.somebody_gets_a_seat(neighbourhood.people[number : number + 1])
    neighbourhood.release()
    assert neighbourhood.last() == 0, "nine people count"
    neighbourhood.somebody_completes()
    neighbourhood.release()
    assert sorted(p.number for p in neighbourhood.people if p.released) == [0, 1, 2, 3, 4, 5]
    neighbourhood.release(final=True)
    assert len([p for p in neighbourhood.people if p.released]) == 13
    neighbourhood.attack()


def test_a_seat_alone_is_no_news(database: Database, texts: Texts) -> None:
    """Five were released; the coordinator who comes after them would follow by subtraction."""
    neighbourhood = Neighbourhood(database, texts, random.Random(6), shy=0)
    for _ in range(5):
        neighbourhood.somebody_completes()
    neighbourhood.release(final=True)
    neighbourhood.somebody_completes()
    neighbourhood.somebody_gets_a_seat(neighbourhood.people[-1:])
    neighbourhood.release(final=True)
    assert neighbourhood.last() == 1
    for _ in range(5):
        neighbourhood.somebody_completes()
    neighbourhood.release(final=True)
    assert neighbourhood.shown == 52
    neighbourhood.somebody_erases(neighbourhood.people[5:6])
    assert neighbourhood.rows("SELECT COUNT(*), SUM(n) FROM departed") == [(26, 0)]


def test_every_group_that_can_be_chosen_is_told_apart() -> None:
    assert {*releases.BLOCK_GROUPS} == {*GROUP_LABELS}


def test_a_number_that_no_response_can_have_holds_nothing(database: Database) -> None:
    with database.transaction() as tx:
        releases.hold(tx, 10**18 - 1)
