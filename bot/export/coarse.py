"""Coarse: the place where somebody came in, the month in which they finished and the language in which they answered,
as far as these point at nobody.

None is told of fewer than k people in any wave, nor where it would follow for fewer than k from what is told: they
are left out together with their complement, as counts are under a coordinator's status.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

from bot.survey.scores.turnout import shown
from storage.records import Record

OTHER_PLACES, OTHER_LANGUAGE = 0, "other"
Key = TypeVar("Key")


class Place(NamedTuple):
    """An invitation by which people came in: the helpers' one, or the one with this label."""

    for_helpers: bool
    label: str


def place_of(record: Record) -> Place:
    return Place(record.for_helpers, record.place)


def month_of(record: Record) -> str:
    return f"{record.completed_on:%Y-%m}" if record.completed_on else ""


def places(records: Sequence[Record], k: int) -> dict[Place, int]:
    """The code of each place that may be told, in the order of their names; of all waves together, since a person came
    in at one place and has one id in all of them."""
    counted = _per_wave(records, place_of)
    return {place: code for code, place in enumerate(sorted(shown(counted, k)), OTHER_PLACES + 1)}


def months(records: Sequence[Record], k: int) -> set[tuple[int, str]]:
    """(wave, month) of each month that may be told of a wave."""
    waves = {record.wave: [one for one in records if one.wave == record.wave] for record in records}
    return {(wave, month) for wave, those in waves.items() for month in shown(_per_wave(those, month_of), k)}


def language_of(record: Record) -> str:
    """The one in which somebody read most of what they answered; where none is kept, the one that they speak now."""
    read = Counter(record.read.values())
    return max(sorted(read), key=lambda one: read[one], default=record.language)


def languages(records: Sequence[Record], k: int) -> set[str]:
    """Those that may be told."""
    return shown(_per_wave([one for one in records if language_of(one)], language_of), k)


def changes(records: Sequence[Record], told: Collection[str], k: int) -> set[str]:
    """Where people changed the language halfway, as `read_in` says it: what may be told. Somebody beside them can have
    seen them do it."""
    return shown(_per_wave(records, lambda one: read_in(one, told)), k)


def read_in(record: Record, told: Collection[str]) -> str:
    """Which statements in which language, such as `nl 1-12 ar 13-26`; empty where it is not known."""
    items = sorted(record.read)
    parts = groupby(items, key=lambda item: name_of(record.read[item], told))
    spans = ((language, [*those]) for language, those in parts)
    return " ".join(f"{language} {those[0]}-{those[-1]}" for language, those in spans)


def name_of(language: str, told: Collection[str]) -> str:
    return language if language in told or not language else OTHER_LANGUAGE


def _per_wave(records: Sequence[Record], what: Callable[[Record], Key]) -> Mapping[Key, Sequence[int]]:
    """How many finished, of each of these, in every wave."""
    waves = sorted({record.wave for record in records})
    counted = Counter((what(record), record.wave) for record in records if record.completed)
    return {key: [counted[key, wave] for wave in waves] for key, _ in counted}
