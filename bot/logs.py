"""Logs: what an operator reads. Numbers of things, never answers, names or what people type.

Whatever is logged or printed goes through `Screened`: no secret is in it, whoever wrote it.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TextIO

LONGEST_LINE = 500  # signs of a line that somebody else may have written
HIDDEN = "***"
PERSONAL = re.compile(r"(?<=/mine/)[A-Za-z0-9_-]{32}")  # a link that signs in
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class Screened:
    """A stream on which no secret can be written."""

    def __init__(self, stream: TextIO, secrets: Iterable[str]) -> None:
        self._stream, self._secrets = stream, sorted(filter(None, secrets), key=len, reverse=True)

    def write(self, text: str) -> int:
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return self._stream.write(PERSONAL.sub(HIDDEN, text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def screened(secrets: Iterable[str]) -> Iterator[None]:
    """Standard output and errors, without these secrets."""
    kept, before = tuple(secrets), (sys.stdout, sys.stderr)
    sys.stdout, sys.stderr = Screened(sys.stdout, kept), Screened(sys.stderr, kept)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def cut(text: str) -> str:
    """The same in lines that are not endless, without signs that nobody sees."""
    return "\n".join(line[:LONGEST_LINE] for line in UNSEEN.sub(" ", text).split("\n"))


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return cut(super().format(record))


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": cut(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def where(error: BaseException) -> str:
    """What went wrong and where, without its message: a database puts the refused row, an answer, in there."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


def set_up(level: str, form: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    hush()


def hush() -> None:
    """Libraries say no more than that something is wrong."""
    for chatty in ("telegram", "httpx", "httpcore", "aiohttp", "alembic", "asyncio", "uvicorn"):
        # At lower levels these write requests whole: with the token, and with what is said to people.
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)  # it logs an answer that it cannot read, whole
