"""The first start with nothing set: a partnership to try everything with, and the links to it.

Only where there is no partnership yet; whoever has one keeps what they have.
"""

import sys
import webbrowser
from collections.abc import Sequence
from datetime import datetime

from bot.survey.conversation.dialogue import Partnership
from bot.survey.phrases import say
from bot.texts.texts import HOME_LANGUAGE, Texts
from storage import partnerships
from storage.engine.database import Database

SMALL = 3  # people behind a score: what one person with a few browsers can try


def links(database: Database, texts: Texts, page: str, now: datetime) -> Sequence[tuple[str, str]]:
    """(what for, link) of the partnership to try out, made now; nothing when there is a partnership already."""
    with database.transaction() as tx:
        if partnerships.every(tx):
            return ()
        name = texts.word(say("Try it out"), HOME_LANGUAGE)
        asked_by = Partnership(0, name, "", "", HOME_LANGUAGE, "Europe/Amsterdam", minimum_group=SMALL)
        _, codes = partnerships.add(tx, asked_by, texts.wording(), now)
    return (
        ("To take part:", f"{page}/i/{codes.invitation}"),
        ("To coordinate, once, in another browser:", f"{page}/i/{codes.coordinator}"),
        ("Is it well?", f"{page}/healthz"),
    )


def show(made: Sequence[tuple[str, str]]) -> None:
    """Print the links, and open the first where somebody sits at the screen."""
    for what, link in made:
        print(f"{what:42}{link}", flush=True)
    if made and sys.stdout.isatty():
        webbrowser.open(made[0][1])
