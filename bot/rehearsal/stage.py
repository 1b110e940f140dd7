"""A rehearsal: a neighbourhood of simulated people answers in quick time, so that a coordinator sees a real summary.

All goes through the core, on a clock that goes here alone: turns, ticks, letters. So it is for a database of its own,
and one transaction: what was invented is never beside real answers, and never there by half.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from itertools import count, islice, pairwise

from bot.channels.port import Opened, Update
from bot.coordination.waves import NAMES
from bot.letters import Letter
from bot.rehearsal.people import MOST_PRESSES, Outing, neighbourhood, outings
from bot.survey.calendar import HOME, zone
from bot.survey.conversation.buttons import Coordinate, Press
from bot.survey.conversation.dialogue import Partnership
from bot.survey.offered_languages import USUAL, offered
from bot.survey.phrases import say
from bot.survey.scores.disclosure import USUAL_K
from bot.texts.texts import Texts
from bot.ticks import ticks
from bot.turns import take
from storage import letters, links, partnerships, state
from storage.engine.database import Tx
from storage.turnout import Turnout, turnout_of
from storage.upkeep.progress import Progress

CHANNEL = "rehearsal"
"""Where simulated people live: no messenger serves it, so nothing ever goes there."""

MOST_PEOPLE, MOST_WEEKS = 300, 52
PASSING = [tick for name, tick in ticks.TICKS.items() if name != "forget"]  # nothing is old here
MORNING, BEAT, CLOSING, EVENING = time_of_day(9), time_of_day(9, 30), time_of_day(18, 30), time_of_day(19)
MOST_LETTERS = 1000
THINKING = timedelta(seconds=20)  # about a statement
COORDINATOR = "coordinator"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`rounds` are those in so many weeks, of a week or more each; unless it `is_over`, the last is still open."""

    people: int
    weeks: int
    seed: int
    language: str
    rounds: int = 2
    is_over: bool = True

    @property
    def waves(self) -> tuple[tuple[int, int], ...]:
        """(first day, days) of each; from two weeks on there are two to hold against each other."""
        many = min(self.rounds, self.weeks)
        begins = [7 * self.weeks * number // many for number in range(many + 1)]
        return tuple((first, following - first) for first, following in pairwise(begins))


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What was made: `turnout` is that of the last wave, the codes are those of the links, to come in and to look."""

    partnership: Partnership
    turnout: Turnout
    coordinator: str
    invitation: str


def mistakes(wanted: Wanted, texts: Texts) -> list[str]:
    """Everything that is wrong with what was asked for."""
    checks = (
        (1 <= wanted.people <= MOST_PEOPLE, f"--people: 1 to {MOST_PEOPLE}."),
        (1 <= wanted.weeks <= MOST_WEEKS, f"--weeks: 1 to {MOST_WEEKS}."),
        (wanted.language in texts.languages, f"--language: one of {', '.join(texts.languages)}."),
    )
    return [mistake for is_fine, mistake in checks if not is_fine]


def rehearse(tx: Tx, texts: Texts, wanted: Wanted, now: datetime, progress: Progress) -> Rehearsed:
    """Let them answer from so many weeks ago until yesterday, and tell how far they are; then hand it over."""
    state.write_moment(tx, state.REHEARSED, now)
    stage = Stage(tx, texts, wanted, now)
    for day in range(7 * wanted.weeks):
        stage.live(day)
        if day % 7 == 6:
            progress(day // 7 + 1, wanted.weeks, stage.turnout_told())
    return stage.hand_over(now)


class Stage:
    """A rehearsal under way."""

    def __init__(self, tx: Tx, texts: Texts, wanted: Wanted, now: datetime) -> None:
        self.tx, self.texts, self.wanted = tx, texts, wanted
        self.first = now.astimezone(zone(HOME)).date() - timedelta(days=7 * wanted.weeks)
        self.outings = outings(wanted.people, wanted.waves, wanted.seed)
        spoken = offered(USUAL, wanted.language, texts.languages)
        people = neighbourhood(texts.checklist, wanted.seed, wanted.people, wanted.language, spoken)
        self.people = {str(person.number): person for person in people}
        self.taps = count()
        name = texts.word(say("Rehearsal: De Verbinders"), wanted.language)
        asked_by = Partnership(0, name, "", "", wanted.language, HOME, USUAL_K)
        number, self.codes = partnerships.add(tx, asked_by, texts.wording(), self._at(0, MORNING))
        self.partnership = replace(asked_by, id=number)
        day = self.first.weekday()  # so that no day makes other weeks
        partnerships.change(tx, number, self._at(0, MORNING), summary_day=day)

    def live(self, day: int) -> None:
        """One day: what the coordinator does, what time causes, what people do, and in the evening time again."""
        self._steer(day, self._at(day, MORNING))
        self._beat(self._at(day, BEAT))
        for outing in self.outings:
            if outing.day == day:
                self._go_out(outing)
        if day == 7 * self.wanted.weeks - 1 and self.wanted.is_over:
            self._coordinate("close_yes", str(len(self.wanted.waves)), self._at(day, CLOSING))
            self._beat(self._at(day, EVENING))

    def turnout_told(self) -> str:
        found = self._turnout()
        return f"{found.started} people, {found.completed} finished"

    def hand_over(self, now: datetime) -> Rehearsed:
        """The simulated coordinator gives up the seat, and there is a link for a real one."""
        self._coordinate("left", "-", self._at(7 * self.wanted.weeks - 1, EVENING))
        partnerships.change(self.tx, self.partnership.id, now, summary_day=0)
        code = links.make_link(self.tx, self.partnership.id, "coordinator", now)
        return Rehearsed(self.partnership, self._turnout(), code, self.codes.invitation)

    def _steer(self, day: int, now: datetime) -> None:
        """What the simulated coordinator does in the morning: come in on the first day; on another close a wave, and
        open the next one under the next of the names there are."""
        if day == 0:
            self._take(COORDINATOR, Opened(self.codes.coordinator), now)
        elif wave := next((wave for wave, (first, _) in enumerate(self.wanted.waves) if first == day), 0):
            self._coordinate("close_yes", str(wave), now)
            self._coordinate("open_name", f"{wave + 1}.{min(wave, len(NAMES)) - 1}", now)
            self._coordinate("open_yes", str(wave + 1), now)

    def _coordinate(self, action: str, argument: str, now: datetime) -> None:
        self._take(COORDINATOR, Coordinate(self.partnership.id, action, argument), now)

    def _go_out(self, outing: Outing) -> None:
        """Somebody answers until they put the phone away."""
        person, who = self.people[str(outing.number)], str(outing.number)
        now = self._at(outing.day, MORNING) + timedelta(minutes=outing.minute)
        if outing.is_entry:
            person.read(self._take(who, Opened(self.codes.invitation), now))
        for press in islice(person.presses(outing), MOST_PRESSES):
            now += THINKING
            person.read(self._take(who, press, now))

    def _take(self, who: str, event: Press | Opened, now: datetime) -> list[Letter]:
        """One tap, taken by the core; what is shown for it is read at once."""
        phone = self.people[who].language if who in self.people else self.wanted.language
        update = Update(str(next(self.taps)), CHANNEL, who, event, phone)
        envelopes = take.take(self.tx, self.texts, update, now).envelopes
        letters.settle(self.tx, [envelope.number for envelope in envelopes if envelope.number], now)
        return [envelope.letter for envelope in envelopes]

    def _beat(self, now: datetime) -> None:
        """What time causes by now; each tick does a bounded piece of work, and says whether there is more."""
        while any(tick(self.tx, self.texts, now) for tick in PASSING):
            self._deliver(now)
        self._deliver(now)

    def _deliver(self, now: datetime) -> None:
        """Bulk mail is read as soon as it may go."""
        envelopes = letters.claim_bulk(self.tx, {CHANNEL}, now, MOST_LETTERS)
        letters.settle(self.tx, [envelope.number for envelope in envelopes if envelope.number], now)
        for envelope in envelopes:
            if reader := self.people.get(envelope.address):
                reader.read([envelope.letter])

    def _turnout(self) -> Turnout:
        return turnout_of(self.tx, partnerships.last_wave(self.tx, self.partnership.id).id)

    def _at(self, day: int, clock: time_of_day) -> datetime:
        return datetime.combine(self.first + timedelta(days=day), clock, zone(HOME)).astimezone(UTC)
