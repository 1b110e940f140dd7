"""Codes: what an invitation or a coordinator's link is known by, found again in whatever became of it on its way.

A code is 26 signs of one alphabet, without those that look alike. So whatever mail programs, messengers and fingers put
around it is no part of it. What one types over from paper is in `short_codes`.
"""

import re
from unicodedata import category, normalize
from urllib.parse import unquote

ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 26  # 128 bits: not to be guessed
LONGEST_TEXT = 8_000  # characters of it that are looked at
SIGNS = rf"[{ALPHABET}]{{{LENGTH}}}"
CODE = re.compile(rf"(?<![a-z0-9]){SIGNS}(?![a-z0-9])", re.IGNORECASE)


def find(text: str) -> str:
    """The first code in a text, as we write it: a link, a link in a link, or the code alone, in any case, with marks
    around it, or broken over lines. Nothing where there is none."""
    clean = cleaned(text)
    found = CODE.search(clean) or CODE.search("".join(clean.split()))
    return found[0].lower() if found else ""


def cleaned(text: str) -> str:
    """A text without what cannot be seen in it, and with escaped signs as they were."""
    for _ in range(2):  # a link in a link is escaped twice
        text = unquote(text[:LONGEST_TEXT], errors="replace")
    return "".join(sign for sign in normalize("NFKC", text) if category(sign) not in ("Cc", "Cf") or sign.isspace())
