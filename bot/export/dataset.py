"""The dataset: the answers of a partnership as files for a researcher, with what explains them.

Nothing in it leads back to a person by itself: ids are drawn afresh for each export, the rows stand in the order of
those ids, and of moments there is no more than a month of many people, because they would help to recognise somebody.
"""

import random
import re
from collections.abc import Sequence
from pathlib import Path

from bot.export.codebook import codebook, notes
from bot.export.columns import columns
from bot.export.readme import readme
from bot.export.shapes import Export, ExportError, Origin, Words, one_of
from bot.export.writers import WRITERS, publish, written_in
from bot.texts.texts import Texts
from storage.records import Record
from storage.upkeep.progress import Progress, untold

NAMES = re.compile(r"\w[\w .-]{0,79}")
SYNTHETIC = "SYNTHETIC-"


def write(
    records: Sequence[Record],
    texts: Texts,
    language: str,
    form: str,
    folder: Path,
    name: str,
    origin: Origin,
    randomness: random.Random | None = None,
    change: Words = (),
    progress: Progress = untold,
) -> list[Path]:
    """Write the data as `name`.csv, .xlsx or .sav in `folder`, with a codebook and a README; returns the paths.

    The codebook is `name`-csv-codebook.csv or `name`-sav-codebook.csv, in .xlsx a second sheet; so is `change`, the
    published comparison of two waves, when there is one. Beside a .csv stands its metadata for the web. What was
    invented says so in its name. Labels are in `language`. All files appear or none does, none replaces an existing
    one, and only the owner can read them. Raises ExportError.
    """
    one_of(form, WRITERS, "The format")
    one_of(language, texts.languages, "The language")
    if not NAMES.fullmatch(name):
        raise ExportError("The name of an export is 1 to 80 letters, digits, spaces and the signs - _ .")
    if not records:
        raise ExportError("There are no answers to export yet.")
    export = _export(records, texts, language, origin, randomness or random.SystemRandom(), change, progress)
    with written_in(folder) as room:
        path = room / f"{SYNTHETIC if origin.is_synthetic else ''}{name}"
        made = WRITERS[form](export, path)
        about = Path(f"{path}-{form}-README.txt")
        about.write_text(readme(records, export, [one.name for one in made]), "utf-8")
        return publish([*made, about], folder)


def _export(
    records: Sequence[Record],
    texts: Texts,
    language: str,
    origin: Origin,
    randomness: random.Random,
    change: Words,
    progress: Progress,
) -> Export:
    variables = columns(records, texts, language, origin, randomness)
    in_order = sorted(records, key=lambda record: (str(variables[0].of(record)), record.wave))
    rows = []
    for record in in_order:
        rows.append([variable.of(record) for variable in variables])
        progress(len(rows), len(records))
    said = notes(texts.checklist, origin)
    return Export(variables, rows, codebook(records, variables, texts, language, said), change, said, origin, language)
