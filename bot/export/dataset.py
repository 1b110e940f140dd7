"""Research: the answers of a partnership as a file for a researcher, with the codebook that explains it.

Nothing in it leads back to a person by itself: ids are drawn afresh for each export, the rows stand in the order of
those ids, and there are no moments of answering, because they would help to recognise people.
"""

import csv
import random
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from bot.export.reliability import alpha
from bot.survey.checklist import Checklist, Item
from bot.survey.conversation.dialogue import GROUP_LABELS
from bot.survey.phrases import say
from bot.texts.texts import SOURCE_LANGUAGE, Texts

NOT_REACHED, WITHHELD = -3, -4
UNSCORED = {"dont_know": -1, "not_applicable": -2}
GROUPS = {None: NOT_REACHED, "resident": 1, "professional": 2, "other": 3, "withheld": WITHHELD}
FEWEST = 30  # complete answers from which alpha is worth its interval
NAMES = re.compile(r"\w[\w .-]{0,79}")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_LABEL = 255  # bytes that SPSS keeps of what a variable is called

T = TypeVar("T")
Value = int | str
Table = Sequence[Sequence[Value]]


class ExportError(Exception):
    """The export cannot be made; the message says why and what to do. No file has been left behind."""


@dataclass(frozen=True, slots=True)
class Record:
    """One person in one wave. `person` is our own number for them; it is never written. Answers: item -> option."""

    person: int
    wave: int
    group: str | None
    language: str
    completed: bool
    answers: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Variable:
    """A column: what it says, and what its codes mean. A code below 0 is a missing one."""

    name: str
    label: str
    codes: Mapping[int, str] = field(default_factory=dict)
    item: Item | None = None

    @property
    def missing(self) -> list[int]:
        return [code for code in self.codes if code < 0]


@dataclass(frozen=True, slots=True)
class Export:
    variables: Sequence[Variable]
    rows: Table
    codebook: Table
    change: Table = ()

    @property
    def data(self) -> Table:
        return [[variable.name for variable in self.variables], *self.rows]


def write(
    records: Sequence[Record],
    texts: Texts,
    language: str,
    form: str,
    folder: Path,
    name: str,
    randomness: random.Random | None = None,
    change: Table = (),
) -> list[Path]:
    """Write the data as `name`.csv, .xlsx or .sav, with a codebook, in `folder`; returns the paths.

    The codebook is `name`-csv-codebook.csv or `name`-sav-codebook.csv, in .xlsx a second sheet; so is `change`, the
    published comparison of two waves, when there is one. Labels are in `language`. All files appear or none does, none
    replaces an existing one, and only the owner can read them. Raises ExportError.
    """
    _one_of(form, WRITERS, "The format")
    _one_of(language, texts.languages, "The language")
    if not NAMES.fullmatch(name):
        raise ExportError("The name of an export is 1 to 80 letters, digits, spaces and the signs - _ .")
    if not records:
        raise ExportError("There are no answers to export yet.")
    export = _export(records, texts, language, randomness or random.SystemRandom(), change)
    with _written_in(folder) as room:
        made = WRITERS[form](export, room / name)
        return _publish(made, folder)


def _export(records: Sequence[Record], texts: Texts, language: str, randomness: random.Random, change: Table) -> Export:
    variables = _variables(texts, language)
    rows = _rows(records, texts.checklist, randomness)
    return Export(variables, rows, _codebook(records, variables, texts, language), change)


def _variables(texts: Texts, language: str) -> list[Variable]:
    options = {option.key: texts.say(option.label, language) for option in texts.checklist.options.values()}
    not_reached = texts.say(say("Not reached"), language)
    answers = {**{code: options[key] for key, code in _codes(texts.checklist).items()}, NOT_REACHED: not_reached}
    groups = {GROUPS[key]: texts.say(label, language) for key, label in GROUP_LABELS.items()}
    return [
        Variable("id", texts.say(say("Person: drawn at random for this export"), language)),
        Variable("wave", texts.say(say("Wave"), language)),
        Variable("group", texts.say(say("Takes part as"), language), {**groups, NOT_REACHED: not_reached}),
        Variable("language", texts.say(say("Language of the chat"), language)),
        Variable("completed", texts.say(say("Pressed Done"), language), {0: options["no"], 1: options["yes"]}),
        *(
            Variable(_column(item.number), texts.say(item.statement, language), answers, item)
            for item in texts.checklist.items.values()
        ),
    ]


def _column(item: int) -> str:
    return f"i{item:02}"


def _codes(checklist: Checklist) -> dict[str, int]:
    return {
        option.key: UNSCORED[option.key] if option.score is None else option.score
        for option in checklist.options.values()
    }


def _rows(records: Sequence[Record], checklist: Checklist, randomness: random.Random) -> Table:
    ids = _fresh_ids({record.person for record in records}, randomness)
    codes = _codes(checklist)
    in_order = sorted(records, key=lambda record: (ids[record.person], record.wave))
    return [[ids[record.person], *_facts(record), *_answers(record, checklist, codes)] for record in in_order]


def _fresh_ids(people: Collection[int], randomness: random.Random) -> dict[int, str]:
    """Eight hexadecimal characters each. The first is a letter, or a spreadsheet would read 12e45678 as a number."""
    drawn = randomness.sample(range(0xA0000000, 0x100000000), len(people))
    return {person: f"{number:x}" for person, number in zip(people, drawn, strict=True)}


def _facts(record: Record) -> Iterator[Value]:
    yield record.wave
    yield GROUPS[_one_of(record.group, GROUPS, "A group")]
    yield record.language
    yield int(record.completed)


def _answers(record: Record, checklist: Checklist, codes: Mapping[str, int]) -> Iterator[int]:
    for item in checklist.items:
        option = record.answers.get(item)
        yield NOT_REACHED if option is None else codes[_one_of(option, codes, f"An answer to item {item}")]


def _codebook(records: Sequence[Record], variables: Sequence[Variable], texts: Texts, language: str) -> Table:
    entries = (
        *_variable_entries(variables, texts, language),
        *_dimension_entries(texts, language),
        *_alpha_entries(records, texts.checklist),
        *(("note", name, text.format(version=texts.checklist.version)) for name, text in NOTES.items()),
    )
    return [CODEBOOK, *((*entry, *[""] * (len(CODEBOOK) - len(entry))) for entry in entries)]


def _variable_entries(variables: Sequence[Variable], texts: Texts, language: str) -> Iterator[Sequence[str]]:
    wording = texts.wording()
    for variable in variables:
        codes = {code: label for code, label in variable.codes.items() if code not in variable.missing}
        missing = {code: variable.codes[code] for code in variable.missing}
        read = _read(variable.item, texts, language) if variable.item else [""] * 4
        entry = "variable", variable.name, variable.label, *read, _listed(codes), _listed(missing)
        yield (*entry, _fingerprints(variable.item, wording)) if variable.item else entry


def _read(item: Item, texts: Texts, language: str) -> Sequence[str]:
    return (
        texts.say(item.statement, SOURCE_LANGUAGE),
        texts.say(item.plain, language),
        texts.say(item.hint, language) if item.hint else "",
        item.dimension,
    )


def _listed(codes: Mapping[int, str]) -> str:
    """The label first: a cell that begins with -1 looks like a formula."""
    return " | ".join(f"{label} = {code}" for code, label in codes.items())


def _fingerprints(item: Item, wording: Mapping[str, Mapping[str, str]]) -> str:
    return " | ".join(f"{language} {prints[str(item.number)]}" for language, prints in wording.items())


def _dimension_entries(texts: Texts, language: str) -> Iterator[Sequence[str]]:
    for dimension in texts.checklist.dimensions:
        name, english = (texts.say(dimension.name, spoken) for spoken in (language, SOURCE_LANGUAGE))
        yield "dimension", dimension.key, name, english, texts.say(dimension.plain, language)


def _alpha_entries(records: Sequence[Record], checklist: Checklist) -> Iterator[Sequence[str]]:
    """Wave by wave, because the same people answer again in the next one. One item alone has no alpha."""
    codes = _codes(checklist)
    for wave, those in groupby(sorted(records, key=lambda record: record.wave), key=lambda record: record.wave):
        answers = [record.answers for record in those]
        for dimension in checklist.dimensions:
            if len(dimension.items) > 1:
                text = _alpha_in_words(_complete(answers, dimension.items, codes))
                yield "alpha", f"{dimension.key}, wave {wave}", text, "", "", "", dimension.key


def _complete(
    answers: Iterable[Mapping[int, str]], items: Sequence[int], codes: Mapping[str, int]
) -> Sequence[Sequence[int]]:
    """The scores of those who gave a scored answer to each of these items."""
    rows = ([codes.get(sheet.get(item, ""), NOT_REACHED) for item in items] for sheet in answers)
    return [row for row in rows if min(row) >= 0]


def _alpha_in_words(rows: Sequence[Sequence[int]]) -> str:
    if len(rows) < FEWEST:
        return f"fewer than {FEWEST} complete answers"
    if not (found := alpha(rows)):
        return f"not defined: no differences between the sums of {len(rows)} complete answers"
    span = f"95% interval {found.low:.2f} to {found.high:.2f}"
    return f"Cronbach's alpha {found.value:.2f} ({span}; {found.n} complete answers)"


def _write_csv(export: Export, path: Path) -> list[Path]:
    return [_csv(export.data, path, ".csv"), *_beside(export, path, "csv")]


def _beside(export: Export, path: Path, form: str) -> list[Path]:
    """The codebook, and the change where there is one."""
    # The mark in front tells Excel that the letters are UTF-8; the data themselves are plain ASCII and need none.
    codebook = _csv(export.codebook, path, f"-{form}-codebook.csv", encoding="utf-8-sig")
    return [codebook, *([_csv(export.change, path, f"-{form}-change.csv")] if export.change else [])]


def _csv(table: Table, path: Path, ending: str, encoding: str = "utf-8") -> Path:
    target = _named(path, ending)
    with target.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([_no_formula(cell) for cell in row] for row in table)
    return target


def _no_formula(cell: Value) -> Value:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def _write_xlsx(export: Export, path: Path) -> list[Path]:
    with _research_extra():
        import xlsxwriter
    target, content = _named(path, ".xlsx"), BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        change = (("change", export.change),) if export.change else ()
        for title, table in (("data", export.data), ("codebook", export.codebook), *change):
            sheet = book.add_worksheet(title)
            sheet.freeze_panes(1, 1)
            for place, cell in _cells(table):  # each as what it is: a text is never taken for a formula or a link
                (sheet.write_string if isinstance(cell, str) else sheet.write_number)(*place, cell)
            sheet.autofit(400)
    target.write_bytes(content.getvalue())
    return [target]


def _cells(table: Table) -> Iterator[tuple[tuple[int, int], Value]]:
    return (((row, column), cell) for row, cells in enumerate(table) for column, cell in enumerate(cells))


def _write_sav(export: Export, path: Path) -> list[Path]:
    with _research_extra():
        import pandas
        import pyreadstat
    target, named = _named(path, ".sav"), {variable.name: variable for variable in export.variables}
    try:
        pyreadstat.write_sav(
            pandas.DataFrame(export.rows, columns=list(named)),
            target,
            column_labels={name: _fitting(variable.label) for name, variable in named.items()},
            variable_value_labels={
                name: dict[float, str](variable.codes.items()) for name, variable in named.items() if variable.codes
            },
            missing_ranges={name: list(variable.missing) for name, variable in named.items() if variable.missing},
            variable_measure={name: "ordinal" if variable.item else "nominal" for name, variable in named.items()},
            variable_format={name: "F4.0" for name in named if name not in ("id", "language")},
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise OSError(str(error)) from error
    return [target, *_beside(export, path, "sav")]


def _fitting(label: str) -> str:
    return label.encode()[:MOST_LABEL].decode(errors="ignore")


def _named(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)  # with_suffix would eat what stands behind a dot in the name


CODEBOOK = ("entry", "name", "text", "english", "plain", "hint", "dimension", "codes", "missing", "wording")

NOTES = {
    "instrument": "Coordinated Action Checklist, version {version}",
    "rows": "One row is one person in one wave; a person has the same id in every wave of this export.",
    "scores": (
        "A scored answer is its score: 0, 25, 50, 75 or 100. Item score = mean of the scored answers. Dimension score "
        "= mean of its item scores. Total = mean of all item scores. Codes below 0 are never scored, never filled in."
    ),
    "missing codes": (
        "Don't know is -1, does not apply -2, not reached -3 (no answer was given, or no group chosen), would rather "
        "not say -4. In the .sav file they are user-missing."
    ),
    "alpha": (
        "Cronbach's alpha (Cronbach 1951) over those with a scored answer to every item of the dimension, in one wave, "
        "with the interval of Feldt (1965); only from 30 of them on, and not for a dimension of one item."
    ),
    "sources": (
        "English statements: Appendix A of van Lammeren et al. 2025, International Journal of Environmental Research "
        "and Public Health 22(6) 954, licence CC BY 4.0; after Wagemakers, Koelen, Lezwijn and Vaandrager 2010, Global "
        "Health Promotion 17(3) 17-28. Translations, plain lines and hints are our own, adapted from these: "
        "Samenspraak, licence MIT."
    ),
    "drafts": (
        "Translations and plain lines are drafts, until readers from the target group have tried them. People read the "
        "statement and its plain line together, in the language of their choice."
    ),
    "wording": (
        "Per language a fingerprint of statement, plain line and hint as they are today. Another fingerprint is "
        "another wording: do not compare across them without saying so."
    ),
    "privacy": (
        "Pseudonymous, not anonymous: in a small group somebody may be recognised by what they answered. Ids are drawn "
        "afresh for each export, so that two exports cannot be joined by them. Moments of answering are left out."
    ),
    "change": (
        "Published means of two waves: everyone in each, and the same people only (those who completed both). An empty "
        "cell may not be published, or the statement was worded anew."
    ),
    "csv": "A text that a spreadsheet would take for a formula has a ' before it.",
}

WRITERS: Mapping[str, Callable[[Export, Path], list[Path]]] = {
    "csv": _write_csv,
    "xlsx": _write_xlsx,
    "sav": _write_sav,
}


@contextmanager
def _research_extra() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise ExportError(
            f'This format needs {error.name}. Install the extra `research`: pip install "samenspraak[research]"'
        ) from error


@contextmanager
def _written_in(folder: Path) -> Iterator[Path]:
    """A room inside the folder that only the owner can enter, gone at the end whatever happens."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".export-", dir=folder) as room:
            yield Path(room)
    except FileExistsError as error:
        raise ExportError(f"{error.filename} exists already and is not overwritten. Choose another folder.") from error
    except OSError as error:
        raise ExportError(f"The export cannot be written in {folder}: {error.strerror or error}.") from error


def _publish(made: Sequence[Path], folder: Path) -> list[Path]:
    """Give the finished files their places: all of them, or none."""
    published: list[Path] = []
    try:
        for path in made:
            path.chmod(0o600)
            target = folder / path.name
            target.touch(0o600, exist_ok=False)  # claims the name: a rename alone would overwrite
            published.append(target)
            path.replace(target)
    except BaseException:
        for target in published:
            target.unlink()
        raise
    return published


def _one_of(value: T, allowed: Collection[T], what: str) -> T:
    if value not in allowed:
        raise ExportError(f"{what} is one of {', '.join(map(str, allowed))}, not {value!r}.")
    return value
