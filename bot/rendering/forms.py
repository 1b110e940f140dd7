"""Forms: the statements on paper, with a box for each answer, for who rather takes a pen.

What somebody reads to answer is 12 points, and a statement is never parted from its boxes. It is two sheets, printed on
both sides.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import accumulate
from typing import Any

from bot.rendering.posters import HEADING, HEIGHT, LEFT, RIGHT, WIDTH, questions
from bot.rendering.typesetting import (
    BOLD,
    REGULAR,
    Box,
    TextBlock,
    fitted,
    height,
    printable,
    width_of,
    write,
    write_block,
)
from bot.survey.checklist import Item
from bot.survey.conversation.dialogue import GROUP_LABELS, Partnership
from bot.survey.paper import consent
from bot.survey.phrases import Phrase, say
from bot.texts.texts import Texts

MOST_PAGES = 4
TOP, BOTTOM = 778.0, 52.0  # of what stands between the head and the foot of a page
READ, SMALL = 12.0, 8.5
CROSS, BESIDE, SPACE, ROW = 11.0, 5.0, 12.0, 19.0  # a box to cross, what is before and behind its label, a row
INDENT = 26.0  # of what stands behind a number
GAPS = (22.0, 19.0, 16.0, 13.0, 10.0, 8.0, 6.0, 4.0, 2.0)  # between two parts: as wide as all of them fit
HEAD = Box(LEFT, 786, RIGHT - 220, 812)
NUMBER = Box(RIGHT - 210, 786, RIGHT - 66, 812)
TO_WRITE_IN = Box(RIGHT - 60, 786, RIGHT, 812)
INTRODUCTION = Box(LEFT, TOP - 300, RIGHT, TOP)
FOOT = Box(LEFT, 28, RIGHT, 44)


@dataclass(frozen=True, slots=True)
class Printed:
    """A form in one language."""

    texts: Texts
    partnership: Partnership
    wave: int
    language: str

    def text(self, phrase: Phrase, size: float, font: str = REGULAR, above: float = 0.0) -> TextBlock:
        return TextBlock(printable(self.texts.word(phrase, self.language), font), size, font, above)

    def labels(self, phrases: Iterable[Phrase]) -> list[str]:
        return [self.text(phrase, READ).text for phrase in phrases]


@dataclass(frozen=True, slots=True)
class Part:
    """What stays together on a page: texts, behind a number or not, and under them rows of labels with a box each."""

    texts: Sequence[TextBlock]
    choices: Sequence[Sequence[str]] = ()
    number: str = ""

    @property
    def box(self) -> Box:
        return Box(LEFT + (INDENT if self.number else 0), BOTTOM, RIGHT, TOP)

    @property
    def rows(self) -> list[list[str]]:
        return [row for labels in self.choices for row in _rows(labels, self.box.width)]

    @property
    def height(self) -> float:
        return sum(height(text, self.box.width) for text in self.texts) + ROW * len(self.rows)


def form_pdf(texts: Texts, partnership: Partnership, wave: int, language: str) -> bytes:
    """The form for one wave in one language; the same form is the same bytes."""
    from reportlab.pdfgen.canvas import Canvas

    file, form = BytesIO(), Printed(texts, partnership, wave, language)
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1, lang=language)
    canvas.setTitle(printable(partnership.name, BOLD))
    pages, gap = _pages([*_parts(form)])
    for number, parts in enumerate(pages, 1):
        _draw_around(canvas, form, say("page {page} of {pages}", page=number, pages=len(pages)))
        top = TOP
        for part in parts:
            top = _draw(canvas, part, top) - gap
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _parts(form: Printed) -> Iterator[Part]:
    yield Part(fitted([*_introduction(form)], INTRODUCTION))
    yield Part([form.text(say("You are:"), READ, BOLD)], [form.labels(GROUP_LABELS.values())])
    yield Part([form.text(say("Is this true for you? Put one cross at each statement."), 13, BOLD)])
    for item in form.texts.checklist.items.values():
        yield _statement(form, item)
    yield Part([form.text(say("Thank you! Hand in both sheets."), 13, BOLD)])


def _introduction(form: Printed) -> Iterator[TextBlock]:
    yield form.text(HEADING, 20, BOLD)
    for line in consent(form.partnership):
        yield form.text(line, READ, REGULAR, 0.15)
    yield TextBlock(questions(form.texts, form.partnership, form.language), READ, BOLD, 0.3)


def _statement(form: Printed, item: Item) -> Part:
    """The plain line and the official one; the scale, and in a row of their own the two ways out of it."""
    every = form.texts.checklist.options.values()
    scale, others = ([one.label for one in every if (one.score is None) == is_out] for is_out in (False, True))
    told = [form.text(item.plain, READ, BOLD), form.text(item.statement, SMALL, REGULAR, 0.1)]
    return Part(told, [form.labels(scale), form.labels(others)], f"{item.number}.")


def _pages(parts: Sequence[Part]) -> tuple[list[list[Part]], float]:
    """The parts of each page, and the space between two of them; more pages than are meant, where not all fit."""
    tried = [(_divided(parts, gap), gap) for gap in GAPS]
    return next((one for one in tried if len(one[0]) <= MOST_PAGES), tried[-1])


def _divided(parts: Sequence[Part], gap: float) -> list[list[Part]]:
    pages: list[list[Part]] = [[]]
    below = TOP
    for part in parts:
        if pages[-1] and below - part.height < BOTTOM:
            pages.append([])
            below = TOP
        pages[-1].append(part)
        below -= part.height + gap
    return pages


def _rows(labels: Sequence[str], most: float) -> Iterator[list[str]]:
    """The labels in as many rows as it takes."""
    row: list[str] = []
    for label in labels:
        if row and sum(map(_room, [*row, label])) > most:
            yield row
            row = []
        row.append(label)
    yield row


def _room(label: str) -> float:
    """That of a box with its label, and the space after it."""
    return CROSS + BESIDE + width_of(label, REGULAR) * READ + SPACE


def _draw(canvas: Any, part: Part, top: float) -> float:
    """Draw a part from here down; gives where it ends."""
    if part.number:
        write_block(canvas, Box(LEFT, BOTTOM, part.box.left, TOP), top, TextBlock(part.number, READ, BOLD))
    for text in part.texts:
        top = write_block(canvas, part.box, top, text)
    for row in part.rows:
        top -= ROW
        starts = accumulate(map(_room, row[:-1]), initial=part.box.left)
        for left, label in zip(starts, row, strict=True):
            _draw_choice(canvas, left, top, label)
    return top


def _draw_choice(canvas: Any, left: float, bottom: float, label: str) -> None:
    start = left + CROSS + BESIDE
    beside = Box(start, bottom, start + width_of(label, REGULAR) * READ + 1, bottom + ROW)
    canvas.setLineWidth(0.9)
    canvas.rect(left, bottom, CROSS, CROSS)
    write_block(canvas, beside, bottom + CROSS + 2, TextBlock(label, READ))


def _draw_around(canvas: Any, form: Printed, page: Phrase) -> None:
    """On each page: whose form it is, and the place for its number, as sheets get mixed up."""
    name = TextBlock(form.partnership.name, 10, BOLD)
    write(canvas, HEAD, [name, form.text(say("Form for round {wave}", wave=form.wave), SMALL)])
    write(canvas, NUMBER, [form.text(say("Number (the helper writes it):"), 9)])
    canvas.setLineWidth(1.2)
    canvas.rect(TO_WRITE_IN.left, TO_WRITE_IN.bottom, TO_WRITE_IN.width, TO_WRITE_IN.height)
    write(canvas, FOOT, [form.text(page, SMALL)])
