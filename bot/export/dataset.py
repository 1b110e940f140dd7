"""The dataset: the answers of a partnership as a file for a researcher, with the codebook that explains it.

Nothing in it leads back to a person by itself: ids are drawn afresh for each export, the rows stand in the order of
those ids, and there are no moments of answering, because they would help to recognise people.
"""

import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from bot.export.codebook import codebook
from bot.export.shapes import (
    GROUPS,
    MODES,
    NOT_REACHED,
    Export,
    ExportError,
    Record,
    Table,
    Value,
    Variable,
    codes_of,
    one_of,
)
from bot.export.writers import WRITERS, publish, written_in
from bot.survey.checklist import Checklist
from bot.survey.conversation.dialogue import GROUP_LABELS
from bot.survey.paper import MODE_LABELS
from bot.survey.phrases import say
from bot.texts.texts import Texts

NAMES = re.compile(r"\w[\w .-]{0,79}")


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
    one_of(form, WRITERS, "The format")
    one_of(language, texts.languages, "The language")
    if not NAMES.fullmatch(name):
        raise ExportError("The name of an export is 1 to 80 letters, digits, spaces and the signs - _ .")
    if not records:
        raise ExportError("There are no answers to export yet.")
    export = _export(records, texts, language, randomness or random.SystemRandom(), change)
    with written_in(folder) as room:
        made = WRITERS[form](export, room / name)
        return publish(made, folder)


def _export(records: Sequence[Record], texts: Texts, language: str, randomness: random.Random, change: Table) -> Export:
    variables = _variables(texts, language)
    rows = _rows(records, texts.checklist, randomness)
    return Export(variables, rows, codebook(records, variables, texts, language), change)


def _variables(texts: Texts, language: str) -> list[Variable]:
    options = {option.key: texts.say(option.label, language) for option in texts.checklist.options.values()}
    not_reached = texts.say(say("Not reached"), language)
    answers = {**{code: options[key] for key, code in codes_of(texts.checklist).items()}, NOT_REACHED: not_reached}
    groups = {GROUPS[key]: texts.say(label, language) for key, label in GROUP_LABELS.items()}
    modes = {MODES[key]: texts.say(label, language) for key, label in MODE_LABELS.items()}
    return [
        Variable("id", texts.say(say("Person: drawn at random for this export"), language)),
        Variable("wave", texts.say(say("Wave"), language)),
        Variable("group", texts.say(say("Takes part as"), language), {**groups, NOT_REACHED: not_reached}),
        Variable("language", texts.say(say("Language of the chat"), language)),
        Variable("completed", texts.say(say("Tapped Done"), language), {0: options["no"], 1: options["yes"]}),
        Variable("mode", texts.say(say("Way of answering"), language), modes),
        *(
            Variable(f"i{item.number:02}", texts.say(item.statement, language), answers, item)
            for item in texts.checklist.items.values()
        ),
    ]


def _rows(records: Sequence[Record], checklist: Checklist, randomness: random.Random) -> Table:
    ids = _fresh_ids({record.person for record in records}, randomness)
    codes = codes_of(checklist)
    in_order = sorted(records, key=lambda record: (ids[record.person], record.wave))
    return [[ids[record.person], *_facts(record), *_answers(record, checklist, codes)] for record in in_order]


def _fresh_ids(people: Collection[int], randomness: random.Random) -> dict[int, str]:
    """Eight hexadecimal characters each. The first is a letter, or a spreadsheet would read 12e45678 as a number."""
    drawn = randomness.sample(range(0xA0000000, 0x100000000), len(people))
    return {person: f"{number:x}" for person, number in zip(people, drawn, strict=True)}


def _facts(record: Record) -> tuple[Value, ...]:
    group, mode = GROUPS[one_of(record.group, GROUPS, "A group")], MODES[one_of(record.mode, MODES, "A mode")]
    return record.wave, group, record.language, int(record.completed), mode


def _answers(record: Record, checklist: Checklist, codes: Mapping[str, int]) -> Iterator[int]:
    for item in checklist.items:
        option = record.answers.get(item)
        yield NOT_REACHED if option is None else codes[one_of(option, codes, f"An answer to item {item}")]
