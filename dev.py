"""The one door for developers: `python3 dev.py run|test|fire|check|fix|texts|site|bench|lock`.

Standard library only. Each command first makes `.venv` equal to the lock; when it already is, that costs nothing.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV, TOOLS, LOCK = HERE / ".venv", HERE / ".tools", HERE / "requirements-dev.lock"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
UV = "uv==0.13.9"
OLD = "Samenspraak needs Python 3.11 or newer. This is Python {}.{}."
NO_INSTALLER = "Neither uv, nor venv, nor pip is on this machine. On Debian or Ubuntu: sudo apt install python3-venv"
COMPILE = ["uv", "pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header", "-U"]
EVERYTHING = "pyproject.toml --group dev --all-extras -c requirements.lock -o requirements-dev.lock"
LOCKS = ("pyproject.toml --extra audio -o requirements.lock", EVERYTHING, "--group site -o requirements-site.lock")
CHECKS = ("ruff format --check .", "ruff check .", "mypy", "lint-imports", "python -m bot.texts.catalogues check")
PYTEST = ["python", "-m", "pytest", "-n", "3", "--dist", "worksteal"]  # they wait more than they work

COMMANDS = {
    "run": [["python", "-m", "bot", "run"]],
    "test": [[*PYTEST, "-m", "not fire"]],
    "fire": [[*PYTEST, "-m", "fire"]],  # the long proofs
    "check": [line.split() for line in CHECKS],
    "fix": [["ruff", "check", "--fix", "-q", "."], ["ruff", "format", "-q", "."]],
    "texts": [["python", "-m", "bot.texts.catalogues", "update"]],
    "site": [["python", "-m", "website"]],
    "bench": [["python", "-m", "bench"]],
    "lock": [[*COMPILE, *line.split()] for line in LOCKS],
}


def main() -> int:
    if sys.version_info < (3, 11):
        return stop(OLD.format(*sys.version_info[:2]))
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        return stop(f"usage: python3 dev.py {'|'.join(COMMANDS)} [more for the command]")
    try:
        set_up()
        steps = COMMANDS[sys.argv[1]]
        if len(steps) == 1 and os.name == "posix":  # Ctrl+C, a stop, kill -9 reach the bot or pytest itself
            os.chdir(HERE)
            program = str(BIN / steps[0][0])  # by this name it knows that it belongs to .venv
            os.execv(program, [program, *steps[0][1:], *sys.argv[2:]])
        for step in steps:
            subprocess.run([BIN / step[0], *step[1:], *sys.argv[2:]], cwd=HERE, check=True)
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    except KeyboardInterrupt:
        return 130
    return 0


def set_up() -> None:
    """Install exactly what the lock says, and remember the lock that was installed."""
    stamp, wanted = VENV / "installed", fingerprint()
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("Setting up .venv (the first time takes a minute) ...", flush=True)
    uv = find_uv()
    quiet = {"cwd": HERE, "check": True, "env": {**os.environ, "VIRTUAL_ENV": str(VENV)}}
    subprocess.run([*uv, "venv", "-q", "--clear", "--python", sys.executable, VENV], **quiet)
    subprocess.run([*uv, "pip", "sync", "-q", "--compile-bytecode", "--require-hashes", LOCK], **quiet)
    subprocess.run([*uv, "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", "."], **quiet)
    stamp.write_text(wanted)


def fingerprint() -> str:
    parts = (LOCK.read_bytes(), (HERE / "pyproject.toml").read_bytes(), sys.version.encode())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def find_uv() -> list[str]:
    """uv from the path; else from a small virtual environment; else next to us by pip."""
    if found := shutil.which("uv"):
        return [found]
    for make in ([sys.executable, "-m", "venv", str(TOOLS)], None):
        if make and subprocess.run(make, capture_output=True).returncode:
            continue
        python = TOOLS / BIN.name / "python" if make else sys.executable
        target = [] if make else ["--target", str(TOOLS / "pip")]
        if subprocess.run([python, "-m", "pip", "install", "-q", *target, UV]).returncode == 0:
            return [str(TOOLS / (BIN.name if make else "pip/bin") / "uv")]
    sys.exit(stop(NO_INSTALLER))


def stop(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
