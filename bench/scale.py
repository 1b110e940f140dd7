"""Scale: from measured figures to a city, a country and 10 million respondents: `python -m bench.scale [--write]`.

What goes in stands here, with where it comes from; everything else in `docs/scale.md` is computed. One database is
filled and weighed in the run itself, and the queue at one process is simulated answer by answer.
"""

import random
import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf
from pathlib import Path

from bench import options
from bench.bots import BenchError
from bench.figures import table
from bench.growth import IN_A_NEIGHBOURHOOD
from bench.rounds import WORKS
from bench.towns import Shape, town

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "bench/RESULTS.md", ROOT / "docs/scale.md"
BEGIN, END = "<!-- computed by bench/scale.py -->\n", "<!-- end of what is computed -->\n"

TELEGRAM = 30.0  # messages a second for one bot: Telegram's own questions and answers for bots
BULK = 28.5  # invitations a second that our delivery keeps up under that limit: `python -m bench.bulk`
STATEMENTS = 26
TAPS = STATEMENTS + 3  # agree, group, the statements, done
THINKING = 20.0  # seconds for a statement, as the chat itself promises: 10 minutes in all
PICTURES = 0.5  # of the people ask for their picture at the end; an assumption
TAKE_PART = 0.4  # of those who are invited; an assumption, high to be safe
REACT = 2 * 3600.0  # seconds on average until they open the invitation; an assumption
DAY = 11 * 3600.0  # seconds between 09:00 and 20:00, when invitations may go out
FULL = 0.5  # how busy a process may be; above that, waiting grows quickly
MONTHLY = 20.0  # euros for a machine of two cores and 4 GB; an assumption
WEIGHED = 20_000  # people in the database that is filled to be weighed
PLACES = (("a neighbourhood", 1_000), ("a city", 100_000), ("a country", 1_000_000), ("ten million", 10_000_000))

_, PLAIN, WITH_PICTURE = WORKS
Tap = tuple[float, bool]
"""When it comes, and whether it is the last of this person."""


@dataclass(frozen=True)
class Measured:
    """CPU seconds of a whole respondent, from the link to the thanks, with 64 at once, without and with the picture;
    and bytes of a completed response with all around it."""

    plain: float
    with_picture: float
    response: float

    @property
    def person(self) -> float:
        return self.plain + PICTURES * self.picture

    @property
    def picture(self) -> float:
        return self.with_picture - self.plain

    @property
    def tap(self) -> float:
        """On average: coming in costs more, but is once in a walk."""
        return self.plain / TAPS


@dataclass(frozen=True)
class Waiting:
    """What the simulation saw in the busiest minute, and how long a tap waited."""

    busiest: float  # of a core
    peak: float  # taps a second
    median: float  # seconds
    p99: float  # seconds
    longest: float  # seconds


def main() -> int:
    asked = options.read(__doc__, write=False)
    try:
        measured = Measured(cpu_of(PLAIN), cpu_of(WITH_PICTURE), bytes_of_a_response())
    except BenchError as error:
        return options.refuse(str(error))
    text = computed(measured)
    print(text)
    if asked.write:
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{rest.partition(END)[2]}", "utf-8")
    return 0


def cpu_of(work: str) -> float:
    """Seconds, for one person; it was measured by the answers."""
    found = re.search(rf"^\| ours \| {work} \| 64 people \| ([\d.]+) ", RESULTS.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise BenchError(f"{RESULTS.name} has no figure for {work}: first `python -m bench --write`")
    return STATEMENTS * float(found[1]) / 1000


def bytes_of_a_response() -> float:
    with town(Shape(WEIGHED, IN_A_NEIGHBOURHOOD)) as here:
        return here.megabytes * 10**6 / WEIGHED


def computed(measured: Measured) -> str:
    return "\n\n".join((inputs(measured), places(measured), queue(measured)))


def inputs(measured: Measured) -> str:
    rows = (
        ("CPU of a whole respondent from the link to the thanks, one core", f"{1000 * measured.plain:.0f} ms"),
        ("CPU of the picture at the end", f"{1000 * measured.picture:.0f} ms"),
        ("people who ask for it (assumed)", f"{PICTURES:.0%}"),
        (
            "so one process takes at most",
            f"{1 / measured.tap:.0f} taps or {1 / measured.person:.1f} people a second",
        ),
        ("a completed response in the database", f"{measured.response:.0f} bytes"),
        ("invitations a second from one bot", f"{BULK}"),
        ("invited people who take part (assumed)", f"{TAKE_PART:.0%}"),
    )
    return table(("what goes in", "figure"), rows)


def places(measured: Measured) -> str:
    head = ("people invited", *(f"{name}: {people:,} invited" for name, people in PLACES))
    facts = [place(people, measured) for _, people in PLACES]
    return table(head, [(name, *(fact[name] for fact in facts)) for name in facts[0]])


def place(people: int, measured: Measured) -> dict[str, str]:
    """What it takes to invite so many on one day, and to keep what they answer."""
    answers = people * TAKE_PART * TAPS
    bots = ceil(people / (BULK * DAY))
    core = people * TAKE_PART * measured.person
    cores = ceil(core / DAY / FULL)
    processes = max(bots, cores)
    machines = ceil(processes / 2)
    return {
        "invitations from one bot take": lasts(people / BULK),
        "taps": f"{answers:,.0f}",
        "CPU for all of them": lasts(core),
        "spread over a day of 11 hours": f"{answers / DAY:,.0f} a second",
        "bots to invite all in one day": f"{bots}",
        "processes, at most half busy": f"{processes}",
        "database for one round": weighs(people * TAKE_PART * measured.response),
        "if replies count under Telegram's limit too, one bot takes": lasts(people * (1 + TAKE_PART * TAPS) / TELEGRAM),
        "machines of two cores": f"{machines}",
        "euros a month": f"{machines * MONTHLY:,.0f}",
    }


def queue(measured: Measured) -> str:
    """One process while one bot invites, as fast as it may; and while a street scans a code at once."""
    cases = {
        "a city, invited in one go: 100,000": invited(100_000, BULK),
        "10,000 scan a code within 10 minutes": invited(10_000, inf, over=600.0, share=1.0),
        "2,000 scan a code within 1 minute": invited(2_000, inf, over=60.0, share=1.0),
    }
    rows = []
    for name, arrivals in cases.items():
        ours = simulated(arrivals, measured.tap, PICTURES * measured.picture)
        theirs = simulated(arrivals, 1 / TELEGRAM, 1 / TELEGRAM)
        rows.append((name, f"{ours.peak:.0f}", f"{ours.busiest:.0%}", *map(shown, (ours, theirs))))
    head = (
        "people invited", "taps a second, busiest minute", "of one core", "wait at the process: median / p99 / longest",
        "if Telegram allows 30 replies a second",
    )  # fmt: skip
    return table(head, rows)


def invited(people: int, rate: float, over: float = 0.0, share: float = TAKE_PART) -> list[Tap]:
    """Every tap, in order: who takes part comes after a while, and thinks before each tap."""
    chance, found = random.Random(1), list[Tap]()
    for number in range(people):
        if chance.random() < share:
            came = chance.uniform(0, over) if over else number / rate + chance.expovariate(1 / REACT)
            found += taps(chance, came)
    return sorted(found)


def taps(chance: random.Random, moment: float) -> Iterator[Tap]:
    for number in range(TAPS):
        moment += chance.expovariate(1 / THINKING)
        yield moment, number == TAPS - 1


def simulated(arrivals: Sequence[Tap], service: float, picture: float) -> Waiting:
    """One server, first come, first served; with a person's last tap goes the work for pictures. Waiting includes being
    served."""
    free, waits, work = 0.0, list[float](), Counter[int]()
    for arrival, is_last in arrivals:
        takes = service + (picture if is_last else 0.0)
        free = max(free, arrival) + takes
        work[int(arrival // 60)] += round(takes * 10**6)
        waits.append(free - arrival)
    waits.sort()
    return Waiting(
        busiest=max(work.values()) / 60e6,
        peak=max(Counter(int(arrival // 60) for arrival, _ in arrivals).values()) / 60,
        median=statistics.median(waits),
        p99=waits[int(0.99 * len(waits))],
        longest=waits[-1],
    )


def shown(waiting: Waiting) -> str:
    return " / ".join(map(lasts, (waiting.median, waiting.p99, waiting.longest)))


def lasts(seconds: float) -> str:
    for size, name in ((86400.0, "days"), (3600.0, "h"), (60.0, "min"), (1.0, "s")):
        if seconds >= 2 * size or (name == "s" and seconds >= 1):
            return f"{seconds / size:.1f} {name}"
    return f"{1000 * seconds:.0f} ms"


def weighs(amount: float) -> str:
    return f"{amount / 10**9:.1f} GB" if amount >= 10**9 else f"{amount / 10**6:.1f} MB"


if __name__ == "__main__":
    sys.exit(main())
