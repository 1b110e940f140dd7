"""Short codes: eight signs that lead to an invitation, for whoever types them over from paper.

No two signs look alike, and there is no vowel, so that no code is a word. Whatever fingers make of one is read all the
same, as long as only one code can be meant.
"""

from bot.survey.codes import cleaned

ALPHABET = "CDFHJKMNPRTVWX23456789"
LENGTH = 8
LOOK_ALIKE = str.maketrans({"B": "8", "G": "6", "S": "5", "U": "V", "Z": "2"})


def find(text: str) -> str:
    """The short code that was typed, as it is kept: by itself or behind the address of the page, in any case, with
    spaces, dashes and marks. Nothing where it is none."""
    behind = cleaned(text).partition("?")[0].strip().rstrip("/").rpartition("/")[2]
    signs = "".join(sign for sign in behind.upper() if sign.isalnum()).translate(LOOK_ALIKE)
    return signs if len(signs) == LENGTH and set(signs) <= set(ALPHABET) else ""


def written(short: str) -> str:
    """As it stands on paper: in two halves, which are read and typed one after the other."""
    return f"{short[: LENGTH // 2]}-{short[LENGTH // 2 :]}"
