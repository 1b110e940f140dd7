"""What an operator reads: whatever somebody before Telegram answers, it holds no secret and no endless line."""

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bot.logs import LONGEST_LINE
from tests.house import ROOT, SECRET
from tests.patience import PATIENCE

TOKEN = "123456789:AAE-a_token_that_must_not_be_seen"


class Repeats(BaseHTTPRequestHandler):
    """An error page that repeats the address, as proxies do."""

    status = 503

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        page = f"<p>The URL {self.path} {TOKEN} cannot be had {'x' * 2_000_000}</p>".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    do_GET = do_POST

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(params=[503, 400, 404, 200])
def proxy(request: pytest.FixtureRequest) -> Iterator[str]:
    handler = type("Handler", (Repeats,), {"status": request.param})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def said(folder: Path, proxy: str, *arguments: str) -> str:
    given = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_API_URL": proxy,
        "SAMENSPRAAK_SECRET": SECRET,
        "DATABASE_URL": f"sqlite:///{folder}/x.db",
        "LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-m", "bot", *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True, timeout=PATIENCE
    )
    return done.stdout + done.stderr


def test_an_error_page_that_repeats_the_address_is_not_repeated(tmp_path: Path, proxy: str) -> None:
    for command in (["partnership", "add", "Moerwijk"], ["doctor", "--json"]):
        printed = said(tmp_path, proxy, *command)
        assert printed
        assert TOKEN not in printed
        assert SECRET not in printed
        assert max(map(len, printed.splitlines())) <= LONGEST_LINE


def test_what_we_make_nobody_else_can_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    said(tmp_path, "http://127.0.0.1:9", "partnership", "list")
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert made["x.db"] == 0o600
    assert not [name for name, mode in made.items() if mode & 0o077]
