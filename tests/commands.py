"""Commands of the bot, each a process of its own, without paying for its imports each time.

A process that has imported the bot already makes a fork of itself for every command. What a command gets and gives is
its own: folder, environment, standard output and error, exit code.
"""

import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

from bot.__main__ import COMMANDS, main
from bot.notifiers import OUTLETS
from tests.leftovers import prefix

FORKING = get_context("forkserver")
COMMAND_MODULES = [f"bot.command_line.{name}" for name in COMMANDS]
FORKING.set_forkserver_preload([*COMMAND_MODULES, *(one.where for one in OUTLETS), "tests.commands"])


def ran(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], given: bytes = b""
) -> tuple[int, str, str]:
    """The exit code, and what was written to standard output and standard error, of what was `given` to it."""
    with tempfile.TemporaryDirectory(prefix=prefix("said")) as kept:
        out, err, come = Path(kept, "out"), Path(kept, "err"), Path(kept, "in")
        come.write_bytes(given)
        process = FORKING.Process(target=_run, args=(arguments, folder, dict(environment), out, err, come))
        process.start()
        process.join()
        return process.exitcode or 0, out.read_text(), err.read_text()


def _run(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], out: Path, err: Path, come: Path
) -> None:
    sys.stdin = come.open(encoding="utf-8")
    for stream, file in ((sys.stdout, out), (sys.stderr, err)):
        with file.open("wb") as opened:
            os.dup2(opened.fileno(), stream.fileno())
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["samenspraak", *arguments]
    sys.exit(main(arguments))
