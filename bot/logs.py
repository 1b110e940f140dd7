"""Logs: what an operator reads. Numbers of things, never answers, names or what people type."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def where(error: BaseException) -> str:
    """What went wrong and where, without its message: a database puts the refused row, an answer, in there."""
    return f"{type(error).__name__}\n{''.join(traceback.format_tb(error.__traceback__))}"


def set_up(level: str, form: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonLines() if form == "json" else logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    hush()


def hush() -> None:
    """Libraries say no more than that something is wrong."""
    for chatty in ("telegram", "httpx", "httpcore", "aiohttp", "alembic", "asyncio", "uvicorn"):
        # At lower levels these write requests whole: with the token, and with what is said to people.
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)  # it logs an answer that it cannot read, whole
