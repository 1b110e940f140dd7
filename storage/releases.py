"""Releases: decide what of a wave may be published, and keep what was.

What was published is a row in `cells` and never changes. Everything shown to anybody is computed from these rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select, update

from bot.survey.checklist import Checklist
from bot.survey.releases import EVERYONE, Block, interim, may_publish
from bot.survey.scoring import Score
from storage.database import Tx
from storage.schema import answers, cells, departed, releases, respondents, responses, waves

GROUPS = ("resident", "professional")
UNKNOWN_GROUP = "withheld"


@dataclass(slots=True)
class Contributors:
    """Who contribute to one item, told apart as the release rule does, and the sums of their scores."""

    people: Counter[Block] = field(default_factory=Counter)
    totals: Counter[Block] = field(default_factory=Counter)
    squares: Counter[Block] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Cell:
    """A published mean of one item. `spread` is the variance of the scores behind it."""

    release: int
    score: Score
    spread: Fraction


def publish(tx: Tx, checklist: Checklist, wave: int, k: int, now: datetime, *, final: bool) -> int:
    """Make the next release of this wave if the rule allows one; the number of the last release, 0 without any."""
    tx.connection.execute(select(waves.c.id).where(waves.c.id == wave).with_for_update())
    last = tx.connection.execute(select(func.max(releases.c.number)).where(releases.c.wave_id == wave)).scalar() or 0
    if not (joining := _joining(tx, wave, k, final=final)):
        return last
    number = last + 1
    _include(tx, wave, number, joining)
    tx.connection.execute(tx.insert(releases).values(wave_id=wave, number=number, final=final, released_at=now))
    published = _published(tx, wave)
    for item, contributors in _contributors(tx, checklist, wave).items():
        for cell in (EVERYONE, *GROUPS):
            if may_publish(contributors.people, published[item], number, cell, k):
                _keep(tx, wave, number, item, cell, contributors)
                published[item].append((number, cell))
    return number


def read(tx: Tx, wave: int, cell: str = EVERYONE) -> dict[int, Cell]:
    """Item -> its newest published mean for everyone, or for a group."""
    found = tx.connection.execute(
        select(cells).where(cells.c.wave_id == wave, cells.c.cell == cell).order_by(cells.c.release)
    )
    return {row.item: _cell(row.release, row.n, row.total, row.squares) for row in found}


def depart(tx: Tx, checklist: Checklist, contact: int) -> None:
    """Before an erasure: keep which releases the responses were part of, for the release rule and nothing else."""
    mine = (
        select(responses.c.wave_id)
        .join(respondents)
        .where(respondents.c.contact_id == contact, responses.c.released_in.is_not(None))
    )
    # As `publish` does, so that no release is made meanwhile with somebody who is just leaving.
    tx.connection.execute(select(waves.c.id).where(waves.c.id.in_(mine)).order_by(waves.c.id).with_for_update())
    last = select(func.max(releases.c.number)).where(releases.c.wave_id == responses.c.wave_id).scalar_subquery()
    scored = [key for key, option in checklist.options.items() if option.score is not None]
    leaving = tx.connection.execute(
        select(responses.c.wave_id, responses.c.released_in, last, respondents.c.group, answers.c.item)
        .select_from(answers.join(responses).join(respondents))
        .where(
            respondents.c.contact_id == contact,
            responses.c.released_in.is_not(None),
            answers.c.option.in_(scored),
        )
    ).all()
    for wave, came, left, group, item in leaving:
        one = tx.insert(departed).values(
            wave_id=wave, came=came, left=left, group=group or UNKNOWN_GROUP, item=item, same="", n=1
        )
        keys = ["wave_id", "came", "left", "group", "item", "same"]
        tx.connection.execute(one.on_conflict_do_update(index_elements=keys, set_={"n": departed.c.n + 1}))


def _joining(tx: Tx, wave: int, k: int, *, final: bool) -> int:
    """How many completed responses the next release takes in, besides those released before."""
    completed, released = tx.connection.execute(
        select(func.count(responses.c.completed_at), func.count(responses.c.released_in)).where(
            responses.c.wave_id == wave
        )
    ).one()
    return int((completed if final else interim(completed, released, k)) - released)


def _include(tx: Tx, wave: int, number: int, joining: int) -> None:
    """The first to complete are the first to be released."""
    first = (
        select(responses.c.id)
        .where(responses.c.wave_id == wave, responses.c.completed_at.is_not(None), responses.c.released_in.is_(None))
        .order_by(responses.c.completed_at, responses.c.id)
        .limit(joining)
    )
    tx.connection.execute(update(responses).where(responses.c.id.in_(first)).values(released_in=number))


def _published(tx: Tx, wave: int) -> defaultdict[int, list[tuple[int, str]]]:
    found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    of_wave = select(cells.c.item, cells.c.release, cells.c.cell).where(cells.c.wave_id == wave)
    for item, release, cell in tx.connection.execute(of_wave.order_by(cells.c.release)):
        found[item].append((release, cell))
    return found


def _contributors(tx: Tx, checklist: Checklist, wave: int) -> Mapping[int, Contributors]:
    """Item -> who contribute to it: one pass over the released answers, and the rows of those who left."""
    found: defaultdict[int, Contributors] = defaultdict(Contributors)
    for item, came, group, option, n in _released_answers(tx, wave):
        score = checklist.options[option].score
        if score is not None:
            block = Block(came, None, group or UNKNOWN_GROUP)
            found[item].people[block] += n
            found[item].totals[block] += n * score
            found[item].squares[block] += n * score * score
    for row in tx.connection.execute(select(departed).where(departed.c.wave_id == wave)):
        found[row.item].people[Block(row.came, row.left, row.group)] += row.n
    return found


def _released_answers(tx: Tx, wave: int) -> Iterator[tuple[int, int, str | None, str, int]]:
    """(item, release, group, option, how many people)"""
    per = (answers.c.item, responses.c.released_in, respondents.c.group, answers.c.option)
    counted = (
        select(*per, func.count())
        .select_from(answers.join(responses).join(respondents))
        .where(responses.c.wave_id == wave, responses.c.released_in.is_not(None))
        .group_by(*per)
    )
    yield from (tuple(row) for row in tx.connection.execute(counted))


def _keep(tx: Tx, wave: int, number: int, item: int, cell: str, contributors: Contributors) -> None:
    blocks = [block for block in contributors.totals if block.is_in(number, cell)]
    tx.connection.execute(
        tx.insert(cells).values(
            wave_id=wave,
            release=number,
            item=item,
            cell=cell,
            n=sum(contributors.people[block] for block in blocks),
            total=sum(contributors.totals[block] for block in blocks),
            squares=sum(contributors.squares[block] for block in blocks),
        )
    )


def _cell(release: int, n: int, total: int, squares: int) -> Cell:
    mean = Fraction(total, n)
    return Cell(release, Score(mean, n), Fraction(squares, n) - mean * mean)
