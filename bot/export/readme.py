"""The README of an export: what the files are, how they were made and how to cite them, for whoever opens the folder.

In plain English only, as the codebook's own words are; what both say is written once, in `codebook`.
"""

from collections.abc import Iterator, Sequence
from textwrap import fill

from bot.export.codebook import listed
from bot.export.shapes import Export, Origin
from bot.survey.checklist import fingerprint
from storage.records import Record

WIDTH = 100
FILES = {
    "-codebook.csv": "what each column and each code says, in which words it was asked, reliability, notes",
    "-change.csv": "published means of this wave and the one before it",
    ".csv-metadata.json": "the columns for programs: metadata of CSV on the Web (W3C)",
    ".csv": "the answers, UTF-8, commas, one row a person in a wave",
    ".xlsx": "the answers; on its further sheets the codebook, and the published change where there is one",
    ".sav": "the answers for SPSS, with labels and missing codes",
}
"""Ending -> what such a file holds; the first that fits."""
CITATION = (
    "[Who gave you these answers] ({year}). Answers to the Coordinated Action Checklist, partnership {number} [data "
    "set]. Exported with Samenspraak on {day}. Name the instrument beside it: see Sources. The name of the partnership "
    "is left out here; whether it is told is for those who answered and who asked them."
)


def readme(records: Sequence[Record], export: Export, files: Sequence[str]) -> str:
    origin, people = export.origin, len({record.person for record in records})
    synthetic = "SYNTHETIC: " if origin.is_synthetic else ""
    title = f"{synthetic}Answers to the Coordinated Action Checklist, partnership {origin.partnership}"
    made = f"{len(records)} responses of {people} people. Exported on {origin.exported_on}. k = {origin.k}."
    sections = (
        ("", f"{title}\n{'=' * len(title)}\n\n{made}"),
        ("Files", "\n".join(f"{name}\n    {_held(name)}" for name in files)),
        ("Waves", "\n\n".join(_waves(records, origin))),
        ("Columns", "\n".join(_columns(export))),
        *((name.capitalize(), fill(text, WIDTH)) for name, text in export.notes.items()),
        ("How to cite", fill(_citation(origin), WIDTH)),
    )
    return "\n\n".join(f"{head}\n{'-' * len(head)}\n{text}" if head else text for head, text in sections) + "\n"


def _held(file: str) -> str:
    return next(held for ending, held in FILES.items() if file.endswith(ending))


def _waves(records: Sequence[Record], origin: Origin) -> Iterator[str]:
    """Each with the wording that it was opened with: the same fingerprint, the same words for all statements."""
    for number in sorted({record.wave for record in records}):
        those = [record for record in records if record.wave == number]
        named = f' "{those[0].wave_name}"' if those[0].wave_name else ""
        finished = sum(record.completed for record in those)
        wordings = (f"{language} {fingerprint(*items.values())}" for language, items in _wording(origin, number))
        yield f"Wave {number}{named}: {len(those)} began, {finished} finished.\n    Wording: {', '.join(wordings)}"


def _wording(origin: Origin, number: int) -> Iterator[tuple[str, dict[str, str]]]:
    for language, items in sorted(origin.wordings.get(number, {}).items()):
        yield language, {item: items[item] for item in sorted(items, key=int)}


def _columns(export: Export) -> Iterator[str]:
    for variable in export.variables:
        yield f"{variable.name:12} {variable.label}"
        if variable.codes and not variable.item:
            yield fill(listed(variable.codes), WIDTH, initial_indent=" " * 17, subsequent_indent=" " * 17)


def _citation(origin: Origin) -> str:
    told = {"year": origin.exported_on.year, "number": origin.partnership, "day": origin.exported_on}
    return ("SYNTHETIC: not to be cited as data. " if origin.is_synthetic else "") + CITATION.format(**told)
