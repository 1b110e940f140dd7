"""What Unicode's data (CLDR) says of a language: its name, how it is written, its days and months.

Babel brings that data: 6 MB for two languages, of which some thirty words are looked up once.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from bot.texts.compiled import compiled

BRITISH = {"en": "en_GB"}  # dates as Dutch readers write them: the day before the month
DAYS, MONTHS = range(7), range(1, 13)
FIELD, ERA = re.compile(r"%\((\w+)\)s"), re.compile(r"%\(G+\)s ?")
OURS = {"E": "EEEE", "EEE": "EEEE", "ccc": "EEEE", "cccc": "EEEE", "MMM": "MMMM", "LLLL": "MMMM"}
"""Fields of CLDR that we say in whole words."""


@dataclass(frozen=True, slots=True)
class Language:
    """`name` is what it calls itself; `weekdays` begin with Monday, `months` are as they stand in a date,
    `month_names` are all ways in which people write them. A `day` and
    the day of a week in words are said with what `fields` are named, such as `%(d)s de %(MMMM)s`."""

    name: str
    direction: str
    decimal_mark: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    month_names: tuple[str, ...]
    day: str
    day_of_week: str


@cache
def about(language: str) -> Language:
    """Raises ValueError at what is not the code of a language."""
    source = Path(__file__).with_name(f"language.{language}")
    return Language(**json.loads(compiled(source, "babel", b"", lambda: _looked_up(language))))


def day(value: date, language: str) -> str:
    known = about(language)
    return known.day % _fields(value, known)


def moment(value: datetime, language: str) -> str:
    known = about(language)
    return f"{known.day_of_week % _fields(value, known)} {value:%H:%M}"


def likely(tag: str) -> str:
    """The language with the script and the region that are meant by a tag (`zh_TW`: `zh_Hant_TW`); empty where nothing
    is known of it."""
    from babel.core import get_global  # only where a language has several folders

    return str(get_global("likely_subtags").get(tag, ""))


def _fields(value: date, known: Language) -> dict[str, object]:
    month, weekday = known.months[value.month - 1], known.weekdays[value.weekday()]
    figures = {"d": value.day, "dd": f"{value.day:02}", "M": value.month, "MM": f"{value.month:02}", "y": value.year}
    return {**figures, "MMMM": month, "EEEE": weekday}


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
        tuple(dates.days["format"]["wide"][day] for day in DAYS),
        tuple(dates.months["format"]["wide"][month] for month in MONTHS),
        tuple(dict.fromkeys(names[month] for names in _written(dates.months) for month in MONTHS)),
        _pattern(dates.date_formats["long"].pattern),
        _pattern(dates.datetime_skeletons["MMMMEd"].pattern),
    )
    return json.dumps(asdict(found)).encode()


def _written(names: Mapping[str, Mapping[str, Mapping[int, str]]]) -> list[Mapping[int, str]]:
    """Whole and shortened, in a date and alone."""
    return [names[where][how] for where in ("format", "stand-alone") for how in ("wide", "abbreviated")]


def _pattern(cldr: str) -> str:
    """With the fields that we fill in, as % takes it; days and months in whole words."""
    from babel.dates import parse_pattern

    found = ERA.sub("", str(parse_pattern(cldr).format))
    return FIELD.sub(lambda field: f"%({OURS.get(field[1], field[1])})s", found)
