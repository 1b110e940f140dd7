"""Pictures of a table: rounds or groups under each other, and every statement. The numbers are those of the table."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from bot.letters import Letter
from bot.rendering import attachments
from bot.survey.checklist import Dimension
from bot.survey.conversation.views import View
from bot.survey.phrases import Phrase, say
from bot.survey.scores.summary import Summary, heading
from bot.survey.scores.table import TOTAL, Column, Table, What
from bot.texts.texts import Texts

Rows = Sequence[tuple[Phrase, What]]
Blocks = Iterable[tuple[Dimension | None, Rows]]


def of_parts(texts: Texts, found: Summary, table: Table, columns: Sequence[Column], language: str) -> Letter:
    """The six dimensions and the total, once for each of these columns."""
    return _drawn(texts, found, table, columns, [(None, table.parts)], language)


def of_statements(texts: Texts, found: Summary, table: Table, language: str) -> Letter:
    """Every statement, in its dimension. It goes as a file: a messenger makes so high a picture too small to read."""
    items = table.checklist.items
    blocks = (
        (one, [(say("{number}. {plain}", number=item, plain=items[item].plain), item) for item in one.items])
        for one in table.checklist.dimensions
    )
    letter = _drawn(texts, found, table, (table.now,), blocks, language)
    assert letter.attachment  # noqa: S101 - it was drawn
    name = texts.word(say("all-statements"), language)
    file = replace(letter.attachment, kind="file", name=f"{name}-{table.now.wave}.png")
    return replace(letter, attachment=file)


def _drawn(
    texts: Texts, found: Summary, table: Table, columns: Sequence[Column], blocks: Blocks, language: str
) -> Letter:
    word = partial(texts.word, language=language)
    scores = [table.scores(column) for column in columns]

    def row(label: Phrase, what: What) -> dict[str, object]:
        each = [one.get(what) for one in scores]
        told = [word(say("n = {n}", n=one.people)) if one else "" for one in each]
        named = {"label": word(label), "pictogram": _pictogram(found, what), "strong": what == TOTAL}
        return {**named, "scores": [one and one.shown for one in each], "n": told}

    def block(part: Dimension | None, rows: Rows) -> dict[str, object]:
        named = {"heading": word(part.plain), "pictogram": _pictogram(found, part.key)} if part else {"heading": ""}
        return {**named, "rows": [row(*one) for one in rows]}

    said = {
        "language": language,
        "title": found.partnership.name,
        "subtitle": word(table.now.label),
        "legend": [word(column.label) for column in columns],
        "blocks": [block(*one) for one in blocks],
        "source": word(say("Coordinated Action Checklist, 26 statements")),
    }
    title = View((heading(found.partnership, found.wave, found.is_open, found.name),))
    return Letter(texts.render(title, language), attachment=attachments.drawing_of("compare", said))


def _pictogram(found: Summary, what: What) -> str:
    """The key of the one that stands beside a part; nothing beside what is none, and where they have no pictograms."""
    return str(what) if found.partnership.pictograms and what in found.checklist.parts else ""
