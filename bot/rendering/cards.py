"""Cards: one person's own link on a card for a purse, 85 by 55 millimetres.

Whoever is helped takes it along: it is how they go on, see or delete their answers.
"""

from io import BytesIO

from bot.rendering.typesetting import BOLD, REGULAR, Box, TextBlock, code_of, draw_code, printable, write
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import say
from bot.texts.texts import Texts

MILLIMETRE = 72 / 25.4
WIDTH, HEIGHT = 85 * MILLIMETRE, 55 * MILLIMETRE
SQUARE = Box(14, 44, 14 + 104, 44 + 104)
BESIDE = Box(118, 48, WIDTH - 10, HEIGHT - 12)
UNDER = Box(14, 10, WIDTH - 10, 44)

HEADING = say("Your own link")
SENTENCE = say("With this link you go on, see your answers or delete them. Keep it to yourself.")


def card_pdf(texts: Texts, partnership: Partnership, link: str, language: str) -> bytes:
    """The same card is the same bytes."""
    from reportlab.pdfgen.canvas import Canvas

    file = BytesIO()
    card = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1, lang=language)
    card.setTitle(printable(partnership.name, BOLD))
    draw_code(card, code_of(link), SQUARE)
    heading, sentence = (texts.word(one, language) for one in (HEADING, SENTENCE))
    name = TextBlock(partnership.name, 9, REGULAR, 0.2)
    write(card, BESIDE, [TextBlock(heading, 13, BOLD), name, TextBlock(sentence, 9.5, REGULAR, 0.4)])
    write(card, UNDER, [TextBlock(link, 9, BOLD)])
    for box in (SQUARE, UNDER):  # for who is sent the file
        card.linkURL(link, (box.left, box.bottom, box.right, box.top))
    card.save()
    return file.getvalue()
