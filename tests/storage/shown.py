"""What is shown of a partnership: every table of every round, for coordinators and respondents, what stands in its
files, and what a program is told. An attacker who has them all has nothing but the published means, and an n only where
it may be told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import floor

from sqlalchemy import text

from bot.api.resources import scores_of
from bot.api.shapes import Score
from bot.results.files import table_rows
from bot.results.programmes import read_standing
from bot.results.reports import Report, as_said, read_report
from bot.results.tables import read_released, read_table
from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import Partnership
from bot.survey.scores.disclosure import EVERYONE
from bot.survey.scores.table import Column, Table
from bot.texts.texts import Texts
from storage import partnerships, waves
from storage.engine.database import Tx
from storage.partnerships import Wave

NEWEST = """SELECT waves.number, cell, item, n, total, people FROM cells JOIN waves ON waves.id = wave_id
    WHERE partnership_id = :partnership ORDER BY release"""

EVERY = """SELECT wave_id, release, cell, item FROM cells JOIN waves ON waves.id = wave_id
    WHERE partnership_id = :partnership"""

Known = Mapping[tuple[int, str, int], tuple[int, int, int]]


def only_what_was_published(tx: Tx, texts: Texts, partnership: int, k: int, now: datetime) -> int:
    """Look at everything; how many scores there were to see."""
    before = {tuple(row) for row in tx.connection.execute(text(EVERY), {"partnership": partnership})}
    newest = tx.connection.execute(text(NEWEST), {"partnership": partnership})
    known: Known = {(wave, cell, item): tuple(sums) for wave, cell, item, *sums in newest}
    asked_by = partnerships.find(tx, str(partnership))
    assert asked_by
    seen = 0
    holds_published_means(beside_others(tx, texts, asked_by), known, k)
    for wave in waves.every(tx, partnership):
        seen += is_told_to_a_program(tx, texts, asked_by, wave, known, k)
    assert {tuple(row) for row in tx.connection.execute(text(EVERY), {"partnership": partnership})} == before
    for wave in waves.every(tx, partnership):
        for with_groups in (True, False):
            found, shown = read_table(tx, texts, asked_by, wave, now, with_groups=with_groups)
            assert with_groups or not shown.groups
            for column in shown.columns:
                holds_published_means(column, known, k)
                seen += len(column.items)
            rows = list(table_rows(texts, found, shown, "nl"))[2:]
            for number, column in enumerate(shown.columns):
                is_the_same_in_the_file(texts.checklist, shown, column, [row[3 + 2 * number :][:2] for row in rows])
        if report := read_report(tx, texts, asked_by, wave, now):
            is_the_same_on_paper(texts, report)
    return seen


def beside_others(tx: Tx, texts: Texts, partnership: Partnership) -> Column:
    """What a reader of a programme sees of it."""
    one = read_standing(tx, texts, partnership)
    return Column(one.scored_wave, one.items)


def is_told_to_a_program(tx: Tx, texts: Texts, partnership: Partnership, wave: Wave, known: Known, k: int) -> int:
    """Whole numbers of published means, and of several of them together; how many there were."""
    shown = read_released(tx, texts, partnership, wave)
    every, columns = scores_of(shown), [column for column in (shown.now, *shown.groups) if column.items]
    for one, column in zip(every, columns, strict=True):
        assert one.of == column.group or (one.of == EVERYONE and column is shown.now)
        holds_published_means(column, known, k)
        told: dict[int | str, Score] = {score.item: score for score in one.items}
        told |= {score.dimension: score for score in one.dimensions}
        every_what: list[int | str] = [*texts.checklist.items, *texts.checklist.parts]
        rows = [told.get(what) for what in every_what]
        is_the_same_in_the_file(texts.checklist, shown, column, [_as_in_the_file(row) for row in (*rows, one.total)])
    return sum(len(one.items) for one in every)


def _as_in_the_file(score: Score | None) -> tuple[object, object]:
    if score is None:
        return None, None
    return score.score, f"minder dan {score.fewer_than}" if score.n is None else score.n


def holds_published_means(column: Column, known: Known, k: int) -> None:
    for item, score in column.items.items():
        n, total, people = known[column.wave, column.group or "everyone", item]
        assert score.mean == Fraction(total, n)
        assert (score.n, score.fewer) == ((people, True) if 0 < people - n < k else (n, False))


def is_the_same_on_paper(texts: Texts, report: Report) -> None:
    """Every number of a report stands in the table that it was made of."""
    said, shown = as_said(texts, report, "nl")["report"], report.table
    for row in (row for part in said["parts"] for row in part["rows"]):
        now, before = shown.now.items.get(row["number"]), report.before and report.before.items.get(row["number"])
        assert (row["score"], row["before"]) == (now and now.shown, before and before.shown)
        assert row["n"] == (texts.word(now.people, "nl") if now else "")
    for block, columns in ((said["rounds"], shown.recent), (said["talk"][-1:] if shown.groups else [], shown.groups)):
        for cells in zip(*(row[1:] for one in block for row in one["rows"]), strict=True):
            told = [{score.shown for score in shown.scores(column).values()} for column in columns]
            assert all(cell == "–" or int(cell.split()[0]) in set().union(*told) for cell in cells)


Cells = Iterable[Sequence[object]]


def is_the_same_in_the_file(checklist: Checklist, shown: Table, column: Column, cells: Cells) -> None:
    """Computed here anew: a row is of one statement, of those of a part, or of all."""
    over = {item for item in checklist.items if all(item in one.items for one in _beside(shown, column))}
    each = [[item] for item in checklist.items]
    parts = [[item for item in one.items if item in over] for one in checklist.dimensions]
    for items, (score, n) in zip((*each, *parts, sorted(over)), cells, strict=True):
        if not items or any(item not in column.items for item in items):
            assert score is None
            continue
        behind = [column.items[item] for item in items]
        assert score == floor(sum((one.mean for one in behind), Fraction()) / len(behind) + Fraction(1, 2))
        least = min(behind, key=lambda one: (one.n, not one.fewer))
        assert n == (f"minder dan {least.n}" if least.fewer else least.n)


def _beside(shown: Table, column: Column) -> tuple[Column, ...]:
    return shown.groups if column.group else (shown.now,)
