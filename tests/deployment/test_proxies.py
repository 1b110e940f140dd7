"""The page behind a real nginx and a real Caddy, each with what the README says, word for word."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.channels.guesses import Guesses
from tests.actors import answer, item_on
from tests.channels.web.test_bad_input import wrong
from tests.deployment.test_caddy import CADDY, listens
from tests.house import ROOT, House, agree, free_port
from tests.visitor import Visitor

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PROGRAMS = {"nginx": NGINX, "caddy": CADDY}
AROUND = """
daemon off; master_process off; pid nginx.pid; error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        {block}
    }}
}}
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a machine has one address of its own")


def written(program: str) -> str:
    """What the README says about this web server."""
    kind = {"nginx": "nginx", "caddy": "caddyfile"}[program]
    found = re.search(rf"```{kind}\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def configured(program: str, port: int, bot: int) -> str:
    block = written(program).replace("127.0.0.1:8000", f"127.0.0.1:{bot}")
    if program == "nginx":
        return AROUND.format(port=port, block=block)
    return "{\nadmin off\n}\n" + block.replace("samenspraak.example.org", f"http://127.0.0.1:{port}")


@contextmanager
def running(program: str, folder: Path, port: int, bot: int) -> Iterator[str]:
    file = folder / "configuration"
    file.write_text(configured(program, port, bot))
    more = {
        "nginx": ["-p", str(folder), "-c", str(file)],
        "caddy": ["run", "--config", str(file), "--adapter", "caddyfile"],
    }[program]
    environment = {**os.environ, "HOME": str(folder)}
    process = subprocess.Popen([str(PROGRAMS[program]), *more], cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(params=PROGRAMS)
async def outside(request: pytest.FixtureRequest, house: House, tmp_path: Path) -> AsyncIterator[str]:
    """Where others find the page."""
    if not PROGRAMS[request.param]:
        pytest.skip(f"there is no {request.param} here")
    with running(request.param, tmp_path, free_port(), house.port) as url:
        await listens(url)
        yield url


async def test_the_walk_through_a_proxy_stays_at_its_address(house: House, outside: str) -> None:
    async with Visitor(outside) as anna:
        await agree(house, anna, house.add().invitation)
        for item in range(1, 4):
            await answer(house, anna, "yes")
            assert item_on(anna) == item + 1
        form = anna.last.forms["buttons answers"]
        pressed = {**form.fields, "press": form.buttons[0][2]}
        async with anna.session.post(form.action, data=pressed, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, "/5")
        await anna.open("/keep")
        assert f"{house.page}/mine/{anna.token}" in anna.last.html, "as PUBLIC_URL has it, and not as somebody asked"
        async with anna.session.get(f"/mine/{anna.token}.", allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, f"/mine/{anna.token}")


async def test_the_address_of_a_visitor_is_the_proxys_word_and_not_their_own(house: House, outside: str) -> None:
    async def status(session: aiohttp.ClientSession, number: int) -> int:
        forged = dict.fromkeys(("X-Forwarded-For", "X-Real-IP"), f"203.0.113.{number}")
        async with session.get(f"{outside}/i/{wrong(number)}", headers=forged) as response:
            return response.status

    async with aiohttp.ClientSession() as guesser, neighbour() as other:
        assert [await status(guesser, number) for number in range(Guesses.PER_CLIENT)] == [404] * Guesses.PER_CLIENT
        assert await status(guesser, 99) == 429
        assert await status(other, 99) == 404, "somebody else is not shut out"


async def test_figures_are_not_for_outside(house: House, outside: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{outside}/metrics") as response:
        assert response.status == 404


def neighbour() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=("127.0.0.2", 0)))
