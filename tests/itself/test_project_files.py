"""The files beside the code, for who adopts, packages or cites it: they can be read, and agree with each other."""

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import release
from bot import __version__
from bot.texts.texts import load
from tests.house import ROOT

PIN = re.compile(r"^([\w.-]+==\S+)", re.MULTILINE)


def pins(lock: Path) -> set[str]:
    return set(PIN.findall(lock.read_text("utf-8")))


def test_all_that_runs_is_among_what_developers_install() -> None:
    """So `dev.py run` takes away nothing of theirs, and they try what runs elsewhere."""
    assert len(pins(ROOT / "requirements.lock")) > 30
    assert pins(ROOT / "requirements.lock") <= pins(ROOT / "requirements-dev.lock")


PLACES = ("*.cff", "*.yml", ".gitlab-ci.yml", ".github/**/*.yml")
YAML = [file for place in PLACES for file in sorted(ROOT.glob(place))]


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


@pytest.mark.parametrize("file", YAML, ids=lambda one: str(one.relative_to(ROOT)))
def test_it_is_yaml(file: Path) -> None:
    assert isinstance(yaml.safe_load(file.read_text("utf-8")), dict)


def test_one_version_stands_everywhere() -> None:
    assert read("CITATION.cff")["version"] == read("publiccode.yml")["softwareVersion"] == __version__
    assert __version__ in release.version()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ("## [0.0.9] - 2026-01-01\n", "the changelog knows no"),
        (f"## [{__version__}] - 2026-01-01\n", f"[{__version__}] - 2026-01-01"),
        (f"## [Unreleased]\n\nThis will be {__version__}.\n", "before the tag it gets its date"),
    ],
)
def test_a_release_is_of_a_version_that_the_changelog_knows(
    changes: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "CHANGELOG.md").write_text(changes)
    monkeypatch.setattr(release, "HERE", tmp_path)
    monkeypatch.setattr(release, "STEPS", (release.version,))
    code = release.main(())
    out, err = capsys.readouterr()
    assert told in out + err
    assert code == ("knows no" in told)


def test_a_known_advisory_stops_a_release_and_silence_is_told() -> None:
    well, unknown = {"name": "one", "version": "1.0", "vulns": []}, {"name": "two", "skip_reason": "not found"}
    leaks = {"name": "three", "version": "3.0", "vulns": [{"id": "CVE-2026-0001"}]}
    assert release.weighed([unknown]).startswith("NOT DONE")
    assert release.weighed([well, unknown]) == "no advisory about 1 of 2 libraries"
    with pytest.raises(release.NotReady, match=r"three 3\.0: CVE-2026-0001"):
        release.weighed([well, leaks])


def test_nobody_else_answers_for_a_program_that_is_tried(tmp_path: Path) -> None:
    """Each is tried at a port of its own; one that ends does not start."""
    program = tmp_path / "samenspraak"
    program.write_text('#!/bin/sh\necho "$PORT" >> ports\nexit 1\n')
    program.chmod(0o700)
    for _ in range(2):
        with pytest.raises(release.NotReady):
            release.tried(program, tmp_path)
    assert len(set((tmp_path / "ports").read_text().split())) == 2


def test_catalogues_of_public_software_can_take_it_in() -> None:
    """What the standard, version 0.4, says of lengths and of what must be there; its schema was read by hand."""
    said = read("publiccode.yml")
    assert said.keys() >= {"publiccodeYmlVersion", "name", "url", "platforms", "categories", "developmentStatus"}
    assert said.keys() >= {"softwareType", "description", "legal", "maintenance", "localisation"}
    for one in said["description"].values():
        assert len(one["shortDescription"]) <= 150
        assert 150 <= len(one["longDescription"]) <= 10_000
        assert one["features"]
    assert set(said["localisation"]["availableLanguages"]) == set(load().languages)
    assert said["maintenance"]["contacts"][0]["name"]


def test_who_is_cited_is_whom_the_notice_names() -> None:
    (article,) = [one for one in read("CITATION.cff")["references"] if "doi" in one]
    assert article["doi"] in (ROOT / "NOTICE.md").read_text("utf-8")


@pytest.mark.parametrize("workflow", [".github/workflows/ci.yml", ".gitlab-ci.yml"])
def test_every_platform_runs_the_same_proof(workflow: str) -> None:
    assert "bash .ci/run" in (ROOT / workflow).read_text("utf-8")
    assert (ROOT / ".ci/run").is_file()


def test_every_form_asks_something() -> None:
    forms = [one for one in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if one.name != "config.yml"]
    assert len(forms) == 3
    for form in map(yaml.safe_load, (one.read_text("utf-8") for one in forms)):
        assert form["name"]
        assert form["description"]
        assert [field["id"] for field in form["body"] if field["type"] != "markdown"]


def test_editors_are_told_how_we_write() -> None:
    said = configparser.ConfigParser()
    said.read_string("[top]\n" + (ROOT / ".editorconfig").read_text("utf-8"))
    assert said["*"]["max_line_length"] == "120"


@pytest.mark.parametrize("paper", ["README.md", "SECURITY.md", "CODE_OF_CONDUCT.md", "ACCESSIBILITY.md", "NOTICE.md"])
def test_what_a_paper_points_to_is_there(paper: str) -> None:
    text = (ROOT / paper).read_text("utf-8")
    named = re.findall(r"`((?:tests|docs|bot|locales)/[\w./-]+\.(?:py|md|toml|txt|ttf))`", text)
    linked = re.findall(r"\]\(([\w./-]+\.(?:md|svg|png))", text)
    assert not [one for one in {*named, *linked} if not (ROOT / one).exists()]
