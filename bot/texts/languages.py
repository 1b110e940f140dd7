"""Languages: what each is called, how it is written, and which one of ours a phone likes best."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from babel import Locale

SOURCE_LANGUAGE = "en"
HOME_LANGUAGE = "nl"
RANGE = re.compile(r"\s*([a-z]{1,8}(?:[-_][a-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d*)?)\s*)?", re.IGNORECASE)
REMEMBERED = 100  # preferences of phones: most have the same few
MOST_RANGES = 10  # that are looked at in what a phone prefers


@lru_cache(REMEMBERED)
def negotiate(wanted: str | None, languages: tuple[str, ...]) -> str | None:
    """The one of these languages that a phone likes best: of one tag, as `nl-BE`, or of a whole Accept-Language. None
    when it speaks none of them."""
    return next((ours for tag in _preferred(wanted or "") if (ours := _spoken(tag, languages))), None)


def welcoming(chosen: str | None, of_phone: str | None, of_partnership: str) -> list[str]:
    """In which languages somebody new is welcomed: the one they chose, else their phone's; when we do not speak that,
    the partnership's with English below."""
    spoken = chosen or of_phone
    return [spoken] if spoken else [*dict.fromkeys((of_partnership, SOURCE_LANGUAGE))]


def _spoken(tag: str, languages: Sequence[str]) -> str | None:
    """The whole tag, or else what is left without its last parts (RFC 4647, 3.4), or else the same language as it
    is spoken elsewhere."""
    ours = {tag_of(language).lower(): language for language in languages}
    parts = tag_of(tag).lower().split("-")
    shorter = ("-".join(parts[:length]) for length in range(len(parts), 0, -1))
    elsewhere = (known for known in ours if known.split("-")[0] == parts[0])
    return next((ours[known] for known in (*shorter, *elsewhere) if known in ours), None)


def _preferred(wanted: str) -> list[str]:
    """The tags in an Accept-Language, best first, without those with a weight of 0 (RFC 9110, 12.5.4). What is none is
    passed over, and so is `*`: it says that any language will do."""
    found = [RANGE.fullmatch(part) for part in wanted.split(",")[:MOST_RANGES]]
    weighed = [(float(one[2] or 1), one[1]) for one in found if one]
    return [tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight]


@cache
def autonym(language: str) -> str:
    """What a language calls itself: Nederlands, English."""
    name = Locale.parse(language).get_display_name(language) or language
    return name[0].upper() + name[1:]


def tag_of(language: str) -> str:
    """The name of a folder as the rest of the world writes it: `pt-BR` (RFC 5646)."""
    return language.replace("_", "-")


def direction_of(language: str) -> str:
    """The way it is written, as HTML has it."""
    return "rtl" if Locale.parse(language).character_order == "right-to-left" else "ltr"
