"""The units of systemd and of Podman: the programs that read them find nothing wrong, and their settings are ours.

Where systemd-analyze or Podman's generator is not on the machine, only the settings are looked at.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.channels import CHANNELS
from bot.channels.telegram.settings import TelegramSettings
from bot.runtime.settings import read
from tests.commands import ran
from tests.deployment.test_docker import KNOWN, OTHERS
from tests.house import ROOT, SECRET

UNITS, QUADLETS = ROOT / "deploy/systemd", ROOT / "deploy/quadlet"
SERVICES = ("samenspraak.service", "samenspraak-backup.service")
WELL = 20  # tenths of the most exposed, 100
QUADLET = next((path for path in ("/usr/libexec/podman/quadlet", "/usr/lib/podman/quadlet") if Path(path).exists()), "")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_finds_nothing_wrong_and_little_exposed(tmp_path: Path) -> None:
    for unit in UNITS.iterdir():  # the program is not on this machine
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/samenspraak/bin/samenspraak", "/bin/true"))
    units = [str(path) for path in tmp_path.iterdir()]
    verified = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    for name in SERVICES:
        command = ["systemd-analyze", "security", "--offline=true", f"--threshold={WELL}", str(tmp_path / name)]
        looked_at = subprocess.run(command, capture_output=True, text=True)
        assert looked_at.returncode == 0, looked_at.stdout.splitlines()[-1]


@pytest.mark.skipif(not QUADLET, reason="Podman's generator is not here")
def test_podman_finds_nothing_wrong() -> None:
    made = subprocess.run(
        [QUADLET, "--dryrun"], env={**os.environ, "QUADLET_UNIT_DIRS": str(QUADLETS)}, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr


def test_every_variable_is_one_that_the_program_reads() -> None:
    for file in (*(UNITS / name for name in SERVICES), QUADLETS / "samenspraak.container"):
        assert "SAMENSPRAAK_SECRET_FILE" in set(set_in(file)) <= KNOWN | OTHERS, file.name


def test_the_units_run_with_the_secret_and_the_token_that_systemd_hands_them(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "token").write_text("123:abc\n")
    for name in SERVICES:
        settings = read(_at(UNITS / name, tmp_path), tmp_path, CHANNELS)
        assert (settings.secret, settings.database_url) == (SECRET, f"sqlite:///{tmp_path}/samenspraak.db")
    assert TelegramSettings.read(read(_at(UNITS / SERVICES[0], tmp_path), tmp_path, CHANNELS)).token == "123:abc"


@pytest.mark.fire
def test_the_back_up_of_the_unit_is_a_back_up(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "backups").mkdir()
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **_at(UNITS / SERVICES[1], tmp_path)}
    assert ran(("partnership", "list"), tmp_path, given)[0] == 0
    for line in re.findall(r"^ExecStart=(.+)$", (UNITS / SERVICES[1]).read_text(), re.MULTILINE):
        written = line.replace("/opt/samenspraak/bin/samenspraak", f"{sys.executable} -m bot")
        done = subprocess.run(shlex.split(written.replace("%%", "%")), cwd=tmp_path, env=given, capture_output=True)
        assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "backups").iterdir()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-\d{4}", made.name)


def set_in(file: Path) -> dict[str, str]:
    lines = re.findall(r"^Environment=(.+)$", file.read_text(), re.MULTILINE)
    return dict(word.split("=", 1) for line in lines for word in shlex.split(line))


def _at(file: Path, folder: Path) -> dict[str, str]:
    return {
        name: value.replace("%d", str(folder)).replace("/var/lib/samenspraak", str(folder))
        for name, value in set_in(file).items()
    }
