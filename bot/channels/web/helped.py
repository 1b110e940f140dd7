"""Helped: what a page shows more on a device with which a helper lets others answer, and when it forgets who was there.

It follows from who is there and where they are; nothing of it is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.port import Shown
from bot.channels.web.requests import Caller
from bot.survey.conversation.buttons import Call, Position, Screen

IDLE, ANSWERS_WITHIN = 120, 60  # seconds without a touch, and then to say that one is still there
ASKS_FIRST = (Screen.INVITED, Screen.GROUP, Screen.ITEM, Screen.REVIEW)
"""Where somebody has not finished: nobody is forgotten there without being asked, nor where they wait for a code."""
STILL_THERE = "/still-there"
THANKS = Position(Screen.THANKS)


@dataclass(frozen=True, slots=True)
class Helped:
    """Where `seconds` without a touch lead to, and where they do in a browser without a script, which knows of no
    touch: there everybody is asked first. Nobody is there to be forgotten where `leads` is nothing."""

    seconds: int = IDLE
    leads: str = ""
    unscripted: str = ""


def helped(caller: Caller, shown: Shown, path: str, proof: str) -> Mapping[str, Any]:
    """What the template asks for besides."""
    if not caller.helping:
        return {}
    part = {"part": "helping_next.html"} if shown.where == THANKS else {}
    return {"helping": _leads(shown, path, f"/away/{proof}"), **part}


def _leads(shown: Shown, path: str, forgets: str) -> Helped:
    if not shown.is_known:
        return Helped()
    if path == STILL_THERE:
        return Helped(ANSWERS_WITHIN, forgets, forgets)
    is_busy = isinstance(shown.where, Call) or (isinstance(shown.where, Position) and shown.where.screen in ASKS_FIRST)
    return Helped(IDLE, STILL_THERE if is_busy else forgets, STILL_THERE)
