"""Published: decide what of a wave may be published, and keep what was.

What was published is a row in `cells` and never changes. Everything shown to anybody is computed from these rows.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Update,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)

from bot.survey.checklist import Checklist
from bot.survey.scores.disclosure import EVERYONE, Cohort, Publication, interim, may_publish
from bot.survey.scores.scoring import Score
from storage.engine.compiled import Prepared
from storage.engine.database import Tx
from storage.partnerships import WAVE_COLUMNS, Wave
from storage.released import BLOCK_GROUPS as BLOCK_GROUPS
from storage.released import GROUPS as GROUPS
from storage.released import Sums, scored, scores_of
from storage.schema import answers, cells, compared, departed, releases, respondents, responses, waves


@dataclass(frozen=True, slots=True)
class History:
    """What was published of one wave, and who is behind it.

    `people` says how many people a cell is of, whether or not they gave an item a scored answer. Of each item, told
    apart as the release rule does: `published` is what was; `counted` are those behind it who count towards k, all but
    who holds a seat (a cohort of nobody else has none); `given` are their scores, added up.
    """

    wave: int
    people: Mapping[str, int]
    published: defaultdict[int, list[Publication]] = field(default_factory=lambda: defaultdict(list))
    counted: defaultdict[int, Counter[Cohort]] = field(default_factory=lambda: defaultdict(Counter))
    given: defaultdict[int, list[tuple[Cohort, Sums]]] = field(default_factory=lambda: defaultdict(list))

    def allows(self, item: int, new: Publication, k: int) -> bool:
        return may_publish(self.counted[item], self.published[item], *new, k)


@dataclass(frozen=True, slots=True)
class Cell:
    """A published mean of one item. `people` are all of the release, whether or not they gave a scored answer."""

    release: int
    sums: Sums
    people: int

    @property
    def score(self) -> Score:
        return Score(Fraction(self.sums.total, self.sums.n), self.sums.n)

    @property
    def spread(self) -> Fraction:
        """The variance of the scores behind it."""
        n, total, squares = self.sums
        return Fraction(n * squares - total**2, n**2)


def publish(tx: Tx, checklist: Checklist, wave: int, k: int, now: datetime, *, final: bool) -> int:
    """Make the next release of this wave if the rule allows one; the number of the last release, 0 without any."""
    _LOCK_ALL(tx, wave=wave)  # all of its partnership, as `compare` may come next
    number = last(tx, wave) + 1
    if not (joining := _joining(tx, wave, k, final=final)):
        return number - 1
    _INCLUDE(tx, wave=wave, number=number, joining=joining)
    _RELEASE(tx, wave_id=wave, number=number, final=final, released_at=now)
    history = _history(tx, checklist, wave, _people(tx, wave))
    new = ((item, (number, cell)) for item in history.counted for cell in history.people)
    _keep(tx, [_published(history, *one) for one in new if history.allows(*one, k)])
    return number


def compare(tx: Tx, checklist: Checklist, earlier: int, later: int, items: Collection[int], k: int) -> None:
    """Publish what the same people answered in two waves, for those of these items for which the rule allows it.

    They are all who are released in both by now, and gave the item a scored answer in both. Their mean then is one more
    publication of the earlier wave, and their mean now one of the later: both pass the rule, or neither is published.
    Tried once for each last release of the two; what was published before stays.
    """
    _lock(tx, waves.c.id.in_((earlier, later)))
    then, now = last(tx, earlier), last(tx, later)
    halves = {earlier: (then, f">{later}.{then}.{now}"), later: (now, f"<{earlier}.{then}.{now}")}
    if _is_tried(tx, earlier, halves[earlier]):
        return
    if (people := _write_down(tx, checklist, earlier, later, halves[earlier])) < k:
        return
    _write_down(tx, checklist, later, earlier, halves[later])
    records = {wave: _history(tx, checklist, wave, {half[1]: people}) for wave, half in halves.items()}
    allowed = [item for item in items if all(records[wave].allows(item, halves[wave], k) for wave in halves)]
    _keep(tx, [_published(records[wave], item, half) for item in allowed for wave, half in halves.items()])


def read(tx: Tx, wave: int, cell: str = EVERYONE) -> dict[int, Cell]:
    """Item -> its newest published mean for everyone, or for a group."""
    newest = {row.item: row for row in _CELLS(tx, wave=wave, cell=cell)}
    return {item: _cell(row) for item, row in newest.items()}


def last(tx: Tx, wave: int) -> int:
    """The number of the last release of a wave; 0 without any."""
    return next((row.number for row in _LAST(tx, wave=wave)), 0)


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
        left = last(tx, wave)
        for (item, cohort), n in _counting(tx, checklist, wave, gone).items():
            _let_go(tx, wave, left, item, cohort, n)


def _counting(tx: Tx, checklist: Checklist, wave: int, some: Collection[int]) -> Counter[tuple[int, Cohort]]:
    """How many of these responses count towards k, of each item and cohort."""
    counted, comparisons = Counter[tuple[int, Cohort]](), _comparisons(tx, wave)
    for response in some:
        for item, cohort, counting, _ in scored(tx, checklist, comparisons, response=response):
            counted[item, cohort] += counting
    return counted


def hold(tx: Tx, response: int) -> None:
    """Until the end of this transaction no release is made of the wave of this response, nor is the wave closed: what
    is read from now on stays so."""
    number = literal(response, BigInteger)  # as it stands in a button: it may be any
    _lock(tx, waves.c.id == select(responses.c.wave_id).where(responses.c.id == number).scalar_subquery())


def _lock(tx: Tx, which: ColumnElement[bool]) -> None:
    """Until the end of this transaction nobody else publishes these waves, or leaves them. In one order everywhere."""
    tx.connection.execute(_locked(which))


def _locked(which: ColumnElement[bool]) -> Select[Any]:
    # Who comes into a wave meanwhile need not wait.
    return select(waves.c.id).where(which).order_by(waves.c.id).with_for_update(key_share=True)


def _joining(tx: Tx, wave: int, k: int, *, final: bool) -> int:
    """How many completed responses that count towards k the next release takes in, besides those released before."""
    [(completed, released)] = _COMPLETED(tx, wave=wave)
    return int((completed if final else interim(completed, released, k)) - released)


def _included() -> Update:
    """The first to complete are the first to be released; who holds a seat comes along with those before them."""
    in_order = (responses.c.completed_at, responses.c.id)
    so_far = func.sum(case((responses.c.seated, 0), else_=1)).over(order_by=in_order)
    waiting = (
        select(responses.c.id, so_far.label("so_far"))
        .where(_OF_WAVE, responses.c.completed_at.is_not(None), responses.c.released_in.is_(None))
        .subquery()
    )
    first = select(waiting.c.id).where(waiting.c.so_far <= bindparam("joining"))
    return update(responses).where(responses.c.id.in_(first)).values(released_in=bindparam("number"))


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
    scored = [either.c.option.in_(scores_of(checklist)) for either in (answers, given)]
    bits = func.sum(literal(1, BigInteger).bitwise_lshift(answers.c.item))
    same = (
        select(responses.c.id, literal(half[1]), bits)
        .select_from(both)
        .where(responses.c.wave_id == wave, there.c.wave_id == other, *are_released, *scored)
        .group_by(responses.c.id)
    )
    written = insert(compared).from_select(["response_id", "cell", "scored"], same)
    return tx.connection.execute(written.execution_options(preserve_rowcount=True)).rowcount


def _history(tx: Tx, checklist: Checklist, wave: int, people: Mapping[str, int]) -> History:
    """One pass over the released answers of a wave, its cells, and the rows of those who left, for new cells that are
    of so many people."""
    history = History(wave, people)
    for row in _EVERY_CELL(tx, wave=wave):
        history.published[row.item].append((row.release, row.cell))
    comparisons = [*_comparisons(tx, wave), *(cell for cell in people if cell not in (EVERYONE, *GROUPS))]
    for item, cohort, counting, sums in scored(tx, checklist, comparisons, wave=wave):
        history.counted[item][cohort] += counting
        history.given[item].append((cohort, sums))
    for row in _DEPARTED(tx, wave=wave):
        cohort = Cohort(row.came, row.left, row.group, frozenset(row.same.split()))
        history.counted[row.item][cohort] += row.n
    return history


def _people(tx: Tx, wave: int) -> dict[str, int]:
    """How many people are released now: everyone, and of each group."""
    counted = {row.group: row.n for row in _RELEASED(tx, wave=wave)}
    return {EVERYONE: sum(counted.values()), **{group: counted.get(group, 0) for group in GROUPS}}


def _comparisons(tx: Tx, wave: int) -> list[str]:
    """The published comparisons that this wave is part of."""
    return sorted(row.cell for row in _COMPARISONS(tx, wave=wave))


def _published(history: History, item: int, new: Publication) -> dict[str, object]:
    """A new publication, which counts from now on, as a row."""
    release, cell = new
    given = [sums for cohort, sums in history.given[item] if cohort.is_in(release, cell)]
    history.published[item].append(new)
    row = {"wave_id": history.wave, "release": release, "item": item, "cell": cell, "people": history.people[cell]}
    return {**row, **Sums(*map(sum, zip(*given, strict=True)))._asdict()}


def _keep(tx: Tx, rows: list[dict[str, object]]) -> None:
    if rows:
        tx.connection.execute(insert(cells), rows)


def _let_go(tx: Tx, wave: int, left: int, item: int, cohort: Cohort, n: int) -> None:
    same = " ".join(sorted(cohort.same))
    _LET_GO(tx, wave_id=wave, came=cohort.came, left=left, group=cohort.group, item=item, same=same, n=n)


def _letting_go(insert: Any) -> Any:
    new = insert(departed)
    keys = [column.name for column in departed.primary_key]
    return new.on_conflict_do_update(index_elements=keys, set_={"n": departed.c.n + new.excluded.n})


def _halves(tx: Tx, wave: int, name: str) -> dict[tuple[int, str], Cell]:
    """(item, the releases it was made of) -> one wave's half of the comparisons with another, the newest last."""
    of_wave = select(cells).where(cells.c.wave_id == wave, cells.c.cell.startswith(name)).order_by(cells.c.release)
    return {(row.item, row.cell.removeprefix(name)): _cell(row) for row in tx.connection.execute(of_wave)}


def _cell(row: Any) -> Cell:
    return Cell(row.release, Sums(row.n, row.total, row.squares), row.people)


_OF_WAVE = responses.c.wave_id == bindparam("wave")
_CELLS_OF_WAVE = cells.c.wave_id == bindparam("wave")

_LOCK_ALL = Prepared(
    lambda _: _locked(
        waves.c.partnership_id
        == select(waves.c.partnership_id).where(waves.c.id == bindparam("wave")).scalar_subquery()
    )
)
_LAST = Prepared(
    lambda _: (
        select(releases.c.number)
        .where(releases.c.wave_id == bindparam("wave"))
        .order_by(releases.c.number.desc())
        .limit(1)
    )
)
_COMPLETED = Prepared(
    lambda _: select(func.count(responses.c.completed_at), func.count(responses.c.released_in)).where(
        _OF_WAVE, ~responses.c.seated
    )
)
_INCLUDE = Prepared(lambda _: _included())
_RELEASE = Prepared(lambda insert: insert(releases))
_RELEASED = Prepared(
    lambda _: (
        select(respondents.c.group, func.count().label("n"))
        .select_from(responses.join(respondents))
        .where(_OF_WAVE, responses.c.released_in.is_not(None))
        .group_by(respondents.c.group)
    )
)
_CELLS = Prepared(
    lambda _: select(cells).where(_CELLS_OF_WAVE, cells.c.cell == bindparam("cell")).order_by(cells.c.release)
)
_EVERY_CELL = Prepared(
    lambda _: select(cells.c.item, cells.c.release, cells.c.cell).where(_CELLS_OF_WAVE).order_by(cells.c.release)
)
_COMPARISONS = Prepared(
    lambda _: (
        select(cells.c.cell).distinct().where(_CELLS_OF_WAVE, *(cells.c.cell != cell for cell in (EVERYONE, *GROUPS)))
    )
)
_LET_GO = Prepared(_letting_go)
_DEPARTED = Prepared(lambda _: select(departed).where(departed.c.wave_id == bindparam("wave")))
