"""Files: the table as a coordinator takes it along, made for the spreadsheet of their language.

A file holds the whole numbers that stand on the screen, and an n only where the screen tells it: a decimal more would
tell how many gave a score where that is withheld.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from bot.export.writers import for_spreadsheet
from bot.letters import Attachment, Letter
from bot.rendering import attachments
from bot.survey.checklist import Checklist
from bot.survey.phrases import Phrase, say
from bot.survey.scores.scoring import Score
from bot.survey.scores.summary import Summary, heading
from bot.survey.scores.table import TOTAL, Column, Table, What
from bot.texts.texts import Texts

NAME = say("table-of-round")
HEAD = (say("part"), say("number"), say("statement"))

Cell = str | int | None
Said = Callable[[Phrase], str]


def table_files(texts: Texts, found: Summary, shown: Table, language: str) -> tuple[Letter, ...]:
    """The same rows twice: as text, and as a workbook."""
    rows = list(table_rows(texts, found, shown, language))
    name = f"{texts.word(NAME, language)}-{found.wave}"
    text = Attachment("file", f"{name}.csv", for_spreadsheet(rows, language))
    return tuple(
        Letter(texts.say(about, language), attachment=attached)
        for about, attached in (
            (say("As text, which every program can read."), text),
            (say("For a spreadsheet."), attachments.workbook(f"{name}.xlsx", rows)),
        )
    )


def table_rows(texts: Texts, found: Summary, shown: Table, language: str) -> Iterator[list[Cell]]:
    """What it is of, the head, then statements, dimensions and the total: for each column a score and its n."""
    word: Said = partial(texts.word, language=language)
    columns = [(column, shown.scores(column)) for column in shown.columns]
    yield [word(heading(found.partnership, found.wave, found.is_open, found.name)[0])]
    yield [*map(word, HEAD), *(word(text) for column, _ in columns for text in _heads(column))]
    for what, (part, number, text) in _named(shown.checklist).items():
        cells = (cell for column, scores in columns for cell in _cells(word, column, scores, what))
        yield [word(part), number, word(text), *cells]


def _heads(column: Column) -> tuple[Phrase, Phrase]:
    return say("score, {column}", column=column.label), say("n, {column}", column=column.label)


def _named(checklist: Checklist) -> Mapping[What, tuple[Phrase, int | None, Phrase]]:
    """What each row is called: its part, its number and its words."""
    parts = {one.key: one.plain for one in checklist.dimensions}
    return {
        **{number: (parts[item.dimension], number, item.plain) for number, item in checklist.items.items()},
        **{key: (plain, None, say("the whole part")) for key, plain in parts.items()},
        TOTAL: (say("all parts"), None, say("Mean of all statements")),
    }


def _cells(word: Said, column: Column, scores: Mapping[What, Score], what: What) -> tuple[Cell, Cell]:
    """A score and its n: numbers where they are known, empty where there is none."""
    if score := scores.get(what):
        return score.shown, word(score.people) if score.fewer else score.n
    return None, word(say("other words")) if what in column.reworded else None
