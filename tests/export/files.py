"""Files of an export, as independent readers find them, and the people whose answers are in them.

The readers (csv, openpyxl, pyreadstat) know nothing of how the files are written; the codes are written out here again.
"""

import csv
import random
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from pyreadstat import read_sav

from bot.export import dataset
from bot.export.shapes import Origin
from bot.texts.texts import Texts
from storage.records import Record
from tests.data import OPTIONS, five_sheets

FORMS = ("csv", "xlsx", "sav")
ITEMS = [f"i{item:02}" for item in range(1, 27)]
WHO = ["group", "place", "language", "answered_in", "channel", "completed", "month", "mode", "synthetic"]
SCORES = ["general", "suitability", "task", "relation", "growth", "visibility", "total"]
COLUMNS = ["id", "wave", "wave_name", *WHO, *ITEMS, *SCORES]
DIGITS = 12  # a spreadsheet keeps 15 or 16 in all
TEXTS = {"id", "wave_name", "language", "answered_in", "channel", "month"}
ANSWERS = {"no": 0, "rather_no": 25, "middle": 50, "rather_yes": 75, "yes": 100, "dont_know": -1, "not_applicable": -2}
GROUPS = {"resident": 1, "professional": 2, "other": 3, None: -3, "withheld": -4}
MODES = {None: 1, "assisted": 2, "paper": 3}
FIRST = 7_654_301  # our own number of the first person: long enough not to stand in a file by accident

HOW = (None, "assisted", "paper", None, "assisted")
PARTS = [(0, 1), (1, 8), (8, 13), (13, 18), (18, 22), (22, 26)]
MARCH = date(2026, 3, 4)
ORIGIN = Origin(partnership=3, k=5, exported_on=date(2026, 5, 1))

Row = tuple[Any, ...]
Book = list[dict[str, str]]


def people() -> list[Record]:
    """Five people in two waves, one in the first only, who stopped early and used every code there is."""
    sheets = [dict(sheet) for sheet in five_sheets()]
    groups: Sequence[str | None] = (*GROUPS,)
    first = [Record(FIRST + n, 1, groups[n], ("nl", "en")[n % 2], MARCH, sheet) for n, sheet in enumerate(sheets)]
    second = [
        Record(FIRST + n, 2, groups[n], "nl", MARCH, {**sheet, 1: OPTIONS[n]}, HOW[n]) for n, sheet in enumerate(sheets)
    ]
    stopped = Record(FIRST + 5, 1, None, "nl", None, {1: "dont_know", 2: "not_applicable", 3: "yes"})
    return [*first, *second, stopped]


def expected(record: Record, language: str = "other") -> Row:
    """What an export says of it, without the id; the scores by hand. Of `people` two spoke English in the first wave:
    that is so few that no language is named."""
    answers = [ANSWERS[record.answers[item]] if item in record.answers else -3 for item in range(1, 27)]
    scored = [[one for one in answers[first:last] if one >= 0] for first, last in (*PARTS, (0, 26))]
    means = [round(sum(part) / len(part), DIGITS) if part else None for part in scored]
    place, month = (1, f"{record.completed_on:%Y-%m}") if record.completed_on else (-5, None)
    who = (GROUPS[record.group], place, language, None, record.channel or None, int(record.completed), month)
    return (record.wave, record.wave_name or None, *who, MODES[record.mode], 0, *answers, *means)


def crowd(n: int, **first: str) -> list[Record]:
    """People who answer everything, each in an own way; the first of them with these answers (`i05`) instead."""
    sheets = [dict(enumerate(random.Random(k).choices(OPTIONS, k=26), 1)) for k in range(n)]
    sheets[0] |= {int(column[1:]): option for column, option in first.items()}
    return [Record(FIRST + k, 1, "resident", "nl", MARCH, sheet) for k, sheet in enumerate(sheets)]


def rows_of(paths: Sequence[Path]) -> list[Row]:
    """The rows in the order of the file, as another program reads them; what is empty as None."""
    match paths[0].suffix:
        case ".csv":
            with paths[0].open(encoding="utf-8", newline="") as file:
                header, *found = (tuple(row) for row in csv.reader(file))
        case ".xlsx":
            header, *found = load_workbook(paths[0])["data"].iter_rows(values_only=True)
        case _:
            columns, _ = sav(paths)
            header, *found = (tuple(columns), *zip(*columns.values(), strict=True))
    assert list(header) == COLUMNS
    return [tuple(_read(name, cell) for name, cell in zip(COLUMNS, row, strict=True)) for row in found]


def _read(name: str, cell: Any) -> Any:
    if cell is None or cell == "" or cell != cell:
        return None
    return cell if name in TEXTS else round(float(cell), DIGITS) if name in SCORES else int(cell)


def write(
    records: Sequence[Record], texts: Texts, language: str, form: str, folder: Path, name: str, *more: Any, **named: Any
) -> list[Path]:
    return dataset.write(records, texts, language, form, folder, name, named.pop("origin", ORIGIN), *more, **named)


def sav(paths: Sequence[Path], user_missing: bool = True) -> tuple[dict[str, Any], Any]:
    return read_sav(paths[0], output_format="dict", user_missing=user_missing)


def book_of(paths: Sequence[Path]) -> Book:
    if paths[0].suffix == ".xlsx":
        header, *rows = load_workbook(paths[0])["codebook"].iter_rows(values_only=True)
        return [dict(zip(header, (cell or "" for cell in row), strict=True)) for row in rows]
    [path] = [path for path in paths if path.name.endswith("-codebook.csv")]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def entry(book: Book, kind: str, name: str) -> dict[str, str]:
    [found] = [row for row in book if (row["entry"], row["name"]) == (kind, name)]
    return found


def content(paths: Sequence[Path]) -> bytes:
    """Every byte of the files, the compressed ones unpacked."""
    if paths[0].suffix == ".xlsx":
        with zipfile.ZipFile(paths[0]) as packed:
            return b"".join(packed.read(part) for part in packed.namelist())
    return b"".join(path.read_bytes() for path in paths)
