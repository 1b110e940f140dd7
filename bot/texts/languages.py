"""Languages: what each is called, how it is written, and which one of ours a phone likes best."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

from bot.texts.cldr import about, likely

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


def welcoming(chosen: str | None, of_phone: str | None, offered: tuple[str, ...]) -> str | None:
    """In which of the languages on offer somebody new is welcomed: the one they chose, else their phone's, else the
    only one. None when they are asked first."""
    spoken = negotiate(chosen, offered) or negotiate(of_phone, offered)
    return spoken or (offered[0] if len(offered) == 1 else None)


def _spoken(tag: str, languages: Sequence[str]) -> str | None:
    """The whole tag, or else what is left without its last parts (RFC 4647, 3.4), in the script that is usual where it
    is spoken; or else the same language as it is spoken elsewhere."""
    ours = {tag_of(language).lower(): language for language in languages}
    parts = tag_of(tag).lower().split("-")
    shorter = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    elsewhere = [known for known in ours if known.split("-")[0] == parts[0]]
    usual = _as_usual(tuple(parts)) if {*elsewhere} - {parts[0]} else ()
    wanted = (*shorter[:-1], *usual, shorter[-1], *elsewhere)
    return next((ours[known] for known in wanted if known in ours), None)


@lru_cache(REMEMBERED)
def _as_usual(parts: tuple[str, ...]) -> tuple[str, ...]:
    """With the script and the region that are meant where they are not said: of `zh-TW` they are `zh-Hant-TW`."""
    language, *more = parts
    others = [*takewhile(lambda part: len(part) > 1, more)]  # what follows is no script and no region
    given_script = next((one for one in others if len(one) == 4 and one.isalpha()), "")
    given_region = next((one for one in others if len(one) in (2, 3) and one.isalnum()), "")
    asked = (language, given_script.title(), given_region.upper())
    shapes = (asked, (asked[0], "", asked[2]), (asked[0], asked[1], ""), (asked[0], "", ""))
    meant = next((found for shape in shapes if (found := likely("_".join(filter(None, shape))))), "")
    _, script, region, *_ = [*meant.lower().split("_"), "", "", ""]
    script, region = given_script or script, given_region or region
    return tuple(
        "-".join(filter(None, one)) for one in ((language, script, region), (language, script), (language, region))
    )


def _preferred(wanted: str) -> list[str]:
    """The tags in an Accept-Language, best first, without those with a weight of 0 (RFC 9110, 12.5.4). What is none is
    passed over, and so is `*`: it says that any language will do."""
    found = [RANGE.fullmatch(part) for part in wanted.split(",")[:MOST_RANGES]]
    weighed = [(float(one[2] or 1), one[1]) for one in found if one]
    return [tag for weight, tag in sorted(weighed, key=lambda one: -one[0]) if weight]


def autonym(language: str) -> str:
    """What a language calls itself: Nederlands, English."""
    return about(language).name


def tag_of(language: str) -> str:
    """The name of a folder as the rest of the world writes it: `pt-BR` (RFC 5646)."""
    return language.replace("_", "-")
