"""What is typed, in every channel: a command, a code of ours, or words.

What begins as a command is never words, and words are looked at only where they are asked for.
"""

import re

from bot.channels.port import Opened
from bot.survey import codes
from bot.survey.conversation.buttons import ChooseLanguage, Join, Terms, Welcome
from bot.survey.conversation.events import Commanded, Wrote

MOST_WORDS = 4000  # characters behind a command


def said(text: object) -> Opened | Commanded | Wrote:
    """What a message means: a link that was opened, a code that was typed or pasted, a command, or words. What stands
    behind /start and is no code, is a link that does not work."""
    if not isinstance(text, str):
        return Wrote()
    if not text.startswith("/"):
        return Opened(code) if (code := codes.find(text)) else Wrote(text)
    name, more = [*re.split(r"\s+", text[1:], maxsplit=1), ""][:2]
    name, words = name.split("@")[0].lower(), more.strip()[:MOST_WORDS]
    if name == "start" and words:
        return Opened(codes.find(words))
    return Commanded(name, words) if name.isascii() and name.isidentifier() else Wrote()


def code_in(of: object) -> str:
    """The code that something is done with, where it is."""
    match of:
        case Opened(given):
            return given
        case Join(given, _) | Terms(given, _) | Welcome(given, _) | ChooseLanguage(given):
            return codes.find(given)
        case _:
            return ""
