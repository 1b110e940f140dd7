"""`samenspraak completion`: what lets a shell complete our commands, printed for the file in which the shell looks.

It is made from all commands at once and then loads nothing: no key of a shell starts Python.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

SHELLS = ("bash", "zsh", "fish", "powershell")


def add_to(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(carry_out=complete)
    parser.add_argument("shell", choices=SHELLS, help="your shell")


def complete(asked: argparse.Namespace) -> int:
    import shtab  # who does not ask for it does not load it

    whole: argparse.ArgumentParser = asked.whole()
    for argument in _arguments(whole):
        if argument.type is Path:
            argument.complete = shtab.FILE  # type: ignore[attr-defined]
    print(shtab.complete(whole, shell=asked.shell))
    return 0


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Those of a parser, and of all that are behind it."""
    for argument in parser._actions:
        yield argument
        if isinstance(argument, argparse._SubParsersAction):
            for behind in argument.choices.values():
                yield from _arguments(behind)
