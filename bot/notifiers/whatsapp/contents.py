"""Contents: the JSON that WhatsApp answers or brings, of which nothing is taken for granted."""

import json
from collections.abc import Iterator
from typing import Any

from bot.survey.whole_numbers import as_number

MOST = 10**9  # a code of an error


def read(body: bytes) -> Any:
    """None of what cannot be read."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def objects_in(found: Any, name: str) -> Iterator[dict[str, Any]]:
    """Those of a list in it, and of that nothing which is none."""
    many = found.get(name) if isinstance(found, dict) else None
    return (one for one in (many if isinstance(many, list) else ()) if isinstance(one, dict))


def code_in(content: Any) -> int | None:
    """That of the error that it says."""
    try:
        return as_code(content["error"]["code"])
    except (TypeError, KeyError, IndexError):
        return None


def as_code(found: Any) -> int | None:
    """Also where a provider writes it as a text."""
    number = as_number(found, MOST) if isinstance(found, str) else found
    return number if type(number) is int and 0 <= number <= MOST else None
