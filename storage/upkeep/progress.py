"""Progress: how far long work is, told by whoever does it and shown by whoever asked for it.

Here nobody shows anything: the command line does, in `bot/command_line/progress.py`.
"""

from typing import Protocol


class Progress(Protocol):
    """Called as it goes: so many of so many are done."""

    def __call__(self, done: int, of: int, /) -> None: ...


def untold(_done: int, _of: int, /) -> None:
    """For who does not ask."""
