"""Phone numbers in a text, to be dialled with a tap. What may be a date, a time, a count or an account is none.

Numbers as they are written in the Netherlands, of ten digits from 0 on, in groups with the same sign between them; one
that begins with + or 00 may be of any country (E.164: at most 15 digits).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

SIGN = r"(?:[ \u00a0]?[-\u2013./][ \u00a0]?|[ \u00a0])?"
ABROAD = rf"(?:\+|00)(?:31{SIGN}(?:\(0\){SIGN})?[1-9](?:{SIGN}\d){{8}}|(?!31)[1-9](?:{SIGN}(?:\(0\){SIGN})?\d){{8,14}})"
IN_BRACKETS = rf"\(0[1-9]\d\)(?:{SIGN}\d){{7}}|\(0[1-9]\d\d\)(?:{SIGN}\d){{6}}"
FREE_OR_PAID = rf"0[89]0[069]{SIGN}(?:\d{{3}}{SIGN})?\d{{4}}"
AT_HOME = rf"0[1-9](?:{SIGN}\d){{8}}"
NOT_AHEAD = r"(?<![\w+])(?<!\d[-\u2013./:,])(?<![A-Z]{2}\d\d[ \u00a0][A-Z]{4}[ \u00a0])"  # the last one: an IBAN
NOT_BEHIND = r"(?![-\u2013./:,]?\d)(?![^\W\d])"
NUMBER = re.compile(rf"{NOT_AHEAD}(?:{ABROAD}|{IN_BRACKETS}|{FREE_OR_PAID}|(?P<home>{AT_HOME})){NOT_BEHIND}")
GROUPS = re.compile(r"\d+")


class Piece(NamedTuple):
    """A part of a text; `dial` is nothing where it is no phone number."""

    text: str
    dial: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """The text from its begin to its end."""
    at = 0
    for found in NUMBER.finditer(text):
        if found["home"] is None or _is_of_here(found["home"]):
            yield Piece(text[at : found.start()])
            yield Piece(found[0], _dialled(found[0]))
            at = found.end()
    yield Piece(text[at:])


def _is_of_here(number: str) -> bool:
    """Whether it is grouped as ours are: 06 or an area of three or four digits, and then one sign all the way."""
    first, *more = GROUPS.findall(number)
    signs = {sign.replace("\u00a0", " ") for sign in GROUPS.split(number)[2:-1]}
    return not more or (len(signs) < 2 and (first == "06" or len(first) in (3, 4)))


def _dialled(number: str) -> str:
    digits = "".join(GROUPS.findall(number.replace("(0)", "")))
    return f"+{digits.removeprefix('00')}" if number.startswith(("+", "00")) else digits
