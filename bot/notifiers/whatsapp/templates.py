"""Templates: the words that Meta approves before they may be sent, one for each kind of letter and each language.

Each is about what somebody asked for, and has one button, which opens the page. Only what it is about is put in.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.letters import Envelope
from bot.survey.phrases import Phrase, say, verbatim
from bot.texts.direction import bare
from bot.texts.texts import Texts

CATEGORY = "UTILITY"
MOST_ABOUT = 200  # signs: no notification shows more
VARIABLE = verbatim("{{1}}")
EXAMPLE_TAG = "a" * 26
OPEN = say("Open Samenspraak")
STOP_HERE = say("Write STOP and we stop.")
NEWS = say("There is something new at Samenspraak.")
"""What a letter is about that does not say it."""


@dataclass(frozen=True, slots=True)
class Template:
    """`name` is what Meta knows it by; `body` says what it is `{about}`."""

    name: str
    body: Phrase


REMINDER = Template(
    "samenspraak_reminder",
    say(
        """You asked us for a message.

        {about}

        Press the button to go on where you were."""
    ),
)
INVITATION = Template(
    "samenspraak_invitation",
    say(
        """You asked us for a message.

        {about}

        Press the button to begin."""
    ),
)
RESULT = Template(
    "samenspraak_result",
    say(
        """You asked us for a message.

        {about}

        Press the button to read the result."""
    ),
)
NOTICE = Template(
    "samenspraak_notice",
    say(
        """You asked us for a message.

        {about}

        Press the button to see it."""
    ),
)
TEMPLATES = (REMINDER, INVITATION, RESULT, NOTICE)
OF_KIND: Mapping[str, Template] = {"reminder": REMINDER, "invitation": INVITATION, "result": RESULT}
"""By the first word of the key of a letter; any other is a notice."""


def to_create(texts: Texts, page_url: str) -> Iterator[dict[str, Any]]:
    """Each in each language, as Meta takes them."""
    for template in TEMPLATES:
        for language in texts.languages:
            yield _created(texts, template, language, page_url)


def _created(texts: Texts, template: Template, language: str, page_url: str) -> dict[str, Any]:
    example = {"body_text": [[texts.word(NEWS, language)]]}
    address = f"{page_url}/door/"
    button = {
        "type": "URL",
        "text": texts.word(OPEN, language),
        "url": address + "{{1}}",
        "example": [address + EXAMPLE_TAG],
    }
    parts = (
        {"type": "BODY", "text": bare(texts.word(template.body.of(about=VARIABLE), language)), "example": example},
        {"type": "FOOTER", "text": texts.word(STOP_HERE, language)},
        {"type": "BUTTONS", "buttons": [button]},
    )
    return {"name": template.name, "language": language, "category": CATEGORY, "components": [*parts]}


def filled(texts: Texts, envelope: Envelope, tag: str) -> dict[str, Any]:
    """The same with its two values, as it is sent."""
    language = envelope.language if envelope.language in texts.languages else texts.languages[0]
    parts = (
        {"type": "body", "parameters": [_text(_about(texts, envelope, language))]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [_text(tag)]},
    )
    name = OF_KIND.get(envelope.kind, NOTICE).name
    return {"name": name, "language": {"code": language}, "components": [*parts]}


def _about(texts: Texts, envelope: Envelope, language: str) -> str:
    """On one line: WhatsApp takes no other."""
    said = "".join(sign if sign.isprintable() else " " for sign in envelope.letter.about)
    return " ".join(said.split())[:MOST_ABOUT] or texts.word(NEWS, language)


def _text(value: str) -> dict[str, str]:
    return {"type": "text", "text": value}
