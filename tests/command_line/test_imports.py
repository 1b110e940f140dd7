"""What a command loads: cron and mail servers run some of them again and again, so each loads only what it needs."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from re import match

import pytest

from bot.__main__ import COMMANDS
from bot.channels.listed import Listed
from bot.channels.port import Outlet
from bot.notifiers import OUTLETS
from tests.databases import begin_migrated
from tests.house import ROOT, SECRET

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OURS = {found[0] for one in PROJECT["dependencies"] if (found := match(r"[\w-]+", one))}
BROUGHT = {"aiohttp", "httpx", "mako", "pandas"}
LIBRARIES = {
    module for module, of in packages_distributions().items() if OURS & {one.lower().replace("_", "-") for one in of}
} | BROUGHT
"""The modules of what we depend on, and some that those would bring or that we once had."""

DATABASE = {"cryptography", "sqlalchemy"}
LOADED: Mapping[Sequence[str], set[str]] = {
    ("partnership", "list"): DATABASE,
    ("programme", "list"): DATABASE,
    ("seat", "--help"): DATABASE,
    ("wave", "--help"): DATABASE,
    ("summary", "--help"): DATABASE,
    ("report", "--help"): DATABASE,
    ("export", "--help"): DATABASE,
    ("doctor", "--json"): {*DATABASE, "babel"},
    ("audio", "check"): DATABASE,
    ("backup", "copy"): DATABASE,
    ("restore", "--help"): DATABASE,
    ("secret", "--help"): DATABASE,
    ("whatsapp", "costs"): {*DATABASE, "aiohappyeyeballs", "httptools"},
    ("bounce",): {*DATABASE, "aiosmtplib"},
}
"""With nothing set up but a database that is at the newest schema, and texts that are compiled; what runs, rehearses
and shows is the whole bot."""

TELLING = """
import json, os, sys
for first in sys.argv[2:]:
    __import__(first)  # what all of them load: each goes on from there, as a process of its own
for number, command in enumerate(json.loads(sys.argv[1])):
    if not os.fork():
        from bot.__main__ import main
        try:
            code = main(command)
        except SystemExit as stopped:
            code = stopped.code
        with open(f"{number}.json", "w") as told:
            json.dump([code, [*sys.modules]], told)
        os._exit(0)
    os.wait()
"""


def loaded(folder: Path, commands: Sequence[Sequence[str]], *first: str) -> Iterator[set[str]]:
    """The libraries that each of these commands loads, in a folder with a migrated database."""
    begin_migrated(f"sqlite:///{folder}/data/samenspraak.db")
    environment = {"PYTHONPATH": str(ROOT), "SAMENSPRAAK_SECRET": SECRET}
    subprocess.run([sys.executable, "-m", "bot.compile_all"], cwd=folder, env=environment, check=True)
    command = [sys.executable, "-c", TELLING, json.dumps([*commands]), *first]
    done = subprocess.run(command, cwd=folder, env=environment, input="", capture_output=True, text=True, check=True)
    for number, given in enumerate(commands):
        code, modules = json.loads((folder / f"{number}.json").read_text())
        assert code in (0, 1), (given, done.stderr)  # the doctor finds no bot
        yield LIBRARIES & {name.partition(".")[0] for name in modules}


def test_a_command_loads_only_what_it_needs(tmp_path: Path) -> None:
    found = dict(zip(LOADED, loaded(tmp_path, [*LOADED], "bot.command_line.common"), strict=True))
    assert found == LOADED


def test_help_and_the_version_load_nothing_at_all(tmp_path: Path) -> None:
    about_us = [("--help",), ("--version",), ("completion", "--help")]
    assert [*loaded(tmp_path, about_us)] == [set()] * len(about_us)


def test_every_command_is_looked_at() -> None:
    assert {command[0] for command in LOADED} >= COMMANDS.keys() - {"run", "rehearse", "demo", "completion"}
    assert {"telegram", "aiohttp", "starlette", "alembic", "typst", "sqlalchemy", "tqdm", "shtab"} < LIBRARIES


@pytest.mark.parametrize("listed", OUTLETS, ids=lambda one: one.name)
def test_what_is_listed_is_what_its_class_says(listed: Listed[Outlet]) -> None:
    kind = listed.loaded()
    assert (kind.traits, kind.variables, kind.examined) == (listed.traits, listed.variables, listed.examined)
    wrong = dict.fromkeys(listed.variables, "x") | {"PUBLIC_URL": "x", "TELEGRAM_UPDATES": "webhook"}
    assert [*kind.do_not_fit(wrong)] == [*listed.do_not_fit(wrong)]
