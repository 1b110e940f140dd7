"""The options of every command here: what each is called, may be and means stands once, in the table below."""

import argparse
import shutil
import sys
from collections.abc import Callable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any


def a_count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"1 or more, not {text!r}")
    return int(text)


def an_amount(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not (isfinite(found) and found >= 0):
        raise argparse.ArgumentTypeError(f"0 or more, not {text!r}")
    return found


def a_share(text: str) -> float:
    if (found := an_amount(text)) > 1:
        raise argparse.ArgumentTypeError(f"from 0 to 1, not {text!r}")
    return found


def a_program(text: str) -> str:
    """By its whole path, for it is started in another folder. Links stay: by one an environment of Python is known."""
    if (found := shutil.which(text)) is None:
        raise argparse.ArgumentTypeError(f"no program that can be run: {text!r}")
    return str(Path(found).absolute())


OPTIONS: Mapping[str, tuple[Callable[[str], Any] | None, str]] = {
    "short": (None, "less of everything, to see that it works"),
    "write": (None, "write the tables into the document too"),
    "rounds": (a_count, "how often everything has its turn"),
    "people": (a_count, "how many at once"),
    "partnerships": (a_count, "how many, one database for each number"),
    "each": (a_count, "people in a partnership"),
    "sizes": (a_count, "completed responses, one database for each number"),
    "walks": (a_count, "from the link to the thanks, in all"),
    "pictures": (a_share, "the share of people who ask for their picture at the end"),
    "minutes": (an_amount, "stop after so long, wherever it is"),
    "seconds": (an_amount, "how long they only look"),
    "letters": (a_count, "how many are written at once"),
    "latency": (an_amount, "seconds that the network adds to each call"),
    "python": (
        a_program,
        "of which the environment of requirements.lock is made, such as one that is built optimised",
    ),
}
"""Name -> what its value is, none for a switch, and what it means."""


def read(about: str | None, *, what: tuple[str, ...] = (), **defaults: Any) -> argparse.Namespace:
    """What was asked of a command with these options; a tuple takes more than one. `what` are words to choose from."""
    module = sys.modules["__main__"].__spec__
    name = module.name.removesuffix(".__main__") if module else "bench"
    parser = argparse.ArgumentParser(f"python -m {name}", description=(about or "").partition("\n\n")[0])
    if what:
        parser.add_argument("what", nargs="?", choices=what, default=what[0], help=f"default {what[0]}")
    for option, default in defaults.items():
        made, means = OPTIONS[option]
        if made is None:
            parser.add_argument(f"--{option}", action="store_true", help=means)
        else:
            many: dict[str, Any] = {"nargs": "+"} if isinstance(default, tuple) else {}
            parser.add_argument(f"--{option}", type=made, default=default, help=f"{means} (%(default)s)", **many)
    return parser.parse_args()


def refuse(why: str) -> int:
    """Say why there are no figures; the exit code."""
    print(why, file=sys.stderr)
    return 1
