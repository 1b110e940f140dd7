"""What stands in a mail, as text and as HTML with the same words: the letter, one button, and how to stop.

The HTML is small, loads nothing from anywhere, and keeps its looks in the elements: half of the programs that show mail
take everything else away.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from bot.letters import Envelope
from bot.survey.conversation.buttons import Go, Resume, decode
from bot.survey.phrases import say
from bot.texts.direction import direction_of
from bot.texts.languages import tag_of
from bot.texts.texts import Texts, plain

NAME = "Samenspraak"
RIGHT_TO_LEFT_MARK = "\u200f"
PICTURE = "picture"  # what it is called in the HTML

OPEN = say("Open Samenspraak")
WHY = say("You get this e-mail because you left your address at Samenspraak.")
NOT_ON = say("Do not send this e-mail on. Whoever has it can do all that you can.")
STOP = say("No more e-mails?")
STOP_HERE = say("Stop them here")

PAGE = "margin:0;padding:16px;background:#ffffff;color:#1a1a1a;font:18px/1.5 sans-serif"
COLUMN = "max-width:36em;margin:0 auto"
BUTTON = (
    "display:inline-block;padding:12px 20px;background:#173f6d;color:#ffffff;border-radius:6px;"
    "text-decoration:none;font-weight:bold"
)
FOOT = "margin:24px 0 0;padding-top:12px;border-top:1px solid #cccccc;color:#555555;font-size:15px"
WIDE = "max-width:100%;height:auto"


@dataclass(frozen=True, slots=True)
class Links:
    """Where the button leads, and where one stops."""

    door: str
    stop: str


@dataclass(frozen=True, slots=True)
class Body:
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Said:
    """All that stands in it, in the language of whoever reads it; `alternative` are the words of its picture."""

    language: str
    text: str
    alternative: str
    button: str
    foot: str
    stop: str
    stop_here: str


def of(texts: Texts, envelope: Envelope, links: Links | None, alternative: str = "") -> Body:
    """`links` are None where nothing may be clicked."""
    language = envelope.language if envelope.language in texts.languages else texts.languages[0]
    word = {phrase.text: texts.word(phrase, language) for phrase in (WHY, NOT_ON, STOP, STOP_HERE)}
    said = Said(
        language,
        envelope.letter.text,
        alternative,
        _button(texts, envelope, language),
        f"{word[WHY.text]} {word[NOT_ON.text]}",
        word[STOP.text],
        word[STOP_HERE.text],
    )
    begins = RIGHT_TO_LEFT_MARK if direction_of(language) == "rtl" else ""  # where nothing else says how it runs
    return Body(begins + "\n\n".join(_as_text(said, links)) + "\n", _page(said, "\n".join(_as_html(said, links))))


def _button(texts: Texts, envelope: Envelope, language: str) -> str:
    """What the first button says, where it is one to go on; an answer is given on the page and not by a mail."""
    label, data = next((one for row in envelope.letter.rows for one in row), ("", ""))
    return label if isinstance(decode(data), Resume | Go) else texts.word(OPEN, language)


def _as_text(said: Said, links: Links | None) -> Iterator[str]:
    yield plain(said.text)
    if said.alternative:
        yield said.alternative
    if links:
        yield f"{said.button}:\n{links.door}"
        yield said.foot
        yield f"{said.stop} {said.stop_here}:\n{links.stop}"


def _as_html(said: Said, links: Links | None) -> Iterator[str]:
    for paragraph in said.text.split("\n\n"):
        yield f"<p>{_lines(paragraph)}</p>"
    if said.alternative:
        yield f'<p><img src="cid:{PICTURE}" alt="{escape(said.alternative)}" style="{WIDE}"></p>'
    if links:
        yield f'<p style="margin:24px 0">{_link(links.door, said.button, BUTTON)}</p>'
        yield f'<p style="{FOOT}">{escape(said.foot)}</p>'
        yield f'<p style="color:#555555;font-size:15px">{escape(said.stop)} {_link(links.stop, said.stop_here)}</p>'


def _lines(paragraph: str) -> str:
    """As it is: a letter is escaped, with <b> alone as markup."""
    return paragraph.replace("\n", "<br>\n")


def _link(address: str, label: str, style: str = "color:#173f6d") -> str:
    return f'<a href="{escape(address)}" style="{style}">{escape(label)}</a>'


def _page(said: Said, content: str) -> str:
    return (
        f'<!doctype html>\n<html lang="{tag_of(said.language)}" dir="{direction_of(said.language)}">\n'
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{NAME}</title></head>\n"
        f'<body style="{PAGE}"><div style="{COLUMN}">\n{content}\n</div></body>\n</html>\n'
    )
