"""The one door for developers, standard library only: each command first makes `.venv` equal to a lock, which costs
nothing when it already is: `python3 dev.py run|test|fire|check|fix|texts|site|bench|lock|release`."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV, TOOLS = HERE / ".venv", HERE / ".tools"
TO_RUN, TO_DEVELOP = HERE / "requirements.lock", HERE / "requirements-dev.lock"  # all that is to run is in both
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
UV = "uv==0.13.9"
COMPILE = ["uv", "pip", "compile", "-q", "--universal", "--generate-hashes", "--no-header", "-U"]
ALL = "pyproject.toml --group dev --all-extras -c requirements.lock -o requirements-dev.lock"
LOCKS = ("pyproject.toml --extra audio -o requirements.lock", ALL, "--group site -o requirements-site.lock")
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
    "release": [["python", "release.py"]],  # a rehearsal: nothing is published
    "lock": [[*COMPILE, *line.split()] for line in LOCKS],
}


def main() -> int:
    if sys.version_info < (3, 11):
        return stop("Samenspraak needs Python 3.11 or newer. This is Python {}.{}.".format(*sys.version_info[:2]))
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        return stop(f"usage: python3 dev.py {'|'.join(COMMANDS)} [more for the command]")
    try:
        set_up(TO_RUN if sys.argv[1] == "run" and not (VENV / TO_DEVELOP.name).is_file() else TO_DEVELOP)
        steps = COMMANDS[sys.argv[1]]
        if len(steps) == 1 and os.name == "posix":  # Ctrl+C, a stop, kill -9 reach the bot or pytest itself
            os.chdir(HERE)
            program = str(BIN / steps[0][0])  # by this name it knows that it belongs to .venv
            os.execv(program, [program, *steps[0][1:], *sys.argv[2:]])
        for step in steps:
            subprocess.run([BIN / step[0], *step[1:], *sys.argv[2:]], cwd=HERE, check=True)
        return 0
    except subprocess.CalledProcessError as failed:
        return failed.returncode
    except KeyboardInterrupt:
        return 130


def set_up(lock: Path) -> None:
    """Install exactly what the lock says, and remember that. What a developer needs comes on top of what runs."""
    if is_there(lock):
        return
    print("Setting up .venv (the first time takes a minute) ...", flush=True)
    uv = find_uv()
    quiet = {"cwd": HERE, "check": True, "env": {**os.environ, "VIRTUAL_ENV": str(VENV)}}
    anew = "--allow-existing" if is_there(TO_RUN) else "--clear"  # a bot may be running in it
    subprocess.run([*uv, "venv", "-q", anew, "--python", sys.executable, VENV], **quiet)
    subprocess.run([*uv, "pip", "sync", "-q", "--compile-bytecode", "--require-hashes", lock], **quiet)
    subprocess.run([*uv, "pip", "install", "-q", "--no-deps", "--build-constraints", TO_DEVELOP, "-e", "."], **quiet)
    (VENV / lock.name).write_text(fingerprint(lock))


def is_there(lock: Path) -> bool:
    return (VENV / lock.name).is_file() and (VENV / lock.name).read_text() == fingerprint(lock)


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + (HERE / "pyproject.toml").read_bytes() + sys.version.encode()).hexdigest()


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
    sys.exit(stop("Neither uv, nor venv, nor pip is here. On Debian or Ubuntu: sudo apt install python3-venv"))


def stop(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
