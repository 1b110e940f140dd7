"""Published: decide what of a wave may be published, and keep what was.

What was published is a row in `cells` and never changes. Everything shown to anybody is computed from these rows.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, FromClause, and_, case, exists, func, insert, literal, select, update

from bot.survey.checklist import Checklist
from bot.survey.scores.disclosure import EVERYONE, Cohort, Publication, interim, may_publish
from bot.survey.scores.scoring import Score
from storage.engine.database import Tx
from storage.partnerships import WAVE_COLUMNS, Wave
from storage.schema import answers, cells, compared, departed, releases, respondents, responses, waves

GROUPS = ("resident", "professional")
UNKNOWN_GROUP = "withheld"
BLOCK_GROUPS = (*GROUPS, "other", UNKNOWN_GROUP)


@dataclass(frozen=True, slots=True)
class History:
    """What was published of one wave, and who is behind it.

    `people` says how many people a cell is of, whether or not they gave an item a scored answer. Of each item, told
    apart as the release rule does: `published` is what was; `counted` are those behind it who count towards k, all but
    who holds a seat (a cohort of nobody else has none); `given` are the scores, and how many people gave each.
    """

    wave: int
    people: dict[str, int] = field(default_factory=dict)
    published: defaultdict[int, list[Publication]] = field(default_factory=lambda: defaultdict(list))
    counted: defaultdict[int, Counter[Cohort]] = field(default_factory=lambda: defaultdict(Counter))
    given: defaultdict[int, list[tuple[Cohort, int, int]]] = field(default_factory=lambda: defaultdict(list))

    def allows(self, item: int, new: Publication, k: int) -> bool:
        return may_publish(self.counted[item], self.published[item], *new, k)


@dataclass(frozen=True, slots=True)
class Cell:
    """A published mean of one item. `spread` is the variance of the scores behind it; `people` are all of the release,
    whether or not they gave a scored answer."""

    release: int
    score: Score
    spread: Fraction
    people: int


def publish(tx: Tx, checklist: Checklist, wave: int, k: int, now: datetime, *, final: bool) -> int:
    """Make the next release of this wave if the rule allows one; the number of the last release, 0 without any."""
    partnership = select(waves.c.partnership_id).where(waves.c.id == wave).scalar_subquery()
    _lock(tx, waves.c.partnership_id == partnership)  # all its waves, as `compare` may come next
    last = _last(tx, wave)
    if not (joining := _joining(tx, wave, k, final=final)):
        return last
    number = last + 1
    _include(tx, wave, number, joining)
    tx.connection.execute(tx.insert(releases).values(wave_id=wave, number=number, final=final, released_at=now))
    planned = [(number, cell) for cell in (EVERYONE, *GROUPS)]
    history = _history(tx, checklist, wave, *planned)
    new = ((item, cell) for item in history.counted for cell in planned)
    _keep(tx, [_published(history, *one) for one in new if history.allows(*one, k)])
    return number


def compare(tx: Tx, checklist: Checklist, earlier: int, later: int, items: Collection[int], k: int) -> None:
    """Publish what the same people answered in two waves, for those of these items for which the rule allows it.

    They are all who are released in both by now, and gave the item a scored answer in both. Their mean then is one more
    publication of the earlier wave, and their mean now one of the later: both pass the rule, or neither is published.
    Tried once for each last release of the two; what was published before stays.
    """
    _lock(tx, waves.c.id.in_((earlier, later)))
    then, now = _last(tx, earlier), _last(tx, later)
    halves = {earlier: (then, f">{later}.{then}.{now}"), later: (now, f"<{earlier}.{then}.{now}")}
    if _is_tried(tx, earlier, halves[earlier]) or _write_down(tx, checklist, earlier, later, halves[earlier]) < k:
        return
    _write_down(tx, checklist, later, earlier, halves[later])
    records = {wave: _history(tx, checklist, wave, half) for wave, half in halves.items()}
    allowed = [item for item in items if all(records[wave].allows(item, halves[wave], k) for wave in halves)]
    _keep(tx, [_published(records[wave], item, half) for item in allowed for wave, half in halves.items()])


def read(tx: Tx, wave: int, cell: str = EVERYONE) -> dict[int, Cell]:
    """Item -> its newest published mean for everyone, or for a group."""
    of_wave = select(cells).where(cells.c.wave_id == wave, cells.c.cell == cell).order_by(cells.c.release)
    return {row.item: _cell(row) for row in tx.connection.execute(of_wave)}


def last_published(tx: Tx, partnership: int) -> Wave | None:
    """The last wave of which there are means for everyone."""
    some = exists().where(cells.c.wave_id == waves.c.id, cells.c.cell == EVERYONE)
    found = select(*WAVE_COLUMNS).where(waves.c.partnership_id == partnership, some).order_by(waves.c.number.desc())
    row = tx.connection.execute(found.limit(1)).first()
    return Wave(*row) if row else None


def read_same(tx: Tx, earlier: int, later: int) -> dict[int, tuple[Cell, Cell]]:
    """Item -> the newest published means of the same people, in the earlier wave and in the later."""
    then, now = _halves(tx, earlier, f">{later}."), _halves(tx, later, f"<{earlier}.")
    return {item: (then[item, made], cell) for (item, made), cell in now.items()}


def depart(tx: Tx, checklist: Checklist, who: int | ColumnElement[bool]) -> None:
    """Before responses are deleted: keep what they were part of, for the release rule and nothing else.

    `who` is a contact, or a condition on responses and respondents.
    """
    leaving = respondents.c.contact_id == who if isinstance(who, int) else who
    theirs = select(responses.c.wave_id, responses.c.id).join(respondents).where(leaving)
    # As `publish` does, so that no release is made meanwhile with somebody who is just leaving.
    _lock(tx, waves.c.id.in_(theirs.with_only_columns(responses.c.wave_id)))
    found = defaultdict[int, list[int]](list)
    for wave, response in tx.connection.execute(theirs.where(responses.c.released_in.is_not(None))):
        found[wave].append(response)
    for wave, gone in found.items():
        last = _last(tx, wave)
        for item, cohort, _, n, seated in _scored(
            tx, checklist, wave, _comparisons(tx, wave), responses.c.id.in_(gone)
        ):
            _let_go(tx, wave, last, item, cohort, n - seated)


def hold(tx: Tx, response: int) -> None:
    """Until the end of this transaction no release is made of the wave of this response, nor is the wave closed: what
    is read from now on stays so."""
    number = literal(response, BigInteger)  # as it stands in a button: it may be any
    _lock(tx, waves.c.id == select(responses.c.wave_id).where(responses.c.id == number).scalar_subquery())


def _lock(tx: Tx, which: ColumnElement[bool]) -> None:
    """Until the end of this transaction nobody else publishes these waves, or leaves them. In one order everywhere."""
    # Who comes into a wave meanwhile need not wait.
    tx.connection.execute(select(waves.c.id).where(which).order_by(waves.c.id).with_for_update(key_share=True))


def _last(tx: Tx, wave: int) -> int:
    return tx.connection.execute(select(func.max(releases.c.number)).where(releases.c.wave_id == wave)).scalar() or 0


def _joining(tx: Tx, wave: int, k: int, *, final: bool) -> int:
    """How many completed responses that count towards k the next release takes in, besides those released before."""
    completed, released = tx.connection.execute(
        select(func.count(responses.c.completed_at), func.count(responses.c.released_in)).where(
            responses.c.wave_id == wave, ~responses.c.seated
        )
    ).one()
    return int((completed if final else interim(completed, released, k)) - released)


def _include(tx: Tx, wave: int, number: int, joining: int) -> None:
    """The first to complete are the first to be released; who holds a seat comes along with those before them."""
    in_order = (responses.c.completed_at, responses.c.id)
    so_far = func.sum(case((responses.c.seated, 0), else_=1)).over(order_by=in_order)
    waiting = (
        select(responses.c.id, so_far.label("so_far"))
        .where(responses.c.wave_id == wave, responses.c.completed_at.is_not(None), responses.c.released_in.is_(None))
        .subquery()
    )
    first = select(waiting.c.id).where(waiting.c.so_far <= joining)
    tx.connection.execute(update(responses).where(responses.c.id.in_(first)).values(released_in=number))


def _is_tried(tx: Tx, wave: int, half: Publication) -> bool:
    of_wave = responses.c.wave_id == wave
    found = exists().where(compared.c.response_id == responses.c.id, compared.c.cell == half[1], of_wave)
    return bool(tx.connection.execute(select(found)).scalar())


def _write_down(tx: Tx, checklist: Checklist, wave: int, other: int, half: Publication) -> int:
    """Keep with the responses of a wave who are released in the other as well, and which items count for them; how many
    they are."""
    there, given = responses.alias(), answers.alias()
    both = (
        responses.join(answers)
        .join(there, there.c.respondent_id == responses.c.respondent_id)
        .join(given, and_(given.c.response_id == there.c.id, given.c.item == answers.c.item))
    )
    are_released = (responses.c.released_in.is_not(None), there.c.released_in.is_not(None))
    scored = (answers.c.option.in_(_scored_options(checklist)), given.c.option.in_(_scored_options(checklist)))
    bits = func.sum(literal(1, BigInteger).bitwise_lshift(answers.c.item))
    same = (
        select(responses.c.id, literal(half[1]), bits)
        .select_from(both)
        .where(responses.c.wave_id == wave, there.c.wave_id == other, *are_released, *scored)
        .group_by(responses.c.id)
    )
    written = insert(compared).from_select(["response_id", "cell", "scored"], same)
    return tx.connection.execute(written.execution_options(preserve_rowcount=True)).rowcount


def _history(tx: Tx, checklist: Checklist, wave: int, *planned: Publication) -> History:
    """One pass over the released answers of a wave, its cells, and the rows of those who left."""
    history = History(wave, {cell: _people(tx, wave, release, cell) for release, cell in planned})
    of_wave = select(cells.c.item, cells.c.release, cells.c.cell).where(cells.c.wave_id == wave)
    for item, release, cell in tx.connection.execute(of_wave.order_by(cells.c.release)):
        history.published[item].append((release, cell))
    comparisons = [*_comparisons(tx, wave), *(cell for _, cell in planned if cell not in (EVERYONE, *GROUPS))]
    for item, cohort, score, n, seated in _scored(tx, checklist, wave, comparisons):
        history.counted[item][cohort] += n - seated
        history.given[item].append((cohort, score, n))
    for row in tx.connection.execute(select(departed).where(departed.c.wave_id == wave)):
        cohort = Cohort(row.came, row.left, row.group, frozenset(row.same.split()))
        history.counted[row.item][cohort] += row.n
    return history


def _people(tx: Tx, wave: int, release: int, cell: str) -> int:
    everyone = (responses.c.wave_id == wave, responses.c.released_in <= release)
    counted = select(func.count()).select_from(responses.join(respondents)).where(*everyone)
    if cell in GROUPS:
        counted = counted.where(respondents.c.group == cell)
    elif cell != EVERYONE:
        counted = counted.where(responses.c.id.in_(select(compared.c.response_id).where(compared.c.cell == cell)))
    return tx.connection.execute(counted).scalar_one()


def _comparisons(tx: Tx, wave: int) -> list[str]:
    """The published comparisons that this wave is part of."""
    ours = select(cells.c.cell).distinct().where(cells.c.wave_id == wave, cells.c.cell.not_in((EVERYONE, *GROUPS)))
    return sorted(tx.connection.execute(ours).scalars())


def _scored(
    tx: Tx, checklist: Checklist, wave: int, comparisons: Collection[str], *who: ColumnElement[bool]
) -> Iterator[tuple[int, Cohort, int, int, int]]:
    """(item, cohort, score, how many gave it, how many of them with a seat), over the released answers of everybody
    in a wave or of some."""
    source, part_of = _with_comparisons(comparisons)
    options, places = _scored_options(checklist), max(checklist.items) + 1
    seats = func.coalesce(func.sum(case((responses.c.seated, 1))), 0)
    counted = (
        select(func.count(), seats, _as_one_number(options, places).label("coded"), *part_of)
        .select_from(source)
        .where(responses.c.wave_id == wave, responses.c.released_in.is_not(None), answers.c.option.in_(options), *who)
        .group_by("coded", *part_of)
    )
    for n, seated, number, *same in tx.connection.execute(counted):
        rest, option = divmod(number, len(options))
        rest, item = divmod(rest, places)
        came, group = divmod(rest, len(BLOCK_GROUPS))
        score = checklist.options[options[option]].score or 0
        yield item, Cohort(came, None, BLOCK_GROUPS[group], frozenset(filter(None, same))), score, n, seated


def _as_one_number(options: Sequence[str], places: int) -> ColumnElement[int]:
    """The release, group, item and option of an answer in one: what is grouped is sorted, and a number sorts twice as
    fast as the four."""
    groups = {name: number for number, name in enumerate(BLOCK_GROUPS)}
    group = case(groups, value=respondents.c.group, else_=groups[UNKNOWN_GROUP])
    option = case({key: number for number, key in enumerate(options)}, value=answers.c.option)
    in_group = responses.c.released_in * len(BLOCK_GROUPS) + group
    return (in_group * places + answers.c.item) * len(options) + option


def _with_comparisons(comparisons: Collection[str]) -> tuple[FromClause, list[ColumnElement[str]]]:
    """Answers, and of each comparison its name where the answer is part of it."""
    source: FromClause = answers.join(responses).join(respondents)
    each = [(comparison, compared.alias()) for comparison in comparisons]
    for comparison, in_it in each:
        counts = in_it.c.scored.bitwise_rshift(answers.c.item).bitwise_and(1) == 1
        mine = and_(in_it.c.response_id == responses.c.id, in_it.c.cell == comparison)
        source = source.outerjoin(in_it, and_(mine, counts))
    return source, [in_it.c.cell for _, in_it in each]


def _scored_options(checklist: Checklist) -> list[str]:
    return [key for key, option in checklist.options.items() if option.score is not None]


def _published(history: History, item: int, new: Publication) -> dict[str, object]:
    """A new publication, which counts from now on, as a row."""
    release, cell = new
    given = [(score, n) for cohort, score, n in history.given[item] if cohort.is_in(release, cell)]
    history.published[item].append(new)
    sums = {
        "n": sum(n for _, n in given),
        "total": sum(n * score for score, n in given),
        "squares": sum(n * score * score for score, n in given),
    }
    row = {"wave_id": history.wave, "release": release, "item": item, "cell": cell, "people": history.people[cell]}
    return {**row, **sums}


def _keep(tx: Tx, rows: list[dict[str, object]]) -> None:
    if rows:
        tx.connection.execute(insert(cells), rows)


def _let_go(tx: Tx, wave: int, last: int, item: int, cohort: Cohort, n: int) -> None:
    same = " ".join(sorted(cohort.same))
    keys = {"wave_id": wave, "came": cohort.came, "left": last, "group": cohort.group, "item": item, "same": same}
    some = tx.insert(departed).values(**keys, n=n)
    tx.connection.execute(some.on_conflict_do_update(index_elements=[*keys], set_={"n": departed.c.n + n}))


def _halves(tx: Tx, wave: int, name: str) -> dict[tuple[int, str], Cell]:
    """(item, the releases it was made of) -> one wave's half of the comparisons with another, the newest last."""
    of_wave = select(cells).where(cells.c.wave_id == wave, cells.c.cell.startswith(name)).order_by(cells.c.release)
    return {(row.item, row.cell.removeprefix(name)): _cell(row) for row in tx.connection.execute(of_wave)}


def _cell(row: Any) -> Cell:
    mean = Fraction(row.total, row.n)
    return Cell(row.release, Score(mean, row.n), Fraction(row.squares, row.n) - mean * mean, row.people)
