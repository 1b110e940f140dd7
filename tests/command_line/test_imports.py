"""What a command loads: cron and mail servers run some of them again and again, so each loads only what it needs."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
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
BROUGHT = {"httpx", "mako", "pandas"}
LIBRARIES = {
    module for module, of in packages_distributions().items() if OURS & {one.lower().replace("_", "-") for one in of}
} | BROUGHT
"""The modules of what we depend on, and some that those would bring."""

DATABASE = {"cryptography", "sqlalchemy"}
LOADED: Mapping[Sequence[str], set[str]] = {
    ("--help",): set(),
    ("partnership", "list"): {*DATABASE, "babel"},
    ("programme", "list"): {*DATABASE, "babel"},
    ("wave", "--help"): {*DATABASE, "babel"},
    ("summary", "--help"): {*DATABASE, "babel"},
    ("report", "--help"): {*DATABASE, "babel"},
    ("export", "--help"): {*DATABASE, "babel"},
    ("doctor", "--json"): {*DATABASE, "babel"},
    ("backup", "copy"): {*DATABASE, "babel"},
    ("restore", "--help"): {*DATABASE, "babel"},
    ("bounce",): {*DATABASE, "babel", "aiosmtplib"},
}
"""With nothing set up but a database that is at the newest schema; what runs and rehearses is the whole bot."""

TELLING = """
import json, sys
from bot.__main__ import main
try:
    code = main(sys.argv[1:])
except SystemExit as stopped:
    code = stopped.code
print(json.dumps([code, sorted({name.partition(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize("command", LOADED, ids=" ".join)
def test_a_command_loads_only_what_it_needs(command: Sequence[str], tmp_path: Path) -> None:
    begin_migrated(f"sqlite:///{tmp_path}/data/samenspraak.db")
    done = subprocess.run(
        [sys.executable, "-c", TELLING, *command],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "SAMENSPRAAK_SECRET": SECRET},
        input="",
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code in (0, 1), done.stderr  # the doctor finds no bot
    assert LIBRARIES & {*modules} == LOADED[command]


def test_every_command_is_looked_at() -> None:
    assert {command[0] for command in LOADED} >= COMMANDS.keys() - {"run", "rehearse"}
    assert {"telegram", "aiohttp", "starlette", "alembic", "typst", "sqlalchemy"} < LIBRARIES


@pytest.mark.parametrize("listed", OUTLETS, ids=lambda one: one.name)
def test_what_is_listed_is_what_its_class_says(listed: Listed[Outlet]) -> None:
    kind = listed.loaded()
    assert (kind.traits, kind.variables, kind.examined) == (listed.traits, listed.variables, listed.examined)
    wrong = dict.fromkeys(listed.variables, "x") | {"PUBLIC_URL": "x", "TELEGRAM_UPDATES": "webhook"}
    assert [*kind.do_not_fit(wrong)] == [*listed.do_not_fit(wrong)]
