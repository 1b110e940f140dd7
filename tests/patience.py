"""Patience: how long the suite waits for what should come, from how fast this machine proves to be at the start.

It is one figure for everybody, in seconds that nobody honest needs: it ends what hangs, and measures nothing. The first
process of a run finds it, and its workers and their children are told.
"""

import os
import subprocess
import sys
import time

TOLD, AT_LEAST, TIMES = "TEST_PATIENCE", 60.0, 60  # seconds, and as many times what the start of a process took
START = "import bot.app"


def measured() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", START], check=True)
    return max(AT_LEAST, TIMES * (time.monotonic() - began))


PATIENCE = float(os.environ.get(TOLD) or measured())
os.environ[TOLD] = str(PATIENCE)
