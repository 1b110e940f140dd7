"""The command: `python -m bench [page] [--rounds N] [--people 64 1] [--short] [--write]`.

Everything measured goes to standard output as Markdown; how far it is, to standard error.
"""

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import machine, page
from bench.bots import BenchError
from bench.report import report
from bench.rounds import measure

RESULTS = Path(__file__).parent / "RESULTS.md"
OTHERS = "\n## Growth,"


def main() -> int:
    asked = _arguments()
    if platform.system() != "Linux":
        print("The benchmark reads the clocks of Linux, so it runs only there.", file=sys.stderr)
        return 2
    cores = machine.two_cores()
    if cores:
        os.sched_setaffinity(0, {cores[1]})
    rounds = asked.rounds or (1 if asked.short else 3)
    core, about = cores[0] if cores else None, machine.described(Path(tempfile.gettempdir()))
    try:
        if asked.what == "page":
            print(f"# What the page costs\n\n{about}.\n\n{asyncio.run(page.everything(rounds, asked.short, core))}")
            return 0
        outcome = asyncio.run(measure(rounds, asked.people, asked.short, core))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    text = report(outcome, about, bool(cores), datetime.now(UTC).date())
    print(text, end="")
    if asked.write:
        _, others, kept = RESULTS.read_text("utf-8").partition(OTHERS)  # what the other commands measured stays
        RESULTS.write_text(f"{text.rstrip()}\n{others}{kept}", "utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description="What an answer costs, beside a bare bot or a bare page.")
    parser.add_argument("what", nargs="?", choices=["chat", "page"], default="chat", help="default chat")
    parser.add_argument("--rounds", type=_count, help="how often every bot has its turn (default 3)")
    parser.add_argument("--people", type=_count, nargs="+", default=[64, 1], help="how many at once (default 64 1)")
    parser.add_argument("--short", action="store_true", help="one round with fewer answers, to see that it works")
    parser.add_argument("--write", action="store_true", help=f"write the results to bench/{RESULTS.name} too")
    return parser.parse_args()


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError("1 or more")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
