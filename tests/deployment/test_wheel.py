"""The wheel: what somebody gets who has no clone. All that is needed is in it, and it starts in an empty folder."""

import os
import subprocess
import sys
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from bot import __version__
from tests.channels.web.test_first_start import samenspraak_run
from tests.house import ROOT, free_port
from tests.visitor import Visitor


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what is here, as dev.py release does."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def about(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as packed:
        return message_from_bytes(packed.read(f"samenspraak-{__version__}.dist-info/METADATA"))


def test_it_says_whose_it_is_and_brings_every_licence(wheel: Path) -> None:
    said = about(wheel)
    assert (said["Version"], said["Author"]) == (__version__, "The Samenspraak developers")
    with zipfile.ZipFile(wheel) as packed:
        named = {name.partition(".dist-info/licenses/")[2] for name in packed.namelist()} - {""}
        assert {"samenspraak = bot.__main__:main"} <= set(
            packed.read(f"samenspraak-{__version__}.dist-info/entry_points.txt").decode().splitlines()
        )
    fonts = {f"bot/rendering/fonts/{one.name}" for one in (ROOT / "bot/rendering/fonts").glob("LICENSE*")}
    assert named == {"LICENSE", "NOTICE.md", *fonts} == set(said.get_all("License-File", ()))


def version_of(code: Path, folder: Path) -> list[str]:
    """Where the program is that says it, and what it says."""
    asked = "import bot; from bot.__main__ import main; print(bot.__file__); main(['--version'])"
    environment = {**os.environ, "PYTHONPATH": str(code)}
    command = [sys.executable, "-c", asked]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


async def test_it_runs_in_an_empty_folder_with_nothing_but_what_is_in_it(wheel: Path, tmp_path: Path) -> None:
    """With the libraries that are here; dev.py release tries it with those that it brings."""
    code, work = tmp_path / "code", tmp_path / "work"
    work.mkdir()
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(code)
    assert version_of(code, work) == [str(code / "bot/__init__.py"), f"samenspraak {__version__}"]
    port = free_port()
    async with samenspraak_run(work, port, code=code) as printed, Visitor(f"http://127.0.0.1:{port}", "nl") as anna:
        await anna.open(printed.split()[3].partition(str(port))[2])
        assert "Probeer het uit" in anna.last.text
    assert sorted(one.name for one in work.iterdir()) == ["data", "samenspraak.secret"], "and README.md says so"
