"""What explains an export: its README, its metadata for programs, and whether anybody real is in it."""

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from bot.texts.texts import Texts
from storage.records import Record
from tests.export.files import (
    ANSWERS,
    COLUMNS,
    FORMS,
    MARCH,
    ORIGIN,
    SCORES,
    book_of,
    crowd,
    entry,
    people,
    rows_of,
    write,
)
from tests.export.files import sav as read_sav

INVENTED = replace(ORIGIN, is_synthetic=True)
XML_TYPES = {
    "integer": r"-?\d+",
    "double": r"\d+(\.\d+)?(e-?\d+)?",
    "gYearMonth": r"\d{4}-(0[1-9]|1[0-2])",
    "string": r".*",
}


def readme_of(paths: list[Path]) -> str:
    assert paths[-1].name.endswith("-README.txt")
    return paths[-1].read_text("utf-8")


def metadata_of(paths: list[Path]) -> dict[str, Any]:
    (path,) = (path for path in paths if path.name == f"{paths[0].name}-metadata.json")
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("form", FORMS)
def test_the_readme_names_every_file_and_every_column(form: str, texts: Texts, tmp_path: Path) -> None:
    wordings = {1: texts.wording(), 2: {"nl": {**texts.wording()["nl"], "3": "another"}}}
    paths = write(people(), texts, "nl", form, tmp_path, "x", origin=replace(ORIGIN, wordings=wordings))
    told = readme_of(paths)
    assert [line for line in told.splitlines() if line in {path.name for path in paths}] == [
        path.name for path in paths[:-1]
    ]
    assert all(re.search(rf"^{name} ", told, re.MULTILINE) for name in COLUMNS)
    assert "11 responses of 6 people. Exported on 2026-05-01. k = 5." in told
    assert "Wave 1: 6 began, 5 finished." in told
    assert "CC BY 4.0" in told
    assert "SYNTHETIC" not in told
    one, other = re.findall(r"Wording: (?:\w\w \w{12}, )*?nl (\w{12})", told)
    assert one != other
    assert max(map(len, told.splitlines())) <= 210, "of a statement at most"


def test_the_readme_says_how_to_cite(texts: Texts, tmp_path: Path) -> None:
    told = " ".join(readme_of(write(people(), texts, "en", "csv", tmp_path, "x")).split())
    assert "(2026). Answers to the Coordinated Action Checklist, partnership 3 [data set]." in told
    assert "van Lammeren et al. 2025" in told


@pytest.mark.parametrize("name", ["نهاية المرحلة", "第一轮之后", "na 🌱 fase 1", '"; DROP', "x" * 200])
@pytest.mark.parametrize("form", FORMS)
def test_any_name_of_a_wave_is_read_as_it_was_typed(name: str, form: str, texts: Texts, tmp_path: Path) -> None:
    records = [replace(record, wave_name=name) for record in crowd(5)]
    paths = write(records, texts, "en", form, tmp_path, "x")
    assert {row[2] for row in rows_of(paths)} == {name}
    assert f'Wave 1 "{name}": 5 began' in readme_of(paths)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_metadata_say_what_each_column_of_the_file_is(language: str, texts: Texts, tmp_path: Path) -> None:
    """The rules of the W3C's recommendation that a program checks first: context, url, titles, key, types, null."""
    paths = write([*people(), Record(1, 3, None, "", None, {})], texts, language, "csv", tmp_path, "x")
    about = metadata_of(paths)
    assert about["@context"] == ["http://www.w3.org/ns/csvw", {"@language": language}]
    assert about["url"] == paths[0].name
    columns = about["tableSchema"]["columns"]
    with paths[0].open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert [column["name"] for column in columns] == header == COLUMNS
    assert all(column["titles"][0] == column["name"] for column in columns), "a header is one of its titles"
    key = [header.index(name) for name in about["tableSchema"]["primaryKey"]]
    assert len({tuple(row[place] for place in key) for row in rows}) == len(rows)
    for place, column in enumerate(columns):
        for row in rows:
            assert is_valid(row[place], column), (column["name"], row[place])


def is_valid(cell: str, column: dict[str, Any]) -> bool:
    kind = column["datatype"] if isinstance(column["datatype"], dict) else {"base": column["datatype"]}
    if cell in column.get("null", ""):
        return not column.get("required")
    if not re.fullmatch(kind.get("format", XML_TYPES[kind["base"]]), cell):
        return False
    return "minimum" not in kind or kind["minimum"] <= float(cell) <= kind["maximum"]


def test_what_has_no_score_is_null_in_the_metadata(texts: Texts, tmp_path: Path) -> None:
    columns = {
        one["name"]: one
        for one in metadata_of(write(people(), texts, "en", "csv", tmp_path, "x"))["tableSchema"]["columns"]
    }
    assert columns["i05"]["null"] == ["-1", "-2", "-3"]
    assert columns["group"]["null"] == ["-4", "-3"]
    assert (columns["i05"]["datatype"]["minimum"], columns["i05"]["datatype"]["maximum"]) == (0, 100)
    assert columns["i05"]["titles"][1] == texts.checklist.items[5].statement.text
    assert "Yes = 100" in columns["i05"]["dc:description"]
    assert columns["id"]["required"] is columns["wave"]["required"] is True


@pytest.mark.parametrize("form", FORMS)
def test_what_a_rehearsal_made_up_says_so_everywhere(form: str, texts: Texts, tmp_path: Path) -> None:
    paths = write(people(), texts, "en", form, tmp_path, "x", origin=INVENTED)
    assert [path.name for path in paths if not path.name.startswith("SYNTHETIC-x")] == []
    assert readme_of(paths).startswith("SYNTHETIC: ")
    book = book_of(paths)
    assert book[0]["name"] == "synthetic"
    assert book[0]["text"].startswith("SYNTHETIC. No real person")
    assert {row[COLUMNS.index("synthetic")] for row in rows_of(paths)} == {1}
    real = write(people(), texts, "en", form, tmp_path, "x")
    assert "SYNTHETIC" not in readme_of(real)
    assert {row[COLUMNS.index("synthetic")] for row in rows_of(real)} == {0}


@pytest.mark.parametrize("form", FORMS)
def test_who_gave_no_scored_answer_has_no_score(form: str, texts: Texts, tmp_path: Path) -> None:
    """Also when that is everybody, and when nobody finished."""
    silent = [
        Record(1, 1, None, "", None, {}),
        Record(2, 1, "other", "", MARCH, dict.fromkeys(range(1, 27), "dont_know")),
    ]
    paths = write(silent, texts, "en", form, tmp_path, "x")
    assert [row[-len(SCORES) :] for row in rows_of(paths)] == [(None,) * len(SCORES)] * 2
    if form == "sav":
        assert {read_sav(paths)[1].readstat_variable_types[name] for name in SCORES} == {"double"}
    if form == "xlsx":
        sheet = load_workbook(paths[0])["data"]
        assert sheet.cell(2, len(COLUMNS)).value is None


def test_a_score_has_full_precision_where_a_file_can_hold_it(texts: Texts, tmp_path: Path) -> None:
    thirds = Record(1, 1, None, "nl", MARCH, {14: "yes", 15: "no", 16: "no", 2: "dont_know"})
    with write([thirds], texts, "en", "csv", tmp_path, "x")[0].open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (float(row["relation"]), float(row["total"]), row["suitability"]) == (100 / 3, 100 / 3, "")
    columns, _ = read_sav(write([thirds], texts, "en", "sav", tmp_path, "x"))
    assert columns["relation"] == [100 / 3]


def test_spss_knows_scores_from_codes(texts: Texts, tmp_path: Path) -> None:
    _, about = read_sav(write(people(), texts, "en", "sav", tmp_path, "x"))
    assert {about.variable_measure[name] for name in SCORES} == {"scale"}
    assert about.variable_measure["i01"] == "ordinal"
    assert about.original_variable_types["total"] == "F8.2"
    assert about.variable_value_labels["synthetic"] == {0: "No", 1: "Yes"}
    assert set(about.variable_value_labels["i01"]) == {*ANSWERS.values(), -3}


def test_a_label_too_long_for_spss_is_cut_between_letters(texts: Texts, tmp_path: Path) -> None:
    records = [replace(record, place="邻" * 200) for record in crowd(5)]
    _, about = read_sav(write(records, texts, "en", "sav", tmp_path, "x"))
    assert about.variable_value_labels["place"][1] == "邻" * 40


def test_the_codebook_explains_place_and_month_with_the_k_of_the_partnership(texts: Texts, tmp_path: Path) -> None:
    book = book_of(write(people(), texts, "en", "csv", tmp_path, "x", origin=replace(ORIGIN, k=7)))
    for name in ("place", "month"):
        assert "at least 7 people" in entry(book, "note", name)["text"]
