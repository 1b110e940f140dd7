"""Rehearsing, as an operator and a coordinator see it: a summary within a minute, and nothing near real answers."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.schema import metadata
from tests.command_line.test_commands import command, folder
from tests.house import ROOT, House, agree
from tests.patience import PATIENCE
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor

INTERRUPTED = (130, -signal.SIGINT)
"""Python says the second where it was interrupted in what it runs from a string, as when a dataclass is made; a shell
makes 130 of both."""

pytestmark = [pytest.mark.long, pytest.mark.process]

__all__ = ["command", "folder"]  # fixtures

FEW = ("rehearse", "--people", "10", "--weeks", "2")


@pytest.fixture
def temporary(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for what is temporary; nobody else has anything there."""
    found = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(found))
    monkeypatch.setenv("TMPDIR", str(found))
    return found


def test_without_a_page_the_summary_is_printed_and_nothing_stays(command: Any, folder: Path, temporary: Path) -> None:
    code, out, err = command(*FEW, "--no-page")
    assert code == 0
    assert re.match(r"Oefening: De Verbinders: of 10 simulated people \d+ answered in the last round and \d+ fin", out)
    assert "Oefening: De Verbinders · ronde 2 “na fase 1” · gesloten" in out
    assert re.search(r"^Het werk: \d+ \(n = (minder dan )?\d+\), was \d+", out, re.MULTILINE)
    assert re.fullmatch(r"(Rehearsing: [12] of 2 weeks, \d+ people, \d+ finished\n){2}", err)
    assert (list(folder.iterdir()), list(temporary.iterdir())) == ([], [])


def test_too_few_people_are_told_why_there_are_no_scores(command: Any) -> None:
    code, out, _ = command("rehearse", "--people", "2", "--weeks", "1", "--language", "en", "--no-page")
    assert code == 0
    assert "That is fewer than 5, so there are no scores." in out
    assert "Fewer than 5 people finished" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--people", "0"), ["--people: 1 to 300."]),
        (("--people", "-1"), ["--people: 1 to 300."]),
        (("--people", "100000", "--weeks", "0"), ["--people: 1 to 300.", "--weeks: 1 to 52."]),
        (
            ("--weeks", "1000", "--language", "klingon"),
            ["--weeks: 1 to 52.", "--language: one of ar, en, nl, pl, tr, uk."],
        ),
    ],
)
def test_what_cannot_be_rehearsed_is_told_all_at_once(command: Any, arguments: Sequence[str], told: list[str]) -> None:
    code, out, err = command("rehearse", *arguments)
    assert (code, out, err.splitlines()) == (2, "", told)


def test_it_does_not_even_look_at_the_database_in_force(command: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert command("partnership", "list")[0] == 2
    assert command(*FEW, "--no-page")[0] == 0


def test_what_is_kept_is_opened_in_its_folder_under_its_own_secret(
    command: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = command(*FEW, "--no-page", "--keep", ".")
    (kept,) = folder.iterdir()
    assert code == 0
    assert err.splitlines()[-1] == f"It is kept in {kept}: there, samenspraak without any settings opens it."
    monkeypatch.chdir(kept)
    code, _, err = command("partnership", "list")
    assert code == 2
    assert "another secret" in err
    monkeypatch.delenv("SAMENSPRAAK_SECRET")
    (listed,) = json.loads(command("partnership", "list", "--json")[1])
    assert (listed["name"], listed["wave"], listed["state"]) == ("Oefening: De Verbinders", 2, "closed")


def test_where_nothing_can_be_kept_is_told_before_anybody_answers(command: Any, folder: Path) -> None:
    code, out, err = command(*FEW, "--keep", str(folder / "nowhere"))
    assert (code, out) == (2, "")
    assert re.fullmatch(r"No folder can be made in \S+nowhere: No such file or directory\.\n", err)


async def begun(folder: Path, environment: Mapping[str, str], *arguments: str) -> Process:
    """A command in a process of its own, while it is under way; Ctrl+C reaches it, also where these tests run in the
    background and do without."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        cwd=folder,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
        stdout=PIPE,
        stderr=PIPE,
    )


async def test_stopped_half_way_it_leaves_nothing(tmp_path: Path, temporary: Path) -> None:
    process = await begun(tmp_path, {}, "rehearse", "--people", "300", "--weeks", "52")
    assert process.stderr
    async with asyncio.timeout(PATIENCE):
        assert re.match(rb"Rehearsing: 1 of 52 weeks, \d+ people", await process.stderr.readline())
        assert len(list(temporary.iterdir())) == 1
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode in INTERRUPTED
    assert (list(tmp_path.iterdir()), list(temporary.iterdir())) == ([], [])


@pytest.mark.fire
async def test_a_page_that_cannot_be_is_told_and_nothing_stays(tmp_path: Path, temporary: Path) -> None:
    """An address that no machine has: it is for documentation."""
    process = await begun(tmp_path, {"HOST": "192.0.2.1"}, *FEW)
    async with asyncio.timeout(PATIENCE):
        _, err = await process.communicate()
    assert process.returncode == 2
    assert b"HOST and PORT: the page cannot be served on 192.0.2.1:" in err
    assert list(temporary.iterdir()) == []


@asynccontextmanager
async def rehearsing(folder: Path, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """A rehearsal with its page, until Ctrl+C; gives the link for the coordinator."""
    process = await begun(folder, environment, *FEW)
    assert process.stdout
    async with asyncio.timeout(PATIENCE):
        assert b"simulated people" in await process.stdout.readline()
        what, _, link = (await process.stdout.readline()).decode().rpartition(" ")
    assert what.strip() == "For the coordinator, once:"
    yield link.strip()
    process.send_signal(signal.SIGINT)
    out, err = await process.communicate()
    assert (process.returncode, out) == (0, b""), err


def everything(house: House) -> dict[str, list[Any]]:
    """Every row of every table but the marks, in which a running bot notes that it is well."""
    with house.app.database.transaction() as tx:
        tables = [table for name, table in metadata.tables.items() if name != "marks"]
        return {table.name: sorted(map(repr, tx.connection.execute(select(table)))) for table in tables}


@pytest.mark.fire
async def test_its_page_is_beside_that_of_a_running_bot_and_knows_nothing_of_it(
    house: House, server: TelegramServer, tmp_path: Path, temporary: Path
) -> None:
    anna = server.person(language_code="nl")
    await agree(house, anna, house.add("Oefening: De Verbinders").invitation)
    before, known, taken = everything(house), server.calls["getMe"], socket.create_server(("127.0.0.1", 0))
    port = taken.getsockname()[1]
    async with rehearsing(tmp_path, {**house.environment, "PORT": str(port - 1)}) as link:
        page, _, code = link.rpartition("/i/")
        assert re.fullmatch(r"http://localhost:\d+", page), "another name: browsers keep a cookie for all ports of one"
        assert int(page.rpartition(":")[2]) > port, "neither that of a bot, which may be away, nor one that is taken"
        async with Visitor(page, "nl") as fatima:
            await fatima.open(f"/i/{code}")
            await fatima.press("Ja, ga verder")
            await reads_a_summary(fatima)
        async with Visitor(house.page, "nl") as fatima:
            await fatima.open(f"/i/{code}")
            assert "Oefening" not in fatima.last.whole, "nobody knows that link there"
    taken.close()
    assert everything(house) == before
    assert server.calls["getMe"] == known, "it never asked Telegram anything"
    assert list(temporary.iterdir()) == []


async def reads_a_summary(fatima: Visitor) -> None:
    await fatima.write("/samenvatting")
    assert "Oefening: De Verbinders · ronde 2 “na fase 1” · gesloten" in fatima.last.whole
    assert re.search(r"^Het werk: \d+ \(n = (minder dan )?\d+\), was \d+", fatima.last.whole, re.MULTILINE)
    async with fatima.session.get(fatima.last.images[-1]) as response:
        assert response.content_type == "image/png"
