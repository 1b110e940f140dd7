"""Typed words: what somebody types, held against words of ours as every language has them.

Capitals, accents and signs that nobody sees make no difference: nobody has to type as carefully as we write.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from bot.survey.free_text import tidy
from bot.survey.phrases import Phrase
from bot.texts import cldr
from bot.texts.direction import bare
from bot.texts.texts import HOME_LANGUAGE, SOURCE_LANGUAGE, Texts

ONE_SIGN = str.maketrans("ıł", "il")
"""Letters that Unicode does not take apart, and a keyboard may not have."""
SHORTEST = 3  # letters of a month
IN_FIGURES = re.compile(r"^\d|\d\s?[-/.]\s?\d")


def folded(text: str) -> str:
    """As it is compared."""
    apart = unicodedata.normalize("NFKD", tidy(bare(text)).casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).translate(ONE_SIGN)


def begun_with(texts: Texts, typed: str, words: Mapping[str, Sequence[Phrase]]) -> tuple[str | None, str]:
    """Which of these it begins with, in any language, and what stands behind that."""
    known, parts = _known(texts, words), tidy(bare(typed)).split(" ")
    for length in range(len(parts), 0, -1):
        if found := known.get(folded(" ".join(parts[:length]))):
            return found, " ".join(parts[length:])
    return None, typed


def meant(texts: Texts, typed: str, words: Mapping[str, Sequence[Phrase]]) -> str | None:
    """Which of these it is, in any language."""
    return _known(texts, words).get(folded(typed))


def is_like_a_date(typed: str, languages: Iterable[str]) -> bool:
    """Whether there is a day in it as people write one, in figures or with the name of a month in these languages."""
    parts = typed.split()
    names = {folded(name) for language in languages for name in cldr.about(language).month_names}
    beside = [*pairwise(parts), *pairwise(reversed(parts))]
    return bool(IN_FIGURES.search(typed)) or any(_is_month(one, names) and _has_figures(other) for one, other in beside)


def _is_month(word: str, names: Iterable[str]) -> bool:
    """In full or shortened."""
    begun = folded(word).rstrip(".,")
    return len(begun) >= SHORTEST and any(name.startswith(begun) for name in names)


def _has_figures(word: str) -> bool:
    """As in 1, 1st, or phase1."""
    return word[0].isdigit() or word[-1].isdigit()


def _known(texts: Texts, words: Mapping[str, Sequence[Phrase]]) -> dict[str, str]:
    """As it is compared -> which it is. What means two things, means what it does in English, or else in Dutch."""
    first = dict.fromkeys((SOURCE_LANGUAGE, HOME_LANGUAGE, *texts.languages))
    known: dict[str, str] = {}
    for language in (one for one in first if one in texts.languages):
        for which, phrases in words.items():
            for phrase in phrases:
                known.setdefault(folded(texts.word(phrase, language)), which)
    return known
