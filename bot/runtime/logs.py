"""Logs: what an operator reads, also on a terminal and from the doctor. Numbers of things, never answers or names.

All of it goes through `told`: no secret is in it, and what comes from outside forges no line and fills no disk. Of an
exception the log has what and where, not its message: a database puts the refused row, an answer, in there.
"""

import contextlib
import copy
import functools
import html
import json
import logging
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import IO, Any, cast
from urllib.parse import quote, quote_plus, unquote

LONGEST_LINE, MOST_LINES = 500, 100  # signs of what comes from outside; lines of one exception
SHORTEST = 4  # signs; a shorter secret is no secret, and stands in every second word
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
IN_ADDRESSES = re.compile(r"(?<=/bot)\d+(?::|%3a)[\w-]+|(?<=://)([^\s:/@]*:)[^\s/@]*(?=@)", re.IGNORECASE)
BEFORE_CODES = r"/mine/|/i/|/door/|/stop/|[?&]start=|/start(?:@\w+)? |\bsamenspraak_(?=[\w-]{43})"
SIGNING_IN = re.compile(rf"({BEFORE_CODES})[\w%~-]+", re.IGNORECASE)
MAIL = re.compile(r"(?<![/\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")  # and no name before the host of a database
HIDDEN = "***"
CHATTY = ("telegram", "httpx", "httpcore", "aiohttp", "aiosmtplib", "mail.log", "alembic", "asyncio", "uvicorn")

_secrets: set[str] = set()


def hide(*secrets: str | None) -> None:
    """From now on these are told to nobody, nor in any way that an address, a page or a library would write them."""
    for secret in filter(None, secrets):
        if len(secret) >= SHORTEST:
            _secrets.update(_written(secret) | _written(unquote(secret)))


@functools.cache
def _any_of(secrets: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(secrets, key=len, reverse=True)
    return re.compile("|".join(map(_found, longest_first)) or "(?!)", re.IGNORECASE)


def _written(secret: str) -> set[str]:
    quoted = quote(secret), quote(secret, safe=""), quote_plus(secret)
    return {secret, *quoted, html.escape(secret), json.dumps(secret)[1:-1], repr(secret)[1:-1]}


def _found(secret: str) -> str:
    """A password that is a plain word is looked for as a word: else "postgres" would be no part of any address."""
    pattern = re.escape(secret)
    return rf"\b{pattern}\b" if secret.isalpha() or secret.isdigit() else pattern


def without_secrets(text: str) -> str:
    return IN_ADDRESSES.sub(lambda found: f"{found[1] or ''}{HIDDEN}", _any_of(frozenset(_secrets)).sub(HIDDEN, text))


def told(text: object, most: int = LONGEST_LINE) -> str:
    """One line that may be shown to an operator, whoever wrote the text."""
    start = str(text)[: 100 * most]  # longer than the longest secrets, hidden, leave of what is shown
    line = CONTROL.sub(" ", SIGNING_IN.sub(rf"\1{HIDDEN}", MAIL.sub(HIDDEN, without_secrets(start))))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def lines_told(text: str) -> str:
    """The same of several lines, as what we print ourselves may have."""
    return "\n".join(map(told, text.split("\n")))


def where(error: BaseException) -> str:
    """What went wrong and where, without its message."""
    lines = "".join(traceback.format_tb(error.__traceback__)).splitlines()
    return lines_told("\n".join((type(error).__name__, *lines[-MOST_LINES:])))


class Lines(logging.Formatter):
    """A line for each record, and an indented one for each step on the way to an exception."""

    def format(self, record: logging.LogRecord) -> str:
        shown = copy.copy(record)
        shown.msg, shown.args, shown.exc_text, shown.stack_info = told(record.getMessage()), None, None, None
        return self._shown(shown)

    def _shown(self, record: logging.LogRecord) -> str:
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        return "  " + where(ei[1]) if ei[1] else ""


class JsonLines(Lines):
    def _shown(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


class Guarded:
    """A stream of ours as commands and libraries see it: what they print goes through `check`."""

    def __init__(self, stream: IO[str], check: Callable[[str], str]) -> None:
        self.stream, self._check = stream, check

    def write(self, text: str) -> int:
        self.stream.write(self._check(text))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """While this lasts, nothing is printed with a secret in it, an exception that escapes included.

    What a command gives out may hold links, for which it was asked; what it complains of may not.
    """
    out, err = Guarded(sys.stdout, without_secrets), Guarded(sys.stderr, lines_told)
    with contextlib.redirect_stdout(cast(IO[str], out)), contextlib.redirect_stderr(cast(IO[str], err)):
        try:
            yield
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        except Exception as error:
            print(str(error).partition("\n")[0], where(error), sep="\n", file=sys.stderr)  # noqa: T201 - there is nobody above us
            raise SystemExit(1) from None


def set_up(level: str, form: str) -> None:
    handler = logging.StreamHandler(getattr(sys.stderr, "stream", sys.stderr))  # a line in JSON may be a long one
    handler.setFormatter(JsonLines() if form == "json" else Lines("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    hush()


def hush() -> None:
    """Libraries say no more than that something is wrong."""
    for chatty in CHATTY:
        # At lower levels these write requests whole: with what is said to people.
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)  # it logs an answer that it cannot read, whole
