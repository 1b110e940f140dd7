"""Own answers: what somebody gets of what they said themselves, on request: a picture when they are done, and a file of
all."""

from functools import partial

from bot.export.writers import as_csv
from bot.letters import Attachment, Letter
from bot.rendering import attachments
from bot.rendering.charts import Picture
from bot.results import summaries
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.phrases import say
from bot.survey.scores import scoring
from bot.texts.texts import Texts
from storage import respondents
from storage.engine.database import Tx


def picture(texts: Texts, dialogue: Dialogue) -> Letter:
    """The same six scores as on the screen, drawn."""
    word = partial(texts.word, language=dialogue.language)
    own = scoring.profile(dialogue.checklist, dialogue.answers)
    last = scoring.profile(dialogue.checklist, dialogue.earlier)
    bars = summaries.bars(texts, dialogue.checklist, own, dialogue.language, last.dimensions)
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
    )
    return Letter(title, attachment=attachments.picture(drawn))


def file(tx: Tx, texts: Texts, contact: int, language: str) -> Letter:
    """Every answer of this person as a CSV file, in words that they know."""
    word = partial(texts.word, language=language)
    columns = say("partnership"), say("round"), say("number"), say("statement"), say("answer"), say("date")
    table: list[tuple[object, ...]] = [tuple(map(word, columns))]
    for own in respondents.own_answers(tx, contact):
        item, option = texts.checklist.items[own.item], texts.checklist.options[own.option]
        row = own.partnership, own.wave, own.item, word(item.statement), word(option.label), own.answered_on
        table.append(row)
    attached = Attachment("file", word(say("my-answers")) + ".csv", as_csv(table))
    return Letter(word(say("Your answers, in a file.")), attachment=attached)
