"""Letterforms: which letters we can draw, and what is left of a text without the others.

A letter that no font of ours has keeps its place as an empty box: a name with a hole in it is another name. Any other
sign is left out.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from unicodedata import category, normalize

from bot.texts.direction import END, ISOLATE

FONTS = Path(__file__).parent / "fonts"
FAMILY = "DejaVu Sans"
"""The one that is looked at first; then the others of the folder."""

MOST = 600  # characters of one text; no name, link or small print has more
PLAIN = re.compile("[ -~\u00a0-\u017f\u2010-\u2015\u2018-\u201d\u2022\u2026\u2039\u203a]*")
"""What most texts are made of, and each of our fonts has: no font has to be read for them."""

BOX = "□"
MOST_MARKS = 2  # on one letter: no script that we draw has more, and a pile covers the line above

UNSEEN = f"\u200c\u200d{ISOLATE}{END}"  # some scripts are wrong without them, and names in a sentence


def drawable(text: str) -> str:
    """The text on one line, without the signs that would come out as a box, as nothing or as a pile."""
    tidy = normalize("NFC", " ".join(text.split()))[:MOST]
    if PLAIN.fullmatch(tidy):
        return tidy
    return " ".join("".join(_with_few_marks("".join(map(_drawn, tidy))))[:MOST].split())


def lost(text: str) -> list[str]:
    """The signs of a text that we cannot draw, each once, in their order."""
    signs = dict.fromkeys(normalize("NFC", text))
    return [sign for sign in signs if not _is_let_go(sign) and _drawn(sign) in ("", BOX) and sign != BOX]


def _drawn(sign: str) -> str:
    """The sign, or what it is made of where we can draw only that, or what stands in its place."""
    if not _is_lost(sign):
        return sign
    plainer = normalize("NFKC", sign)
    return plainer if not any(map(_is_lost, plainer)) else BOX if sign.isalpha() else ""


def _with_few_marks(signs: Iterable[str]) -> Iterator[str]:
    marks = 0
    for sign in signs:
        marks = marks + 1 if category(sign).startswith("M") else 0
        if marks <= MOST_MARKS:
            yield sign


def _is_lost(sign: str) -> bool:
    return not PLAIN.fullmatch(sign) and sign not in UNSEEN and (_is_let_go(sign) or ord(sign) not in _covered())


def _is_let_go(sign: str) -> bool:
    """Controls, and marks by which a sign is chosen and not drawn."""
    return (category(sign)[0] in "CZ" and sign not in UNSEEN) or "\ufe00" <= sign <= "\ufe0f" or sign == "\ufffc"


@cache
def _covered() -> frozenset[int]:
    """The code points for which one of our fonts has a picture."""
    from fontTools.ttLib import TTFont  # most texts do without

    found = set[int]()
    for path in FONTS.glob("*.ttf"):
        with TTFont(path, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)
