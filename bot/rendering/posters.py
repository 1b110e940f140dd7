"""Posters: the page that hangs in a library or a community centre."""

from collections.abc import Sequence

from bot.rendering import drawing
from bot.rendering.codes import qr_svg
from bot.rendering.letterforms import drawable, lost
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import Phrase, joined, language, say
from bot.texts.direction import direction_of
from bot.texts.texts import HOME_LANGUAGE, SOURCE_LANGUAGE, Texts

MOST_LANGUAGES = 3  # with more, nobody reads from where they stand what the second one says
OURS = (SOURCE_LANGUAGE, HOME_LANGUAGE)
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
    """One A4, in the partnership's own language first and largest, in some others, and with the names of the rest.
    `label` tells the coordinator where it hangs, `typed` is the address to type where there is one that is shorter than
    the link."""
    every = _in_order(texts, partnership)
    own, *others = languages = every[:MOST_LANGUAGES]
    small_print = (SMALL_PRINT, about) if about else (SMALL_PRINT,)
    said = {
        "language": own,
        "title": partnership.name,
        "organisation": partnership.organisation,
        "own": _announcement(texts, partnership, own),
        "others": [_announcement(texts, partnership, language) for language in others],
        "also_in": _also_in(texts, own, every[MOST_LANGUAGES:]),
        "link": link,
        "typed": typed or link,
        "by_hand": [_words(texts, language, BY_HAND) for language in languages],
        "small_print": [_words(texts, language, *small_print) for language in languages],
        "label": label,
    }
    return drawing.pdf("poster", said, qr_svg(link))


def _in_order(texts: Texts, partnership: Partnership) -> list[str]:
    """Its own; those that most readers of another know, which are ours; those that readers have tried; the others."""

    def comes_after(language: str) -> tuple[bool, ...]:
        return language != partnership.language, language not in OURS, language in texts.drafts

    return sorted(partnership.offers(texts.languages), key=comes_after)


def _also_in(texts: Texts, own: str, languages: Sequence[str]) -> str:
    """Each by its own name: who reads it, knows it."""
    names = joined((language(one) for one in languages), " · ")
    return texts.word(say("Also in: {languages}", languages=names), own) if languages else ""


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
