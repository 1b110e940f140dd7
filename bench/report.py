"""The report: every run, made into tables and plain sentences.

Only ratios are claims; a ratio is taken within a round, and its median and range are over the rounds.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from bench.bots import BOTS
from bench.figures import spread, table
from bench.rounds import WORKS, Leg, Run

RATIOS = (("ours", "a4"), ("ours", "a"), ("a4", "a"))
BUSY = 0.9  # of the server's core: above that, the server is what is measured
DISTURBED = 0.25  # of a core, by other programs
METHOD = """\
1. One Bot API on the loopback for all three, with the people in the same process: `tests/telegram_server.py`.
2. An answer is a tap at a statement that got its reply; each of the people taps again only after the last reply.
3. A warm answer: coming in is not counted. A whole respondent: from opening the link through agreeing, the group and
   all statements to the thanks, and with the picture until that is there; all of it by the answers that were given.
4. Every bot makes the same calls with the same screens; they are counted. The bare ones send one and the same picture.
5. CPU is user and system time of the bot's process with all its threads, until it has nothing more to do.
6. Each leg has a process and a database of its own, and people who go all the way before it is counted. The bots that
   are compared come right after each other, in another order each round.
"""
NOT_CLAIMED = """\
- Milliseconds and answers a second are of this machine on this day: the ratios are the claim, and only for CPU.
- The bare bots store nothing, check nothing and draw nothing: they are a floor for this library, not a survey.
- `a` handles one update after the other, as python-telegram-bot does unless told; `a4` and ours many at once.
- With 64 people a bot that answers fast fetches many taps in one poll; with 1 person every tap costs a poll.
- With 1 person the next tap follows within milliseconds, so ours marks many replies at once; a thumb is slower.
- The kill comes when the last reply is out and the bot is quiet; what a kill amid answers does is for the tests.
- No TLS, no real Telegram and its limits (about 30 messages a second), no slow disk, no power cut, no PostgreSQL.
"""


def report(runs: Sequence[Run], machine: str, pinned: bool, today: date) -> str:
    """The whole document, in Markdown."""
    loads = list(dict.fromkeys(run.leg.people for run in runs))
    parts = (
        "# What an answer costs",
        f"Measured on {today.isoformat()} by `python3 dev.py bench`: {_rounds(runs, loads)}. {machine}.",
        _pinning(pinned),
        f"## CPU per answer, as ratios\n\n{_ratios(runs, loads)}",
        f"## Figures of this machine\n\n{_bots()}\n\n{_figures(runs, loads)}",
        _found(runs),
        *_warnings(runs),
        f"## Method\n\n{METHOD}",
        f"## What is not claimed\n\n{NOT_CLAIMED}",
    )
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _ratios(runs: Sequence[Run], loads: Sequence[int]) -> str:
    rows = (
        (
            f"{one} / {other}",
            work,
            *(_ratio(runs, Leg(one, work, people), Leg(other, work, people)) for people in loads),
        )
        for work in WORKS
        for one, other in RATIOS
    )
    return table(("CPU per answer", "counted", *map(_people, loads)), rows)


def _ratio(runs: Sequence[Run], ours: Leg, theirs: Leg) -> str:
    pairs = zip(_of(runs, ours), _of(runs, theirs), strict=True)
    return spread([one.cpu_each / other.cpu_each for one, other in pairs], 2)


def _figures(runs: Sequence[Run], loads: Sequence[int]) -> str:
    columns: dict[str, Callable[[Sequence[Run]], str]] = {
        "CPU ms per answer": lambda some: spread([run.cpu_each for run in some], 3),
        "answers/s": lambda some: spread([run.a_second for run in some], 0),
        "p50 / p99 ms": lambda some: f"{1000 * _mid(some, 'median'):.1f} / {1000 * _mid(some, 'slowest'):.1f}",
        "polls per answer": lambda some: f"{_mid(some, 'polls'):.2f}",
        "memory MB": lambda some: f"{_mid(some, 'memory_before'):.0f} -> {_mid(some, 'memory_after'):.0f}",
        "server's core": lambda some: f"{_mid(some, 'server_share'):.0%}",
    }
    legs = [Leg(bot, work, people) for people in loads for work in WORKS for bot in BOTS]
    rows = (
        (leg.bot, leg.work, _people(leg.people), *(show(_of(runs, leg)) for show in columns.values())) for leg in legs
    )
    return table(("bot", "counted", "at once", *columns), rows)


def _bots() -> str:
    return "\n".join(f"- **{name}**: {what}" for name, what in BOTS.items())


def _pinning(pinned: bool) -> str:
    if pinned:
        return "The bot is held to one core; the server and the people share another one."
    return "Only one core here: the bot and the server took turns on it, so answers a second say little."


def _found(runs: Sequence[Run]) -> str:
    return (
        f"After kill -9 of ours, all {sum(run.found for run in runs):,} answers that people had given were in its "
        "databases, each with the option that was tapped, and no others."
    )


def _warnings(runs: Sequence[Run]) -> list[str]:
    shares = [run.others_share for run in runs]
    said = [f"Other programs used {spread(shares, 2)} of a core."]
    if max(shares) > DISTURBED:
        said.append("Warning: that disturbs. Answers a second and latencies are worse than the bots are.")
    full = dict.fromkeys(run.leg for run in runs if run.server_share >= BUSY)
    bound = "the server's core was full, so its answers/s is a lower bound"
    return said + [f"Warning: {leg.bot}, {leg.work}, {_people(leg.people)}: {bound}." for leg in full]


def _of(runs: Iterable[Run], leg: Leg) -> list[Run]:
    return [run for run in runs if run.leg == leg]


def _rounds(runs: Sequence[Run], loads: Sequence[int]) -> str:
    """How much was measured."""
    first = runs[0].leg
    same = {people: _of(runs, replace(first, people=people)) for people in loads}
    each = " and ".join(f"{some[0].answers:,} answers with {_people(people)} at once" for people, some in same.items())
    rounds = len(same[loads[0]])
    return f"{rounds} round{'s' if rounds > 1 else ''}, in each and by every bot for each row {each}"


def _mid(runs: Iterable[Run], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in runs))


def _people(people: int) -> str:
    return "1 person" if people == 1 else f"{people} people"
