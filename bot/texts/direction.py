"""Direction: text that is written from right to left, and names of the other direction within it.

A name or a link in a sentence of the other direction takes the signs beside it along, so that a bracket or a number
stands where nobody put it. Two signs that nobody sees set it apart (Unicode annex 9). They are put where values are
filled in, and nowhere else: no translator can forget them.
"""

import re

from bot.texts.cldr import about

ISOLATE, END = "\u2068", "\u2069"
RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
"""Hebrew, Arabic, Syriac, Thaana, N'Ko and what else is written so."""
FROM_THE_RIGHT = re.compile(f"[{RIGHT_TO_LEFT}]")
STRONG = re.compile(r"[^\W\d_]")
CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
"""All that steers direction, seen by nobody."""
SET_APART = re.compile(f"{ISOLATE}[^{END}]*{END}")
LETTERS_OF_OURS = re.compile(f"[{ISOLATE}{END}]")


def direction_of(language: str) -> str:
    """The way it is written, as HTML has it."""
    return about(language).direction


def apart(value: str, language: str) -> str:
    """A value as it stands in a sentence: set apart where the sentence or the value runs from right to left. A number
    alone is in its place in either; several, such as those of a telephone, are not."""
    if value.isdigit() or not (direction_of(language) == "rtl" or FROM_THE_RIGHT.search(value)):
        return value
    return "\n".join(line and f"{ISOLATE}{line}{END}" for line in value.split("\n"))


def bare(text: str) -> str:
    """Without the signs that set values apart: for data, and for what is cut off."""
    return LETTERS_OF_OURS.sub("", text)


def runs(text: str, language: str) -> str:
    """The direction of words that run the other way than the language around them, such as what somebody wrote; nothing
    where they run with it."""
    usual = direction_of(language)
    if usual == "ltr" and not FROM_THE_RIGHT.search(text):
        return ""
    found = direction_in(text)
    return found if found != usual else ""


def direction_in(text: str) -> str:
    """The way a text runs where nothing else says it, as in a chat: as its first word does; nothing where it has none.
    A name that is set apart does not say how its sentence runs."""
    first = STRONG.search(SET_APART.sub("", text))
    return "" if not first else "rtl" if FROM_THE_RIGHT.match(first[0]) else "ltr"


def begins_against(line: str, language: str) -> bool:
    """Whether a line that is written from right to left begins with a word that is not. Where nothing else says how a
    line runs, as in a chat, its first word does."""
    first = STRONG.search(line) if direction_of(language) == "rtl" and FROM_THE_RIGHT.search(line) else None
    return bool(first and not FROM_THE_RIGHT.match(first[0]) and "\u200f" not in line[: first.start()])
