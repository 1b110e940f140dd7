"""URLs: addresses of databases, as an operator gives them: whether one can be read, and printed without a password.

Whatever is shown to anybody goes through `told`.
"""

from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError


def told(url: str) -> str:
    """The address of a database as it may be printed."""
    return make_url(url).set(query={}).render_as_string(hide_password=True)


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None for a server."""
    parsed = make_url(url)
    return Path(parsed.database) if parsed.get_backend_name() == "sqlite" and parsed.database else None


def can_be_read(url: str) -> bool:
    return _parsed(url) is not None


def has_bare_password(url: str) -> bool:
    """Whether a part of a password may stand where it is printed or goes onto a command line."""
    parsed = _parsed(url)
    if parsed is None or parsed.get_backend_name() == "sqlite":
        return False
    return url.count("@") > 1 or "password" in parsed.query


def _parsed(url: str) -> URL | None:
    try:
        return make_url(url)
    except (ArgumentError, ValueError):
        return None
