"""Resources: the one table of what can be asked for; addresses, answers and their description are read off it.

What is asked of another programme, and what is not there at all, is nothing: neither can be told from the other.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import partial
from typing import Any, TypeVar

from bot.api import shapes
from bot.results.programmes import read_agreed
from bot.results.tables import read_released
from bot.survey.calendar import zone
from bot.survey.conversation import dialogue
from bot.survey.phrases import Phrase
from bot.survey.scores.disclosure import EVERYONE
from bot.survey.scores.scoring import Score
from bot.survey.scores.table import TOTAL, Column, Table
from bot.survey.whole_numbers import as_number
from bot.texts.texts import Texts
from storage import partnerships, programmes, published, waves
from storage.engine.database import Tx
from storage.partnerships import MOST
from storage.partnerships import Wave as StoredWave
from storage.programmes import Programme
from storage.turnout import turnout_of

MOST_AT_ONCE, USUALLY = 100, 50

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page:
    """So many, behind this number."""

    limit: int = USUALLY
    after: int = 0


LARGEST: Mapping[str, tuple[int, int]] = {"limit": (1, MOST_AT_ONCE), "after": (0, MOST)}
"""Of each parameter of a page the smallest and the largest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is read with a token of this programme, which works until this day."""

    tx: Tx
    texts: Texts
    programme: Programme
    until: date
    page: Page = Page()

    @property
    def partnerships(self) -> list[dialogue.Partnership]:
        return sorted(programmes.partnerships_of(self.tx, self.programme.id), key=lambda one: one.id)

    def partnership(self, number: int) -> dialogue.Partnership | None:
        return next((one for one in self.partnerships if one.id == number), None)

    def some(self, every: Sequence[T], number: Callable[[T], int]) -> tuple[list[T], int | None]:
        """Those of this page, and what to ask for next."""
        rest = [one for one in every if number(one) > self.page.after]
        here = rest[: self.page.limit]
        return here, number(here[-1]) if len(rest) > len(here) else None


@dataclass(frozen=True, slots=True)
class Resource:
    """What stands at a path, where `{name}` is a number; `read` gives none where there is no such thing."""

    path: str
    gives: type
    read: Callable[..., Any]
    about: str
    in_pages: bool = False

    @property
    def numbers(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)

    def match(self, path: str) -> dict[str, int] | None:
        """The numbers in a path that is one of this resource."""
        found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[0-9]{1,9})", self.path), path, re.ASCII)
        return {name: int(number) for name, number in found.groupdict().items()} if found else None


def page_of(parameters: Sequence[tuple[str, str]], *, in_pages: bool) -> Page | None:
    """None where one is unknown, given twice or no such number: what is misspelled is not passed over in silence."""
    known = LARGEST if in_pages else {}
    given = {name: as_number(text, known[name][1]) for name, text in parameters if name in known}
    is_sound = len(given) == len(parameters)
    chosen = {name: number for name, number in given.items() if number is not None and number >= known[name][0]}
    return Page(**chosen) if is_sound and len(chosen) == len(given) else None


def _programme(asked: Asked) -> shapes.Programme:
    return shapes.Programme(asked.programme.id, asked.programme.name, len(asked.partnerships), asked.until)


def _partnerships(asked: Asked) -> shapes.Partnerships:
    here, following = asked.some(asked.partnerships, lambda one: one.id)
    return shapes.Partnerships(tuple(_described(asked, one) for one in here), following)


def _partnership(asked: Asked, partnership: int) -> shapes.Partnership | None:
    found = asked.partnership(partnership)
    return _described(asked, found) if found else None


def _described(asked: Asked, one: dialogue.Partnership) -> shapes.Partnership:
    scored = published.last_published(asked.tx, one.id)
    return shapes.Partnership(
        partnership=one.id,
        name=one.name,
        language=one.language,
        time_zone=one.timezone,
        minimum_group=one.minimum_group,
        last_wave=partnerships.last_wave(asked.tx, one.id).number,
        scored_wave=scored.number if scored else None,
    )


def _waves(asked: Asked, partnership: int) -> shapes.Waves | None:
    if not (found := asked.partnership(partnership)):
        return None
    here, following = asked.some(waves.every(asked.tx, found.id), lambda one: one.number)
    return shapes.Waves(tuple(_round(asked, found, one) for one in here), following)


def _wave(asked: Asked, partnership: int, wave: int) -> shapes.Wave | None:
    found = _both(asked, partnership, wave)
    return _round(asked, *found) if found else None


def _both(asked: Asked, partnership: int, wave: int) -> tuple[dialogue.Partnership, StoredWave] | None:
    found = asked.partnership(partnership)
    numbered = waves.numbered(asked.tx, found.id, wave) if found else None
    return (found, numbered) if found and numbered else None


def _round(asked: Asked, partnership: dialogue.Partnership, wave: StoredWave) -> shapes.Wave:
    turnout, here = turnout_of(asked.tx, wave.id), zone(partnership.timezone)
    return shapes.Wave(
        wave=wave.number,
        name=wave.name,
        state=_state(wave),
        closes_at=wave.closes_at.astimezone(here) if wave.closes_at and not wave.closed_at else None,
        closed_on=wave.closed_at.astimezone(here).date() if wave.closed_at else None,
        is_scored=bool(published.read(asked.tx, wave.id, EVERYONE)),
        turnout=shapes.Turnout(turnout.invited, turnout.started, turnout.completed),
    )


def _state(wave: StoredWave) -> shapes.State:
    return "closed" if wave.closed_at else "open"


def _scores(asked: Asked, partnership: int, wave: int) -> shapes.WaveScores | None:
    if not (found := _both(asked, partnership, wave)):
        return None
    told = tuple(scores_of(read_released(asked.tx, asked.texts, *found)))
    return shapes.WaveScores(partnership, wave, _state(found[1]), found[0].minimum_group, told)


def scores_of(shown: Table) -> list[shapes.Scores]:
    """Of everyone and then of each group, what the table has."""
    every = [(EVERYONE, shown.now), *((column.group, column) for column in shown.groups)]
    return [_column(of, shown, column) for of, column in every if column.items]


def _column(of: Any, shown: Table, column: Column) -> shapes.Scores:
    scores, parts = shown.scores(column), [one.key for one in shown.checklist.dimensions]
    return shapes.Scores(
        of=of,
        items=tuple(shapes.ItemScore(*_told(scores[item]), item) for item in shown.checklist.items if item in scores),
        dimensions=tuple(shapes.DimensionScore(*_told(scores[key]), key) for key in parts if key in scores),
        total=shapes.Score(*_told(scores[TOTAL])) if TOTAL in scores else None,
    )


def _told(score: Score) -> tuple[int, int | None, int | None]:
    return (score.shown, None, score.n) if score.fewer else (score.shown, score.n, None)


def _agreements(asked: Asked, partnership: int) -> shapes.Agreements | None:
    if not (found := asked.partnership(partnership)):
        return None
    names = [field.name for field in fields(shapes.Agreement)]
    every = ({name: getattr(one, name) for name in names} for one in read_agreed(asked.tx, found))
    return shapes.Agreements(tuple(shapes.Agreement(**one) for one in every))


def _checklist(asked: Asked) -> shapes.Checklist:
    found, said = asked.texts.checklist, partial(_said, asked.texts)
    each = found.items.values()
    items = (shapes.Item(one.number, one.dimension, said(one.statement), said(one.plain)) for one in each)
    parts = (shapes.Dimension(one.key, said(one.name), said(one.plain)) for one in found.dimensions)
    return shapes.Checklist(found.version, tuple(items), tuple(parts))


def _said(texts: Texts, phrase: Phrase) -> dict[str, str]:
    return {language: texts.word(phrase, language) for language in texts.languages}


OF_ONE = "/partnerships/{partnership}"
RESOURCES: tuple[Resource, ...] = (
    Resource("/programme", shapes.Programme, _programme, "What this token is for"),
    Resource("/checklist", shapes.Checklist, _checklist, "The statements and their parts, in every language"),
    Resource("/partnerships", shapes.Partnerships, _partnerships, "The partnerships of the programme", in_pages=True),
    Resource(OF_ONE, shapes.Partnership, _partnership, "One partnership"),
    Resource(f"{OF_ONE}/agreements", shapes.Agreements, _agreements, "What was agreed last"),
    Resource(f"{OF_ONE}/waves", shapes.Waves, _waves, "Its waves, with how many take part", in_pages=True),
    Resource(f"{OF_ONE}/waves/{{wave}}", shapes.Wave, _wave, "One wave"),
    Resource(f"{OF_ONE}/waves/{{wave}}/scores", shapes.WaveScores, _scores, "What is published of a wave"),
)
