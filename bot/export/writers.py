"""Writers: an export as files, for each program that reads them. All of them appear or none does."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.export.csvw import metadata
from bot.export.shapes import Export, ExportError, Table, Variable
from bot.texts.cldr import about
from bot.texts.direction import bare

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_LABEL, MOST_CODE_LABEL = 255, 120  # bytes that SPSS keeps of what a variable and one of its codes are called
FORMATS = {"code": "F4.0", "number": "F8.2"}  # as SPSS shows them; stored is all there is


def _write_csv(export: Export, path: Path) -> list[Path]:
    data = _csv(export.data, path, ".csv")
    about = Path(f"{data}-metadata.json")
    about.write_text(metadata(export, data.name), "utf-8")
    return [data, about, *_beside(export, path, "csv")]


def _beside(export: Export, path: Path, form: str) -> list[Path]:
    """The codebook, and the change where there is one."""
    # The mark in front tells Excel that the letters are UTF-8. The data are for programs, some of which would take it
    # for part of the first column's name.
    codebook = _csv(export.codebook, path, f"-{form}-codebook.csv", encoding="utf-8-sig")
    return [codebook, *([_csv(export.change, path, f"-{form}-change.csv")] if export.change else [])]


def _csv(table: Table, path: Path, ending: str, encoding: str = "utf-8") -> Path:
    target = Path(f"{path}{ending}")
    target.write_text(as_csv(table), encoding, newline="")
    return target


def as_csv(table: Iterable[Iterable[object]], delimiter: str = ",", mark: str = ".") -> str:
    """A text that a spreadsheet would take for a formula has a ' before it; `mark` is the decimal one."""
    sheet = StringIO(newline="")
    csv.writer(sheet, delimiter=delimiter).writerows([_cell(one, mark) for one in row] for row in table)
    return sheet.getvalue()


def _cell(one: object, mark: str) -> object:
    if isinstance(one, float):
        return str(one).replace(".", mark)
    if not isinstance(one, str):
        return one
    text = bare(one)
    return f"'{text}" if text.startswith(FORMULA) else text


def for_spreadsheet(table: Iterable[Iterable[object]], language: str) -> str:
    """A table as a spreadsheet in this language opens it by itself: where numbers have a decimal comma, they have it
    here too, and cells are parted by semicolons. To be written with the mark of UTF-8 in front."""
    mark = about(language).decimal_mark
    return as_csv(table, "," if mark == "." else ";", mark)


def _write_xlsx(export: Export, path: Path) -> list[Path]:
    import xlsxwriter  # at the first file: it is no small library

    target, content = Path(f"{path}.xlsx"), BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        change = (("change", export.change),) if export.change else ()
        for title, table in (("data", export.data), ("codebook", export.codebook), *change):
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 1)
            for row, cells in enumerate(table):
                for column, cell in enumerate(cells):  # as what it is: a text is never taken for a formula or a link
                    if cell is not None:
                        (sheet.write_string if isinstance(cell, str) else sheet.write_number)(row, column, cell)
            sheet.autofit(400)
    target.write_bytes(content.getvalue())
    return [target]


def _write_sav(export: Export, path: Path) -> list[Path]:
    with _research_extra():
        import pandas
        import pyreadstat
    target, named = Path(f"{path}.sav"), {variable.name: variable for variable in export.variables}
    try:
        pyreadstat.write_sav(
            pandas.DataFrame(export.rows, columns=list(named)).astype(
                {
                    name: float for name, variable in named.items() if variable.kind == "number"
                }  # also where all is empty
            ),
            target,
            column_labels={name: _fitting(variable.label, MOST_LABEL) for name, variable in named.items()},
            variable_value_labels={name: _labels(variable) for name, variable in named.items() if variable.codes},
            missing_ranges={name: list(variable.missing) for name, variable in named.items() if variable.missing},
            variable_measure={name: _measure(variable) for name, variable in named.items()},
            variable_format={name: FORMATS[one.kind] for name, one in named.items() if one.kind in FORMATS},
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise OSError(str(error)) from error
    return [target, *_beside(export, path, "sav")]


def _measure(variable: Variable) -> str:
    return "scale" if variable.kind == "number" else "ordinal" if variable.item else "nominal"


def _labels(variable: Variable) -> dict[float, str]:
    return {code: _fitting(label, MOST_CODE_LABEL) for code, label in variable.codes.items()}


def _fitting(label: str, most: int) -> str:
    return label.encode()[:most].decode(errors="ignore")


@contextmanager
def _research_extra() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ExportError(
            f'This format needs {error.name}. Install the extra `research`: pip install "samenspraak[research]"'
        ) from error


@contextmanager
def written_in(folder: Path) -> Iterator[Path]:
    """A room inside the folder that only the owner can enter, gone at the end whatever happens."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".export-", dir=folder) as room:
            yield Path(room)
    except FileExistsError as error:
        raise ExportError(f"{error.filename} exists already and is not overwritten. Choose another folder.") from error
    except OSError as error:
        raise ExportError(f"The export cannot be written in {folder}: {error.strerror or error}.") from error


def publish(made: Sequence[Path], folder: Path) -> list[Path]:
    """Give the finished files their places: all of them, or none."""
    targets = {path: folder / path.name for path in made}
    with ExitStack() as undo:
        for path, target in targets.items():
            path.chmod(0o600)
            target.touch(0o600, exist_ok=False)  # claims the name: a rename alone would overwrite
            undo.callback(target.unlink)
            path.replace(target)
        undo.pop_all()
    return list(targets.values())


WRITERS = {"csv": _write_csv, "xlsx": _write_xlsx, "sav": _write_sav}
