"""No address, code or tag of a mail is in a log, however much a mail server repeats and however much is logged."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from bot.letters import Letter, Refused, Unreachable
from bot.notifiers.email.notifier import EmailNotifier
from bot.runtime import logs
from tests.house import MONDAY, free_port
from tests.mail_server import MailServer
from tests.notifiers.email.conftest import ENVELOPE, FATIMA, TAGS, Home, opened
from tests.notifiers.email.test_bounces import TO_US, bring, report
from tests.runtime.test_secrecy import everything_logged

CODE = "482913"
DOES = ("grey", "full", "nobody", "policy", "busy", "broken", "closes", "drop")
SECRET = (FATIMA, "fatima", CODE, TAGS.bounce(4), TAGS.stop(4), TAGS.door(4, MONDAY))


def nothing_of_it(*lines: str) -> None:
    assert not [(part, line) for line in lines for part in SECRET if part in line]


async def test_no_mail_server_lets_an_address_out(
    notifier: EmailNotifier, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail_server.script[FATIMA] = [*DOES]
    code = replace(ENVELOPE, key="", letter=Letter(f"Uw code is {CODE}"))
    with everything_logged() as lines:
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # of our own double, which takes the place of another
        receipts = [await notifier.deliver(code) for _ in (*DOES, "and it is taken")]
    assert len(mail_server.mails) == 2
    reasons = [one.reason for one in receipts if isinstance(one, Refused | Unreachable)]
    nothing_of_it(*lines(), *reasons, *notifier.errors)
    assert any("does not want it" in line for line in lines())


async def test_nor_does_what_comes_back(home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    port = free_port()
    async with opened(home, tmp_path, "smtp://127.0.0.1:1", MAIL_BOUNCES=f"lmtp://127.0.0.1:{port}"):
        with everything_logged() as lines:
            logs.hush()
            for mail in (report(), report("5.7.1"), b"To: " + TO_US.encode()):
                await bring(port, mail)
    assert home.returned == [TAGS.bounce(4)]
    assert lines()
    nothing_of_it(*lines())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to <fatima@example.org>: no", "to <***>: no"),
        (f"from {TO_US}", "from ***"),
        (f"GET /door/{TAGS.door(4, MONDAY)} and /stop/{TAGS.stop(4)}", "GET /door/*** and /stop/***"),
        ("postgresql://samen@db.example.org/samen", "postgresql://samen@db.example.org/samen"),
        ("running as @samen_bot", "running as @samen_bot"),
    ],
)
def test_what_is_told(text: str, shown: str) -> None:
    assert logs.told(text) == shown
