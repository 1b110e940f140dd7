"""Shapes: what the machine interface gives, as data; the answers and their description are both made of these.

Whoever reads them knows things by numbers and keys that are the same in every language. A field is never renamed and
never taken away within a version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

State = Literal["open", "closed"]
Of = Literal["everyone", "resident", "professional"]
Done = Literal["yes", "partly", "no"]


@dataclass(frozen=True, slots=True)
class Programme:
    """What this token is for, how many partnerships it reads, and the last day on which it works."""

    programme: int
    name: str
    partnerships: int
    expires_on: date


@dataclass(frozen=True, slots=True)
class Partnership:
    """A group that works together. Scores are of `minimum_group` people or more. `last_wave` is its last round of
    asking, `scored_wave` the last one of which there are scores; null as long as there are none."""

    partnership: int
    name: str
    language: str
    time_zone: str
    minimum_group: int
    last_wave: int
    scored_wave: int | None


@dataclass(frozen=True, slots=True)
class Partnerships:
    """Some of them, by number. What follows is asked for with `next` as `after`; null when nothing follows."""

    partnerships: tuple[Partnership, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Turnout:
    """People who were asked or came in, who began, and who finished."""

    invited: int
    started: int
    completed: int


@dataclass(frozen=True, slots=True)
class Wave:
    """A round of asking. `closes_at` is when an open one closes by itself, `closed_on` the day on which it closed
    where the partnership is; either may be null. `is_scored` tells whether there are scores."""

    wave: int
    name: str
    state: State
    closes_at: datetime | None
    closed_on: date | None
    is_scored: bool
    turnout: Turnout


@dataclass(frozen=True, slots=True)
class Waves:
    """Some of them, the earliest first. What follows is asked for with `next` as `after`; null when nothing follows."""

    waves: tuple[Wave, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class Score:
    """A mean from 0 to 100, rounded half up. Either `n` people are behind it, or `fewer_than` so many where the exact
    number would tell of a few; the other one is null. Of several items together it is that of the least answered."""

    score: int
    n: int | None
    fewer_than: int | None


@dataclass(frozen=True, slots=True)
class ItemScore(Score):
    """The score of one item of the checklist."""

    item: int


@dataclass(frozen=True, slots=True)
class DimensionScore(Score):
    """The score of one dimension of the checklist, where every item of it that is published has one."""

    dimension: str


@dataclass(frozen=True, slots=True)
class Scores:
    """What is published of everyone or of a group. What is not there was not published."""

    of: Of
    items: tuple[ItemScore, ...]
    dimensions: tuple[DimensionScore, ...]
    total: Score | None


@dataclass(frozen=True, slots=True)
class WaveScores:
    """All that is published of a wave by now; `published` is empty as long as there is nothing."""

    partnership: int
    wave: int
    state: State
    minimum_group: int
    published: tuple[Scores, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What a partnership said that it would do after a wave, in its own words; `done` is null until somebody says."""

    number: int
    wave: int
    what: str
    who: str
    by_when: date | None
    done: Done | None


@dataclass(frozen=True, slots=True)
class Agreements:
    """Those after the last wave that has some."""

    agreements: tuple[Agreement, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A statement of the checklist, by language: as it is, and in plain words."""

    item: int
    dimension: str
    statement: Mapping[str, str]
    plain: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A part of the checklist, by language: its name, and in plain words."""

    dimension: str
    name: Mapping[str, str]
    plain: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Checklist:
    """The instrument as it is worded now."""

    version: str
    items: tuple[Item, ...]
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
