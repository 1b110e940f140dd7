"""The command: `python -m bench [page] [--rounds N] [--people 64 1] [--short] [--write]`.

Everything measured goes to standard output as Markdown; how far it is, to standard error.
"""

import asyncio
import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import machine, options, page
from bench.bots import BenchError
from bench.report import report
from bench.rounds import measure

RESULTS = Path(__file__).parent / "RESULTS.md"
OTHERS = "\n## The page,"


def main() -> int:
    about = "What an answer costs, beside a bare bot or a bare page."
    asked = options.read(about, what=("chat", "page"), rounds=3, people=(64, 1), short=False, write=False)
    if platform.system() != "Linux":
        print("The benchmark reads the clocks of Linux, so it runs only there.", file=sys.stderr)
        return 2
    cores = machine.two_cores()
    if cores:
        os.sched_setaffinity(0, {cores[1]})
    rounds, core = 1 if asked.short else asked.rounds, cores[0] if cores else None
    here = machine.described(Path(tempfile.gettempdir()))
    try:
        if asked.what == "page":
            print(f"# What the page costs\n\n{here}.\n\n{asyncio.run(page.everything(rounds, asked.short, core))}")
            return 0
        runs = asyncio.run(measure(rounds, asked.people, asked.short, core))
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    text = report(runs, here, bool(cores), datetime.now(UTC).date())
    print(text, end="")
    if asked.write:
        _, others, kept = RESULTS.read_text("utf-8").partition(OTHERS)  # what the other commands measured stays
        RESULTS.write_text(f"{text.rstrip()}\n{others}{kept}", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
