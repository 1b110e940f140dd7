"""A rehearsal: a neighbourhood of simulated people answers in quick time, so that a coordinator sees a real summary.

All goes through the core on a clock of its own: turns, ticks, letters. Nothing invented can be taken for real: a
rehearsal is a partnership of its own, marked, with a name that says so, and removed in one go.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from functools import partial
from typing import TypeVar

from bot.channels.port import Opened, Update
from bot.letters import Letter
from bot.rehearsal import people as neighbours
from bot.rehearsal.people import MOST_PRESSES, Neighbour, Outing
from bot.survey.calendar import HOME, zone
from bot.survey.conversation.buttons import Coordinate, Press
from bot.survey.conversation.dialogue import Partnership
from bot.survey.errors import OperatorError
from bot.survey.phrases import say
from bot.texts.texts import Texts
from bot.ticks import ticks
from bot.turns import take
from storage import letters, partnerships, rehearsals
from storage.engine.database import Database, Tx
from storage.partnerships import Codes, Turnout
from storage.rehearsals import CHANNEL, Removed

T = TypeVar("T")

MOST_PEOPLE, MOST_WEEKS = 300, 52
SMALLEST_GROUP = 5  # people behind a score
PASSING = [tick for name, tick in ticks.TICKS.items() if name != "forget"]  # nothing is old here
MORNING, BEAT, CLOSING, EVENING = time_of_day(9), time_of_day(9, 30), time_of_day(18, 30), time_of_day(19)
BREATH = 0.03  # seconds between two transactions, in which a running bot answers people
MOST_LETTERS = 1000
THINKING = timedelta(seconds=20)  # about a statement


Event = Press | Opened


class RehearsalGone(OperatorError):
    """Somebody removed it while it was under way."""


@dataclass(frozen=True, slots=True)
class Wanted:
    people: int
    weeks: int
    seed: int
    language: str

    @property
    def waves(self) -> tuple[tuple[int, int], ...]:
        """(first day, days) of each; from two weeks on there are two to hold against each other."""
        days, first = 7 * self.weeks, 7 * self.weeks // 2
        return ((0, days),) if self.weeks == 1 else ((0, first), (first, days - first))


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was made: `turnout` is that of the last wave, `coordinator` the code of the link."""

    partnership: Partnership
    turnout: Turnout
    coordinator: str


def mistakes(wanted: Wanted, texts: Texts) -> list[str]:
    """Everything that is wrong with what was asked for."""
    checks = (
        (1 <= wanted.people <= MOST_PEOPLE, f"--people: 1 to {MOST_PEOPLE}."),
        (1 <= wanted.weeks <= MOST_WEEKS, f"--weeks: 1 to {MOST_WEEKS}."),
        (wanted.language in texts.languages, f"--language: one of {', '.join(texts.languages)}."),
    )
    return [mistake for is_fine, mistake in checks if not is_fine]


def rehearse(database: Database, texts: Texts, wanted: Wanted, now: datetime, tell: Callable[[str], None]) -> Rehearsed:
    """Let them answer from so many weeks ago until yesterday, and `tell` how far they are; then hand it over.

    Raises RehearsalGone when somebody removes it meanwhile.
    """
    stage = Stage(database, texts, wanted, now)
    for day in range(7 * wanted.weeks):
        stage.live(day)
        if day % 7 == 6:
            tell(stage.progress(day // 7 + 1))
    return stage.hand_over(now)


def remove(database: Database) -> Removed:
    """Delete every rehearsal, each in a transaction of its own."""
    with database.transaction() as tx:
        found = rehearsals.numbers(tx)
    removed = [_remove(database, partnership) for partnership in found]
    return Removed(sum(one.rehearsals for one in removed), sum(one.people for one in removed))


def _remove(database: Database, partnership: int) -> Removed:
    with database.transaction() as tx:
        return rehearsals.remove(tx, partnership)


class Stage:
    """A rehearsal under way. Each piece of work is a short transaction, so that a running bot answers in between."""

    def __init__(self, database: Database, texts: Texts, wanted: Wanted, now: datetime) -> None:
        self.database, self.texts, self.wanted = database, texts, wanted
        self.first = now.astimezone(zone(HOME)).date() - timedelta(days=7 * wanted.weeks)
        self.outings = neighbours.outings(wanted.people, wanted.waves, wanted.seed)
        with database.transaction() as tx:
            self.partnership, self.codes = self._found(tx)
        people = neighbours.neighbourhood(texts.checklist, wanted.seed, wanted.people, wanted.language, texts.languages)
        self.people = {self._address(person.number): person for person in people}
        self.coordinator = self._address("coordinator")

    def live(self, day: int) -> None:
        """One day: what the coordinator does, what time causes, what people do, and in the evening time again."""
        self._steer(day)
        self._beat(self._at(day, BEAT))
        for person, outing, wave in self._outings_of(day):
            self._transact(partial(self._go_out, person=person, outing=outing, wave=wave))
        if day == 7 * self.wanted.weeks - 1:
            self._transact(partial(self._close, wave=len(self.wanted.waves), now=self._at(day, CLOSING)))
            self._beat(self._at(day, EVENING))

    def progress(self, week: int) -> str:
        found = self._transact(self._turnout)
        return f"week {week} of {self.wanted.weeks}: {found.started} people, {found.completed} finished"

    def hand_over(self, now: datetime) -> Rehearsed:
        """The simulated coordinator gives up the seat, and there is a link for a real one."""
        return self._transact(partial(self._hand_over, now=now))

    def _found(self, tx: Tx) -> tuple[Partnership, Codes]:
        now, first_day = self._at(0, MORNING), self.first.weekday()
        asked_by = Partnership(0, self._name(tx), "", "", self.wanted.language, HOME, SMALLEST_GROUP)
        number, codes = partnerships.add(tx, asked_by, self.texts.wording(), now)
        rehearsals.begin(tx, number)
        partnerships.change(tx, number, summary_day=first_day)  # whatever day it is today, the weeks are the same
        return replace(asked_by, id=number), codes

    def _name(self, tx: Tx) -> str:
        """A name that says what it is, with a number behind it when it is taken."""
        name = self.texts.word(say("Rehearsal: De Verbinders"), self.wanted.language)
        names = (name, *(f"{name} {number}" for number in range(2, len(partnerships.every(tx)) + 3)))
        return next(one for one in names if partnerships.find(tx, one) is None)

    def _steer(self, day: int) -> None:
        """What the simulated coordinator does in the morning: come in on the first day, turn the page on another."""
        now = self._at(day, MORNING)
        if day == 0:
            self._transact(partial(self._take, who=self.coordinator, event=Opened(self.codes.coordinator), now=now))
        elif wave := next((wave for wave, (first, _) in enumerate(self.wanted.waves) if first == day), 0):
            self._transact(partial(self._turn_the_page, wave=wave, now=now))

    def _turn_the_page(self, tx: Tx, wave: int, now: datetime) -> None:
        """Close a wave, and open the next one under the first of the names there are."""
        self._close(tx, wave, now)
        for action, argument in (("open_name", f"{wave + 1}.0"), ("open_yes", str(wave + 1))):
            self._take(tx, self.coordinator, Coordinate(self.partnership.id, action, argument), now)

    def _close(self, tx: Tx, wave: int, now: datetime) -> None:
        self._take(tx, self.coordinator, Coordinate(self.partnership.id, "close_yes", str(wave)), now)

    def _outings_of(self, day: int) -> Iterator[tuple[Neighbour, Outing, int]]:
        """Who sits down to answer on this day, in which wave, in the order of the day."""
        found = [
            (outing.minute, number, outing, wave)
            for wave, people in enumerate(self.outings, 1)
            for number, mine in enumerate(people)
            for outing in mine
            if outing.day == day
        ]
        for _, number, outing, wave in sorted(found, key=lambda one: one[:2]):
            yield self.people[self._address(number)], outing, wave

    def _go_out(self, tx: Tx, person: Neighbour, outing: Outing, wave: int) -> None:
        """Somebody answers until they put the phone away."""
        now = self._at(outing.day, MORNING) + timedelta(minutes=outing.minute)
        who = self._address(person.number)
        person.sit_down(outing, wave)
        if outing.is_entry:
            person.read(self._take(tx, who, Opened(self.codes.invitation), now))
        for _ in range(MOST_PRESSES):
            if (press := person.next_press()) is None:
                return
            now += THINKING
            person.read(self._take(tx, who, press, now))

    def _take(self, tx: Tx, who: str, event: Event, now: datetime) -> list[Letter]:
        """One tap, taken by the core; what is shown for it is read at once."""
        phone = self.people[who].language if who in self.people else self.wanted.language
        envelopes = take.take(tx, self.texts, Update("", CHANNEL, who, event, phone), now).envelopes
        letters.settle(tx, [envelope.number for envelope in envelopes if envelope.number], now)
        return [envelope.letter for envelope in envelopes]

    def _beat(self, now: datetime) -> None:
        """What time causes by now; what it writes arrives."""
        while self._transact(partial(self._tick, now=now)):
            pass

    def _tick(self, tx: Tx, now: datetime) -> bool:
        """Each tick once, with a bounded piece of work; whether there is more."""
        more = [tick(tx, self.texts, now) for tick in PASSING]
        self._deliver(tx, now)
        return any(more)

    def _deliver(self, tx: Tx, now: datetime) -> None:
        """Bulk mail is read as soon as it may go."""
        envelopes = letters.claim_bulk(tx, {CHANNEL}, now, MOST_LETTERS)
        letters.settle(tx, [envelope.number for envelope in envelopes if envelope.number], now)
        for envelope in envelopes:
            if reader := self.people.get(envelope.address):
                reader.read([envelope.letter])

    def _turnout(self, tx: Tx) -> Turnout:
        return partnerships.turnout(tx, partnerships.last_wave(tx, self.partnership.id).id)

    def _hand_over(self, tx: Tx, now: datetime) -> Rehearsed:
        self._take(
            tx, self.coordinator, Coordinate(self.partnership.id, "left"), self._at(7 * self.wanted.weeks - 1, EVENING)
        )
        partnerships.change(tx, self.partnership.id, summary_day=0)
        code = partnerships.make_link(tx, self.partnership.id, "coordinator", now)
        rehearsals.end(tx, self.partnership.id, now)
        return Rehearsed(self.partnership, self._turnout(tx), code)

    def _transact(self, work: Callable[[Tx], T]) -> T:
        """Do it in a transaction in which time passes for this rehearsal alone; then let others have a turn."""
        with self.database.transaction() as tx:
            if not rehearsals.is_under_way(tx, self.partnership.id):
                raise RehearsalGone("This rehearsal was removed while it was under way.")
            done = work(replace(tx, rehearsal=self.partnership.id))
        if self.database.is_sqlite:  # where one writes at a time; and who waits looks again only now and then
            time.sleep(BREATH)
        return done

    def _address(self, who: object) -> str:
        """Addresses of simulated people are those of no other rehearsal."""
        return f"{self.partnership.id}-{who}"

    def _at(self, day: int, clock: time_of_day) -> datetime:
        return datetime.combine(self.first + timedelta(days=day), clock, zone(HOME)).astimezone(UTC)
