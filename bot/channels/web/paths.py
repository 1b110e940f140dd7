"""Addresses: what ours look like, and which of them is meant by one to which something was done on its way.

Mail programs, virus scanners, messengers and fingers put things around a link. Whoever comes by such a one is sent to
the clean address, and only there is anything looked up. What somebody asked for is never repeated.
"""

import re
from collections.abc import Callable

from starlette.convertors import IntegerConvertor, StringConvertor, register_url_convertor

from bot.channels.web.tokens import TOKEN
from bot.survey import codes

OWN = re.compile(rf"/mine/+({TOKEN.pattern})(?![A-Za-z0-9])", re.IGNORECASE)
LANGUAGE = re.compile(rf"{codes.SIGNS}/+([a-z]{{2,3}}(?:[_-][a-z0-9]{{2,8}})*)", re.IGNORECASE)


class Code(StringConvertor):
    regex = codes.SIGNS


class Token(StringConvertor):
    regex = TOKEN.pattern


class Tag(StringConvertor):
    regex = "[A-Za-z0-9_-]{2,35}"


class Number(IntegerConvertor):
    regex = "[0-9]{1,9}"


register_url_convertor("code", Code())
register_url_convertor("token", Token())
register_url_convertor("tag", Tag())
register_url_convertor("number", Number())


def meant(asked: str, spoken: Callable[[str], str | None]) -> str:
    """The clean address of what was asked for; nothing where there is neither a code nor an own link in it."""
    clean = codes.cleaned(asked)
    if own := OWN.search(clean):
        return f"/mine/{own[1]}"
    if not (code := codes.find(asked)):
        return ""
    found = LANGUAGE.search(clean)
    language = spoken(found[1]) if found else None
    return f"/i/{code}/{language}" if language else f"/i/{code}"
