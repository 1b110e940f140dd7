"""Posters: the QR code of a link as a picture, and the page that hangs in a library or a community centre.

Each part of the page is a box of its own, which its text fits whatever the partnership is called.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.rendering.typesetting import (
    BOLD,
    QUIET,
    REGULAR,
    Box,
    TextBlock,
    code_of,
    draw_code,
    lost,
    printable,
    width_of,
    write,
)
from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import Phrase, say
from bot.texts.texts import Texts

if TYPE_CHECKING:
    from segno import QRCode

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

ADDRESS = 14, 24  # the least and the most that is asked for it
PICTURE = 800

WIDTH, HEIGHT = 595.28, 841.89  # an A4; it and all that stands on it in points, from its lower left corner
LEFT, RIGHT = 45.0, 550.0


FOOT = Box(LEFT, 28, RIGHT, 94)
UNDER = Box(LEFT, 103, RIGHT, 162)
SQUARE = Box(LEFT, 162, LEFT + 318, 480)  # the code with the white around it; the code itself is 8 cm or more
TOP = Box(LEFT, 495, RIGHT, 798)
RULES = ((806, 6), (484, 1), (98, 1))  # how high, how thick


def qr_png(link: str) -> bytes:
    """The code as a picture, 600 to 800 pixels wide with the white around it."""
    code, picture = code_of(link), BytesIO()
    code.save(picture, kind="png", border=QUIET, scale=PICTURE // (len(code.matrix) + 2 * QUIET))
    return picture.getvalue()


def poster_pdf(
    texts: Texts, partnership: Partnership, link: str, label: str = "", about: Phrase | None = None, typed: str = ""
) -> bytes:
    """One A4 in every language, the partnership's own first and largest. `label` tells the coordinator where it hangs,
    `typed` is the address to type where there is one that is shorter than the link.

    The same poster is the same bytes.
    """
    from reportlab.pdfgen.canvas import Canvas

    own, *others = languages = sorted(texts.languages, key=lambda language: language != partnership.language)
    file = BytesIO()
    page = Canvas(file, pagesize=(WIDTH, HEIGHT), invariant=1, lang=own)
    page.setTitle(printable(partnership.name, BOLD))
    beside = _draw(page, code_of(link))
    write(page, TOP, _announcement(texts, partnership, own))
    write(page, beside, [block for language in others for block in _again(texts, partnership, language)])
    write(page, UNDER, _by_hand(texts, languages, typed or link))
    write(page, FOOT, _small_print(texts, languages, label, about))
    for box in (SQUARE, UNDER):  # for who is sent the file
        page.linkURL(link, (box.left, box.bottom, box.right, box.top))
    page.save()
    return file.getvalue()


def unprintable(partnership: Partnership, label: str = "") -> list[str]:
    """The letters of these names that the poster is without, each once, with the marks that stand on it."""
    names = (
        (partnership.name, BOLD),
        (partnership.organisation, REGULAR),
        (partnership.contact, BOLD),
        (label, REGULAR),
    )
    return list(dict.fromkeys(letter for text, font in names for letter in lost(text, font)))


def _announcement(texts: Texts, partnership: Partnership, language: str) -> list[TextBlock]:
    return [
        TextBlock(texts.word(HEADING, language), 46, BOLD),
        TextBlock(partnership.name, 26, BOLD, 0.3),
        TextBlock(partnership.organisation, 15, REGULAR, 0.1),
        *(TextBlock(texts.word(sentence, language), 18, REGULAR, 0.6) for sentence in SENTENCES),
        TextBlock(questions(texts, partnership, language), 17, BOLD, 0.8),
    ]


def _again(texts: Texts, partnership: Partnership, language: str) -> list[TextBlock]:
    """What stands beside the code, for who reads this other language."""
    return [
        TextBlock(texts.word(HEADING, language), 19, BOLD, 0.9),
        *(TextBlock(texts.word(sentence, language), 14, REGULAR, 0.55) for sentence in SENTENCES),
        TextBlock(questions(texts, partnership, language), 14, BOLD, 0.7),
    ]


def _by_hand(texts: Texts, languages: Sequence[str], address: str) -> list[TextBlock]:
    """The address is as large as fits on one line: what is short can be read from where one stands."""
    asked = (TextBlock(texts.word(BY_HAND, language), 10.5) for language in languages)
    whole = UNDER.width / max(1, width_of(printable(address, BOLD), BOLD))
    return [*asked, TextBlock(address, max(ADDRESS[0], min(ADDRESS[1], whole)), BOLD, 0.1)]


def _small_print(texts: Texts, languages: Sequence[str], label: str, about: Phrase | None) -> list[TextBlock]:
    phrases = (SMALL_PRINT, about) if about else (SMALL_PRINT,)
    small_print = (" ".join(texts.word(phrase, language) for phrase in phrases) for language in languages)
    return [*(TextBlock(text, 9.5, REGULAR, 0.3) for text in small_print), TextBlock(label, 7, REGULAR, 0.4)]


def questions(texts: Texts, partnership: Partnership, language: str) -> str:
    """Whom to ask; nothing when no contact is known, or none that can be printed."""
    if not printable(partnership.contact, BOLD):
        return ""
    return texts.word(say("Questions? {contact}", contact=partnership.contact), language)


def _draw(page: Any, code: "QRCode") -> Box:
    """Draw the rules and the code; gives the box beside it."""
    for height, thickness in RULES:
        page.setLineWidth(thickness)
        page.line(LEFT, height, RIGHT, height)
    module = draw_code(page, code, SQUARE)
    top = SQUARE.top - QUIET * module
    return Box(SQUARE.right - QUIET * module, SQUARE.bottom + 2 * module, RIGHT, top + 2 * module)
