"""Released: the answers behind what is published, added up for people whom the release rule does not tell apart.

Nothing here decides what may be published, and nothing is written.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, case, func, or_, select

from bot.survey.checklist import Checklist
from bot.survey.scores.disclosure import Cohort
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.schema import answers, compared, respondents, responses

GROUPS = ("resident", "professional")
UNKNOWN_GROUP = "withheld"
BLOCK_GROUPS = (*GROUPS, "other", UNKNOWN_GROUP)


class Sums(NamedTuple):
    """Of the scores that some people gave an item: how many people, the sum, and the sum of the squares."""

    n: int
    total: int
    squares: int


def scores_of(checklist: Checklist) -> Mapping[str, int]:
    """The options that are scored."""
    return {key: option.score for key, option in checklist.options.items() if option.score is not None}


def scored(
    tx: Tx, checklist: Checklist, comparisons: Sequence[str], **of: int
) -> Iterator[tuple[int, Cohort, int, Sums]]:
    """(item, cohort, how many of them count towards k, their scores), over the released answers of everybody in a wave
    or of one response."""
    [kind], places = of, max(checklist.items) + 1
    prepared = _scored_of(kind, tuple(scores_of(checklist).items()), places, len(comparisons))
    names = {f"comparison{number}": comparison for number, comparison in enumerate(comparisons)}
    for n, counting, total, squares, number, *same in prepared(tx, **of, **names):
        rest, item = divmod(number, places)
        came, group = divmod(rest, len(BLOCK_GROUPS))
        cohort = Cohort(came, None, BLOCK_GROUPS[group], frozenset(filter(None, same)))
        yield item, cohort, counting, Sums(n, total, squares)


@cache
def _scored_of(kind: str, scores: Collection[tuple[str, int]], places: int, comparisons: int) -> Prepared:
    source, part_of = _with_comparisons(comparisons)
    score = case(dict(scores), value=answers.c.option)
    square = case({key: worth**2 for key, worth in scores}, value=answers.c.option)
    counting = func.sum(case((responses.c.seated, 0), else_=1))
    is_scored = or_(*(answers.c.option == key for key, _ in scores))
    coded = _as_one_number(places).label("coded")
    return Prepared(
        lambda _: (
            select(func.count(), counting, func.sum(score), func.sum(square), coded, *part_of)
            .select_from(source)
            .where(_OF[kind], responses.c.released_in.is_not(None), is_scored)
            .group_by("coded", *part_of)
        )
    )


def _as_one_number(places: int) -> ColumnElement[int]:
    """The release, group and item of an answer in one: what is grouped is sorted, and a number sorts twice as fast as
    the three."""
    groups = {name: number for number, name in enumerate(BLOCK_GROUPS)}
    group = case(groups, value=respondents.c.group, else_=groups[UNKNOWN_GROUP])
    return (responses.c.released_in * len(BLOCK_GROUPS) + group) * places + answers.c.item


def _with_comparisons(count: int) -> tuple[FromClause, list[ColumnElement[str]]]:
    """Answers, and of each comparison its name where the answer is part of it."""
    source: FromClause = answers.join(responses).join(respondents)
    each = [(bindparam(f"comparison{number}", type_=compared.c.cell.type), compared.alias()) for number in range(count)]
    for comparison, in_it in each:
        counts = in_it.c.scored.bitwise_rshift(answers.c.item).bitwise_and(1) == 1
        mine = and_(in_it.c.response_id == responses.c.id, in_it.c.cell == comparison)
        source = source.outerjoin(in_it, and_(mine, counts))
    return source, [in_it.c.cell for _, in_it in each]


_OF = {"wave": responses.c.wave_id == bindparam("wave"), "response": responses.c.id == bindparam("response")}
