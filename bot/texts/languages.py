"""Languages: what each is called, how it is written, and which one of ours a phone likes best.

What is known of one comes from Unicode's data (CLDR), which Babel brings: 6 MB for two languages, of which some thirty
words are looked up once.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from bot.texts.compiled import compiled

SOURCE_LANGUAGE = "en"
HOME_LANGUAGE = "nl"
RANGE = re.compile(r"\s*([a-z]{1,8}(?:[-_][a-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([01](?:\.\d*)?)\s*)?", re.IGNORECASE)
REMEMBERED = 100  # preferences of phones: most have the same few
MOST_RANGES = 10  # that are looked at in what a phone prefers
BRITISH = {"en": "en_GB"}  # dates as Dutch readers write them: the day before the month


@dataclass(frozen=True, slots=True)
class Language:
    """`name` is what it calls itself; `weekdays` begin with Monday, `months` are as they stand in a date."""

    name: str
    direction: str
    decimal_mark: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]


@cache
def about(language: str) -> Language:
    """Raises ValueError at what is not the code of a language."""
    source = Path(__file__).with_name(f"language.{language}")
    return Language(**json.loads(compiled(source, "babel", b"", lambda: _looked_up(language))))


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


def autonym(language: str) -> str:
    """What a language calls itself: Nederlands, English."""
    return about(language).name


def tag_of(language: str) -> str:
    """The name of a folder as the rest of the world writes it: `pt-BR` (RFC 5646)."""
    return language.replace("_", "-")


def direction_of(language: str) -> str:
    """The way it is written, as HTML has it."""
    return about(language).direction


def day(value: date, language: str) -> str:
    return f"{value.day} {about(language).months[value.month - 1]} {value.year}"


def moment(value: datetime, language: str) -> str:
    known = about(language)
    return f"{known.weekdays[value.weekday()]} {value.day} {known.months[value.month - 1]} {value:%H:%M}"


def _looked_up(language: str) -> bytes:
    from babel import Locale, UnknownLocaleError  # once for each version of Babel
    from babel.numbers import get_decimal_symbol

    try:
        locale, dates = Locale.parse(language), Locale.parse(BRITISH.get(language, language))
    except UnknownLocaleError as error:
        raise ValueError(str(error)) from error
    name = locale.get_display_name(language) or language
    found = Language(
        name[0].upper() + name[1:],
        "rtl" if locale.character_order == "right-to-left" else "ltr",
        get_decimal_symbol(locale),
        tuple(dates.days["format"]["wide"][day] for day in range(7)),
        tuple(dates.months["format"]["wide"][month] for month in range(1, 13)),
    )
    return json.dumps(asdict(found)).encode()
