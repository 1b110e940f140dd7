"""A release, rehearsed: `python3 dev.py release` makes all of it in `dist/` and tries it; nothing is published.

Each step says in one line what it saw; at the first that fails it ends with 1. `release audit` asks for advisories.
"""

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import __version__

HERE = Path(__file__).resolve().parent
DIST, LOCK = HERE / "dist", HERE / "requirements.lock"
BIN = Path(sys.executable).parent
SBOM, SUMS = DIST / "sbom.cdx.json", DIST / "SHA256SUMS"
LISTING = ("--from", "cyclonedx-bom==7.5.0", "cyclonedx-py")
AUDITING = ("--from", "pip-audit==2.10.1", "pip-audit")
PATIENCE = 60  # seconds until it answers


class NotReady(Exception):
    """It cannot be released so; the message says why."""


def main(asked: Sequence[str]) -> int:
    steps = [audited] if [*asked] == ["audit"] else STEPS
    for step in steps:
        try:
            print(f"{step.__name__}: {step()}", flush=True)
        except (NotReady, OSError, subprocess.CalledProcessError) as error:
            print(f"{step.__name__}: NOT READY, {error}", file=sys.stderr)
            return 1
    return 0


def version() -> str:
    changes = (HERE / "CHANGELOG.md").read_text("utf-8")
    if found := re.search(rf"^## \[{re.escape(__version__)}\] - \d{{4}}-\d\d-\d\d$", changes, re.MULTILINE):
        return found[0].removeprefix("## ")
    if f"\nThis will be {__version__}." in changes:
        return f"{__version__}, which the changelog has under Unreleased: before the tag it gets its date"
    raise NotReady(f"the changelog knows no {__version__}")


def tree() -> str:
    if changed := said("git", "status", "--porcelain"):
        raise NotReady(f"not committed: {changed.splitlines()[0]} ...")
    return f"clean, at {said('git', 'rev-parse', '--short', 'HEAD')}"


def built() -> str:
    """Twice from the same commit, at the moment of that commit; both must be the same to the byte."""
    shutil.rmtree(DIST, ignore_errors=True)
    moment = {**os.environ, "SOURCE_DATE_EPOCH": said("git", "log", "-1", "--format=%ct")}
    with tempfile.TemporaryDirectory() as again:
        for folder in (DIST, Path(again)):
            run(BIN / "python", "-m", "hatchling", "build", "-d", folder, env=moment)
        files = sorted(DIST.iterdir())
        if [digest(one) for one in files] != [digest(Path(again, one.name)) for one in files]:
            raise NotReady("built twice, and not the same")
    return "the same twice: " + ", ".join(f"{one.name} ({one.stat().st_size // 1024} kB)" for one in files)


def starts() -> str:
    """The wheel, in an environment of its own with what the lock says, from an empty folder."""
    with tempfile.TemporaryDirectory() as room:
        own, work = Path(room, "venv"), Path(room, "work")
        work.mkdir()
        python = own / BIN.name / "python"
        run(BIN / "uv", "venv", "-q", "--python", sys.executable, own)
        run(BIN / "uv", "pip", "install", "-q", "--python", python, "-c", LOCK, *DIST.glob("*.whl"))
        told = said(own / BIN.name / "samenspraak", "--version", cwd=work)
        if told != f"samenspraak {__version__}":
            raise NotReady(f"it says that it is {told}")
        answered = tried(own / BIN.name / "samenspraak", work)
        return f"{told}; `run` answered after {answered:.1f} s; made: {', '.join(sorted(os.listdir(work)))}"


def tried(program: Path, work: Path) -> float:
    """Seconds until it answers as a bot that is well, at a port where nobody else answers for it."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    begun, port = time.monotonic(), free_port()
    with subprocess.Popen([program, "run"], cwd=work, env={**bare, "PORT": port}, stdout=-3, stderr=-3) as running:
        try:
            while not answers(port):
                if running.poll() is not None or time.monotonic() - begun > PATIENCE:
                    raise NotReady("it does not start in an empty folder")
                time.sleep(0.1)
            return time.monotonic() - begun
        finally:
            running.terminate()


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return str(free.getsockname()[1])


def answers(port: str) -> bool:
    try:
        return bool(urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).status == 200)
    except OSError:
        return False


def parts() -> str:
    """The software bill of materials, CycloneDX, of what the lock installs."""
    run(BIN / "uv", "tool", "run", "-q", *LISTING, "requirements", LOCK, "--output-reproducible", "-o", SBOM)
    listed = json.loads(SBOM.read_text("utf-8"))
    return f"{SBOM.name}: CycloneDX {listed['specVersion']}, {len(listed['components'])} libraries"


def audited() -> str:
    """Known advisories about what the lock installs. That they cannot be reached is said, and is no failure."""
    asking = [BIN / "uv", "tool", "run", "-q", *AUDITING, "-r", LOCK, "--disable-pip", "--require-hashes"]
    done = subprocess.run([*map(str, asking), "-f", "json"], cwd=HERE, capture_output=True, text=True)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return f"NOT DONE, no answer: {(done.stderr.strip().splitlines() or ['nothing said'])[-1]}"
    return weighed(found)


def weighed(found: Sequence[Mapping[str, Any]]) -> str:
    """What is known of each library: one advisory, and there is no release."""
    known = [one for one in found if "vulns" in one]
    if not known:
        return f"NOT DONE, the advisories cannot be reached: none of {len(found)} libraries is known there"
    if bad := [f"{one['name']} {one['version']}: {flaw['id']}" for one in known for flaw in one["vulns"]]:
        raise NotReady("; ".join(bad))
    return f"no advisory about {len(known)} of {len(found)} libraries"


def image() -> str:
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode:
        return "NOT DONE, there is no Docker engine here: docker build -t samenspraak ."
    run("docker", "build", "-q", "-t", name := f"samenspraak:{__version__}", ".")
    return f"{name}, {said('docker', 'image', 'inspect', '-f', '{{.Id}}', name)}"


def checksums() -> str:
    lines = [f"{digest(one)}  {one.name}\n" for one in sorted(DIST.iterdir()) if one != SUMS]
    SUMS.write_text("".join(lines), "utf-8")
    return f"{SUMS.name}: {len(lines)} files"


def tag() -> str:
    return f"not made. When all this is as it must be: git tag -a v{__version__} -m 'Samenspraak {__version__}'"


STEPS: Sequence[Callable[[], str]] = (version, tree, built, starts, parts, audited, image, checksums, tag)


def run(*command: str | Path, env: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, cwd=HERE, env=env, capture_output=True, text=True)
    if done.returncode:
        raise NotReady(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")


def said(*command: str | Path, cwd: Path = HERE) -> str:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout.strip()


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
