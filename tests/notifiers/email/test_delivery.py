"""Mail on its way: what the server at the other end does, and what becomes of the letter."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.letters import Delivered, Letter, Postponed, Receipt, Refused, Unreachable
from bot.notifiers.email import connections
from bot.notifiers.email import notifier as notifiers
from bot.notifiers.email.answers import BUSY, HOLD, STEPS
from bot.notifiers.email.connections import AT_ONCE
from bot.notifiers.email.notifier import EmailNotifier
from tests.house import MONDAY, free_port
from tests.mail_server import MailServer
from tests.notifiers.email.certificates import of_this_machine
from tests.notifiers.email.conftest import ENVELOPE, FATIMA, HOME, TAGS, Home, built, numbered, opened
from tests.runtime.test_secrecy import PNG

LOGIN = ("samen@example.org", "ge:heim/@1")
LOGGED_IN = "samen%40example.org:ge%3Aheim%2F%401"


async def test_a_letter_arrives(notifier: EmailNotifier, mail_server: MailServer) -> None:
    assert await notifier.deliver(ENVELOPE) == Delivered()
    (mail,) = mail_server.mails
    assert mail.recipient == FATIMA
    assert TAGS.bounced(mail.sender.removeprefix("samen+").partition("@")[0]) == 4
    assert f"{HOME}/door/{TAGS.door(4, MONDAY)}" in mail.part("plain")


@pytest.mark.parametrize(
    ("does", "receipt", "arrived"),
    [
        ("grey", Postponed(STEPS[0], alone=True), 0),
        ("full", Postponed(STEPS[0], alone=True), 0),
        ("busy", Postponed(STEPS[0], alone=True), 0),
        ("nobody", Unreachable("the mail server says 550 5.1.1"), 0),
        ("policy", Postponed(STEPS[0], alone=True), 0),
        ("broken", Postponed(STEPS[0], alone=True), 0),
        ("closes", Postponed(BUSY), 0),
        ("drop", Postponed(), 1),
    ],
)
async def test_what_goes_wrong(
    notifier: EmailNotifier, mail_server: MailServer, does: str, receipt: Receipt, arrived: int
) -> None:
    mail_server.script[FATIMA] = [does]
    assert await notifier.deliver(ENVELOPE) == receipt
    assert len(mail_server.mails) == arrived
    assert await notifier.deliver(replace(ENVELOPE, attempts=1)) == Delivered()
    names = {mail.message["Message-ID"] for mail in mail_server.mails}
    assert len(mail_server.mails) == arrived + 1
    assert len(names) == 1, "whoever gets it twice sees it once"


async def test_one_that_is_refused_does_not_hold_up_the_next(notifier: EmailNotifier, mail_server: MailServer) -> None:
    first, second = numbered(2)
    mail_server.script[first.address] = ["nobody"]
    assert isinstance(await notifier.deliver(first), Unreachable)
    assert await notifier.deliver(second) == Delivered()
    assert len(mail_server.connections) == 1


async def test_one_that_closes_amid_a_batch_loses_nothing(notifier: EmailNotifier, mail_server: MailServer) -> None:
    letters = numbered(12)
    mail_server.script[letters[5].address] = ["closes"]
    mail_server.script[letters[8].address] = ["drop"]
    receipts = [await notifier.deliver(one) for one in letters]
    again = [one for one, receipt in zip(letters, receipts, strict=True) if receipt != Delivered()]
    assert again == [letters[5], letters[8]]
    assert [await notifier.deliver(one) for one in again] == [Delivered()] * 2
    assert {mail.recipient for mail in mail_server.mails} == {one.address for one in letters}


async def test_many_go_over_a_few_connections(notifier: EmailNotifier, mail_server: MailServer) -> None:
    letters = numbered(20)
    assert await asyncio.gather(*map(notifier.deliver, letters)) == [Delivered()] * 20
    assert len(mail_server.connections) <= AT_ONCE
    assert len({mail.message["Message-ID"] for mail in mail_server.mails}) == 20


async def test_a_connection_that_was_closed_meanwhile_is_opened_anew(
    notifier: EmailNotifier, mail_server: MailServer
) -> None:
    assert await notifier.deliver(ENVELOPE) == Delivered()
    mail_server.hang_up()
    assert await notifier.deliver(replace(ENVELOPE, number=8)) == Delivered()
    assert len(mail_server.mails) == 2


async def test_one_that_stood_long_is_not_used(
    notifier: EmailNotifier, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "KEPT_FOR", 0.0)
    for number in (7, 8):
        assert await notifier.deliver(replace(ENVELOPE, number=number)) == Delivered()
    assert len(mail_server.connections) == 2


@pytest.mark.long
async def test_while_it_hangs_nobody_waits_in_line(
    notifier: EmailNotifier, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "ANSWERS_WITHIN", 0.5)
    mail_server.always = "hang"
    began = time.monotonic()
    assert await asyncio.gather(*map(notifier.deliver, numbered(5 * AT_ONCE))) == [Postponed()] * 5 * AT_ONCE
    assert time.monotonic() - began < 5 * 0.5, "each in turn would take as much five times"
    mail_server.always = ""
    assert await notifier.deliver(ENVELOPE) == Delivered()


async def test_no_try_takes_longer_than_delivery_waits(
    notifier: EmailNotifier, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert connections.ANSWERS_WITHIN < notifiers.DELIVERS_WITHIN < 10
    monkeypatch.setattr(notifiers, "DELIVERS_WITHIN", 0.2)
    mail_server.always = "hang"
    assert await notifier.deliver(ENVELOPE) == Postponed()


async def test_nobody_at_home(home: Home, tmp_path: Path) -> None:
    async with opened(home, tmp_path, f"smtp://127.0.0.1:{free_port()}") as notifier:
        assert await notifier.deliver(ENVELOPE) == Postponed()
        assert sum(notifier.errors.values()) == 1


@pytest.mark.parametrize(
    "address", ["fatima@example.org\r\nRCPT TO:<jan@example.org>", "fatíma@example.org", "", "a@b@c"]
)
async def test_what_is_no_address_is_given_up(notifier: EmailNotifier, mail_server: MailServer, address: str) -> None:
    assert isinstance(await notifier.deliver(replace(ENVELOPE, address=address)), Refused | Unreachable)
    assert not mail_server.mails


async def test_pictures_are_drawn_as_they_go(notifier: EmailNotifier, mail_server: MailServer) -> None:
    from tests.notifiers.email.test_message import CHART

    assert await notifier.deliver(replace(ENVELOPE, letter=Letter("Deze week", attachment=CHART))) == Delivered()
    (picture,) = [part for part in mail_server.mails[0].message.walk() if part.get_content_type() == "image/png"]
    assert picture.get_content() == PNG


# Encrypted, and with a name


@asynccontextmanager
async def encrypted(
    folder: Path, monkeypatch: pytest.MonkeyPatch, *, starttls: bool, trusted: bool = True
) -> AsyncIterator[tuple[MailServer, str]]:
    context, certificate = of_this_machine(folder)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    async with MailServer(LOGIN, context, starttls=starttls) as server:
        yield server, f"{'smtp+starttls' if starttls else 'smtps'}://{{login}}@127.0.0.1:{server.port}"


@pytest.mark.parametrize("starttls", [False, True])
async def test_encrypted_and_logged_in(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starttls: bool
) -> None:
    async with encrypted(tmp_path, monkeypatch, starttls=starttls) as (server, url):
        async with opened(home, tmp_path, url.format(login=LOGGED_IN)) as notifier:
            assert await notifier.deliver(ENVELOPE) == Delivered()
            (found,) = await notifier.examine(MONDAY)
            assert found.ok, found
        assert len(server.mails) == 1


@pytest.mark.parametrize("starttls", [False, True])
async def test_a_wrong_password_holds_everything(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starttls: bool
) -> None:
    async with encrypted(tmp_path, monkeypatch, starttls=starttls) as (server, url):
        async with opened(home, tmp_path, url.format(login="samen%40example.org:wrong")) as notifier:
            assert await notifier.deliver(ENVELOPE) == Postponed(HOLD)
            (found,) = await notifier.examine(MONDAY)
            assert not found.ok
            assert "refuses the name or the password" in found.found
        assert not server.mails


@pytest.mark.parametrize("starttls", [False, True])
async def test_nothing_is_said_to_whom_we_do_not_trust(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starttls: bool
) -> None:
    async with encrypted(tmp_path, monkeypatch, starttls=starttls, trusted=False) as (server, url):
        async with opened(home, tmp_path, url.format(login=LOGGED_IN)) as notifier:
            assert await notifier.deliver(ENVELOPE) == Postponed()
        assert not server.mails


async def test_a_password_does_not_go_to_a_server_that_does_not_encrypt(home: Home, tmp_path: Path) -> None:
    async with MailServer() as server:
        async with opened(home, tmp_path, f"smtp+starttls://{LOGGED_IN}@127.0.0.1:{server.port}") as notifier:
            assert await notifier.deliver(ENVELOPE) == Postponed()
        assert not server.mails


# What an operator is told


async def test_examined_it_sends_nothing(notifier: EmailNotifier, mail_server: MailServer) -> None:
    (found,) = await notifier.examine(MONDAY)
    assert (found.name, found.ok, found.found) == ("email", True, f"127.0.0.1:{mail_server.port} takes our mail")
    assert not mail_server.mails
    assert [found.name] == [*EmailNotifier.examined]


@pytest.mark.parametrize("public", ["", "http://samenspraak.example.org"])
async def test_a_page_that_nobody_can_open_is_told(mail_server: MailServer, tmp_path: Path, public: str) -> None:
    notifier = built(tmp_path, SMTP_URL=f"smtp://127.0.0.1:{mail_server.port}", PUBLIC_URL=public)
    (found,) = await notifier.examine(MONDAY)
    assert not found.ok
    assert "PUBLIC_URL" in found.found


async def test_nobody_at_home_is_told(tmp_path: Path) -> None:
    notifier = built(tmp_path, SMTP_URL=f"smtp://127.0.0.1:{free_port()}")
    (found,) = await notifier.examine(MONDAY)
    assert not found.ok
    assert "SMTPConnectError" in found.found


async def test_a_server_that_says_nothing_is_told_within_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.notifiers.email import health

    monkeypatch.setattr(health, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        (found,) = await built(tmp_path, SMTP_URL=f"smtp://127.0.0.1:{port}").examine(MONDAY)
    assert not found.ok
    assert "does not answer" in found.found
