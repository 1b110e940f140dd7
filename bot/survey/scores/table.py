"""The table: every published mean of a wave, of the waves before it and of its groups, side by side.

Numbers stand beside each other only where they are of the same: a statement that was worded alike, a dimension of the
very same statements. What is not there was not published, and is not filled in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

from bot.survey.checklist import Checklist, Dimension
from bot.survey.conversation.views import Grid, Paragraph
from bot.survey.phrases import Phrase, joined, say, verbatim
from bot.survey.scores.comparison import Comparison, verdict
from bot.survey.scores.scoring import Score, combined

GROUPS = {"resident": say("residents and volunteers"), "professional": say("people for whom this is work")}
MOST_ROUNDS = 6  # in one line: with more of them it is no line any more on a phone
TOTAL = "total"
NONE: Phrase = verbatim("–")
LEGEND = say("All scores are from 0 to 100. n is the number of people.")

What = int | str
"""A statement by its number, a dimension by its key, or the total."""


@dataclass(frozen=True, slots=True)
class Column:
    """Published means by statement: of everybody in a wave, or of one `group` of it. Those of an earlier wave are of
    statements that read the same then; `reworded` are the others."""

    wave: int
    items: Mapping[int, Score]
    name: str = ""
    group: str = ""
    reworded: frozenset[int] = frozenset()

    @property
    def label(self) -> Phrase:
        if self.group:
            return GROUPS[self.group]
        if self.name:
            return say("round {wave} “{name}”", wave=self.wave, name=self.name)
        return say("round {wave}", wave=self.wave)


@dataclass(frozen=True)
class Table:
    """`waves` are those that have scores, the earliest first; the last is the one that the table is about, and `groups`
    are its groups."""

    checklist: Checklist
    waves: tuple[Column, ...]
    groups: tuple[Column, ...] = ()

    @property
    def now(self) -> Column:
        return self.waves[-1]

    @property
    def columns(self) -> tuple[Column, ...]:
        """What one looks for comes first: this wave, then its groups, then the waves before it, the last one first."""
        return (self.now, *self.groups, *reversed(self.waves[:-1]))

    @property
    def recent(self) -> tuple[Column, ...]:
        return self.waves[-MOST_ROUNDS:]

    @property
    def parts(self) -> tuple[tuple[Phrase, What], ...]:
        """The six dimensions and the total, by what they are called."""
        return (*((one.plain, one.key) for one in self.checklist.dimensions), (say("Mean of all statements"), TOTAL))

    def scores(self, column: Column) -> Mapping[What, Score]:
        """Everything that one of its columns has: what is of several statements only where it has all of these."""
        return self._scores[column.wave, column.group]

    @cached_property
    def _scores(self) -> Mapping[tuple[int, str], Mapping[What, Score]]:
        """Worked out once: every row of a table asks for it."""
        return {(column.wave, column.group): self._of(column) for column in self.columns}

    def _of(self, column: Column) -> Mapping[What, Score]:
        beside = self.groups if column.group else (self.now,)
        over = frozenset.intersection(*(frozenset(one.items) for one in beside))
        found = combined(self.checklist, {item: score for item, score in column.items.items() if item in over})
        whole = {one.key: over & {*one.items} <= column.items.keys() for one in self.checklist.dimensions}
        scores: dict[What, Score] = dict(column.items.items())
        scores |= {key: score for key, score in found.dimensions.items() if whole[key]}
        return scores | ({TOTAL: found.total} if found.total and all(whole.values()) else {})

    def run(self, what: What) -> list[Score | None]:
        """Through the waves, the earliest first."""
        return [self.scores(column).get(what) for column in self.recent]


def moved(scores: Sequence[Score | None]) -> Phrase:
    """49 → 53 → 61 (n = 10 → 12 → 12), with an arrow where the last step is notable."""
    there = [score for score in scores if score]
    if not there:
        return say("no score")
    if len(scores) == 1:
        return say("<b>{score}</b> (n = {n})", score=there[0].shown, n=there[0].people)
    numbers = [verbatim(score.shown) if score else NONE for score in scores]
    people = list(dict.fromkeys(score.people for score in there))
    n = _through(score.people for score in there) if len(people) > 1 else people[0]
    arrow = [verbatim(_arrow(scores))] if _arrow(scores) else []
    return joined((_through(numbers), *arrow, say("(n = {n})", n=n)), " ")


def _through(phrases: Iterable[Phrase]) -> Phrase:
    """One after the other in time: which way the arrows point, the language says."""
    return reduce(lambda then, now: say("{then} → {now}", then=then, now=now), phrases)


def _arrow(scores: Sequence[Score | None]) -> str:
    then, now = scores[-2:]
    return {"better": "▲", "worse": "▼"}.get(verdict((then, now)), "") if then and now else ""


def part(table: Table, since: Comparison | None, number: int) -> tuple[Paragraph, ...]:
    """One part of the checklist: every statement of it, with all that may be told of it."""
    dimension = table.checklist.dimensions[number - 1]
    heading = say("<b>Part {part} · {dimension}</b>", part=number, dimension=dimension.plain)
    whole = say("This part as a whole: {change}", change=moved(table.run(dimension.key)))
    return ((heading, legend(table), whole), *(_statement(table, since, item) for item in dimension.items))


def legend(table: Table) -> Phrase:
    return say("From 0 to 100: {rounds}.", rounds=_through(column.label for column in table.recent))


def _statement(table: Table, since: Comparison | None, item: int) -> Paragraph:
    title = _numbered(table, item)
    change, others = moved(table.run(item)), list(_besides(table, since, item))
    return (title, say("everyone: {change}", change=change), *others) if others else (title, change)


def _besides(table: Table, since: Comparison | None, item: int) -> Iterator[Phrase]:
    """What is told of a statement besides everyone's score."""
    if since and (pair := since.same_people.get(item)):
        yield say("the same people: {change}", change=moved(pair))
    for group in table.groups:
        if item in group.items:
            yield say("{what}: {change}", what=group.label, change=moved((group.items[item],)))
    if changed := [verbatim(column.wave) for column in table.recent if item in column.reworded]:
        yield say("not compared with round {rounds}: the words changed", rounds=joined(changed))


def dimensions(table: Table) -> Paragraph:
    """The six dimensions and the total, through the waves."""
    return tuple(say("{what}: {change}", what=name, change=moved(table.run(key))) for name, key in table.parts)


def statements(table: Table) -> tuple[Paragraph, ...]:
    """All statements through the waves, a line for each."""
    return tuple(
        (say("<b>{dimension}</b>", dimension=one.plain), *(_line(table, item) for item in one.items))
        for one in table.checklist.dimensions
    )


def _line(table: Table, item: int) -> Phrase:
    return joined((_numbered(table, item), moved(table.run(item))), " ")


def _numbered(table: Table, item: int) -> Phrase:
    return say("{number}. {plain}", number=item, plain=table.checklist.items[item].plain)


def left_out(table: Table) -> Paragraph:
    """Which statements of which wave stand beside nothing, because they were worded otherwise."""
    return tuple(
        say(
            "In round {wave} other words were used for statement {numbers}. We do not compare these.",
            wave=column.wave,
            numbers=joined(map(verbatim, sorted(column.reworded))),
        )
        for column in table.waves
        if column.reworded
    )


def groups(table: Table) -> tuple[Paragraph, ...]:
    """The dimensions as each group sees them, over statements that both have."""
    return tuple(_seen(table, one) for one in seen_by_both(table))


def seen_by_both(table: Table) -> list[Dimension]:
    each = [table.scores(group) for group in table.groups]
    return [one for one in table.checklist.dimensions if len(each) > 1 and all(one.key in seen for seen in each)]


def _seen(table: Table, dimension: Dimension) -> Paragraph:
    lines = (
        say("{what}: {change}", what=group.label, change=moved((table.scores(group)[dimension.key],)))
        for group in table.groups
    )
    return (say("<b>{dimension}</b>", dimension=dimension.plain), *lines)


def grid(table: Table, *, pictograms: bool = False) -> Grid[Phrase]:
    """All of it in rows: the statements under their dimension, then the six dimensions and the total."""
    columns = [table.scores(column) for column in table.columns]

    def row(what: What, name: Phrase) -> tuple[Phrase, ...]:
        return (name, *(_cell(column, scores, what) for column, scores in zip(table.columns, columns, strict=True)))

    rows: list[tuple[Phrase, ...]] = []
    for one in table.checklist.dimensions:
        rows += [(one.plain,), *(row(item, _numbered(table, item)) for item in one.items)]
    rows.append((say("The parts"),))
    rows += [row(one.key, one.plain) for one in table.checklist.dimensions]
    head = (say("statement"), *(column.label for column in table.columns))
    beside = {one.plain: one.key for one in table.checklist.dimensions if pictograms}
    return Grid(head, (*rows, row(TOTAL, say("Mean of all statements"))), beside)


def _cell(column: Column, scores: Mapping[What, Score], what: What) -> Phrase:
    if what in column.reworded:
        return say("other words")
    score = scores.get(what)
    return say("{score} (n\u00a0=\u00a0{n})", score=score.shown, n=score.people) if score else NONE
