"""Loading: after a start Python looks seldom for what it could throw away, and not at all through what was loaded."""

import subprocess
import sys

START = """
import gc
from bot.runtime.loading import undisturbed
with undisturbed():
    from bot import app
loaded, before = gc.get_freeze_count(), gc.get_stats()[0]["collections"]
for number in range(5_000):
    kept = [[] for _ in range(100)]
    kept.append(kept)  # it holds itself: only a look finds it
print(gc.isenabled(), loaded > 10_000, 0 < gc.get_stats()[0]["collections"] - before < 100)
"""


def test_what_was_loaded_is_left_alone_and_what_holds_itself_is_still_thrown_away() -> None:
    done = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]
