"""The command line as an account that may do nothing special: permissions on files hold for it, even for root."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT, SECRET
from tests.patience import PATIENCE

WITHOUT_POWERS = ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs")


def unprivileged(*arguments: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    command = (*without_powers(), sys.executable, "-m", "bot", *arguments)
    given = {**os.environ, "SAMENSPRAAK_SECRET": SECRET, **environment}
    return subprocess.run(command, cwd=cwd, env=given, capture_output=True, text=True, timeout=PATIENCE)


def without_powers() -> tuple[str, ...]:
    """What goes before a command, so that it is not root in all but name; nothing for any other account."""
    if os.geteuid() != 0:
        return ()
    if not shutil.which("setpriv"):
        pytest.skip("root may write everywhere, and there is no setpriv to put that off")
    return WITHOUT_POWERS
