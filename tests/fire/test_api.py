"""The machine interface under a program that makes requests from its description, good and bad: it finds nothing.

That program, Schemathesis, is none of our dependencies: where it is not on the path, this is left out.
"""

import asyncio
import shutil
from asyncio.subprocess import PIPE, STDOUT

import pytest

from tests.channels.web.test_api import token
from tests.coordination.test_coordinator import five_answer
from tests.coordination.test_programme import close, made
from tests.house import House
from tests.telegram_server import TelegramServer

PROGRAM = shutil.which("schemathesis")
WITH = ("--checks", "all", "--max-examples", "60", "--seed", "1", "--generation-deterministic", "--no-color")


@pytest.mark.skipif(PROGRAM is None, reason="there is no schemathesis on the path")
async def test_schemathesis_finds_nothing(house: House, server: TelegramServer) -> None:
    assert PROGRAM
    north, _ = house.add("Noord"), house.add("Zuid")
    made(house, "Stad", 1, 2)
    await five_answer(house, server, north.invitation)
    close(house, 1)
    authorization = f"Authorization: Bearer {token(house)}"
    described = f"{house.page}/api/v1/openapi.json"
    asked = await asyncio.create_subprocess_exec(
        *(PROGRAM, "run", described, "--header", authorization, *WITH), stdout=PIPE, stderr=STDOUT, cwd=house.folder
    )
    said, _ = await asked.communicate()
    assert asked.returncode == 0, said.decode()
