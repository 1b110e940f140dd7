"""How far long work is: a line that moves on a terminal, plain lines in a pipe.

It is on standard error, since scripts read standard output, and loads a library only where there is a terminal:

    with shown("Copying the database", "pages") as far:
        far(300, 1000)  # so many of so many are done
"""

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import IO, Any, Protocol

from bot.runtime import logs
from storage.upkeep.progress import Progress

MOST_LINES = 10  # in a pipe, and the first, however much there is to do
PIECES = {True: "pages", False: "tables"}
"""Of which an SQLite file is made, and a database on a server."""
MOVING = "{desc}: {percentage:3.0f}% {bar} {n_fmt} of {total_fmt} {unit}{postfix}, {remaining} left"


def upgrading() -> AbstractContextManager["Shown"]:
    return shown("Upgrading the database", "steps")


class Shown(Progress, Protocol):
    def aside(self, line: str, /) -> None:
        """Print a line that stays, on standard output."""


@contextmanager
def shown(what: str, unit: str) -> Iterator[Shown]:
    """Until this ends, `what` is done to so many of a `unit`, both in English as operators read it."""
    stream: IO[str] = getattr(sys.stderr, "stream", sys.stderr)  # what guards it would take the moving for forgery
    if not _can_move(stream):
        yield _Lines(what, unit)
        return
    moving = _Moving(what, unit, stream)
    try:
        yield moving
    finally:
        moving.close()


def _can_move(stream: IO[str]) -> bool:
    """Some terminals have no size, or say that they only take lines."""
    return stream.isatty() and os.environ.get("TERM") != "dumb" and all(os.get_terminal_size(stream.fileno()))


class _Lines:
    """A line at the begin, and at each tenth; none for nothing, and none where there are lines of its own."""

    def __init__(self, what: str, unit: str) -> None:
        self.what, self.unit, self.tenths = what, unit, -1

    def __call__(self, done: int, of: int, said: str = "", /) -> None:
        tenths = MOST_LINES * done // of if of else -1
        if tenths > self.tenths:
            self.tenths = tenths
            print(f"{self.what}: {done} of {of} {self.unit}{_behind(said)}", file=sys.stderr, flush=True)

    def aside(self, line: str, /) -> None:
        self.tenths = MOST_LINES
        print(line, flush=True)


class _Moving:
    """One line that is drawn over itself, and is gone when all is done."""

    def __init__(self, what: str, unit: str, stream: IO[str]) -> None:
        from tqdm.std import tqdm

        tqdm.monitor_interval = 0  # no thread beside the work
        self.begun = partial(
            tqdm, desc=what, unit=unit, file=stream, bar_format=MOVING, leave=False, dynamic_ncols=True, miniters=0
        )
        self.bar: Any = None  # there is nothing to draw before the first piece is done

    def __call__(self, done: int, of: int, said: str = "", /) -> None:
        if self.bar is None:
            self.bar = self.begun(total=of)
        self.bar.total = of
        self.bar.set_postfix_str(logs.told(said), refresh=False)
        self.bar.update(done - self.bar.n)

    def aside(self, line: str, /) -> None:
        if self.bar is not None:
            self.bar.clear()
        print(line, flush=True)
        if self.bar is not None:
            self.bar.refresh()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


def _behind(said: str) -> str:
    return f", {said}" if said else ""
