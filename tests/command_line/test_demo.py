"""A demonstration, as whoever comes by sees it: one link, and behind it a choice. What is wrong is told at once.

Read-only is tried as the next visitor would see it: nothing is other than before.
"""

import asyncio
import re
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import segno

from bot.rendering.codes import QUIET, qr_lines
from bot.survey.conversation.buttons import Coordinate, encode
from tests.command_line.test_rehearse import INTERRUPTED, begun, command, folder, temporary
from tests.patience import PATIENCE
from tests.ports import free_port
from tests.visitor import Visitor

pytestmark = [pytest.mark.long, pytest.mark.process]

__all__ = ["command", "folder", "temporary"]  # fixtures

FEW = ("demo", "--people", "8", "--weeks", "3")


@asynccontextmanager
async def demonstrating(folder: Path, *arguments: str) -> AsyncIterator[tuple[str, Process]]:
    """One with its page, until Ctrl+C; gives where it is, and the process."""
    process = await begun(folder, {"PORT": str(free_port())}, *FEW, *arguments)
    assert process.stdout
    async with asyncio.timeout(PATIENCE):
        what, _, link = (await process.stdout.readline()).decode().strip().rpartition(" ")
    assert what.strip() == "For everybody who comes by:"
    assert link.endswith("/demo")
    try:
        yield link.removesuffix("/demo"), process
    finally:
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    assert process.returncode == 0, err


async def looks(page: str, *, language: str = "nl") -> Visitor:
    visitor = Visitor(page, language)
    await visitor.open("/demo")
    await visitor.press("Kijken als coördinator")
    return visitor


async def takes_part(page: str) -> Visitor:
    """As far as the second statement."""
    anna = Visitor(page, "nl")
    await anna.open("/demo")
    for label in ("Meedoen", "Ja, ik doe mee", "Anders", "Ja"):
        await anna.press(label)
    return anna


SHOWN = ("home", "status", "summary", "team", "settings", "invite", "agreement")


async def all_shown(page: str) -> list[str]:
    """What the next one sees who looks."""
    async with await looks(page) as visitor:
        return [(await visitor.open(f"/coordinate/{one}")).whole for one in SHOWN]


async def test_nothing_that_a_visitor_does_is_seen_by_the_next(tmp_path: Path, temporary: Path) -> None:
    async with demonstrating(tmp_path, "--read-only") as (page, _):
        before = await all_shown(page)
        assert "ronde 3 “na fase 2” · gesloten" in before[2]
        assert "Gemiddelde van alle zinnen" in before[2]
        async with await takes_part(page) as anna, await looks(page) as sam:
            assert "Zin 2 van 26" in anna.last.whole
            for press in CHANGES:
                assert "niets veranderen" in (await sam.press_data(encode(press))).html, press
            await fills_in(sam)
            await joins_as_themselves(sam)
            assert await all_shown(page) == before
    assert list(temporary.iterdir()) == []


CHANGES = [
    Coordinate(1, *one)
    for one in (
        ("open_yes", "4"),
        ("reopen_yes", "3"),
        ("link", "coordinator"),
        ("left",),
        ("language", "en"),
        ("open_name", "4.0"),
        ("agreement_done", "3.1.yes"),
    )
]


async def fills_in(sam: Visitor) -> None:
    """A form stands on a screen that only looks; sent, it is something that is done."""
    await sam.open("/coordinate/agreement_add/1")
    form = sam.last.forms["fields"]
    filled = {name: "Elke week koffie" for name in form.labels.values() if "when" not in name}
    assert "niets veranderen" in (await sam.send(form, filled)).html


async def joins_as_themselves(sam: Visitor) -> None:
    """Who looked and then takes part leaves the seat as it was, which others hold too."""
    seat = sam.token
    await sam.open("/demo")
    for label in ("Meedoen", "Ja, ik doe mee", "Anders", "Nee"):
        await sam.press(label)
    assert "Zin 2 van 26" in sam.last.whole
    assert sam.token != seat


@pytest.mark.fire
async def test_without_it_what_visitors_do_counts(tmp_path: Path, temporary: Path) -> None:
    """Three rounds are closed and the fourth goes on. Who gives the seat up, gives it up for now."""
    async with demonstrating(tmp_path, "--weeks", "4") as (page, _):
        before = await all_shown(page)
        assert "ronde 4" in before[0]
        async with await takes_part(page):
            assert (await all_shown(page))[0] != before[0]
        async with await looks(page) as sam:
            await sam.press_data(encode(Coordinate(1, "left")))
        async with await looks(page) as next_one:
            assert "Wat wilt u doen?" in next_one.last.whole
        async with Visitor(page, "hu") as somebody:
            await somebody.open("/demo")
            assert "Wat wilt u doen?" in somebody.last.whole


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--weeks", "0"), ["--weeks: 1 to 52."]),
        (("--port", "0"), ["--port: a number from 1 to 65535."]),
        (("--people", "0", "--language", "xx"), ["--people: 1 to 300.", "--language: one of ar, en, nl, pl, tr, uk."]),
        (("--address", "192.168.1.20:8001"), ["--address: a web address like http://192.168.1.20:8001"]),
        (("--address", ""), ["--address"]),
    ],
)
def test_what_cannot_be_shown_is_told(command: Any, temporary: Path, arguments: Sequence[str], told: list[str]) -> None:
    code, out, err = command("demo", *arguments)
    assert (code, out) == (2, "")
    for one, line in zip(told, err.splitlines(), strict=False):
        assert one in line
    assert list(temporary.iterdir()) == []


@pytest.mark.fire
async def test_two_at_once_and_one_that_is_stopped_half_way(tmp_path: Path, temporary: Path) -> None:
    """On a port of its own the second says at once that it is taken, before anybody answers."""
    port = free_port()
    process = await begun(tmp_path, {}, "demo", "--people", "300", "--weeks", "52", "--port", str(port))
    assert process.stderr
    async with asyncio.timeout(PATIENCE):
        assert re.match(rb"Rehearsing: 1 of 52 weeks, ", await process.stderr.readline())
        taken = socket.create_server(("127.0.0.1", port))
        second = await begun(tmp_path, {}, *FEW, "--port", str(port))
        _, said = await second.communicate()
        assert (second.returncode, said.decode()) == (
            2,
            f"--port: another program is at 127.0.0.1:{port}. Choose another one.\n",
        )
        taken.close()
        process.send_signal(signal.SIGINT)
        await process.communicate()
    assert process.returncode in INTERRUPTED
    assert (list(tmp_path.iterdir()), list(temporary.iterdir())) == ([], [])


def test_the_code_on_a_terminal_is_that_of_the_link() -> None:
    """Read back from its half blocks: the upper and the lower half of each sign, dark where a code is."""
    link = "http://192.168.1.20:8001/demo"
    drawn = [line for line in re.sub(r"\x1b\[[\d;]*m", "", qr_lines(link)).split("\n") if line]
    light = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    halves = [[light[sign] for sign in line] for line in drawn]
    rows = [[half[side] for half in line] for line in halves for side in (0, 1)]
    matrix = segno.make(link, error="m", micro=False, boost_error=False).matrix
    size = len(matrix)
    read = [bytes(row[QUIET : QUIET + size]) for row in rows[QUIET : QUIET + size]]
    assert read == [bytes(row) for row in matrix]
