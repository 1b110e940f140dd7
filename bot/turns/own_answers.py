"""Own answers: what somebody gets of what they said themselves, on request: a picture when they are done, and a file of
all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter

from bot.export.writers import for_spreadsheet
from bot.letters import Attachment, Letter
from bot.rendering import attachments
from bot.rendering.charts import Picture
from bot.results import summaries
from bot.survey.conversation import own_data
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.open_question import QUESTION
from bot.survey.conversation.views import Paragraph, View
from bot.survey.phrases import Phrase, say, verbatim
from bot.survey.phrases import language as spoken
from bot.survey.scores import scoring
from bot.survey.whole_numbers import spans
from bot.texts.texts import Texts
from storage import open_answers, respondents
from storage.engine.database import Tx
from storage.open_answers import OwnWords
from storage.respondents import OwnAnswer

HEADER = (
    *(say("partnership"), say("round"), say("part"), say("number"), say("in plain words")),
    *(say("statement"), say("answer"), say("date")),
)
"""The columns of the file, in the order of `OwnRow`."""
IN_LANGUAGE = say("language")
"""The last one, where there is anything in it."""


def picture(texts: Texts, dialogue: Dialogue) -> Letter:
    """The same six scores as on the screen, drawn."""
    word = partial(texts.word, language=dialogue.language)
    own = scoring.profile(dialogue.checklist, dialogue.answers)
    last = scoring.profile(dialogue.checklist, dialogue.earlier)
    bars = summaries.bars(texts, dialogue.partnership, own, dialogue.language, last.dimensions)
    title = word(say("How you see the collaboration"))
    now, before = word(say("Your answers now")), word(say("Your answers in the round before"))
    drawn = Picture(
        title,
        dialogue.partnership.name,
        bars,
        None,
        now,
        before,
        word(say("no score")),
        word(say("Only you see this picture.")),
        dialogue.language,
    )
    return Letter(title, attachment=attachments.picture(drawn))


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One statement as somebody answered it in one round, in words that they know: the plain line that they read, the
    official one, and the answer. `part` is what the dimension is called."""

    partnership: str
    wave: int
    part: str
    number: int | str
    plain: str
    statement: str
    answer: str
    answered_on: date
    language: str = ""  # in which it was read, where they read another now


def rows(texts: Texts, given: Sequence[OwnAnswer], language: str) -> list[OwnRow]:
    """All that somebody answered, by partnership, round and statement: what a file of it is made of."""
    word, checklist = partial(texts.word, language=language), texts.checklist
    return [
        OwnRow(
            own.partnership,
            own.wave,
            word(checklist.dimensions[checklist.part_of(own.item) - 1].plain),
            own.item,
            word(checklist.items[own.item].plain),
            word(checklist.items[own.item].statement),
            word(checklist.options[own.option].label),
            own.answered_on,
            word(spoken(own.language)) if own.language and own.language != language else "",
        )
        for own in given
    ]


def letters(tx: Tx, texts: Texts, contact: int, dialogue: Dialogue, view: View) -> Sequence[Letter]:
    """The file of all, and what is kept. A page has room for other rounds too, written out below this one."""
    given, written = respondents.own_answers(tx, contact), open_answers.of_contact(tx, contact)
    here = (dialogue.partnership.name, dialogue.wave)
    elsewhere = [own for own in given if (own.partnership, own.wave) != here]
    if not dialogue.channel.reaches_out:
        words = {(own.partnership, own.wave): own.words for own in written}
        view = replace(view, text=(*view.paragraphs, *_written_out(dialogue, elsewhere, words)))
    first, *others = view.paragraphs
    read = _read_otherwise((own for own in given if own not in elsewhere), dialogue.language)
    view = replace(view, text=(first, read, *others))
    return *_files(texts, given, written, dialogue.language), texts.letter(view, dialogue.language)


def _read_otherwise(given: Iterable[OwnAnswer], language: str) -> Paragraph:
    """Of one round: what was answered in another language than they read now; nothing of most people."""
    read = sorted((own.language or language, own.item) for own in given)
    by = ((other, spans(item for _, item in those)) for other, those in groupby(read, key=itemgetter(0)))
    return tuple(
        say("Answered in another language: statement {numbers} ({language})", numbers=numbers, language=spoken(other))
        for other, numbers in by
        if other != language
    )


def _written_out(
    dialogue: Dialogue, given: Sequence[OwnAnswer], words: Mapping[tuple[str, int], str]
) -> Iterator[Paragraph]:
    for (partnership, wave), those in _by_round(given).items():
        yield (say("<b>{partnership}, round {wave}</b>", partnership=partnership, wave=wave),)
        yield _read_otherwise(those, dialogue.language)
        for own in those:
            yield own_data.in_full(dialogue.checklist, own.item, own.option)
        if (partnership, wave) in words:
            yield QUESTION, say("<b>{option}</b>", option=verbatim(words[partnership, wave]))


def _files(texts: Texts, given: Sequence[OwnAnswer], written: Sequence[OwnWords], language: str) -> tuple[Letter, ...]:
    """Every answer of this person twice, by round: on paper, and for the spreadsheet of their language; of none, no
    file."""
    word = partial(texts.word, language=language)
    in_words = (_as_row(one, word(QUESTION)) for one in written)
    every = sorted([*rows(texts, given, language), *in_words], key=_round_of)
    if not every:
        return ()
    width = len(HEADER) + any(row.language for row in every)
    table = [map(word, (*HEADER, IN_LANGUAGE)[:width]), *(astuple(row)[:width] for row in every)]
    notes = {one: [word(line) for line in _read_otherwise(those, language)] for one, those in _by_round(given).items()}
    name = word(say("my-answers"))
    on_paper = Letter(
        word(say("Your answers, to read or print.")), attachment=_on_paper(word, every, notes, language, name)
    )
    attached = Attachment("file", f"{name}.csv", for_spreadsheet(table, language))
    return on_paper, Letter(word(say("Your answers, for a spreadsheet.")), attachment=attached)


def _as_row(own: OwnWords, question: str) -> OwnRow:
    """What they wrote: it is of no part and has no number."""
    return OwnRow(own.partnership, own.wave, "", "", question, "", own.words, own.written_on)


def _on_paper(
    word: Callable[[Phrase], str],
    every: Sequence[OwnRow],
    notes: Mapping[tuple[str, int], Sequence[str]],
    language: str,
    name: str,
) -> Attachment:
    columns = [word(one) for one in (say("no."), say("statement"), say("answer"))]
    rounds = [
        {
            "heading": word(say("{partnership}, round {wave}", partnership=partnership, wave=wave)),
            "notes": notes.get((partnership, wave), []),
            "columns": columns,
            "rows": [
                {"number": str(row.number), "plain": row.plain, "statement": row.statement, "answer": row.answer}
                for row in those
            ],
        }
        for (partnership, wave), those in groupby(every, key=_round_of)
    ]
    said = {
        "language": language,
        "title": word(say("Your answers")),
        "page": word(say("page {page} of {pages}", page="{page}", pages="{pages}")),
        "about": [word(say("Only you got this file. Keep it to yourself."))],
        "rounds": rounds,
    }
    return attachments.sheet("answers", said, name)


def _by_round(given: Iterable[OwnAnswer]) -> dict[tuple[str, int], list[OwnAnswer]]:
    return {one: [*those] for one, those in groupby(given, key=_round_of)}


def _round_of(row: OwnRow | OwnAnswer) -> tuple[str, int]:
    return row.partnership, row.wave
