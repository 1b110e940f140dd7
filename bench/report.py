"""The report: every run, made into tables and plain sentences.

Only ratios are claims; a ratio is taken within a round, and its median and range are over the rounds.
"""

import statistics
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from bench.bots import BOTS
from bench.rounds import Outcome, Run

RATIOS = (("ours", "a4"), ("ours", "a"), ("a4", "a"))
BUSY = 0.9  # of the server's core: above that, the server is what is measured
DISTURBED = 0.25  # of a core, by other programs
METHOD = """\
1. One Bot API on the loopback for all three, with the people in the same process: `tests/telegram_server.py`.
2. An answer is a tap that got its reply; each of the people taps again only after the last reply (a closed loop).
3. Per answer every bot makes one answerCallbackQuery and one editMessageText, with the same screen; that is counted.
4. CPU is user and system time of the bot's process with all its threads, until it has nothing more to do, by answers.
5. Bots take turns in every round, in another order each time; coming in, agreeing and warming up are not counted.
"""
NOT_CLAIMED = """\
- Milliseconds and answers a second are of this machine on this day: the ratios are the claim, and only for CPU.
- The bare bots store nothing and check nothing: they are a floor for this library, not a survey.
- `a` handles one update after the other, as python-telegram-bot does unless told; `a4` and ours many at once.
- With 64 people a bot that answers fast fetches many taps in one poll; with 1 person every tap costs a poll.
- With 1 person the next tap follows within milliseconds, so ours marks many replies at once; a thumb is slower.
- The kill comes when the last reply is out and the bot is quiet; what a kill amid answers does is for the tests.
- No TLS, no real Telegram and its limits (about 30 messages a second), no slow disk, no power cut, no PostgreSQL.
"""


def report(outcome: Outcome, machine: str, pinned: bool, today: date) -> str:
    """The whole document, in Markdown."""
    runs = outcome.runs
    loads = list(dict.fromkeys(run.people for run in runs))
    parts = (
        "# What an answer costs",
        f"Measured on {today.isoformat()} by `python3 dev.py bench`: {_rounds(runs, loads)}. {machine}.",
        _pinning(pinned),
        f"## CPU per answer, as ratios\n\n{_ratios(runs, loads)}",
        f"## Figures of this machine\n\n{_bots()}\n\n{_figures(runs, loads)}",
        _found(outcome),
        *_warnings(runs),
        f"## Method\n\n{METHOD}",
        f"## What is not claimed\n\n{NOT_CLAIMED}",
    )
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _ratios(runs: Sequence[Run], loads: Sequence[int]) -> str:
    rows = (
        (f"{one} / {other}", *(_ratio(_of(runs, one, people), _of(runs, other, people)) for people in loads))
        for one, other in RATIOS
    )
    return table(("CPU per answer", *map(_people, loads)), rows)


def _ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> str:
    return spread([one.cpu_each / other.cpu_each for one, other in zip(ours, theirs, strict=True)], 2)


def _figures(runs: Sequence[Run], loads: Sequence[int]) -> str:
    columns: dict[str, Callable[[Sequence[Run]], str]] = {
        "CPU ms per answer": lambda some: spread([run.cpu_each for run in some], 3),
        "answers/s": lambda some: spread([run.a_second for run in some], 0),
        "p50 / p99 ms": lambda some: f"{1000 * _mid(some, 'median'):.1f} / {1000 * _mid(some, 'slowest'):.1f}",
        "polls per answer": lambda some: f"{statistics.median(run.polls / run.answers for run in some):.2f}",
        "memory MB": lambda some: f"{_mid(some, 'memory_before'):.0f} -> {_mid(some, 'memory_after'):.0f}",
        "server's core": lambda some: f"{_mid(some, 'server_share'):.0%}",
    }
    rows = (
        (name, _people(people), *(show(_of(runs, name, people)) for show in columns.values()))
        for people in loads
        for name in BOTS
    )
    return table(("bot", "at once", *columns), rows)


def _bots() -> str:
    return "\n".join(f"- **{name}**: {what}" for name, what in BOTS.items())


def _pinning(pinned: bool) -> str:
    if pinned:
        return "The bot is held to one core; the server and the people share another one."
    return "Only one core here: the bot and the server took turns on it, so answers a second say little."


def _found(outcome: Outcome) -> str:
    return (
        f"After kill -9 of ours, all {outcome.found:,} answers that people had given were in its database, "
        "each with the option that was tapped, and no others."
    )


def _warnings(runs: Sequence[Run]) -> list[str]:
    shares = [run.others_share for run in runs]
    said = [f"Other programs used {spread(shares, 2)} of a core."]
    if max(shares) > DISTURBED:
        said.append("Warning: that disturbs. Answers a second and latencies are worse than the bots are.")
    for run in runs:
        if run.server_share >= BUSY:
            bound = "its answers/s is a lower bound"
            said.append(f"Warning: {run.bot}, {_people(run.people)}: the server's core was full, so {bound}.")
    return said


def _of(runs: Iterable[Run], bot: str, people: int) -> list[Run]:
    return [run for run in runs if (run.bot, run.people) == (bot, people)]


def _rounds(runs: Sequence[Run], loads: Sequence[int]) -> str:
    """How much was measured."""
    same = {people: _of(runs, runs[0].bot, people) for people in loads}
    each = " and ".join(f"{some[0].answers:,} answers with {_people(people)} at once" for people, some in same.items())
    rounds = len(same[loads[0]])
    return f"{rounds} round{'s' if rounds > 1 else ''}, in each and by every bot {each}"


def _mid(runs: Iterable[Run], name: str) -> float:
    return float(statistics.median(getattr(run, name) for run in runs))


def spread(values: Sequence[float], digits: int) -> str:
    low, middle, high = (f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))
    return middle if len(values) == 1 else f"{middle} ({low}..{high})"


def _people(people: int) -> str:
    return "1 person" if people == 1 else f"{people} people"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = (head, ["---"] * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
