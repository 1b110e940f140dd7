"""The container's files, without a container: what they say fits the program, and their commands are run as written.

Where docker-compose or caddy is on the machine, those judge their files too.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from bot.channels import CHANNELS
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.web.settings import WebSettings
from bot.notifiers import NOTIFIERS
from bot.runtime.settings import VARIABLES
from tests.deployment.test_caddy import CADDY, NEWEST
from tests.house import ROOT, SECRET, free_port, read
from tests.patience import PATIENCE
from tests.unprivileged import without_powers

COMPOSE, OVERRIDE, REPLICAS = "docker-compose.yml", "docker-compose.override.yml", "docker-compose.replicas.yml"
OTHERS = {"PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
EVERY = {**VARIABLES, **{name: known for one in (*CHANNELS, *NOTIFIERS) for name, known in one.variables.items()}}
KNOWN = {*EVERY, *(f"{name}_FILE" for name, known in EVERY.items() if known.hidden)}


@pytest.fixture
def composed() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / COMPOSE).read_text())
    return found


@pytest.fixture
def replicated() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / REPLICAS).read_text())
    return found


def test_every_variable_is_one_that_the_program_reads(composed: dict[str, Any], replicated: dict[str, Any]) -> None:
    named = {*composed["services"]["bot"]["environment"], *replicated["services"]["bot"]["environment"]}
    assert {"DATABASE_URL", "SAMENSPRAAK_SECRET_FILE", "TELEGRAM_UPDATES"} <= named <= KNOWN | OTHERS
    assert set(environment_of_image()) <= KNOWN | OTHERS


def test_the_bot_of_the_compose_file_has_the_settings_that_are_meant(composed: dict[str, Any], tmp_path: Path) -> None:
    written = {"telegram_token": "123:abc", "samenspraak_secret": SECRET, "database_password": "p@ss w/ signs"}
    for name, value in written.items():
        (tmp_path / name).write_text(f"{value}\n")
    said = {**environment_of_image(), **filled_in(composed["services"]["bot"]["environment"])}
    found = read({name: value.replace("/run/secrets", str(tmp_path)) for name, value in said.items()}, tmp_path)
    assert (TelegramSettings.read(found).token, found.secret, found.log_format) == ("123:abc", SECRET, "json")
    database = make_url(found.database_url)
    assert (database.host, database.username, database.password) == ("database", "samenspraak", "p@ss w/ signs")
    served = composed["services"]["database"]["environment"]
    assert (served["POSTGRES_USER"], served["POSTGRES_DB"]) == (database.username, database.database)
    assert (WebSettings.read(found).host, WebSettings.read(found).port) == ("0.0.0.0", 8000)


def test_nothing_runs_with_more_rights_than_it_needs(composed: dict[str, Any], replicated: dict[str, Any]) -> None:
    served = {**composed["services"], "proxy": replicated["services"]["proxy"]}
    for name, one in served.items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert one["security_opt"] == ["no-new-privileges:true"], name
        assert one["restart"] == "unless-stopped", name
    assert re.search(r"useradd .*--uid 10001 ", dockerfile())
    assert instructions("USER") == ["samenspraak"]
    assert composed["services"]["bot"]["user"] == "10001:10001"
    assert composed["networks"]["inside"] == {"internal": True}
    assert composed["services"]["database"]["networks"] == ["inside"], "nobody outside reaches the answers"


def test_what_is_secret_comes_from_files_that_are_not_kept(composed: dict[str, Any]) -> None:
    files = [one["file"] for one in composed["secrets"].values()]
    assert files == [f"./secrets/{name}" for name in composed["secrets"]]
    assert "/secrets/" in (ROOT / ".gitignore").read_text().split()
    assert "secrets" in (ROOT / ".dockerignore").read_text().split()
    for one in composed["services"].values():
        assert set(one["secrets"]) <= set(composed["secrets"])
        assert {value for value in one["environment"].values() if value.startswith("/run")} <= {
            f"/run/secrets/{name}" for name in one["secrets"]
        }


def test_what_is_mounted_is_declared_and_made_for_its_account(
    composed: dict[str, Any], replicated: dict[str, Any]
) -> None:
    for file in (composed, replicated):
        mounted = {volume.split(":")[0] for one in file["services"].values() for volume in one.get("volumes", ())}
        assert {volume for volume in mounted if not volume.startswith("./")} == set(file["volumes"])
    assert re.search(r"install --directory --owner=samenspraak .* /data /backups", dockerfile())


def test_a_port_is_open_to_this_machine_alone_and_to_none_with_replicas(composed: dict[str, Any]) -> None:
    assert "ports" not in composed["services"]["bot"], "each of several would want the same one"
    (port,) = yaml.safe_load((ROOT / OVERRIDE).read_text())["services"]["bot"]["ports"]
    assert port.startswith("127.0.0.1:")


def test_a_visitor_is_told_from_the_web_server_before_the_container(replicated: dict[str, Any]) -> None:
    """To a container every visitor comes from the gateway of its network, or from the proxy."""
    single = yaml.safe_load((ROOT / OVERRIDE).read_text())
    for file in (single, replicated):
        assert file["services"]["bot"]["environment"]["FORWARDED_ALLOW_IPS"] == "*"
    (command,) = re.findall(r"docker run (?:\\\n|.)*", (ROOT / "docs" / "running.md").read_text())
    assert "FORWARDED_ALLOW_IPS=*" in shlex.split(command)


def test_back_ups_are_made_by_programs_of_the_server_s_version(composed: dict[str, Any]) -> None:
    version = composed["services"]["database"]["image"].split(":")[1]
    assert set(re.findall(r"postgresql(?:-client-|/)(\d+)", dockerfile())) == {version}


def test_the_server_is_ready_when_it_can_be_reached(composed: dict[str, Any]) -> None:
    """While its folder is made for the first time it answers on its socket, and not over the network yet."""
    assert "--host=127.0.0.1" in composed["services"]["database"]["healthcheck"]["test"]


def test_what_is_copied_is_there_and_is_all_that_is_needed() -> None:
    copied = [path for one in instructions("COPY") if "--from" not in one for path in one.split()[:-1]]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert set(copied) == {"requirements.lock", "bot", "storage", "locales"}
    assert [image for image in instructions("FROM") if "slim" not in image] == []


@pytest.mark.fire  # everything is compiled once more
def test_the_container_s_own_commands_run_read_only_and_without_powers(tmp_path: Path) -> None:
    """The entry point with the image's environment, on a copy of what is copied that nobody may write."""
    code = tmp_path / "app"
    for name in ("bot", "storage", "locales"):
        shutil.copytree(ROOT / name, code / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "data").mkdir()
    environment = {
        **environment_of_image(),
        "DATABASE_URL": f"sqlite:///{tmp_path}/data/samenspraak.db",
        "HOST": "127.0.0.1",
        "PORT": str(free_port()),
        "SAMENSPRAAK_SECRET": SECRET,
    }
    with read_only(code), running(code, environment) as process:
        check = [sys.executable if part == "/venv/bin/python" else part for part in health_check()]
        assert is_healthy(check, environment)
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert subprocess.run(check, env=environment, capture_output=True).returncode != 0
        assert sorted(one.name for one in code.iterdir()) == ["bot", "locales", "storage"]
    assert (tmp_path / "data" / "samenspraak.db").is_file()


@pytest.mark.parametrize("files", [(COMPOSE,), (COMPOSE, OVERRIDE), (COMPOSE, REPLICAS)])
def test_compose_accepts_its_files(files: tuple[str, ...], tmp_path: Path) -> None:
    compose = ["docker-compose"] if shutil.which("docker-compose") else ["docker", "compose"]
    if not shutil.which(compose[0]) or subprocess.run([*compose, "version"], capture_output=True).returncode:
        pytest.skip("there is no docker-compose here")
    for name in files:
        shutil.copy(ROOT / name, tmp_path)
    chosen = [part for name in files for part in ("-f", name)]
    environment = {**os.environ, "DOMAIN": "samenspraak.example.org"}
    done = subprocess.run([*compose, *chosen, "config"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    merged = yaml.safe_load(done.stdout)["services"]
    assert set(merged) == {"bot", "database", *(["proxy"] if REPLICAS in files else [])}
    trusted = merged["bot"]["environment"].get("FORWARDED_ALLOW_IPS")
    assert trusted == (None if files == (COMPOSE,) else "*")
    if REPLICAS in files:
        assert "ports" not in merged["bot"]
        assert merged["bot"]["environment"]["PUBLIC_URL"] == "https://samenspraak.example.org"


def test_caddy_accepts_its_file(tmp_path: Path) -> None:
    if not NEWEST:
        pytest.skip("there is no Caddy of 2.11.2 or newer here")
    environment = {**os.environ, "DOMAIN": "samenspraak.example.org", "HOME": str(tmp_path)}
    command = [str(CADDY), "adapt", "--config", "Caddyfile", "--adapter", "caddyfile"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    adapted = json.loads(done.stdout)
    assert "samenspraak.example.org" in str(adapted)
    assert "warn" not in done.stderr.lower()


def dockerfile() -> str:
    """With every instruction on one line."""
    return re.sub(r"\s*\\\n\s*", " ", (ROOT / "Dockerfile").read_text())


def instructions(name: str) -> list[str]:
    return re.findall(rf"^{name} (.*)$", dockerfile(), re.MULTILINE)


def environment_of_image() -> dict[str, str]:
    pairs = (pair.partition("=") for line in instructions("ENV") for pair in shlex.split(line))
    return {name: value for name, _, value in pairs}


def health_check() -> list[str]:
    (line,) = instructions("HEALTHCHECK")
    return list(json.loads(line.partition("CMD ")[2]))


def filled_in(environment: dict[str, str]) -> dict[str, str]:
    """With the defaults that stand in the file for what is not set."""
    return {name: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for name, value in environment.items()}


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    for one in (folder, *folder.rglob("*")):
        one.chmod(one.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        for one in (folder, *folder.rglob("*")):
            one.chmod(one.stat().st_mode | 0o200)


@contextmanager
def running(code: Path, environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    assert json.loads(instructions("ENTRYPOINT")[0]) == ["samenspraak"]
    (started,) = re.findall(r"exec (/venv/bin/python -m bot) ", dockerfile())
    command = [*without_powers(), sys.executable, *started.split()[1:], *json.loads(instructions("CMD")[0])]
    process = subprocess.Popen(command, cwd=code, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def is_healthy(check: list[str], environment: dict[str, str]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if subprocess.run(check, env=environment, capture_output=True).returncode == 0:
            return True
        time.sleep(0.1)
    return False
