"""Progress: how far long work is, told by whoever does it and shown by whoever asked for it.

Here nobody shows anything: the command line does, in `bot/command_line/progress.py`.
"""

from typing import Protocol


class Progress(Protocol):
    """Called as it goes: so many of so many are done, and what else there is to say of it."""

    def __call__(self, done: int, of: int, said: str = "", /) -> None: ...


def untold(done: int, of: int, said: str = "", /) -> None:
    """For who does not ask."""
