"""Metrics: what the house counts about itself, in the words of Prometheus.

Numbers of everybody together: never of one partnership, wave or person, in which a small group could be seen.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from storage.letters import Waiting

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds
PREFIX = "samenspraak"


@dataclass(slots=True)
class Metrics:
    """Counted since the start of this process."""

    updates: Counter[str] = field(default_factory=Counter)  # by channel
    answers: Counter[str] = field(default_factory=Counter)  # by channel
    failures: Counter[str] = field(default_factory=Counter)  # of turns, ticks
    letters: Mapping[str, int] = field(default_factory=dict)  # by what became of them
    channel_errors: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # by channel, and how it ended
    turns: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    turn_seconds: float = 0.0
    seconds_per_tick: dict[str, float] = field(default_factory=dict)  # the last time

    def turn(self, channel: str, seconds: float, *, answered: bool) -> None:
        """A turn took so long, from when the update was here until it was committed."""
        self.updates[channel] += 1
        self.answers[channel] += answered
        self.turns[bisect_left(BUCKETS, seconds)] += 1
        self.turn_seconds += seconds


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How it stands now: the letters that wait, when anybody last did all that time asks for, what was paid for."""

    now: datetime
    waiting: Sequence[Waiting]
    last_tick: datetime | None
    billed: Mapping[str, int] = field(default_factory=dict)  # this month, by carrier and category


def exposition(metrics: Metrics, moment: Snapshot) -> bytes:
    """Everything in the text format of Prometheus. Its library is loaded when somebody asks for the first time."""
    from prometheus_client import generate_latest
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

    counter, gauge, lanes = CounterMetricFamily, GaugeMetricFamily, {one.lane: one for one in moment.waiting}
    turns = list(zip((*map(str, BUCKETS), "+Inf"), map(float, accumulate(metrics.turns)), strict=True))
    oldest = {lane: _age(moment.now, one.oldest) for lane, one in lanes.items()}
    errors = {f"{name} {how}": n for name, of in metrics.channel_errors.items() for how, n in of.items()}
    families: tuple[tuple[type[CounterMetricFamily | GaugeMetricFamily], str, str, str, Mapping[str, float]], ...] = (
        (counter, "updates", "Updates that were taken", "channel", metrics.updates),
        (counter, "answers", "Answers that were stored", "channel", metrics.answers),
        (counter, "failures", "Turns and ticks that failed", "of", metrics.failures),
        (counter, "letters", "Tries to deliver a letter, by outcome", "outcome", metrics.letters),
        (counter, "channel_errors", "Calls to a channel that failed", "channel how", errors),
        (gauge, "tick_seconds", "What a tick took the last time", "tick", metrics.seconds_per_tick),
        (gauge, "letters_waiting", "Letters that are due", "lane", {k: one.due for k, one in lanes.items()}),
        (gauge, "letters_planned", "For later", "lane", {k: one.later for k, one in lanes.items()}),
        (gauge, "billed_messages", "Messages of this month that are paid for", "carrier category", moment.billed),
        (gauge, "oldest_letter_seconds", "How long the oldest one is due", "lane", oldest),
    )

    class Everything:
        def collect(self) -> Iterable[Metric]:
            for kind, name, about, label, values in families:
                found = kind(f"{PREFIX}_{name}", about, labels=label.split())
                for key, value in sorted(values.items()):
                    found.add_metric(key.split(), value)
                yield found
            yield HistogramMetricFamily(f"{PREFIX}_turn_seconds", "From update to commit", turns, metrics.turn_seconds)
            if moment.last_tick:
                age, about = _age(moment.now, moment.last_tick), "Since any process did all its ticks without a failure"
                yield gauge(f"{PREFIX}_tick_age_seconds", about, value=age)

    return generate_latest(Everything())


def _age(now: datetime, moment: datetime | None) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
