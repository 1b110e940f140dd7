"""The environment of whoever runs the bot: what requirements.lock says, and aiohttp for the bare bot that goes over it.

That of developers has more, and some libraries load more where they find more: httpx brings click, rich and pygments.
"""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from bench.bots import ROOT

LOCK, OF_DEVELOPERS = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
UV = sys.executable, "-m", "uv"


def python(base: str = sys.executable) -> str:
    """Its interpreter, of the same Python as `base`. It is made the first time, inside the developers' own."""
    known = sha256(LOCK.read_bytes() + OF_DEVELOPERS.read_bytes() + base.encode()).hexdigest()[:12]
    folder = Path(sys.prefix, f"production-{known}")
    made, stamp = folder / "bin" / "python", folder / "made"
    if not stamp.exists():
        subprocess.run((*UV, "venv", "-q", "--clear", "--python", base, folder), check=True)
        install = "pip", "sync", "-q", "--compile-bytecode", "--require-hashes", "--python", made, LOCK
        subprocess.run((*UV, *install), check=True)
        beside = "pip", "install", "-q", "--compile-bytecode", "--python", made, "-c", OF_DEVELOPERS, "aiohttp"
        subprocess.run((*UV, *beside), check=True)
        stamp.touch()
    return str(made)
