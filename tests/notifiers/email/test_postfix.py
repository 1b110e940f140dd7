"""A real mail server in between, with a queue of its own: what it tries again, and what it sends back."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import pytest

from bot.letters import Delivered
from tests.house import free_port
from tests.mail_server import MailServer
from tests.notifiers.email.conftest import ENVELOPE, TAGS, Home, opened
from tests.patience import PATIENCE

POSTFIX = shutil.which("postfix", path="/usr/sbin:/usr/bin")

pytestmark = [
    pytest.mark.process,
    pytest.mark.fire,
    pytest.mark.skipif(POSTFIX is None or os.geteuid() != 0, reason="needs Postfix, and root to start it"),
]

MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mydestination =
myhostname = relay.example.org
mynetworks = 127.0.0.0/8
disable_dns_lookups = yes
smtp_host_lookup = native
relayhost = [127.0.0.1]:{onwards}
transport_maps = inline:{{ example.org=lmtp:inet:127.0.0.1:{back} }}
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
recipient_delimiter = +
maillog_file_prefixes = {folder}
maillog_file = {folder}/log
alias_maps =
"""
SERVICES = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that another account may enter, as Postfix works under its own."""
    made = Path(mkdtemp(prefix="postfix-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@asynccontextmanager
async def relay(folder: Path, onwards: int, back: int) -> AsyncIterator[int]:
    """Its port. What is for us it brings back by LMTP; everything else goes onwards."""
    port = free_port()
    (folder / "queue").mkdir()
    (folder / "data").mkdir()
    shutil.chown(folder / "data", "postfix")
    (folder / "main.cf").write_text(MAIN.format(folder=folder, onwards=onwards, back=back))
    (folder / "master.cf").write_text(SERVICES.format(port=port))
    await asyncio.to_thread(postfix, folder, "start")
    try:
        yield port
    finally:
        await asyncio.to_thread(postfix, folder, "stop")


def postfix(folder: Path, what: str) -> None:
    assert POSTFIX
    subprocess.run([POSTFIX, "-c", str(folder), what], check=True, capture_output=True)


async def until(is_so: object) -> None:
    assert callable(is_so)
    async with asyncio.timeout(PATIENCE):
        while not is_so():  # noqa: ASYNC110 - what Postfix does rings no bell here
            await asyncio.sleep(0.05)


async def test_a_relay_that_takes_first_and_sends_back_later(home: Home, folder: Path, tmp_path: Path) -> None:
    grey, nobody = (
        replace(ENVELOPE, number=n, notified=n, address=f"{name}@elsewhere.example")
        for n, name in ((1, "grey"), (2, "nobody"))
    )
    back = free_port()
    async with MailServer() as far, relay(folder, far.port, back) as port:
        far.script = {grey.address: ["grey"], nobody.address: ["nobody"]}
        url = f"smtp://127.0.0.1:{port}"
        async with opened(home, tmp_path, url, MAIL_BOUNCES=f"lmtp://127.0.0.1:{back}") as notifier:
            for envelope in (grey, nobody):
                assert await notifier.deliver(envelope) == Delivered()
            await until(lambda: home.returned and far.mails)
            assert home.returned == [TAGS.bounce(2)]
            (mail,) = far.mails
            assert mail.recipient == grey.address
            assert far.tried[grey.address] == 2
            assert "Stelling 14 van 26" in mail.part("plain")
