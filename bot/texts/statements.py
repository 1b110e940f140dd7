"""Statements: the screen of one, said once for each way in which it is seen, and kept.

Everybody who is asked a statement reads the same words: only the response in the buttons is their own.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from bot.letters import Letter
from bot.survey.conversation import statement
from bot.survey.conversation.buttons import around_response
from bot.survey.conversation.dialogue import Dialogue
from bot.survey.conversation.statement import Seen
from bot.texts.texts import Texts

MOST_KEPT = 1024  # of some 3 kB each; whoever goes on and never back, sees 182 in each language


class Said(NamedTuple):
    """`rows` are buttons as (label, callback data before the response, and after it)."""

    text: str
    rows: tuple[tuple[tuple[str, str, str], ...], ...]


def values(texts: Texts, dialogue: Dialogue, number: int) -> Mapping[str, str]:
    """What that text is made of, by the names of its values: see `Texts.values`."""
    return _values(texts, statement.seen(dialogue, number))


def letter(texts: Texts, dialogue: Dialogue, number: int, replaces: int | None = None) -> Letter:
    """The screen of a statement as it is sent to who is on the way through them."""
    said, response = said_once(texts, statement.seen(dialogue, number)), dialogue.response
    rows = (tuple((label, f"{before}{response}{after}") for label, before, after in row) for row in said.rows)
    return Letter(said.text, tuple(rows), replaces)


@lru_cache(MOST_KEPT)
def _values(texts: Texts, seen: Seen) -> Mapping[str, str]:
    return texts.values(statement.as_seen(texts.checklist, seen, response=0), seen.language)


@lru_cache(MOST_KEPT)
def said_once(texts: Texts, seen: Seen) -> Said:
    view = statement.as_seen(texts.checklist, seen, response=0)
    rows = texts.buttons(view, seen.language)
    halves = (tuple((label, *around_response(data)) for label, data in row) for row in rows)
    return Said(texts.render(view, seen.language), tuple(halves))
