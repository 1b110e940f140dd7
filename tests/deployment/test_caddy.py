"""Caddy with our file before a bot that answers and one that hangs; where there is a Caddy on this machine."""

import asyncio
import json
import os
import re
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.channels.telegram import webhook
from bot.channels.web import site
from tests.house import ROOT, Clock, House, agree, free_port
from tests.patience import PATIENCE
from tests.replicas import PAGE_WITHIN, UPDATE_WITHIN
from tests.telegram_server import TelegramServer
from tests.visitor import Visitor

pytestmark = pytest.mark.process

WELL, HANGS = "127.0.0.1", "127.0.0.2"
SLOW = round(PATIENCE / 20)  # seconds after which somebody hangs
TRIES = 40  # of which Caddy sends each to the next one


CADDY = shutil.which("caddy", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}")


def _is_new_enough() -> bool:
    """Whether there is a Caddy as new as our Caddyfile asks for; Debian's is older."""
    if not CADDY:
        return False
    said = subprocess.run([CADDY, "version"], capture_output=True, text=True).stdout
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    return found is not None and tuple(map(int, found.groups())) >= (2, 11, 2)


NEWEST = _is_new_enough()
with_caddy = pytest.mark.skipif(
    not NEWEST or sys.platform != "linux",  # elsewhere a machine has one address of its own
    reason="there is no Caddy of 2.11.2 or newer here",
)


class Names(asyncio.DatagramProtocol):
    """A name server that knows two bots by any name."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        end = data.index(b"\0", 12) + 5
        found = [socket.inet_aton(one) for one in (WELL, HANGS)] if data[end - 3] == 1 else []
        head = data[:2] + b"\x81\x80" + struct.pack(">4H", 1, len(found), 0, 0)
        records = (b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 1, 4) + one for one in found)
        self._transport.sendto(head + data[12:end] + b"".join(records), address)


class Hanging:
    """Somebody who takes what is asked, and says nothing; `asked` holds the first line of each."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readline()).decode())
        while await reader.read(2**16):
            pass
        writer.close()


@pytest.fixture
async def hanging(house: House) -> AsyncIterator[Hanging]:
    found = Hanging()
    server = await asyncio.start_server(found, HANGS, house.port)
    yield found
    server.close()


@pytest.fixture
async def house(tmp_path: Path, server: TelegramServer, clock: Clock) -> AsyncIterator[House]:
    port = str(free_port())
    more = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "TELEGRAM_UPDATES": "webhook", "FORWARDED_ALLOW_IPS": "*"}
    async with House(tmp_path, server, clock, PORT=port, **more) as running:
        yield running


@asynccontextmanager
async def caddy(house: House, remembers: str = "24h") -> AsyncIterator[str]:
    """Where it listens. It runs on our file, only less patient, and on this machine alone."""
    names, port = free_port(), free_port()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Names, local_addr=("127.0.0.1", names))
    written = (ROOT / "Caddyfile").read_text()
    for ours, here in (
        ("bot 8000 {", f"bot {house.port} {{\nresolvers 127.0.0.1:{names}"),
        ("import bots 25s", f"import bots {SLOW}s"),
        ("import bots 15s", f"import bots {SLOW}s"),
        ("fail_duration 10s", f"fail_duration {remembers}"),
    ):
        assert ours in written
        written = written.replace(ours, here)
    (house.folder / "Caddyfile").write_text(f"{{\nadmin off\n}}\n{written}")
    with running(house.folder, port):
        url = f"http://127.0.0.1:{port}"
        await listens(url)
        yield url
    transport.close()


@contextmanager
def running(folder: Path, port: int) -> Iterator[None]:
    environment = {**os.environ, "DOMAIN": f"http://127.0.0.1:{port}", "HOME": str(folder)}
    command = [str(CADDY), "run", "--config", "Caddyfile", "--adapter", "caddyfile"]
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


async def listens(url: str) -> None:
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/metrics") as response:
                    assert response.status == 404, "figures are not for outside"
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


@with_caddy
@pytest.mark.fire
async def test_who_hangs_is_passed_over_and_remembered(house: House, hanging: Hanging) -> None:
    async with caddy(house) as url:
        for _ in range(TRIES):
            async with Visitor(url) as visitor:
                await visitor.open("/")
                assert visitor.status == 200
    assert len(hanging.asked) == 1


@pytest.mark.fire
@with_caddy
async def test_whoever_was_with_one_that_hangs_goes_on_with_another(house: House, hanging: Hanging) -> None:
    code = house.add().invitation
    async with caddy(house, remembers="500ms") as url, Visitor(url) as anna:
        await agree(house, anna, code)
        await asyncio.sleep(0.5)
        for _ in range(TRIES):
            await anna.press("Ja")
            if any(line.startswith("POST /tap") for line in hanging.asked):
                break
        assert hanging.asked[-1] == "POST /tap HTTP/1.1\r\n"
        assert anna.status == 200
    [(count,)] = house.rows("SELECT COUNT(*) FROM answers")
    assert f"Zin {count + 1} van 26" in anna.last.text, "each tap acted once"


@with_caddy
async def test_an_update_is_brought_whole_to_another(house: House, hanging: Hanging) -> None:
    assert house.telegram._webhook
    body = json.dumps({"update_id": 1, "more": "x" * (webhook.MOST_BODY - 100)}).encode()
    async with caddy(house) as url, aiohttp.ClientSession() as session:
        for _ in range(TRIES):
            shown = {webhook.TOKEN_HEADER: house.telegram._webhook.token}
            async with session.post(url + webhook.PATH, data=body, headers=shown) as response:
                assert response.status == 200
            if hanging.asked:
                break
    assert hanging.asked == [f"POST {webhook.PATH} HTTP/1.1\r\n"]


def test_nobody_is_given_up_who_would_still_answer() -> None:
    written = (ROOT / "Caddyfile").read_text()
    update, page = map(int, re.findall(r"import bots (\d+)s", written))
    assert update > webhook.ANSWER_WITHIN
    assert (page, update) == (PAGE_WITHIN, UPDATE_WITHIN), "the tests' own door"
    assert 20 > page > site.ANSWER_WITHIN, "the page's script gives up after 20 s"
