"""The research export: what independent readers find in the files, and what nobody can find there."""

import csv
import random
import re
import resource
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.export.reliability import alpha, f_quantile, interval
from bot.export.shapes import ExportError
from bot.survey.phrases import say
from bot.texts.texts import Texts
from storage.records import Record
from tests.export.files import (
    ANSWERS,
    COLUMNS,
    FORMS,
    GROUPS,
    ITEMS,
    MARCH,
    book_of,
    content,
    crowd,
    entry,
    expected,
    people,
    rows_of,
    sav,
    write,
)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_another_program_reads_the_same_answers(form: str, language: str, texts: Texts, tmp_path: Path) -> None:
    rows = rows_of(write(people(), texts, language, form, tmp_path, "verbinders"))
    assert sorted(row[1:] for row in rows) == sorted(map(expected, people()))
    assert {code for row in rows for code in row[11:37]} == {*ANSWERS.values(), -3}
    assert {row[3] for row in rows} == {*GROUPS.values()}


@pytest.mark.parametrize("form", FORMS)
def test_an_id_is_one_person_in_every_wave_and_fresh_in_every_export(form: str, texts: Texts, tmp_path: Path) -> None:
    person = {expected(record): record.person for record in people()}
    exports = [rows_of(write(people(), texts, "nl", form, tmp_path, name)) for name in ("once", "again")]
    for rows in exports:
        assert len({(row[0], person[row[1:]]) for row in rows}) == len({row[0] for row in rows}) == 6
        assert all(len(row[0]) == 8 and int(row[0], 16) and row[0][0].isalpha() for row in rows)
    once, again = ({row[0] for row in rows} for rows in exports)
    assert not once & again


@pytest.mark.parametrize("form", FORMS)
def test_nothing_shows_who_came_first(form: str, texts: Texts, tmp_path: Path) -> None:
    records = crowd(40)
    person = {expected(record, "nl"): record.person for record in records}
    assert len(person) == 40
    rows = rows_of(write(records, texts, "nl", form, tmp_path, "many", random.Random(1)))
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    order = [person[row[1:]] for row in rows]
    rising = sum(one < next_one for one, next_one in pairwise(order))
    assert 10 < rising < 30


@pytest.mark.parametrize("form", FORMS)
def test_our_own_numbers_are_nowhere_in_the_bytes(form: str, texts: Texts, tmp_path: Path) -> None:
    found = content(write(people(), texts, "nl", form, tmp_path, "verbinders"))
    assert b"i26" in found
    for record in people():
        for written in (
            str(record.person).encode(),
            struct.pack("<d", record.person),
            struct.pack("<i", record.person),
        ):
            assert written not in found


@pytest.mark.parametrize("language", ["nl", "en"])
def test_spss_shows_labels_and_leaves_the_three_codes_out(language: str, texts: Texts, tmp_path: Path) -> None:
    paths = write(people(), texts, language, "sav", tmp_path, "verbinders")
    columns, about = sav(paths)
    items, options = texts.checklist.items, texts.checklist.options
    labels = {score: texts.say(options[key].label, language) for key, score in ANSWERS.items()}
    for number, column in enumerate(ITEMS, 1):
        assert about.column_names_to_labels[column] == texts.say(items[number].statement, language)
        assert about.variable_value_labels[column] == {**labels, -3: texts.say(say("Not reached"), language)}
        assert {span["lo"] for span in about.missing_ranges[column]} == {-1, -2, -3}
        assert all(span["lo"] == span["hi"] for span in about.missing_ranges[column])
    assert (
        about.variable_value_labels["group"][1]
        == {"nl": "Ik woon hier of ik ben vrijwilliger", "en": "I live here or I am a volunteer"}[language]
    )
    assert {span["lo"] for span in about.missing_ranges["group"]} == {-3, -4}
    scored, _ = sav(paths, user_missing=False)
    assert scored["i02"] == [None if value < 0 else value for value in columns["i02"]]


@pytest.mark.parametrize(("language", "dont_know"), [("nl", "Weet ik niet = -1"), ("en", "I don't know = -1")])
@pytest.mark.parametrize("form", FORMS)
def test_the_codebook_says_all_a_stranger_needs(
    form: str, language: str, dont_know: str, texts: Texts, tmp_path: Path
) -> None:
    book = book_of(write(people(), texts, language, form, tmp_path, "verbinders"))
    assert [row["name"] for row in book if row["entry"] == "variable"] == COLUMNS
    fifth, item = entry(book, "variable", "i05"), texts.checklist.items[5]
    assert item.hint
    assert fifth["text"] == texts.say(item.statement, language)
    assert fifth["english"] == item.statement.text
    assert fifth["plain"] == texts.say(item.plain, language)
    assert fifth["hint"] == texts.say(item.hint, language)
    assert fifth["dimension"] == "suitability"
    assert fifth["codes"].endswith(" = 100")
    assert fifth["missing"].startswith(dont_know)
    assert fifth["missing"].endswith(" = -3")
    for spoken in ("nl", "en"):
        assert f"{spoken} {texts.wording()[spoken]['5']}" in fifth["wording"]
    assert entry(book, "dimension", "growth")["english"] == "Growth dimension"
    assert texts.checklist.version in entry(book, "note", "instrument")["text"]
    assert "CC BY 4.0" in entry(book, "note", "sources")["text"]
    assert "drafts" in entry(book, "note", "drafts")["text"]


def test_the_three_formats_carry_one_codebook(texts: Texts, tmp_path: Path) -> None:
    first, *others = (book_of(write(people(), texts, "nl", form, tmp_path, "verbinders")) for form in FORMS)
    assert all(book == first for book in others)


@pytest.mark.parametrize("bad", ["=1+1", "+31", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_is_never_a_formula(bad: str, texts: Texts, tmp_path: Path) -> None:
    records = [Record(1, 1, "other", "nl", MARCH, {}, wave_name=bad)]
    with write(records, texts, "nl", "csv", tmp_path, "x")[0].open(newline="") as file:
        assert next(csv.DictReader(file))["wave_name"] == f"'{bad}"
    cell = load_workbook(write(records, texts, "nl", "xlsx", tmp_path, "x")[0])["data"]["C2"]
    assert (cell.data_type, str(cell.value).replace("_x000D_", "\r")) == ("s", bad)


@pytest.mark.parametrize("form", FORMS)
def test_no_cell_of_a_codebook_begins_like_a_formula(form: str, texts: Texts, tmp_path: Path) -> None:
    book = book_of(write(people(), texts, "nl", form, tmp_path, "verbinders"))
    assert not [cell for row in book for cell in row.values() if cell.startswith(("=", "+", "-", "@", "'"))]


@pytest.mark.parametrize("form", FORMS)
def test_only_the_owner_reads_and_nothing_is_left_lying_about(form: str, texts: Texts, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    paths = write(people(), texts, "nl", form, folder, "De Verbinders 1.2")
    assert paths[0] == folder / f"De Verbinders 1.2.{form}"
    assert sorted(folder.iterdir()) == sorted(paths)
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}


@pytest.mark.parametrize(
    ("form", "there"),
    [
        *((form, f"x.{form}") for form in FORMS),
        *(("csv", f"x{ending}") for ending in ("-csv-codebook.csv", ".csv-metadata.json")),
        ("sav", "x-sav-README.txt"),
    ],
)
def test_an_existing_file_is_not_overwritten(form: str, there: str, texts: Texts, tmp_path: Path) -> None:
    (tmp_path / there).write_text("mine")
    with pytest.raises(ExportError, match=f"{re.escape(there)} exists already"):
        write(people(), texts, "nl", form, tmp_path, "x")
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "mine"


@pytest.mark.parametrize("below", [".", "deeper"])
@pytest.mark.parametrize("form", FORMS)
def test_a_folder_that_is_a_file_is_said_so(form: str, below: str, texts: Texts, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ExportError, match="file"):
        write(people(), texts, "nl", form, tmp_path / "file" / below, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("form", "size"),
    [*((form, 1000) for form in FORMS), ("csv", 10_000), ("sav", 16_500)],  # also when a file is there already
)
def test_a_full_disk_leaves_nothing_behind(form: str, size: int, texts: Texts, tmp_path: Path) -> None:
    with files_of_at_most(size), pytest.raises(ExportError, match="cannot be written"):
        write(people(), texts, "nl", form, tmp_path, "x")
    assert not list(tmp_path.iterdir())


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As full as a disk gets in a test: no file grows beyond this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("package", ["pyreadstat", "pandas"])
def test_a_missing_package_is_named_with_its_extra(
    package: str, texts: Texts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # as Python marks what cannot be imported
    with pytest.raises(ExportError, match=rf'{package}.*"samenspraak\[research\]"'):
        write(people(), texts, "nl", "sav", tmp_path, "x")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"form": "pdf"}, "csv, xlsx, sav"),
        ({"language": "fr"}, "en, nl"),
        ({"name": "../x"}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"records": []}, "no answers"),
        ({"records": [Record(1, 1, "mayor", "nl", MARCH, {})]}, "group"),
        ({"records": [Record(1, 1, None, "nl", MARCH, {3: "maybe"})]}, "item 3"),
        ({"records": [Record(1, 1, None, "nl", MARCH, {}, "by phone")]}, "mode"),
    ],
)
def test_what_cannot_be_exported_is_said(changed: dict[str, Any], said: str, texts: Texts, tmp_path: Path) -> None:
    asked = {"records": people(), "language": "nl", "form": "csv", "name": "x", **changed}
    with pytest.raises(ExportError, match=said):
        write(texts=texts, folder=tmp_path, **asked)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([(0, 0), (50, 50), (100, 100)], 1.0),
        # The items vary by 1 and 4, their sums by 9: 2 * (1 - 5/9).
        ([(1, 2), (2, 4), (3, 6)], 8 / 9),
        # The items vary by 1/3 each, their sums by 2/3: nothing in common.
        ([(0, 0), (0, 1), (1, 0), (1, 1)], 0.0),
        # The items vary by 1, 1 and 7/3, their sums 4, 5 and 9 by 7: 3/2 * (1 - 13/21).
        ([(1, 2, 1), (2, 1, 2), (3, 3, 3)], 1.5 * (1 - 3 / 7)),
    ],
)
def test_alpha_by_hand(rows: list[tuple[int, ...]], value: float) -> None:
    found = alpha(rows)
    assert found
    assert found.value == pytest.approx(value, abs=1e-12)
    assert found.low <= found.value <= found.high
    assert found.n == len(rows)


@pytest.mark.parametrize("rows", [[], [(1, 2)], [(1,), (2,)], [(50, 50), (50, 50)], [(0, 100), (100, 0)]])
def test_no_differences_no_alpha(rows: list[tuple[int, ...]]) -> None:
    assert alpha(rows) is None


def test_the_interval_is_feldts() -> None:
    """Against Evans' R code for Feldt's interval, imaging.mrc-cbu.cam.ac.uk/statswiki/FAQ/cafun."""
    assert interval(0.913, people=873, items=20) == pytest.approx((0.9044024, 0.9211588), abs=5e-8)


@pytest.mark.parametrize(
    ("share", "above", "below", "table"),
    # The common printed tables of F.
    [(0.95, 1, 1, 161.45), (0.95, 5, 10, 3.33), (0.975, 10, 20, 2.77), (0.99, 4, 7, 7.85), (0.95, 120, 120, 1.35)],
)
def test_the_quantiles_of_f_are_those_of_the_table(share: float, above: int, below: int, table: float) -> None:
    assert f_quantile(share, above, below) == pytest.approx(table, abs=0.005)


@pytest.mark.parametrize("share", [0.001, 0.025, 0.5, 0.975, 0.999])
@pytest.mark.parametrize("below", [1, 2, 7, 60, 5000])
def test_the_quantiles_of_f_where_they_have_a_formula(share: float, below: int) -> None:
    exact = below / 2 * ((1 - share) ** (-2 / below) - 1)
    assert f_quantile(share, 2, below) == pytest.approx(exact, rel=1e-9)
    assert f_quantile(1 - share, below, 2) == pytest.approx(1 / exact, rel=1e-9)


def test_alpha_waits_for_thirty_complete_answers(texts: Texts, tmp_path: Path) -> None:
    book = book_of(write(crowd(30, i05="dont_know"), texts, "nl", "csv", tmp_path, "x"))
    texts_of = {row["dimension"]: row["text"] for row in book if row["entry"] == "alpha"}
    assert list(texts_of) == ["suitability", "task", "relation", "growth", "visibility"]
    assert texts_of["suitability"] == "fewer than 30 complete answers"
    found = alpha([[ANSWERS[record.answers[item]] for item in range(9, 14)] for record in crowd(30)])
    assert found
    assert f"{found.value:.2f} (95% interval {found.low:.2f} to {found.high:.2f}; 30 " in texts_of["task"]


def test_alpha_is_of_one_wave(texts: Texts, tmp_path: Path) -> None:
    book = book_of(write(people(), texts, "nl", "csv", tmp_path, "x"))
    assert entry(book, "alpha", "task, wave 2")["text"] == "fewer than 30 complete answers"
    assert sum(row["entry"] == "alpha" for row in book) == 2 * 5
