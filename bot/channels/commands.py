"""Commands: what is typed or taken from a menu, and what each one is for, the same in every channel.

Of what somebody types, only a command is looked at.
"""

import re

from bot.letters import Opened
from bot.survey.dialogue import Commanded, Wrote
from bot.survey.phrases import say

MOST_WORDS = 4000  # characters behind a command
LONGEST_CODE = 64  # characters, as Telegram allows behind /start

ABOUT_COMMANDS = {
    "start": say("Begin, or go on"),
    "continue": say("Go on with the statements"),
    "language": say("Choose another language"),
    "help": say("Help"),
    "reminders": say("See and change your reminders"),
    "mydata": say("See your own answers"),
    "erase": say("Delete all your answers"),
    "stop": say("No more messages"),
    "privacy": say("What happens with your answers"),
}
ABOUT_COORDINATING = {
    "status": say("Status"),
    "invite": say("Invite"),
    "summary": say("Summary"),
    "open": say("Open a next round"),
    "close": say("Close the round"),
    "share": say("Tell everybody what you will do"),
    "settings": say("Settings"),
    "team": say("Team"),
}


def said(text: object) -> Opened | Commanded | Wrote:
    """What a message means: a link that was opened, a command, or something that we do not read."""
    if not isinstance(text, str) or not text.startswith("/"):
        return Wrote()
    name, more = [*re.split(r"\s+", text[1:], maxsplit=1), ""][:2]
    name, code = name.split("@")[0].lower(), more.strip()
    if name == "start" and code:
        return Opened(code[:LONGEST_CODE] if code.isascii() and code.isprintable() else "")
    return Commanded(name, more[:MOST_WORDS]) if name.isascii() and name.isidentifier() else Wrote()
