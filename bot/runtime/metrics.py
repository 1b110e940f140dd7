"""Metrics: what the house counts about itself, in the words of Prometheus.

Numbers of everybody together: never of one partnership, wave or person, in which a small group could be seen.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from storage.letters import Waiting

if TYPE_CHECKING:
    from prometheus_client.core import Metric

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
class Moment:
    """How it stands now: the letters that wait, and when anybody last did all that time asks for."""

    now: datetime
    waiting: Sequence[Waiting]
    last_tick: datetime | None


def exposition(metrics: Metrics, moment: Moment) -> bytes:
    """Everything in the text format of Prometheus. Its library is loaded when somebody asks for the first time."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    def family(
        kind: type[GaugeMetricFamily | CounterMetricFamily],
        name: str,
        about: str,
        label: str,
        values: Mapping[str, float],
    ) -> "Metric":
        found = kind(f"{PREFIX}_{name}", about, labels=[label] if label else [])
        for key, value in sorted(values.items()):
            found.add_metric([key] if label else [], value)
        return found

    counter, gauge = partial(family, CounterMetricFamily), partial(family, GaugeMetricFamily)

    class Everything:
        def collect(self) -> Iterable["Metric"]:
            yield counter("updates", "Updates that were taken", "channel", metrics.updates)
            yield counter("answers", "Answers that were stored", "channel", metrics.answers)
            yield counter("failures", "Turns and ticks that failed", "of", metrics.failures)
            yield counter("letters", "Tries to deliver a letter, by outcome", "outcome", metrics.letters)
            yield _errors(metrics.channel_errors)
            yield HistogramMetricFamily(
                f"{PREFIX}_turn_seconds", "From update to commit", _cumulative(metrics.turns), metrics.turn_seconds
            )
            yield gauge("tick_seconds", "What a tick took the last time", "tick", metrics.seconds_per_tick)
            waiting = {one.lane: one for one in moment.waiting}
            yield gauge("letters_waiting", "Letters that are due", "lane", {k: one.due for k, one in waiting.items()})
            yield gauge("letters_planned", "For later", "lane", {k: one.later for k, one in waiting.items()})
            oldest = {k: _age(moment.now, one.oldest) for k, one in waiting.items()}
            yield gauge("oldest_letter_seconds", "How long the oldest one is due", "lane", oldest)
            if moment.last_tick:
                age = {"": _age(moment.now, moment.last_tick)}
                yield gauge("tick_age_seconds", "Since any process did all its ticks without a failure", "", age)

    registry = CollectorRegistry()
    registry.register(Everything())
    return generate_latest(registry)


def _errors(channels: Mapping[str, Mapping[str, int]]) -> "Metric":
    from prometheus_client.core import CounterMetricFamily

    labels = ["channel", "how"]
    found = CounterMetricFamily(f"{PREFIX}_channel_errors", "Calls to a channel that failed", labels=labels)
    for channel, errors in sorted(channels.items()):
        for how, number in sorted(errors.items()):
            found.add_metric([channel, how], number)
    return found


def _cumulative(counts: Sequence[int]) -> list[tuple[str, float]]:
    so_far, found = 0, []
    for edge, count in zip((*map(str, BUCKETS), "+Inf"), counts, strict=True):
        so_far += count
        found.append((edge, float(so_far)))
    return found


def _age(now: datetime, moment: datetime | None) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
