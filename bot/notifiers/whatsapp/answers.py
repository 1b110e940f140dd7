"""Answers: what each thing that WhatsApp says of a message means for a letter, at once or later.

Only what says that somebody cannot be reached is held against an address; what it writes is never repeated.
"""

import logging
from collections.abc import Mapping
from enum import Enum
from typing import Any

from bot.http.connection import Answer
from bot.letters import Delivered, Elsewhere, Postponed, Receipt, Unreachable
from bot.notifiers.whatsapp.contents import code_in, read

log = logging.getLogger(__name__)

BUSY, HOLD, PAIR, TRY_AGAIN = 60.0, 300.0, 6.0, 300.0  # seconds
TOO_MANY = 429


class Meaning(Enum):
    """What became of a message, as far as WhatsApp says."""

    BUSY = "too much at once"
    PAIR = "too many to this one"
    LATER = "not now"
    OURS = "nothing of ours is taken"
    NOBODY = "cannot be reached in WhatsApp"
    NOT_THIS_WAY = "not by WhatsApp"


MEANINGS: Mapping[int, Meaning] = {
    4: Meaning.BUSY,
    80007: Meaning.BUSY,
    130429: Meaning.BUSY,
    133016: Meaning.BUSY,
    131048: Meaning.OURS,  # too many people blocked us, or said that it is spam
    131056: Meaning.PAIR,
    131053: Meaning.LATER,
    131026: Meaning.NOBODY,
    131050: Meaning.NOBODY,  # they told WhatsApp that they want none
    10: Meaning.OURS,
    190: Meaning.OURS,  # the token
    368: Meaning.OURS,
    131005: Meaning.OURS,
    131031: Meaning.OURS,  # the account is locked
    131042: Meaning.OURS,  # not paid
    133010: Meaning.OURS,  # the number is not registered
}
"""What a code means; any other is about this message, such as a template that is not there in a language (132001), is
paused (132015) or gone (132016), a window that is closed (131047), or what Meta holds back (131049)."""


def receipt(answer: Answer) -> Receipt:
    """What an answer to sending means. A 200 says that it is taken, under a name, and not that it arrived."""
    content = read(answer.body)
    if answer.status == 200 and (name := _name(content)):
        return Delivered(reference=name)
    code = code_in(content)
    if code is None:
        return Postponed(BUSY) if answer.status == TOO_MANY else Postponed()
    return of_code(code)


def of_code(code: int) -> Receipt:
    meaning = MEANINGS.get(code, Meaning.NOT_THIS_WAY)
    match meaning:
        case Meaning.BUSY:
            return Postponed(BUSY)
        case Meaning.PAIR:
            return Postponed(PAIR, alone=True)
        case Meaning.LATER:
            return Postponed(TRY_AGAIN, alone=True)
        case Meaning.OURS:
            log.error("WhatsApp takes nothing of ours: %d. See samenspraak doctor.", code)
            return Postponed(HOLD)
        case Meaning.NOBODY:
            return Unreachable(f"{meaning.value}: {code}")
        case Meaning.NOT_THIS_WAY:
            return Elsewhere(f"{meaning.value}: {code}")


def how(answer: Answer) -> str:
    """For who counts errors: the code, or else the status; nothing of what was taken."""
    content = read(answer.body)
    return "" if answer.status == 200 and _name(content) else str(code_in(content) or answer.status)


def _name(content: Any) -> str:
    try:
        found = content["messages"][0]["id"]
    except (TypeError, KeyError, IndexError):
        return ""
    return found if isinstance(found, str) and found.isascii() else ""
