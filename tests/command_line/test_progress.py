"""Progress of long work: what somebody at a terminal sees, what a pipe gets, and that no script reads any of it."""

import os
import termios
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from threading import Thread
from typing import IO

import pytest

from bot.command_line.progress import MOST_LINES, shown
from bot.runtime import logs


@contextmanager
def terminal(columns: int = 80, rows: int = 24) -> Iterator[tuple[IO[str], list[bytes]]]:
    """Where somebody sits: what we write to, and what they have seen when it is closed."""
    theirs, ours = os.openpty()
    seen = list[bytes]()
    reading = Thread(target=look, args=(theirs, seen))
    termios.tcsetwinsize(ours, (rows, columns))
    with os.fdopen(ours, "w", encoding="utf-8") as stream:
        reading.start()
        yield stream, seen
    reading.join()
    os.close(theirs)


def look(at: int, seen: list[bytes]) -> None:
    with suppress(OSError):  # nobody writes there any more
        while piece := os.read(at, 4096):
            seen.append(piece)


def work(said: str = "", aside: str = "") -> None:
    with shown("Copying", "pages") as far:
        for done in range(1, 201):
            if aside:
                far.aside(f"{done:02}.m4a: {aside}")
            far(done, 200, said)


def test_a_pipe_gets_a_few_lines_and_a_script_none_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    with logs.guarded():
        work("3 finished")
    out, told = capsys.readouterr()
    assert out == ""
    assert told.splitlines()[0] == "Copying: 1 of 200 pages, 3 finished"
    assert told.splitlines()[-1] == "Copying: 200 of 200 pages, 3 finished"
    assert len(told.splitlines()) == MOST_LINES + 1


def test_what_tells_of_each_piece_by_itself_needs_no_other_lines(capsys: pytest.CaptureFixture[str]) -> None:
    work(aside="taken in")
    out, told = capsys.readouterr()
    assert (len(out.splitlines()), told) == (200, "")


def test_nothing_to_do_is_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    with shown("Copying", "pages") as far:
        far(0, 0)
    assert capsys.readouterr().err == ""


def test_on_a_terminal_one_line_moves_and_is_gone_at_the_end(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    with terminal() as (stream, seen), redirect_stderr(stream), logs.guarded():
        work("more\nthan a line", "taken in")
    drawn = b"".join(seen).decode()
    assert "Copying:   0%" in drawn
    assert "of 200 pages, more than a line" in drawn
    assert "\n" not in drawn
    assert drawn.rpartition("\r")[2].strip() == ""
    assert capsys.readouterr().out.splitlines()[6] == "07.m4a: taken in"


@pytest.mark.parametrize(("kind", "columns", "rows"), [("dumb", 80, 24), ("xterm", 0, 24), ("xterm", 80, 0)])
def test_a_terminal_that_cannot_move_a_line_gets_plain_ones(
    kind: str, columns: int, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", kind)
    with terminal(columns, rows) as (stream, seen), redirect_stderr(stream), shown("Copying", "pages") as far:
        far(1, 1)
    assert b"".join(seen) == b"Copying: 1 of 1 pages\r\n"
