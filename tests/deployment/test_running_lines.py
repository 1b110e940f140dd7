"""The lines in docs/running.md that operators paste, run as written: on folders of our own, with a bot that pretends.

In place of Docker a script runs what is for the container here.
"""

import os
import re
import subprocess
import time
from pathlib import Path

import pytest

from tests.house import ROOT

DAY = 24 * 3600
DOCKER = """#!/bin/sh
case "$2 $3" in
"exec -T") shift 4; exec "$@" ;;
"exec bot") shift 3; exec "$@" ;;
"cp "*) cp -pr "${3#bot:}" "$4" ;;
*) echo "docker $*" >> "$DONE" ;;
esac
"""
SAMENSPRAAK = """#!/bin/sh
test ! -e "$2" && echo "a back-up" > "$2"
"""
EXPORTS = """#!/bin/sh
while [ "$1" != --out ]; do shift; done
mkdir -p "$2" && echo "answers" > "$2/answers.xlsx"
"""
GIT = """#!/bin/sh
echo "git $*" >> "$DONE"
"""


class Position:
    """A machine's folders, all in one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inside, self.elsewhere = folder / "backups", folder / "mnt/elsewhere/samenspraak"
        for path in (self.inside, self.elsewhere, folder / "srv/samenspraak/.venv/bin", folder / "bin"):
            path.mkdir(parents=True)
        for name, script in (("docker", DOCKER), ("git", GIT), ("samenspraak", SAMENSPRAAK)):
            self.program(folder / "bin" / name, script)
        self.program(folder / "srv/samenspraak/.venv/bin/samenspraak", SAMENSPRAAK)

    def program(self, path: Path, script: str) -> None:
        path.write_text(script)
        path.chmod(0o755)

    def run(self, line: str) -> bool:
        """Run a line here; whether it went well."""
        here = re.sub(r"(?<![\w.])/(backups|mnt|srv)\b", rf"{self.folder}/\1", line)
        path = f"{self.folder}/bin{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "DONE": str(self.folder / "done")}
        return subprocess.run(["sh", "-c", here], cwd=self.folder, env=environment, capture_output=True).returncode == 0

    def done(self) -> list[str]:
        """What was asked of git, and of Docker itself."""
        path = self.folder / "done"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Position:
    return Position(tmp_path)


def nightly() -> list[str]:
    """The lines for a crontab, in which a percent sign has a meaning of its own."""
    lines = re.findall(r"^    \d+ \d+ \* \* \* +(.*)$", (ROOT / "docs" / "running.md").read_text(), re.MULTILINE)
    return [line.replace("\\%", "%") for line in lines]


def upgrade() -> str:
    (line,) = re.findall(r"^    (.*before-upgrade.*)$", (ROOT / "docs" / "running.md").read_text(), re.MULTILINE)
    return str(line)


@pytest.mark.parametrize("with_docker", [True, False])
def test_no_back_up_is_kept_for_longer_than_two_weeks_anywhere(place: Position, with_docker: bool) -> None:
    for folder in (place.inside, place.elsewhere):
        for days in (1, 10, 13, 20, 100):
            (folder / f"of {days}").touch()
            then = time.time() - days * DAY - 60
            os.utime(folder / f"of {days}", (then, then))
    for line in nightly():
        if ("docker" in line) is with_docker:
            assert place.run(line), line
    today = time.strftime("%Y-%m-%d")
    for folder in (place.inside, place.elsewhere) if with_docker else (place.elsewhere,):
        assert {one.name for one in folder.iterdir()} == {today, "of 1", "of 10"}


def test_each_upgrade_has_a_back_up_before_it_and_none_is_without(place: Position) -> None:
    assert place.run(upgrade())
    assert place.done() == ["git pull", "docker compose up -d --build"]
    (made,) = place.inside.iterdir()
    made.rename(place.inside / "before-upgrade")  # as of an earlier one
    assert place.run(upgrade())
    assert len(list(place.inside.iterdir())) == 2
    place.program(place.folder / "bin" / "samenspraak", "#!/bin/sh\nexit 1\n")
    before = place.done()
    assert not place.run(upgrade())
    assert place.done() == before


def test_an_export_is_copied_out_of_the_container_and_nothing_of_it_stays(place: Position) -> None:
    lines = re.findall(
        r"^    (docker compose .*/backups/export.*)$", (ROOT / "docs" / "running.md").read_text(), re.MULTILINE
    )
    place.program(place.folder / "bin" / "samenspraak", EXPORTS)
    assert len(lines) == 2
    for line in lines:
        assert place.run(line), line
    assert (place.folder / "export" / "answers.xlsx").read_text() == "answers\n"
    assert not [*place.inside.iterdir()]
