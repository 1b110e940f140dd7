"""Cards: one person's own link on a card for a purse.

Whoever is helped takes it along: it is how they go on, see or delete their answers.
"""

from bot.rendering import drawing
from bot.rendering.codes import qr_svg
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import say
from bot.texts.texts import Texts

HEADING = say("Your own link")
SENTENCE = say("With this link you go on, see your answers or delete them. Keep it to yourself.")


def card_pdf(texts: Texts, partnership: Partnership, link: str, language: str) -> bytes:
    heading, sentence = (texts.word(one, language) for one in (HEADING, SENTENCE))
    said = {"language": language, "title": partnership.name, "heading": heading, "sentence": sentence}
    return drawing.pdf("card", {**said, "link": link}, qr_svg(link))
