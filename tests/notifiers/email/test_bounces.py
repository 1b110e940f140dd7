"""What comes back, and what is made of it: by LMTP on loopback, and as it is read."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.notifiers.email import bounces, lmtp
from bot.notifiers.email.bounces import Bounce
from bot.notifiers.email.lmtp import CannotListen
from bot.notifiers.email.notifier import EmailNotifier
from bot.texts.texts import Texts
from tests.house import free_port
from tests.notifiers.email.conftest import TAGS, Home, opened

TAG = TAGS.bounce(4)
TO_US = f"samen+{TAG}@example.org"


def report(status: str = "5.1.1", *, to: str = TO_US, action: str = "failed", more: str = "") -> bytes:
    """A mail that came back, as Postfix words it."""
    return f"""\
From: MAILER-DAEMON@relay.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

This is a MIME-encapsulated message.

--B
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

<fatima@example.org>: host mail.example.org said: {status} no such user

--B
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example.org
X-Postfix-Sender: rfc822; {to}

Final-Recipient: rfc822; fatima@example.org
Original-Recipient: rfc822;fatima@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 {status} no such user
{more}
--B
Content-Type: message/rfc822

Return-Path: <{to}>
From: Samenspraak <samen@example.org>
To: fatima@example.org
Subject: Stelling 14

Hallo

--B--
""".replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("mail", "found"),
    [
        (report(), Bounce(TAG, "5.1.1")),
        (report("5.7.1"), Bounce(TAG, "5.7.1")),
        (report("5.1.1 (no such user)"), Bounce(TAG, "5.1.1")),
        (report(to=TO_US.upper()), Bounce(TAG, "5.1.1")),
        (report(to=f"Samenspraak <{TO_US}>"), Bounce(TAG, "5.1.1")),
        (report(action="Failed"), Bounce(TAG, "5.1.1")),
        (
            report("5.7.1", more="\nFinal-Recipient: rfc822; x@y.nl\nAction: failed\nStatus: 5.1.1\n"),
            Bounce(TAG, "5.1.1"),
        ),
        (report("4.4.1", action="delayed"), None),
        (report("4.4.7", action="failed"), None),
        (report("2.0.0", action="delivered"), None),
        (report("5.1.1", action="relayed"), None),
        (report("x"), None),
        (report(to="samen@example.org"), None),
        (report(to=f"samen+{TAG[:-1]}@example.org"), None),
        (b"", None),
        (b"\x00\xff" * 1000, None),
        (b"To: " + TO_US.encode() + b"\r\nSubject: I am away until Monday\r\n\r\n5.1.1 failed\r\n", None),
        (b"To: " + TO_US.encode() + b"\r\nContent-Type: message/delivery-status\r\n\r\n", None),
        (b"To: =?utf-8?q?=\r\nContent-Type: multipart/report; boundary=\r\n\r\n--\r\n", None),
        (report().replace(b"message/delivery-status", b"text/plain"), None),
    ],
)
def test_what_a_mail_says(mail: bytes, found: Bounce | None) -> None:
    assert bounces.read(mail) == found


def test_where_it_came_to_is_known_better_by_who_brings_it() -> None:
    assert bounces.read(report(to="postmaster@example.org"), [TO_US]) == Bounce(TAG, "5.1.1")
    other = TAGS.bounce(5)
    assert bounces.read(report(), [f"samen+{other}@example.org"]) == Bounce(other, "5.1.1")


@pytest.mark.parametrize(
    ("status", "is_hard", "is_not_wanted"),
    [("5.1.1", True, False), ("5.4.4", True, False), ("5.2.2", False, False), ("5.7.1", False, True)],
)
def test_what_it_is_held_against(status: str, is_hard: bool, is_not_wanted: bool) -> None:
    bounce = Bounce(TAG, status)
    assert (bounce.is_hard, bounce.is_not_wanted) == (is_hard, is_not_wanted)


@pytest.fixture
async def port(home: Home, tmp_path: Path) -> AsyncIterator[int]:
    at = free_port()
    async with opened(home, tmp_path, "smtp://127.0.0.1:1", MAIL_BOUNCES=f"lmtp://127.0.0.1:{at}"):
        yield at


async def bring(port: int, mail: bytes, *to: str) -> None:
    """As a mail server does, with nobody as the sender."""

    def work() -> None:
        with smtplib.LMTP("127.0.0.1", port) as server:
            server.sendmail("", to or (TO_US,), mail)

    await asyncio.to_thread(work)


async def test_what_is_brought_is_told(port: int, home: Home) -> None:
    await bring(port, report())
    assert home.returned == [TAG]


async def test_twice_is_once(port: int, home: Home) -> None:
    for _ in range(2):
        await bring(port, report())
    assert set(home.returned) == {TAG}


@pytest.mark.parametrize("mail", [b"", b"Subject: away\r\n\r\nBack on Monday\r\n", report("4.4.1", action="delayed")])
async def test_anything_else_is_taken_and_let_go(port: int, home: Home, mail: bytes) -> None:
    await bring(port, mail)
    await bring(port, mail, "postmaster@example.org")
    assert not home.returned


async def test_that_our_mail_is_not_wanted_is_told_to_the_operator(
    port: int, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    await bring(port, report("5.7.26"))
    assert not home.returned
    assert [line for line in caplog.messages if "5.7.26. See SPF, DKIM and DMARC" in line]


async def test_it_comes_back_for_one_at_a_time(port: int, home: Home) -> None:
    with pytest.raises(smtplib.SMTPResponseException):
        await asyncio.to_thread(two_at_once, port)
    assert not home.returned


def two_at_once(port: int) -> None:
    with smtplib.LMTP("127.0.0.1", port) as server:
        server.ehlo()
        server.mail("")
        server.rcpt(TO_US)
        code, text = server.rcpt(f"samen+{TAGS.bounce(5)}@example.org")
        raise smtplib.SMTPResponseException(code, text)


async def test_while_nothing_can_be_stored_it_is_to_come_again(texts: Texts, tmp_path: Path) -> None:
    at = free_port()
    async with opened(Away(texts), tmp_path, "smtp://127.0.0.1:1", MAIL_BOUNCES=f"lmtp://127.0.0.1:{at}"):
        with pytest.raises(smtplib.SMTPDataError) as error:
            await bring(at, report())
    assert error.value.smtp_code == 451


class Away(Home):
    async def bounced(self, tag: str) -> bool:
        raise RuntimeError("the database is away")


async def test_a_port_that_is_taken_is_told(port: int, home: Home, tmp_path: Path) -> None:
    with pytest.raises(CannotListen, match=f"MAIL_BOUNCES: cannot listen on 127.0.0.1:{port}"):
        async with opened(home, tmp_path, "smtp://127.0.0.1:1", MAIL_BOUNCES=f"lmtp://127.0.0.1:{port}"):
            pass


async def test_a_mail_that_is_too_big_is_not_read(port: int, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lmtp, "MOST", 10_000)
    with pytest.raises(smtplib.SMTPResponseException):
        await bring(port, report() + b"x\r\n" * 10_000)
    assert not home.returned


async def test_without_the_setting_nobody_listens(notifier: EmailNotifier) -> None:
    assert notifier._inlet is None
