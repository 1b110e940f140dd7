"""A programme: what its readers see of several partnerships, from published means and the totals of turnout only.

It is no list of the best: partnerships stand by their names, and the words say that each looks in its own way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from bot.survey.agreements import Agreement, came_back
from bot.survey.calendar import zone
from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import Partnership
from bot.survey.conversation.views import Paragraph
from bot.survey.phrases import Phrase, joined, say, verbatim
from bot.survey.scores.scoring import Score, Scores, combined
from bot.survey.scores.summary import heading, standing, when_there_are_scores

TOTAL = "total"
EACH_IN_ITS_OWN_WAY = say(
    "Each partnership looks at itself in its own way. A higher score does not say that one works better."
)


@dataclass(frozen=True)
class Standing:
    """How a partnership stands: its last wave, and the published means of the last wave that has some, or of none.

    `closes_at` is when an open wave closes by itself, `opens_at` when the next one opens; each may be none.
    `is_planned` tells whether there is a next one.
    """

    checklist: Checklist
    partnership: Partnership
    wave: int
    name: str
    started: int
    completed: int
    invited: int
    closes_at: datetime | None
    closed_at: datetime | None
    is_planned: bool
    opens_at: datetime | None
    scored_wave: int
    items: Mapping[int, Score]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @cached_property
    def scores(self) -> Scores:
        return combined(self.checklist, self.items)


def overview(standings: Iterable[Standing]) -> tuple[Paragraph, ...]:
    """A short paragraph for each."""
    return tuple(
        (
            *heading(one.partnership, one.wave, one.is_open, one.name),
            joined(standing(one.started, one.completed, one.invited), " "),
            *_scores(one),
            *(next_step(one) if one.closed_at or one.closes_at else ()),
        )
        for one in standings
    )


def _scores(one: Standing) -> Paragraph:
    if not one.items:
        return (when_there_are_scores(one.partnership.minimum_group, is_open=one.is_open),)
    parts = ((d.plain, one.scores.dimensions.get(d.key)) for d in one.checklist.dimensions)
    total = say("Mean of all statements")
    line = joined((_score(what, score) for what, score in (*parts, (total, one.scores.total))), " · ")
    return (*_of_which(one), line)


def _of_which(one: Standing) -> Paragraph:
    """Scores of a wave before the last one are told to be so."""
    return (say("These are the scores of round {wave}:", wave=one.scored_wave),) if one.scored_wave != one.wave else ()


def _score(what: Phrase, score: Score | None) -> Phrase:
    if score is None:
        return say("{dimension}: no score", dimension=what)
    return say("{dimension}: <b>{score}</b>", dimension=what, score=score.shown)


def side_by_side(checklist: Checklist, standings: Sequence[Standing], dimension: str) -> tuple[Paragraph, ...]:
    """One dimension, or the mean of all statements, of every partnership."""
    names = {one.key: one.plain for one in checklist.dimensions}
    title = say("<b>{dimension}</b>", dimension=names.get(dimension, say("Mean of all statements")))
    return ((title,), tuple(_beside(one, dimension) for one in standings), (EACH_IN_ITS_OWN_WAY,))


def _beside(one: Standing, dimension: str) -> Phrase:
    score = one.scores.dimensions.get(dimension) if dimension != TOTAL else one.scores.total
    name = verbatim(one.partnership.name)
    if score is None:
        return say("{dimension}: no score", dimension=name)
    return say(
        "{partnership}: <b>{score}</b> (round {wave}, n = {n})",
        partnership=name,
        score=score.shown,
        wave=one.scored_wave,
        n=score.people,
    )


def next_steps(standings: Iterable[tuple[Standing, Sequence[Agreement]]]) -> tuple[Paragraph, ...]:
    """Of each what was agreed last, what came of it, and what comes next."""
    paragraphs = (
        ((say("<b>{partnership}</b>", partnership=one.partnership.name),), *_agreed(agreed), next_step(one))
        for one, agreed in standings
    )
    return tuple(line for lines in paragraphs for line in lines)


def _agreed(agreed: Sequence[Agreement]) -> tuple[Paragraph, ...]:
    return came_back(agreed) or ((say("No agreements are written down."),),)


def next_step(one: Standing) -> Paragraph:
    """What comes next: until when a round is open, or since when it is closed and when the next one opens."""
    here = zone(one.partnership.timezone)
    if one.closed_at is None:
        until = one.closes_at.astimezone(here) if one.closes_at else None
        still = say("Round {wave} is open.", wave=one.wave)
        return (joined((still, say("It closes by itself on {moment}.", moment=until)), " ") if until else still,)
    closed = say("Round {wave} closed on {date}.", wave=one.wave, date=one.closed_at.astimezone(here).date())
    return (joined((closed, _next_round(one)), " "),)


def _next_round(one: Standing) -> Phrase:
    if not one.is_planned:
        return say("No next round is planned yet.")
    moment = one.opens_at.astimezone(zone(one.partnership.timezone)) if one.opens_at else False
    return say("The next round opens on {moment}.", moment=moment) if moment else say("The next round opens soon.")
