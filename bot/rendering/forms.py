"""Forms: the statements on paper, with a box for each answer, for who rather takes a pen. It is two sheets, printed on
both sides."""

from functools import partial

from bot.rendering import drawing
from bot.rendering.posters import HEADING, questions
from bot.survey.conversation.dialogue import GROUP_LABELS, Partnership
from bot.survey.paper import consent
from bot.survey.phrases import say
from bot.texts.texts import Texts


def form_pdf(texts: Texts, partnership: Partnership, wave: int, language: str) -> bytes:
    """The form for one wave in one language."""
    word, every = partial(texts.word, language=language), texts.checklist.options.values()
    scale, others = ([word(one.label) for one in every if (one.score is None) == is_out] for is_out in (False, True))
    said = {
        "language": language,
        "title": partnership.name,
        "about": word(say("Form for round {wave}", wave=wave)),
        "number": word(say("Number (the helper writes it):")),
        "page": word(say("page {page} of {pages}", page="{page}", pages="{pages}")),
        "heading": word(HEADING),
        "consent": [word(line) for line in consent(partnership)],
        "questions": questions(texts, partnership, language),
        "you_are": word(say("You are:")),
        "groups": [word(label) for label in GROUP_LABELS.values()],
        "asked": word(say("Is this true for you? Put one cross at each statement.")),
        "choices": [scale, others],
        "statements": [
            {"number": item.number, "plain": word(item.plain), "statement": word(item.statement)}
            for item in texts.checklist.items.values()
        ],
        "thanks": word(say("Thank you! Hand in both sheets.")),
    }
    return drawing.pdf("form", said)
