"""The files beside the code, for who adopts, packages or cites it: they can be read, and agree with each other."""

import re
from pathlib import Path

from tests.house import ROOT

PIN = re.compile(r"^([\w.-]+==\S+)", re.MULTILINE)


def pins(lock: Path) -> set[str]:
    return set(PIN.findall(lock.read_text("utf-8")))


def test_all_that_runs_is_among_what_developers_install() -> None:
    """So `dev.py run` takes away nothing of theirs, and they try what runs elsewhere."""
    assert len(pins(ROOT / "requirements.lock")) > 30
    assert pins(ROOT / "requirements.lock") <= pins(ROOT / "requirements-dev.lock")
