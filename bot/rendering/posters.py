"""Posters: the page that hangs in a library or a community centre."""

from bot.rendering import drawing
from bot.rendering.codes import qr_svg
from bot.rendering.letterforms import drawable, lost
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import Phrase, say
from bot.texts.direction import direction_of
from bot.texts.texts import Texts

HEADING = say("How well do we work together?")
SENTENCES = (
    say("We would like to hear what you think of the collaboration."),
    say("Scan the code with the camera of your phone."),
    say("You read 26 statements and choose an answer to each one."),
)
BY_HAND = say("Can you not scan it? Type in this address.")
SMALL_PRINT = say(
    "You decide if you take part. It takes 10 to 15 minutes. You must be 16 or older. "
    "We tell nobody which answers are yours."
)


def poster_pdf(
    texts: Texts, partnership: Partnership, link: str, label: str = "", about: Phrase | None = None, typed: str = ""
) -> bytes:
    """One A4 in every language that is offered, the partnership's own first and largest. `label` tells the coordinator
    where it hangs, `typed` is the address to type where there is one that is shorter than the link."""
    own, *others = languages = sorted(
        partnership.offers(texts.languages), key=lambda language: language != partnership.language
    )
    small_print = (SMALL_PRINT, about) if about else (SMALL_PRINT,)
    said = {
        "language": own,
        "title": partnership.name,
        "organisation": partnership.organisation,
        "own": _announcement(texts, partnership, own),
        "others": [_announcement(texts, partnership, language) for language in others],
        "link": link,
        "typed": typed or link,
        "by_hand": [_words(texts, language, BY_HAND) for language in languages],
        "small_print": [_words(texts, language, *small_print) for language in languages],
        "label": label,
    }
    return drawing.pdf("poster", said, qr_svg(link))


def unprintable(partnership: Partnership, label: str = "") -> list[str]:
    """The letters of these names that stand on no poster as they should, each once."""
    return lost(f"{partnership.name} {partnership.organisation} {partnership.contact} {label}")


def questions(texts: Texts, partnership: Partnership, language: str) -> str:
    """Whom to ask; nothing when no contact is known, or none that can be printed."""
    if not drawable(partnership.contact):
        return ""
    return texts.word(say("Questions? {contact}", contact=partnership.contact), language)


def _announcement(texts: Texts, partnership: Partnership, language: str) -> dict[str, object]:
    return {
        **_spoken(language),
        "heading": texts.word(HEADING, language),
        "sentences": [texts.word(sentence, language) for sentence in SENTENCES],
        "questions": questions(texts, partnership, language),
    }


def _words(texts: Texts, language: str, *phrases: Phrase) -> dict[str, object]:
    return {**_spoken(language), "words": " ".join(texts.word(phrase, language) for phrase in phrases)}


def _spoken(language: str) -> dict[str, object]:
    return {"language": language, "direction": direction_of(language)}
